# SPDX-License-Identifier: Apache-2.0
# Trains the digits network, quantises it, checks the written file on the test images: digits.onnx, digits_test.bin.
import argparse
import math
import pathlib
import tempfile
import time

import numpy as np
from sklearn.datasets import load_digits

import integer_network
import quantise
from float_network import adam, cross_entropy_gradient, digits_network

here = pathlib.Path(__file__).parent
test_images, folds = 360, 5
split_seed, training_seed = 1797, 2
epochs, batch, rate, decay, smoothing = 80, 64, 2e-3, 0.05, 0.1


def stratified(labels, count, seed):
    """Marks `count` images, of each class about its share."""
    order = np.random.default_rng(seed).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    marked = np.zeros(len(labels), bool)
    marked[order[(np.arange(count) * len(labels) + len(labels) // 2) // count]] = True
    return marked


def real(images):
    """u8 N x H x W as the float network sees it: N x H x W x 1, 0 to 1."""
    return (images / np.float32(16))[..., None].astype(np.float32)


def distorted(images, generator):
    """Each image a little turned, stretched, slanted and moved, by bilinear interpolation."""
    n, extent, margin = len(images), images.shape[1], 3

    def each(limit):
        return generator.uniform(-limit, limit, n)[:, None, None]

    middle = (extent - 1) / 2
    i, j = np.meshgrid(np.arange(extent) - middle, np.arange(extent) - middle, indexing="ij")
    # A matrix near the unit matrix and not sines: numpy's differ in the last bit from processor to processor.
    row = (1 + each(0.1)) * i + each(0.15) * j + each(0.6)
    column = (1 + each(0.1)) * j + each(0.25) * i + each(0.6)
    last = extent + 2 * margin - 1.001  # so that the right neighbour exists, too
    row, column = (np.clip(axis + middle + margin, 0, last) for axis in (row, column))
    top, left = row.astype(int), column.astype(int)
    down, right = row - top, column - left
    padded = np.pad(images.astype(np.float64), ((0, 0), (margin, margin), (margin, margin)))
    k = np.arange(n)[:, None, None]
    upper = padded[k, top, left] * (1 - right) + padded[k, top, left + 1] * right
    lower = padded[k, top + 1, left] * (1 - right) + padded[k, top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


def train(images, labels, seed):
    generator = np.random.default_rng(seed)
    network = digits_network(generator)
    optimiser = adam(network.parameters, decay)
    batches = len(images) // batch
    for epoch in range(epochs):
        order = generator.permutation(len(images))
        x = real(distorted(images, generator))
        for step in range(epoch * batches, (epoch + 1) * batches):
            chosen = order[step % batches * batch:][:batch]
            scores = network.forward(x[chosen], training=True)
            network.backward(cross_entropy_gradient(scores, labels[chosen], smoothing))
            warm_up, fall = min(1, (step + 1) / 100), (1 + math.cos(math.pi * step / (epochs * batches))) / 2
            optimiser.step(rate * warm_up * fall)
    return network


def make(images, labels, judged, seed, path):
    """Trains and calibrates on the images that are not `judged`, writes the file, and judges it and the float network.

    Returns the float network's predictions and the file's scores for the judged images.
    """
    network = train(images[~judged], labels[~judged], seed)
    quantise.write_network(network, quantise.calibrate(network, real(images[~judged])), path)
    float_prediction = network.forward(real(images[judged])).argmax(1)
    scores = integer_network.run(path, images[judged][:, None])["scores"]
    return float_prediction, scores


def report(labels, float_prediction, scores):
    for kind, prediction in (("float", float_prediction), ("integer", scores.argmax(1))):
        right = int((prediction == labels).sum())
        print(f"{kind}: {right} of {len(labels)} right, {100 * right / len(labels):.2f} %", flush=True)


def cross_validate(images, labels):
    """Judges every image by a network that has not seen it; what all settings above were chosen by."""
    float_prediction, scores = np.zeros(len(labels), int), np.zeros((len(labels), 10), int)
    with tempfile.TemporaryDirectory() as folder:
        for fold in range(folds):
            judged = np.arange(len(labels)) % folds == fold
            part = make(images, labels, judged, fold, f"{folder}/fold.onnx")
            float_prediction[judged], scores[judged] = part
            print(f"fold {fold}")
            report(labels[judged], *part)
    print("all folds")
    report(labels, float_prediction, scores)


def write_arrays(path, *arrays):
    """The bytes of the arrays, one after the other: what a C++ program includes without a library."""
    path.write_bytes(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays))


def main():
    parser = argparse.ArgumentParser(description="Trains and quantises the digits network.")
    parser.add_argument("--output", type=pathlib.Path, default=here, help="folder for the two files")
    parser.add_argument("--validate", action="store_true",
                        help="cross-validate within the training images instead; the test images stay unused")
    options = parser.parse_args()
    start = time.perf_counter()

    flat, labels = load_digits(return_X_y=True)
    images = flat.reshape(-1, 8, 8).astype(np.uint8)
    test = stratified(labels, test_images, split_seed)
    if options.validate:
        cross_validate(images[~test], labels[~test])
    else:
        float_prediction, scores = make(images, labels, test, training_seed, str(options.output / "digits.onnx"))
        write_arrays(options.output / "digits_test.bin", images[test], labels[test].astype(np.uint8),
                     float_prediction.astype(np.uint8), scores.astype(np.int8))
        report(labels[test], float_prediction, scores)
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
