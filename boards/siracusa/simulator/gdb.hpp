// SPDX-License-Identifier: Apache-2.0
// --gdb: a remote stub. Threads are the cores (thread i + 1 is core i, thread 9 the fabric controller).
#pragma once
#include "machine.hpp"

#include <set>
#include <string>

namespace simulator {
/// Bytes to and from the debugger.
struct gdb_channel {
  int in = -1, out = -1;
  std::string waiting;  // received, not consumed
  /// One byte, or -1 at the end of the connection. Not blocking: -2 when there is none.
  int get(bool blocking);
  void put(std::string const& text);
  /// Until the other side has closed, a few seconds at most: its last acknowledgement must find somebody.
  void wait_for_end();
};
/// Waits for a debugger on a port of the loopback interface. @throws std::runtime_error
gdb_channel listen_for_gdb(unsigned port);

class gdb_stub : public observer {
public:
  gdb_stub(machine& m, gdb_channel channel) : system(m), channel(std::move(channel)) {}
  /// Serves the debugger until it detaches, kills, or the program ends.
  void serve();
  bool before(core& c, decoded const& d) override;
  void after(core& c, decoded const& d, address32 pc) override;
  bool held(core const& c) override { return holding >> c.index & 1; }
  bool look() override;

private:
  std::string packet();  // the next one; empty at the end of the connection
  void answer(std::string const& payload);
  std::string handle(std::string const& p);
  std::string query(std::string const& p);
  std::string resume(unsigned stepping, unsigned held);
  std::string resume_by_actions(std::string const& p);
  std::string stop_reply();
  std::string read_registers() const;
  std::string read_register(unsigned n) const;
  bool write_register(unsigned n, std::string const& hex);
  std::string read_memory(std::string const& p) const;
  std::string write_memory(std::string const& p);
  std::string breakpoint(std::string const& p);
  core& chosen() const { return system.cores[selected]; }

  machine& system;
  gdb_channel channel;
  std::set<address32> breakpoints;
  unsigned selected = map::fabric_core;  // for registers and memory
  unsigned resumed = map::fabric_core;   // that the old commands for steps mean
  unsigned stepping = 0;                 // the cores that step: a bit each
  unsigned holding = 0;                  // the cores that stand still meanwhile
  unsigned passing = 0;                  // stopped at a breakpoint, which was said: the next run passes it
  bool finished = false, interrupted = false;
  int stopped_core = static_cast<int>(map::fabric_core);
  unsigned instructions = 0;
};
}  // namespace simulator
