// SPDX-License-Identifier: Apache-2.0
// Weight images: the constants of one memory, as the plan laid them out, behind a header that says whose they are.
#pragma once
#include <deeploy/crc.hpp>
#include <deeploy/hash.hpp>
#include <deeploy/packing.hpp>
#include <deeploy/version.hpp>

namespace deeploy {
/// The first 40 bytes of an image, little endian; `length` bytes of constants follow.
struct image_header {
  static constexpr u64 magic_number = 0x0047'4d49'5950'4544;  // "DEPYIMG\0"
  u64 magic = magic_number;
  u64 model = 0;     ///< model_hash
  u64 layout = 0;    ///< layout_hash
  u32 format = format_version;
  u32 memory = 0;
  u32 length = 0;
  u32 crc32 = 0;     ///< of the constants, as in zip files
};
static_assert(sizeof(image_header) == 40);

namespace detail {
/// Where the plan put each constant of one memory, and how it is stored there. `d` are tensor_descriptor pointers, `places`
/// their places.
template <class Descriptors, class Places, class Stored>
constexpr u64 hash_of_layout(Descriptors const& d, Places const& places, Stored const& stored, int count, int memory) {
  digest h;
  for (int t = 0; t < count; ++t) {
    if (d[t]->use != role::constant || places[t].memory != memory) continue;
    h.add(d[t]->digest);
    h.add(static_cast<u64>(places[t].offset));
    h.add(static_cast<u64>(stored[t].size_bytes));
    if (stored[t].packed()) h.add(static_cast<u64>(stored[t].layer) << 24 | static_cast<u64>(stored[t].engine) << 16 | static_cast<u64>(stored[t].form) << 8 | stored[t].operand);
  }
  return h.value;
}
}  // namespace detail

/// What an image of `memory` must carry to belong to this plan.
template <Network Net, Board B>
constexpr u64 layout_hash(int memory) {
  return detail::hash_of_layout(graph<Net>::tensors.of, plan_of<Net>::tensors, detail::storage<Net, B>::of, graph<Net>::tensor_count, memory);
}

/// An image that belongs to a program: where the program has room for it, and where it lies in weights_l3.bin.
struct stored_image {
  u8 const* at;
  u32 length;   ///< with its header
  u32 memory;
  u32 l3_offset;
};
struct stored_images {
  stored_image const* of;
  int count;
  stored_image const* begin() const { return of; }
  stored_image const* end() const { return of + count; }
};

/// Why an image was refused; the numbers are error codes.
enum class image_status { good = 0, not_an_image = 6001, other_format = 6002, other_model = 6003, other_plan = 6004, damaged = 6005 };

/// What images must carry to belong to a planned network.
struct expected_images {
  u64 model;
  u64 const* layouts;       ///< one per memory
  memory_use const* used;   ///< one per memory
  u32 memories;
};

/// Checks the header of an image of `length` bytes, of which no more than the header is read.
inline image_status check_image_header(expected_images const& expected, u8 const* image, size_t length, image_header& h) {
  if (length < sizeof h) return image_status::not_an_image;
  // Byte by byte: an image may lie at any address.
  for (size_t i = 0; i < sizeof h; ++i) reinterpret_cast<u8*>(&h)[i] = image[i];
  if (h.magic != image_header::magic_number) return image_status::not_an_image;
  if (h.format != format_version) return image_status::other_format;
  if (h.model != expected.model) return image_status::other_model;
  if (h.memory >= expected.memories || h.layout != expected.layouts[h.memory]) return image_status::other_plan;
  if (h.length != length - sizeof h || h.length > static_cast<u32>(expected.used[h.memory].used[static_cast<int>(section::constants)]))
    return image_status::damaged;
  return image_status::good;
}

/// Checks an image of `length` bytes: header, plan, checksum. `h` is its header, if it has one.
///
/// @param crc32  how the checksum is computed: (first byte, length)
image_status check_image(expected_images const& expected, u8 const* image, size_t length, image_header& h, auto crc32) {
  image_status const status = check_image_header(expected, image, length, h);
  if (status != image_status::good) return status;
  return h.crc32 == crc32(image + sizeof h, h.length) ? image_status::good : image_status::damaged;
}
inline image_status check_image(expected_images const& expected, u8 const* image, size_t length, image_header& h) {
  return check_image(expected, image, length, h, [](u8 const* data, size_t bytes) { return crc32_of(data, bytes); });
}
}  // namespace deeploy
