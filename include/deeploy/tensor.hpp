// SPDX-License-Identifier: Apache-2.0
// tensor<...> and constant<...>: what a buffer holds. A type, never storage; addresses come from the plan.
#pragma once
#include <deeploy/detail/meta.hpp>
#include <deeploy/shape.hpp>

namespace deeploy {
/// Who writes a tensor, and how long it lives.
enum class role : u8 {
  scratch,   ///< written by a layer, read by layers, dead afterwards
  input,     ///< written by the user before a run
  output,    ///< written by layers, read by the user after a run
  state,     ///< lives from run to run (a key-value cache)
  constant,  ///< part of the weight images
};

/// A tensor as a value. Strides are in elements; `elements` is the reach of the storage (largest subscript + 1).
struct tensor_descriptor {
  element type = element::i8;
  role use = role::scratch;
  u8 rank = 0;
  extent of[max_rank] = {};
  index stride[max_rank] = {};
  index elements = 1;
  u64 digest = 0;          ///< constants: FNV-1a of the bytes, written by the importer
  bytes image_offset = 0;  ///< constants: where in constants.bin
  void const* values = nullptr;  ///< of a constant written by hand: where its elements are
  detail::text name = {};  ///< of the type, as the compiler prints it
  u64 key = 0;             ///< differs between tensors of different name; never stored

  constexpr bytes size_bytes() const { return elements * size_of(type); }
};

/// Distance in elements between neighbours along each axis, outermost first.
template <index... elements_apart>
struct strides {
  static constexpr int rank = sizeof...(elements_apart);
  static constexpr index of[rank == 0 ? 1 : rank] = {elements_apart...};
};
/// The default layout: dense, last axis innermost.
struct dense {};

namespace detail {
template <class Self, class Element, Shape S, class Layout>
constexpr tensor_descriptor describe_tensor(role use) {
  static_assert(is_element<Element>, "[DPL-1004] the element type is none of i8 u8 i16 u16 i32 f32");
  tensor_descriptor d;
  d.type = element_of<Element>;
  d.use = use;
  d.rank = S::rank;
  d.name = type_name<Self>();
  d.key = type_key<Self>;
  index reach = 1, next = 1;
  bool empty = false;
  for (int i = S::rank - 1; i >= 0; --i) {
    d.of[i] = S::of[i];
    if constexpr (requires { Layout::of; }) {
      static_assert(Layout::rank == S::rank, "[DPL-1005] strides and shape have different ranks");
      d.stride[i] = Layout::of[i];
    } else {
      d.stride[i] = next;
    }
    next *= S::of[i].value;
    if (S::of[i].value == 0) empty = true;
    reach += (S::of[i].value - 1) * d.stride[i];
  }
  d.elements = empty ? 0 : reach;
  return d;
}
}  // namespace detail

/// What a buffer holds: element type, extents, role and layout. No storage, no address.
///
/// @tparam Self     the deriving type; compilers print its name, so an error names the tensor
/// @tparam Element  i8 u8 i16 u16 i32 f32
/// @tparam Extents  deeploy::shape<...>
/// @tparam use      role::scratch unless the user writes, reads or keeps it
/// @tparam Layout   dense, or strides<...> in elements for inputs and outputs that live inside something larger
template <class Self, class Element, Shape Extents, role use = role::scratch, class Layout = dense>
struct tensor {
  using element_t = Element;
  static constexpr tensor_descriptor descriptor = detail::describe_tensor<Self, Element, Extents, Layout>(use);
};

/// Where the importer put a constant: offset in constants.bin and FNV-1a digest of its bytes.
struct image_place {
  bytes offset = 0;
  u64 digest = 0;
};

/// A constant. The importer gives its place in constants.bin; one written by hand has `static constexpr Element values[]`.
template <class Self, class Element, Shape Extents, image_place where = image_place{}>
struct constant {
  using element_t = Element;
  static constexpr tensor_descriptor descriptor = [] {
    auto d = detail::describe_tensor<Self, Element, Extents, dense>(role::constant);
    d.digest = where.digest;
    d.image_offset = where.offset;
    if constexpr (requires { Self::values; }) {
      static_assert(sizeof(Self::values) / sizeof(Element) == detail::describe_tensor<Self, Element, Extents, dense>(role::constant).elements,
                    "[DPL-1006] a constant has another number of values than elements");
      detail::digest sum;
      for (Element v : Self::values) sum.add(static_cast<u64>(v));
      d.digest = sum.value;
      d.values = Self::values;
    }
    return d;
  }();
};

/// Satisfied by what derives from tensor<...> or constant<...>.
template <class T>
concept Tensor = requires { T::descriptor.elements; T::descriptor.use; };
}  // namespace deeploy
