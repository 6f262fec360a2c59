# SPDX-License-Identifier: Apache-2.0
# The digits network in float, forwards and backwards, in plain numpy. Activations are N x H x W x C.
import numpy as np


class parameter:
    """A weight with its gradient and the two moments that Adam keeps."""

    def __init__(self, value, decays=False):
        self.value = value.astype(np.float32)
        self.gradient = np.zeros_like(self.value)
        self.mean = np.zeros_like(self.value)
        self.square = np.zeros_like(self.value)
        self.decays = decays


def initial(generator, inputs, shape):
    return parameter(generator.standard_normal(shape) * np.sqrt(2.0 / inputs), decays=True)


def output_extent(extent, window, stride, padding):
    return (extent + 2 * padding - window) // stride + 1


def taps(window, stride, height, width):
    """The slices of the padded image that each tap of the window reads, row by row."""
    for r in range(window):
        for s in range(window):
            yield slice(r, r + stride * (height - 1) + 1, stride), slice(s, s + stride * (width - 1) + 1, stride)


class conv2d:
    """Convolution by gathered columns. Weight: R x S x C x K, without bias, because batch_norm follows."""

    def __init__(self, generator, inputs, outputs, window, stride=1):
        self.window, self.stride, self.padding = window, stride, window // 2
        self.weight = initial(generator, window * window * inputs, (window, window, inputs, outputs))
        self.parameters = [self.weight]

    def forward(self, x, training):
        n, h, w, c = x.shape
        p = self.padding
        self.extents = n, output_extent(h, self.window, self.stride, p), output_extent(w, self.window, self.stride, p)
        padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
        self.padded_shape = padded.shape
        parts = [padded[:, i, j] for i, j in taps(self.window, self.stride, *self.extents[1:])]
        self.columns = np.concatenate(parts, axis=3).reshape(-1, len(parts) * c)
        flat = self.weight.value.reshape(-1, self.weight.value.shape[3])
        return (self.columns @ flat).reshape(*self.extents, -1)

    def backward(self, dy):
        k, c, p = dy.shape[3], self.padded_shape[3], self.padding
        flat = dy.reshape(-1, k)
        self.weight.gradient = (self.columns.T @ flat).reshape(self.weight.value.shape)
        # The copy keeps the reference BLAS on its fast path: a transposed second operand is several times slower.
        columns = (flat @ np.ascontiguousarray(self.weight.value.reshape(-1, k).T)).reshape(*self.extents, -1)
        dx = np.zeros(self.padded_shape, np.float32)
        for tap, (i, j) in enumerate(taps(self.window, self.stride, *self.extents[1:])):
            dx[:, i, j] += columns[..., tap * c:(tap + 1) * c]
        return dx[:, p:dx.shape[1] - p, p:dx.shape[2] - p]


class depthwise_conv2d:
    """One 3 x 3 window per channel. Weight: R x S x 1 x C."""

    def __init__(self, generator, channels):
        self.weight = initial(generator, 9, (3, 3, 1, channels))
        self.parameters = [self.weight]

    def forward(self, x, training):
        self.padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        self.slices = list(taps(3, 1, x.shape[1], x.shape[2]))
        weight = self.weight.value.reshape(9, -1)
        return sum(self.padded[:, i, j] * weight[tap] for tap, (i, j) in enumerate(self.slices))

    def backward(self, dy):
        weight = self.weight.value.reshape(9, -1)
        dx = np.zeros_like(self.padded)
        gradient = np.empty_like(weight)
        for tap, (i, j) in enumerate(self.slices):
            gradient[tap] = (self.padded[:, i, j] * dy).sum((0, 1, 2))
            dx[:, i, j] += dy * weight[tap]
        self.weight.gradient = gradient.reshape(self.weight.value.shape)
        return dx[:, 1:-1, 1:-1]


class batch_norm:
    """Normalisation per channel; `folded` gives the scale and bias that replace it after training."""

    epsilon, momentum = 1e-5, 0.1

    def __init__(self, channels):
        self.gain, self.bias = parameter(np.ones(channels)), parameter(np.zeros(channels))
        self.mean, self.variance = np.zeros(channels, np.float32), np.ones(channels, np.float32)
        self.parameters = [self.gain, self.bias]

    def forward(self, x, training):
        mean, variance = self.mean, self.variance
        if training:
            mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
            self.mean += self.momentum * (mean - self.mean)
            self.variance += self.momentum * (variance - self.variance)
        self.inverse = 1 / np.sqrt(variance + np.float32(self.epsilon))
        self.normal = (x - mean) * self.inverse
        return self.normal * self.gain.value + self.bias.value

    def backward(self, dy):
        self.gain.gradient = (dy * self.normal).sum((0, 1, 2))
        self.bias.gradient = dy.sum((0, 1, 2))
        count = np.float32(dy.size // dy.shape[3])
        inner = dy - self.bias.gradient / count - self.normal * (self.gain.gradient / count)
        return inner * (self.gain.value * self.inverse)

    def folded(self):
        scale = self.gain.value / np.sqrt(self.variance + np.float32(self.epsilon))
        return scale, self.bias.value - self.mean * scale


class relu:
    parameters = []

    def forward(self, x, training):
        self.positive = x > 0
        return x * self.positive

    def backward(self, dy):
        return dy * self.positive


class max_pool2d:
    """2 x 2 windows, stride 2."""

    parameters = []

    def forward(self, x, training):
        n, h, w, c = x.shape
        windows = x.reshape(n, h // 2, 2, w // 2, 2, c)
        y = windows.max((2, 4))
        self.chosen = windows == y[:, :, None, :, None]
        self.shares = self.chosen.sum((2, 4), dtype=np.float32)
        return y

    def backward(self, dy):
        n, h, w, c = dy.shape
        share = (dy / self.shares)[:, :, None, :, None]
        return (self.chosen * share).reshape(n, 2 * h, 2 * w, c)


class linear:
    """Weight: features in H x W x C order, then outputs."""

    def __init__(self, generator, inputs, outputs):
        self.weight = parameter(generator.standard_normal((inputs, outputs)) * np.sqrt(1.0 / inputs), decays=True)
        self.bias = parameter(np.zeros(outputs))
        self.parameters = [self.weight, self.bias]

    def forward(self, x, training):
        self.shape, self.x = x.shape, x.reshape(len(x), -1)
        return self.x @ self.weight.value + self.bias.value

    def backward(self, dy):
        self.weight.gradient, self.bias.gradient = self.x.T @ dy, dy.sum(0)
        return (dy @ np.ascontiguousarray(self.weight.value.T)).reshape(self.shape)


class digits_network:
    """8 x 8 image -> 10 scores: two convolutions (the second one split in depthwise and pointwise), max pool, a
    residual block of two convolutions, a convolution with stride 2, a linear layer."""

    def __init__(self, generator):
        def convolution(name, layer, channels, active=True):
            group = {name: layer, name + "_norm": batch_norm(channels)}
            return {**group, name + "_relu": relu()} if active else group

        self.before = {
            **convolution("conv1", conv2d(generator, 1, 16, 3), 16),
            **convolution("conv2_depthwise", depthwise_conv2d(generator, 16), 16),
            **convolution("conv2_pointwise", conv2d(generator, 16, 32, 1), 32),
            "pool": max_pool2d(),
        }
        self.block = {
            **convolution("conv3", conv2d(generator, 32, 32, 3), 32),
            **convolution("conv4", conv2d(generator, 32, 32, 3), 32, active=False),
        }
        self.after = {
            "residual_relu": relu(),
            **convolution("conv5", conv2d(generator, 32, 48, 3, stride=2), 48),
            "linear": linear(generator, 2 * 2 * 48, 10),
        }
        self.layers = {**self.before, **self.block, **self.after}
        self.parameters = [p for layer in self.layers.values() for p in layer.parameters]

    def forward(self, x, training=False, watch=None):
        """`watch(name, y)` is called with every layer's output: calibration reads the ranges there."""
        def through(layers, x):
            for name, layer in layers.items():
                x = layer.forward(x, training)
                if watch:
                    watch(name, x)
            return x

        skip = through(self.before, x)
        return through(self.after, through(self.block, skip) + skip)

    def backward(self, dy):
        def back(layers, dy):
            for layer in reversed(layers.values()):
                dy = layer.backward(dy)
            return dy

        sum_gradient = back(self.after, dy)
        back(self.before, back(self.block, sum_gradient) + sum_gradient)


def cross_entropy_gradient(scores, labels, smoothing):
    """Gradient of the mean cross entropy; `smoothing` of the target is spread over all classes."""
    target = np.full(scores.shape, smoothing / scores.shape[1], np.float32)
    target[np.arange(len(labels)), labels] += np.float32(1 - smoothing)
    share = np.exp(scores - scores.max(1, keepdims=True))
    return (share / share.sum(1, keepdims=True) - target) / np.float32(len(labels))


class adam:
    """Adam with decoupled weight decay."""

    def __init__(self, parameters, decay):
        self.parameters, self.decay, self.steps = parameters, decay, 0

    def step(self, rate):
        self.steps += 1
        first, second = 1 - 0.9**self.steps, 1 - 0.999**self.steps
        for p in self.parameters:
            p.mean += np.float32(0.1) * (p.gradient - p.mean)
            p.square += np.float32(0.001) * (p.gradient * p.gradient - p.square)
            change = p.mean / np.float32(first) / (np.sqrt(p.square / np.float32(second)) + np.float32(1e-8))
            if p.decays:
                change = change + np.float32(self.decay) * p.value
            p.value -= np.float32(rate) * change
