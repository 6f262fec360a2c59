// SPDX-License-Identifier: Apache-2.0
// 64 tokens through one plan; each step is compared with attention over exactly so many positions, in plain loops.
#include <cstdio>
#include <growing_cache/network.hpp>
#include <vector>

namespace {
using namespace growing_cache;

int requant(int sum, int shift, int low = -128, int high = 127) {
  int const q = (sum + (1 << (shift - 1))) >> shift;
  return q < low ? low : q > high ? high : q;
}

/// Attention for the newest token over all tokens so far, from scratch: no cache, no tiles, no plan.
std::vector<int> plain_attention(std::vector<std::vector<int>> const& tokens) {
  int const length = static_cast<int>(tokens.size());
  auto linear = [](std::vector<int> const& x, auto const& w) {
    std::vector<int> y(width);
    for (int n = 0; n < width; ++n) {
      int sum = 0;
      for (int k = 0; k < width; ++k) sum += x[k] * w[n * width + k];
      y[n] = requant(sum, 8);
    }
    return y;
  };
  std::vector<std::vector<int>> k, v;
  for (auto const& t : tokens) k.push_back(linear(t, w_key::values)), v.push_back(linear(t, w_value::values));
  std::vector<int> const q = linear(tokens.back(), w_query::values);
  std::vector<int> context(width);
  for (int h = 0; h < heads; ++h) {
    std::vector<int> s(length);
    int best = -1000;
    for (int p = 0; p < length; ++p) {
      int sum = 0;
      for (int d = 0; d < head_width; ++d) sum += q[h * head_width + d] * k[p][h * head_width + d];
      s[p] = requant(sum, 6);
      best = s[p] > best ? s[p] : best;
    }
    std::vector<unsigned> e(length);
    unsigned total = 0;
    for (int p = 0; p < length; ++p) {
      int const x = s[p] - best, z = -(x / 63) > 31 ? 31 : -(x / 63), r = x + z * 63;
      total += e[p] = static_cast<unsigned>((r + 85) * (r + 85) + 3770) >> z;
    }
    for (int d = 0; d < head_width; ++d) {
      int sum = 0;
      for (int p = 0; p < length; ++p) sum += static_cast<int>(e[p] * 255u / total) * v[p][h * head_width + d];
      context[h * head_width + d] = requant(sum, 8);
    }
  }
  std::vector<int> out = linear(context, w_out::values);
  for (int n = 0; n < width; ++n) out[n] = requant(out[n] + tokens.back()[n], 1);
  return out;
}
}  // namespace

int main() {
  static deeploy::host::instance<growing_cache::network, deeploy::host::checking_machine> net;
  if (load_weights(net) != deeploy::host::image_status::good) return 2;
  std::vector<std::vector<int>> tokens;
  int different = 0;
  for (int step = 0; step < most; ++step) {
    std::vector<int> t(width);
    for (int i = 0; i < width; ++i) t[i] = (i * 37 + step * 91 + i * step * 5) % 255 - 127;
    tokens.push_back(t);
    for (int i = 0; i < width; ++i) net.data<token>()[i] = static_cast<deeploy::i8>(t[i]);
    net.run({.of = {-1, step + 1}});
    std::vector<int> const expected = plain_attention(tokens);
    for (int i = 0; i < width; ++i) different += net.data<result>()[i] != expected[i];
  }
  std::printf("%d tokens through one plan: %d of %d values differ%s\n", most, different, most * width, net.on().clean() ? "" : "; transfers left behind");
  return different == 0 && net.on().clean() ? 0 : 1;
}
