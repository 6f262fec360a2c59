// SPDX-License-Identifier: Apache-2.0
// shape<...>: rank, extents, run-time slots; the concept with a near miss.
#include <deeploy/shape.hpp>

namespace {
using namespace deeploy;
static_assert(shape<>::rank == 0);
static_assert(shape<4>::rank == 1 && shape<4>::of[0] == extent(4));
static_assert(shape<1, 2, 3, 4, 5, 6>::rank == max_rank && shape<1, 2, 3, 4, 5, 6>::of[5].value == 6);
static_assert(shape<3, 0, 5>::of[1].value == 0);  // an empty cache

static_assert(upto<65>.value == 65 && upto<65>.slot == 1 && upto<65, 3>.slot == 3);
static_assert(extent(65).slot == 0 && !(extent(65) == upto<65>)&&upto<65> == upto<65, 1>);
static_assert(shape<16, upto<65>, 4>::of[0].slot == 0 && shape<16, upto<65>, 4>::of[1].slot == 1);

static_assert(Shape<shape<>> && Shape<shape<2, upto<3>>>);
struct near_miss {
  static constexpr int rank = 2;
};
static_assert(!Shape<near_miss> && !Shape<int>);
}  // namespace
