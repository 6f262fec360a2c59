// SPDX-License-Identifier: Apache-2.0
// 64 tokens through one plan on the target; each result is compared with attention over exactly so many positions.
#include MODEL_HEADER
#include <siracusa/runtime/console.hpp>

#define JOINED(a, b) a##b
#define ARENAS_OF(model) JOINED(model, _arenas)

using namespace growing_cache;
using namespace deeploy::siracusa;

namespace {
int requant(int sum, int shift) {
  int const q = (sum + (1 << (shift - 1))) >> shift;
  return q < -128 ? -128 : q > 127 ? 127 : q;
}
template <class Weight>
void linear(int const* x, int* y) {
  for (int n = 0; n < width; ++n) {
    int sum = 0;
    for (int k = 0; k < width; ++k) sum += x[k] * Weight::values[n * width + k];
    y[n] = requant(sum, 8);
  }
}

/// Plain loops: keys and values of all tokens so far, no tiles, no plan.
struct plain_attention {
  int key[most][width], value[most][width];
  int length = 0;
  void next(int const* token, int* out) {
    linear<w_key>(token, key[length]);
    linear<w_value>(token, value[length++]);
    int query[width], context[width];
    linear<w_query>(token, query);
    for (int h = 0; h < heads; ++h) {
      int s[most], best = -1000;
      for (int p = 0; p < length; ++p) {
        int sum = 0;
        for (int d = h * head_width; d < (h + 1) * head_width; ++d) sum += query[d] * key[p][d];
        s[p] = requant(sum, 6);
        best = s[p] > best ? s[p] : best;
      }
      unsigned e[most], total = 0;
      for (int p = 0; p < length; ++p) {
        int const x = s[p] - best, z = -(x / 63) > 31 ? 31 : -(x / 63), r = x + z * 63;
        total += e[p] = static_cast<unsigned>((r + 85) * (r + 85) + 3770) >> z;
      }
      for (int d = h * head_width; d < (h + 1) * head_width; ++d) {
        int sum = 0;
        for (int p = 0; p < length; ++p) sum += static_cast<int>(e[p] * 255u / total) * value[p][d];
        context[d] = requant(sum, 8);
      }
    }
    linear<w_out>(context, out);
    for (int n = 0; n < width; ++n) out[n] = requant(out[n] + token[n], 1);
  }
};
}  // namespace

int main() {
  static instance<growing_cache::network> net(ARENAS_OF(MODEL));
  static plain_attention plain;
  start_cluster();
  if (MODEL::load_weights(net) != image_status::good) return 2;
  unsigned different = 0;
  for (int step = 0; step < most; ++step) {
    int t[width], expected[width];
    for (int i = 0; i < width; ++i) t[i] = (i * 37 + step * 91 + i * step * 5) % 255 - 127;
    for (int i = 0; i < width; ++i) net.data<token>()[i] = static_cast<deeploy::i8>(t[i]);
    if (!net.run({.of = {-1, step + 1}})) return 3;
    plain.next(t, expected);
    for (int i = 0; i < width; ++i) different += net.data<result>()[i] != expected[i];
  }
  print("values that differ: "), print(different), print("\n");
  return different == 0 ? 0 : 1;
}
