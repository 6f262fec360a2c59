// SPDX-License-Identifier: Apache-2.0
// tensor<...> and constant<...>: descriptors, strides, reach, digests; the concept with a near miss.
#include <deeploy/tensor.hpp>

namespace {
using namespace deeploy;
struct image : tensor<image, u8, shape<2, 3, 4>, role::input> {};
static_assert(image::descriptor.type == element::u8 && image::descriptor.use == role::input &&
              image::descriptor.rank == 3);
static_assert(image::descriptor.stride[0] == 12 && image::descriptor.stride[1] == 4 &&
              image::descriptor.stride[2] == 1);
static_assert(image::descriptor.elements == 24 && image::descriptor.size_bytes() == 24);

struct wide : tensor<wide, i32, shape<5>> {};
static_assert(wide::descriptor.size_bytes() == 20 && wide::descriptor.use == role::scratch);

// Rows of 4 at a distance of 10: the reach ends with the last element, not with its row.
struct inside : tensor<inside, i16, shape<3, 4>, role::output, strides<10, 1>> {};
static_assert(inside::descriptor.elements == 24 && inside::descriptor.size_bytes() == 48 &&
              inside::descriptor.stride[0] == 10);

struct none : tensor<none, i8, shape<4, 0, 8>, role::state> {};
static_assert(none::descriptor.elements == 0 && none::descriptor.size_bytes() == 0);
struct scalar : tensor<scalar, i8, shape<>> {};
static_assert(scalar::descriptor.elements == 1 && scalar::descriptor.rank == 0);
struct growing : tensor<growing, i8, shape<2, upto<64>, 8>, role::state> {};
static_assert(growing::descriptor.elements == 1024 && growing::descriptor.of[1].slot == 1);  // planned for the maximum

// Names are the compiler's, keys tell tensors apart.
constexpr bool ends_with(detail::text t, char const* end, int length) {
  for (int i = 0; i < length; ++i)
    if (t.begin[t.length - length + i] != end[i]) return false;
  return true;
}
static_assert(ends_with(image::descriptor.name, "image", 5) && image::descriptor.key != wide::descriptor.key);

struct imported : constant<imported, i8, shape<4>, image_place{96, 0x1234}> {};
static_assert(imported::descriptor.use == role::constant && imported::descriptor.image_offset == 96);
static_assert(imported::descriptor.digest == 0x1234 && imported::descriptor.values == nullptr);

template <int last>
struct by_hand : constant<by_hand<last>, i8, shape<2, 2>> {
  static constexpr i8 values[] = {1, 2, 3, last};
};
static_assert(by_hand<4>::descriptor.values == by_hand<4>::values);
static_assert(by_hand<4>::descriptor.digest != by_hand<5>::descriptor.digest && by_hand<4>::descriptor.digest != 0);

static_assert(Tensor<image> && Tensor<imported>);
struct near_miss {
  struct shape {
    int elements;
  };
  static constexpr shape descriptor{1};
};
static_assert(!Tensor<near_miss> && !Tensor<shape<2>>);
}  // namespace
