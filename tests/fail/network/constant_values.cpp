// SPDX-License-Identifier: Apache-2.0
// A constant of four elements with three values.
// expect: DPL-1006
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
#ifdef WRONG
struct c : constant<c, i8, shape<4>> {
  static constexpr i8 values[] = {1, 2, 3};
};
#else
struct c : constant<c, i8, shape<4>> {
  static constexpr i8 values[] = {1, 2, 3, 4};
};
#endif
struct y : tensor<y, i8, shape<4>, role::output> {};
struct move : op::copy<move, c, y> {};
struct network : deeploy::network<network, move> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
