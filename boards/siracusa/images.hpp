// SPDX-License-Identifier: Apache-2.0
// Weight images on Siracusa: checked where they lie, or brought from L3 before. What instance's attach(), load() and
// resume() do; none of it while the cluster works. Part of the run-time, compiled with the board's flags.
#pragma once
#include <deeploy/image.hpp>
#include <siracusa/machine.hpp>

namespace deeploy::siracusa {
/// CRC-32 of bytes that all cores can read. The team computes it when it takes work (start_cluster()): the fabric controller
/// alone needs seven times as long, for weight memory is far from it.
u32 checksum(u8 const* data, size_t length);

/// Checks an image and takes the constants where they lie.
image_status attach_image(expected_images const& expected, memory_bases& bases, u8 const* image, size_t length);
image_status attach_images(expected_images const& expected, memory_bases& bases, stored_images images);

/// Brings all images from L3, where weights_l3.bin begins at `l3`, and takes them. A header that does not fit is refused
/// before anything of its place changes.
image_status load_images(expected_images const& expected, memory_bases& bases, stored_images images, u32 l3);
/// After a sleep: brings what the sleep lost. What a memory has kept is taken as it is; when this program has not seen it
/// before, because it began anew, it is checked, and brought too if it is not there.
image_status resume_images(expected_images const& expected, memory_bases& bases, stored_images images, u32 l3);
}  // namespace deeploy::siracusa
