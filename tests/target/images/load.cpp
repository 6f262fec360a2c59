// SPDX-License-Identifier: Apache-2.0
// Images that a cold start brings from HyperRAM, and that a sleep loses in part. A sleep is played by writing over memories.
#include <siracusa/runtime/l3.hpp>

#include "answers.hpp"

namespace {
constexpr unsigned l3 = 0x1'0000;  // where the test puts weights_l3.bin

/// Writes over what lies in the image of a memory, as a sleep without power would.
void lose(unsigned memory) {
  for (deeploy::stored_image const& i : digits::weight_images)
    if (i.memory == memory)
      for (unsigned at = 0; at < i.length / 4; ++at) reinterpret_cast<unsigned volatile*>(const_cast<unsigned char*>(i.at))[at] = 0x5EA1'DEAD;
}

/// Words through HyperRAM and back, in pieces and at once, into L2 and into weight memory.
bool moves_any_length() {
  constexpr unsigned words = 3 * 1024 + 1, there = 0x80'0000;
  static unsigned out[words], back[words];
  unsigned* const far = reinterpret_cast<unsigned*>(address::weights_sram + 0x10'0000);
  for (unsigned i = 0; i < words; ++i) out[i] = i * 0x9E37'79B9;
  udma::start_clock();
  for (unsigned done = 0; done < words; done += 1000) {
    udma::start_write(out + done, there + 4 * done, 4 * (words - done < 1000 ? words - done : 1000));
    udma::finish_write();
  }
  constexpr unsigned lengths[] = {1, 1023, 1024, 1025, 2048, words};
  unsigned* const places[] = {back, far};
  for (unsigned length : lengths)
    for (unsigned* to : places) {
      to[length - 1] = 0;
      read_l3(to, there, 4 * length);
      for (unsigned i = 0; i < length; ++i)
        if (to[i] != out[i]) return false;
    }
  return true;
}
}  // namespace

int main() {
  static digits_instance net(digits_arenas);
  start_cluster();
  image_status const loaded = net.load(digits::weight_images, l3);
  say("load", loaded);
  if (loaded != image_status::good) return 0;  // as the test expects of damaged stores
  say("right answers", right_answers(net));

  // What is refused by its header leaves everything as it was.
  say("load from elsewhere", net.load(digits::weight_images, 0x40'0000));
  say("right answers", right_answers(net));
  say("resume, nothing lost", net.resume(digits::weight_images, l3));
  lose(3);
  say("resume", net.resume(digits::weight_images, l3));
  say("right answers", right_answers(net));

  // The program itself begins anew: it finds what the memories have kept, and brings the rest.
  static digits_instance again(digits_arenas);
  lose(3);
  say("resume of a new program", again.resume(digits::weight_images, l3));
  say("right answers", right_answers(again));

  // What should have been kept is gone all the same.
  static digits_instance third(digits_arenas);
  for (deeploy::stored_image const& i : digits::weight_images) lose(i.memory);
  say("resume after a power failure", third.resume(digits::weight_images, l3));
  say("right answers", right_answers(third));
  say("any length", moves_any_length());
  return 0;
}
