// SPDX-License-Identifier: Apache-2.0
// A network inside of a run-time that is not ours: its cores enter the executor like any other job. Between two runs the
// cluster does something else, and an alarm that comes while the network runs is there afterwards.
#include <digits/network.hpp>
#include <siracusa/runtime/console.hpp>

#include "../04_siracusa/images.hpp"
#include "foreign.hpp"

using namespace deeploy::siracusa;
using network = instance<model::digits::network>;

/// Something else: all cores sum the pixels of an image.
struct sum_job {
  unsigned char const* pixels;
  unsigned part[foreign::cores], total[foreign::cores];
};
static void sum(unsigned core, void* argument) {
  auto& job = *static_cast<sum_job*>(argument);
  unsigned s = 0;
  for (unsigned p = core; p < 64; p += foreign::cores) s += job.pixels[p];
  job.part[core] = s;
  foreign::meet();
  s = 0;
  for (unsigned const part : job.part) s += part;
  job.total[core] = s;
}

int main() {
  static network net(digits_arenas);
  if (digits::load_weights(net) != image_status::good) return 2;
  foreign::start_team();
  unsigned right = 0, sums_right = 0, alarms_right = 0;
  for (unsigned i = 0; i < images; ++i) {
    for (int p = 0; p < 64; ++p) net.data<model::digits::image>()[p] = image[i][p];
    net.prepare();
    foreign::begin([](unsigned core, void* n) { network::enter(core, *static_cast<network*>(n)); }, &net);
    for (int volatile pause = 0; pause < 500; pause = pause + 1) {
    }
    foreign::raise_alarm();
    foreign::end();
    auto const* score = net.data<model::digits::scores>();
    int best = 0;
    for (int d = 1; d < 10; ++d)
      if (score[d] > score[best]) best = d;
    right += net.finished() && best == label[i];

    static sum_job job;
    job.pixels = image[i];
    foreign::begin(sum, &job);
    foreign::end();
    unsigned expected = 0;
    for (unsigned const pixel : image[i]) expected += pixel;
    for (unsigned core = 0; core < foreign::cores; ++core) {
      sums_right += job.total[core] == expected;
      alarms_right += foreign::alarms[core] == i + 1;
    }
  }
  print(right), print(" images right, "), print(sums_right), print(" sums, "), print(alarms_right), print(" alarms\n");
  return right == images && sums_right == images * foreign::cores && alarms_right == images * foreign::cores ? 0 : 1;
}
