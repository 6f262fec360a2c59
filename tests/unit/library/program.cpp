// SPDX-License-Identifier: Apache-2.0
// The tables that the executor reads: addresses, shared geometries, values, homes; and re-entrance of execute().
#include <doctest/doctest.h>

#include <deeploy/program.hpp>
#include <host/instance.hpp>
#include <set>

namespace twice {
using namespace deeploy;
// Two blocks of the same shape with other weights and scales: one geometry, one kernel.
struct x : tensor<x, i8, shape<8, 4>, role::input> {};
template <int n>
struct w : constant<w<n>, i8, shape<4, 4>> {
  static constexpr i8 values[] = {n, 1, 0, 2, 1, n, 3, 0, 0, 2, n, 1, 4, 0, 1, n};
};
struct h : tensor<h, i8, shape<8, 4>> {};
struct y : tensor<y, i8, shape<8, 4>, role::output> {};
struct first : op::matmul<first, x, w<1>, h, {.result = {.shift = 1}}> {};
struct second : op::matmul<second, h, w<2>, y, {.result = {.shift = 2}}> {};
struct network : deeploy::network<network, first, second> {};
}  // namespace twice

template <>
struct deeploy::plan_of<twice::network> {
  static constexpr plan_header header{.format = format_version,
                                      .tool = tool_version,
                                      .model = model_hash<twice::network>,
                                      .board = board_hash<deeploy::board::host>};
  static constexpr memory_use memories[] = {{{0, 0, 64}}, {{32, 0, 96}}, {}, {}, {}};
  static constexpr place tensors[] = {{1, section::scratch, 0},
                                      {1, section::constants, 0},
                                      {1, section::scratch, 32},
                                      {1, section::constants, 16},
                                      {1, section::scratch, 64}};
  static constexpr step steps[] = {
      {.layer = 0,
       .part = {.to = {1, 1, 1, 8, 4, 4}},
       .tile = {1, 1, 1, 4, 4, 4},
       .order = {0, 1, 2, 3, 4, 5},
       .buffer = {{1, {0}}, {1, {16}}, {}, {}, {}, {1, {32}}}},
      {.layer = 1,
       .early = {{2}},
       .part = {.to = {1, 1, 1, 4, 4, 4}},
       .tile = {1, 1, 1, 4, 4, 4},
       .order = {0, 1, 2, 3, 4, 5},
       .buffer = {{1, {0}}, {1, {48}}, {}, {}, {}, {1, {32}}}},
      {.layer = 1,
       .part = {.from = {0, 0, 0, 4, 0, 0}, .to = {1, 1, 1, 8, 4, 4}},
       .tile = {1, 1, 1, 4, 4, 4},
       .order = {0, 1, 2, 3, 4, 5},
       .buffer = {{1, {0}}, {1, {16}}, {}, {}, {}, {1, {32}}}},
  };
};

namespace deeploy::test {
TEST_CASE("program: an address keeps memory, section and offset") {
  for (int memory = 0; memory < max_memories; ++memory)
    for (section s : {section::constants, section::state, section::scratch})
      for (i64 offset : {i64{0}, i64{1}, i64{4096}, i64{64} * 1000 * 1000}) {
        address const a(static_cast<u8>(memory), s, offset);
        CHECK(a.base() == static_cast<u32>(memory * section_count + static_cast<int>(s)));
        CHECK(a.offset() == offset);
      }
  CHECK(base_count <= 1 << (32 - address::offset_bits));
}

TEST_CASE("program: steps of equal shape share a geometry and their layers the code") {
  using p = program<twice::network, board::host>;
  CHECK(p::step_count == 3);
  program_view const& v = p::view;
  CHECK(v.step_count == 3);
  // The halves of the second layer differ from the whole of the first, and from each other in where they begin.
  CHECK(p::geometry_count == 3);
  std::set<kernel_phase> codes;
  for (int g = 0; g < p::geometry_count; ++g) codes.insert(v.geometries[g].head.code.phase[0]);
  CHECK(codes.size() == 1);
  CHECK(v.steps[0].layer == 0);
  CHECK(v.steps[2].layer == 1);
  CHECK(v.steps[1].values_at == v.steps[2].values_at);
  CHECK(v.values[v.steps[0].values_at] == 1);  // the shifts
  CHECK(v.values[v.steps[1].values_at] == 2);
  CHECK(v.steps[1].early.by[0] == 2);
  CHECK(v.steps[1].buffer[1][0] == 48);
  CHECK(v.steps[0].home[1].base() == address(1, section::constants, 0).base());
  CHECK(v.steps[1].home[1].offset() == 16);
  CHECK(v.steps[1].home[0].offset() == 32);
}

TEST_CASE("instance: two at once do not disturb each other, and images are checked") {
  using checked = host::instance<twice::network, host::checking_machine>;
  checked a(0x11), b(0xEE);
  std::vector<u8> image(sizeof(image_header) + 32);
  image_header header;
  header.model = model_hash<twice::network>;
  header.layout = layout_hash<twice::network, board::host>(1);
  header.memory = 1;
  header.length = 32;
  for (int i = 0; i < 16; ++i) {
    image[sizeof header + static_cast<std::size_t>(i)] = static_cast<u8>(twice::w<1>::values[i]);
    image[sizeof header + 16 + static_cast<std::size_t>(i)] = static_cast<u8>(twice::w<2>::values[i]);
  }
  header.crc32 = crc32_of(image.data() + sizeof header, 32);
  auto const loaded = [&](image_header const& h, std::size_t length) {
    std::memcpy(image.data(), &h, sizeof h);
    return a.attach(image.data(), length);
  };
  auto const changed = [&](auto change) {
    image_header h = header;
    change(h);
    return loaded(h, image.size());
  };
  CHECK(loaded(header, 10) == host::image_status::not_an_image);
  CHECK(changed([](image_header& h) { h.magic ^= 1; }) == host::image_status::not_an_image);
  CHECK(changed([](image_header& h) { ++h.format; }) == host::image_status::other_format);
  CHECK(changed([](image_header& h) { ++h.model; }) == host::image_status::other_model);
  CHECK(changed([](image_header& h) { ++h.layout; }) == host::image_status::other_plan);
  CHECK(changed([](image_header& h) { h.memory = 77; }) == host::image_status::other_plan);
  CHECK(changed([](image_header& h) { h.crc32 ^= 4; }) == host::image_status::damaged);
  CHECK(loaded(header, image.size() - 1) == host::image_status::damaged);
  CHECK(loaded(header, image.size()) == host::image_status::good);
  CHECK(b.attach(image.data(), image.size()) == host::image_status::good);
  for (int i = 0; i < 32; ++i)
    a.data<twice::x>()[i] = static_cast<i8>(i - 16), b.data<twice::x>()[i] = static_cast<i8>(3 * i);
  a.run();
  b.run();
  for (auto* net : {&a, &b}) {
    CHECK(net->on().clean());
    for (int r = 0; r < 8; ++r)
      for (int n = 0; n < 4; ++n) {
        int sum = 0;
        for (int k = 0; k < 4; ++k) {
          int inner = 0;
          for (int j = 0; j < 4; ++j)
            inner += (net == &a ? r * 4 + j - 16 : 3 * (r * 4 + j)) * twice::w<1>::values[j * 4 + k];
          inner = (inner + 1) >> 1;
          sum += (inner < -128 ? -128 : inner > 127 ? 127 : inner) * twice::w<2>::values[k * 4 + n];
        }
        sum = (sum + 2) >> 2;
        CHECK(net->data<twice::y>()[r * 4 + n] == (sum < -128 ? -128 : sum > 127 ? 127 : sum));
      }
  }
  CHECK(crc32_of(reinterpret_cast<u8 const*>("123456789"), 9) == 0xCBF43926);
}
}  // namespace deeploy::test
