// SPDX-License-Identifier: Apache-2.0
// Two networks in one firmware: they share scratch memory and take turns; constants and states lie apart, and the compiler
// proves that over both plans. Each one's results are those that it had alone.
#include <deeploy/together.hpp>
#include <digits/network.hpp>
#include <growing_cache/network.hpp>
#include <siracusa/runtime/console.hpp>

#include "../04_siracusa/images.hpp"

using namespace deeploy::siracusa;
using deeploy::u8;
using reader = model::digits::network;
using writer = growing_cache::network;
using board = deeploy::board::siracusa;

// One arena per memory instead of one per network and memory.
using turns = deeploy::together<board, reader, writer>;
[[gnu::section(".l1_arenas")]] alignas(64) static u8 l1[turns::arena_bytes(0)];
[[gnu::section(".l2_arenas")]] alignas(64) static u8 l2[turns::arena_bytes(1)];
static u8* const arenas[deeploy::memory_count<board>] = {l1, l2};

constexpr int rounds = 100, tokens = 64, classes = 10;
static signed char scores[images][classes], results[tokens][growing_cache::width];
static int different;

/// Reads image i; keeps the scores, or compares them with those kept.
static void read(instance<reader>& net, int i, bool compare) {
  for (int p = 0; p < 64; ++p) net.data<model::digits::image>()[p] = image[i][p];
  net.run();
  for (int c = 0; c < classes; ++c) {
    auto const now = net.data<model::digits::scores>()[c];
    if (compare) different += now != scores[i][c];
    scores[i][c] = now;
  }
}
/// Appends token t to the cache, a new one with token 0.
static void append(instance<writer>& net, int t, bool compare) {
  for (int i = 0; i < growing_cache::width; ++i) net.data<growing_cache::token>()[i] = static_cast<signed char>((i * 37 + t * 91 + i * t * 5) % 255 - 127);
  net.run({.of = {-1, t + 1}});
  for (int i = 0; i < growing_cache::width; ++i) {
    auto const now = net.data<growing_cache::result>()[i];
    if (compare) different += now != results[t][i];
    results[t][i] = now;
  }
}

int main() {
  static instance<reader> digit_reader(turns::bases<reader>(arenas).of);
  static instance<writer> cache(turns::bases<writer>(arenas).of);
  start_cluster();
  if (digits::load_weights(digit_reader) != image_status::good || growing_cache::load_weights(cache) != image_status::good) return 2;
  for (int i = 0; i < images; ++i) read(digit_reader, i, false);
  for (int t = 0; t < tokens; ++t) append(cache, t, false);
  for (int r = 0; r < rounds; ++r) {
    read(digit_reader, r % images, true);
    append(cache, r % tokens, true);
  }
  print(rounds), print(" rounds, "), print(static_cast<unsigned>(different)), print(" values differ; ");
  print(sizeof l1), print(" bytes of L1 and "), print(sizeof l2), print(" of L2 for both\n");
  return different == 0 ? 0 : 1;
}
