// SPDX-License-Identifier: Apache-2.0
#include <siracusa/images.hpp>
#include <siracusa/runtime/control.hpp>
#include <siracusa/runtime/l3.hpp>

namespace deeploy::siracusa {
namespace {
/// Where the constants of a memory begin.
u8*& constants_base(memory_bases& bases, u32 memory) { return bases.of[memory * section_count + static_cast<u32>(section::constants)]; }

/// A checksum that the team's cores share.
struct checksum_work {
  u8 const* data;
  size_t length;
  u32 share[board::siracusa::cores];
  static void enter(u32 core, void* self) {
    auto& work = *static_cast<checksum_work*>(self);
    work.share[core] = crc32_share(work.data, work.length, core, board::siracusa::cores);
  }
};
}  // namespace

u32 checksum(u8 const* data, size_t length) {
  checksum_work work{data, length, {}};
  if (run_on_team == nullptr || !run_on_team(&checksum_work::enter, &work)) return crc32_of(data, length);
  u32 all = 0;
  for (u32 share : work.share) all ^= share;
  return ~all;
}

image_status attach_image(expected_images const& expected, memory_bases& bases, u8 const* image, size_t length) {
  image_header h;
  image_status const status = check_image(expected, image, length, h, &checksum);
  if (status == image_status::good)
    constants_base(bases, h.memory) = const_cast<u8*>(image) + sizeof h;
  return status;
}
image_status attach_images(expected_images const& expected, memory_bases& bases, stored_images images) {
  for (stored_image const& i : images)
    if (image_status const s = attach_image(expected, bases, i.at, i.length); s != image_status::good) return s;
  return image_status::good;
}

namespace {
image_status load_image(expected_images const& expected, memory_bases& bases, stored_image const& i, u32 l3) {
  image_header h;
  alignas(4) u8 header[sizeof h];
  read_l3(header, l3 + i.l3_offset, sizeof h);
  image_status status = check_image_header(expected, header, i.length, h);
  if (status == image_status::good && h.memory != i.memory) status = image_status::other_plan;
  if (status != image_status::good) return status;
  constants_base(bases, i.memory) = nullptr;  // until the checksum has shown what is there now
  read_l3(const_cast<u8*>(i.at), l3 + i.l3_offset, (i.length + udma::granule_bytes - 1) & ~(udma::granule_bytes - 1));
  return attach_image(expected, bases, i.at, i.length);
}
}  // namespace

image_status load_images(expected_images const& expected, memory_bases& bases, stored_images images, u32 l3) {
  udma::start_clock();
  for (stored_image const& i : images)
    if (image_status const s = load_image(expected, bases, i, l3); s != image_status::good) return s;
  return image_status::good;
}
image_status resume_images(expected_images const& expected, memory_bases& bases, stored_images images, u32 l3) {
  udma::start_clock();
  for (stored_image const& i : images) {
    if (board::siracusa::memories[i.memory].retains &&
        (constants_base(bases, i.memory) == i.at + sizeof(image_header) ||
         attach_image(expected, bases, i.at, i.length) == image_status::good))
      continue;
    if (image_status const s = load_image(expected, bases, i, l3); s != image_status::good) return s;
  }
  return image_status::good;
}
}  // namespace deeploy::siracusa
