// SPDX-License-Identifier: Apache-2.0
// Images that are part of the program: taken as they are; refused, with the right code, when one word of them is another.
// The fabric controller alone and the cluster must agree.
#include "answers.hpp"

namespace {
/// The status with `bits` of the word at `offset` turned around.
void changed(digits_instance& net, char const* what, deeploy::stored_image const& i, unsigned offset, unsigned bits) {
  auto* const word = reinterpret_cast<unsigned volatile*>(const_cast<unsigned char*>(i.at) + offset);
  *word = *word ^ bits;
  say(what, net.attach(digits::weight_images));
  *word = *word ^ bits;
}
}  // namespace

int main() {
  static digits_instance net(digits_arenas);
  store(address::fabric_timer + timer::configuration, 3);
  unsigned cycles[2];
  for (int with_cluster = 0; with_cluster < 2; ++with_cluster) {
    if (with_cluster) start_cluster();
    say(with_cluster ? "cluster" : "alone", with_cluster);
    unsigned const begin = load(address::fabric_timer + timer::count);
    say("as it is", net.attach(digits::weight_images));
    cycles[with_cluster] = load(address::fabric_timer + timer::count) - begin;
    for (deeploy::stored_image const& i : digits::weight_images) {
      say("memory", i.memory);
      changed(net, "magic", i, 0, 1u << 31);
      changed(net, "model", i, 12, 1);
      changed(net, "layout", i, 16, 1u << 7);
      changed(net, "format", i, 24, 1);
      changed(net, "memory number", i, 28, 1u << 20);
      changed(net, "length", i, 32, 4);
      changed(net, "checksum", i, 36, 1u << 13);
      changed(net, "first word", i, 40, 1u << 30);
      changed(net, "last word", i, (i.length & ~3u) - 4, 1);
      say("cut off", net.attach(i.at, i.length - 1));
      say("cut off in the header", net.attach(i.at, 39));
    }
  }
  say("cycles alone", cycles[0]);
  say("cycles of the cluster", cycles[1]);
  say("right answers", right_answers(net));
  return 0;
}
