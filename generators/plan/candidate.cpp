// SPDX-License-Identifier: Apache-2.0
// What one way to run a layer costs. The executor's pipeline in arithmetic; see execute.hpp for the real one.
#include <generators/plan/candidate.hpp>

#include <algorithm>

namespace deeploy::plan {
namespace {
std::int64_t round_up(std::int64_t n, std::int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

/// DMA cycles for one tile of an operand: bytes at the memory's rate, lines and transfers as transfer() makes them.
std::int64_t transfer_cycles(operand const& o, index const* tile, memory_facts const& m, execution_costs const& costs) {
  storage_order const order = tile_order(o);
  std::int64_t line = size_of(o.of->type), lines = 1, transfers = 1;
  int i = o.rank - 1;
  auto length = [&](int at) { return std::int64_t{most_touched(o.dim[order.of[at]], tile)}; };
  for (; i >= 0; --i) {
    if (length(i) == 1) continue;
    if (std::int64_t{o.dim[order.of[i]].stride} * size_of(o.of->type) != line) break;
    line *= length(i);
  }
  bool two_dimensional = false;
  for (; i >= 0; --i) {
    if (length(i) == 1) continue;
    if (!two_dimensional)
      lines = length(i);
    else
      transfers *= length(i);
    two_dimensional = true;
  }
  std::int64_t const total = line * lines * transfers;
  return transfers * costs.dma_issue_cycles + (total * 16 + m.dma_bytes_per_16_cycles - 1) / m.dma_bytes_per_16_cycles +
         (lines * transfers > 1 ? lines * transfers * costs.dma_line_cycles : 0);
}
}  // namespace

std::vector<index> tile_lengths(planned_layer const& l, mapping_facts const& m, int form, int axis, bool reduced_grid) {
  index const length = l.d->space[axis].length;
  axis_kind const kind = l.d->space[axis].kind;
  if (kind == axis_kind::whole || (kind == axis_kind::reduction && !m.forms[form].accumulates)) return {length};
  index const multiple = std::max<index>(
      1, static_cast<index>(std::int64_t{m.multiple(*l.d, form, axis)} * cut_multiple(*l.d, axis)));
  std::vector<index> lengths{length};
  for (index tiles = 2; tiles <= length;) {
    index const n = static_cast<index>(round_up((length + tiles - 1) / tiles, multiple));
    if (n < lengths.back()) lengths.push_back(n);
    if (n <= multiple) break;
    // The next number of tiles that allows a smaller length.
    index const smaller = static_cast<index>(round_up(n, multiple)) - multiple;
    if (smaller < 1) break;
    tiles = std::max(tiles + 1, (length + smaller - 1) / smaller);
  }
  if (reduced_grid && lengths.size() > 3) lengths = {lengths.front(), lengths[lengths.size() / 2], lengths.back()};
  return lengths;
}

void evaluate(planned_layer const& l, planned_board const& b, candidate& c) {
  layer_descriptor const& d = *l.d;
  mapping_facts const& m = l.engines[c.engine];
  memory_facts const& l1 = b.memories[0];
  std::int64_t trips[max_axes], count_of_tiles = 1;
  for (int a = 0; a < d.axes; ++a) {
    trips[a] = (d.space[a].length + c.tile[a] - 1) / c.tile[a];
    count_of_tiles *= trips[a];
  }
  std::int64_t cycles[max_operands] = {}, size[max_operands] = {};
  bool moves[max_operands] = {};
  for (int o = 0; o < d.operands; ++o) {
    if (d.with[o].of == nullptr || c.home[o] == 0) continue;
    moves[o] = true;
    memory_facts const& from = b.memories[c.home[o]];
    cycles[o] = transfer_cycles(d.with[o], c.tile.data(), from, b.costs);
    size[o] = round_up(tile_bytes(d.with[o], c.tile.data()), l1.alignment_bytes);
  }
  std::int64_t const compute = m.tile_cycles(d, c.form, c.tile.data()) + b.costs.tile_cycles;
  // Going from one tile to the next advances one loop and starts the loops inside of it again. Loop by loop: how often,
  // and what moves then.
  std::int64_t pipeline = compute, dma = 0, serial = 0, moved = 0, outer = 1;
  bool reducing = true;  // all loops from here inwards are reductions
  int innermost[max_operands];
  std::fill(innermost, innermost + max_operands, -1);
  for (int p = 0; p < d.axes; ++p)
    for (int o = 0; o < d.operands; ++o)
      if (trips[c.order[p]] > 1 && moves[o] && depends_on(d.with[o], c.order[p])) innermost[o] = p;
  std::int64_t loads[max_operands];
  std::fill(loads, loads + max_operands, 1);
  for (int p = 0; p < d.axes; ++p) {
    int const a = c.order[p];
    if (trips[a] == 1) continue;
    std::int64_t const times = (trips[a] - 1) * outer;
    outer *= trips[a];
    reducing = true;
    for (int q = p; q < d.axes; ++q)
      if (trips[c.order[q]] > 1 && d.space[c.order[q]].kind != axis_kind::reduction) reducing = false;
    std::int64_t under = 0, exposed = 0;
    for (int o = 0; o < d.operands; ++o) {
      if (!moves[o] || innermost[o] < p) continue;
      if (d.with[o].way == direction::out && reducing) continue;
      loads[o] += times;
      if (c.copies[o] == 2)
        under += cycles[o];
      else
        exposed += cycles[o] + b.memories[c.home[o]].dma_latency_cycles;
    }
    pipeline += times * (std::max(compute, under));
    dma += times * under;
    serial += times * exposed;
  }
  std::int64_t first = 0, last = 0, latency = 0;
  c.early_cycles = c.early_bytes = 0;
  c.bytes = round_up(m.scratch_bytes(d, c.form, c.tile.data()), l1.alignment_bytes);
  for (int o = 0; o < d.operands; ++o) {
    if (!moves[o]) continue;
    c.bytes += c.copies[o] * size[o];
    moved += loads[o] * size[o];
    std::int64_t const wait = b.memories[c.home[o]].dma_latency_cycles;
    if (d.with[o].way == direction::out) {
      last += cycles[o] + wait;
    } else if (c.early >> o & 1) {
      c.early_cycles += cycles[o];
      c.early_bytes += size[o];
    } else {
      first += cycles[o];
      latency = std::max(latency, wait);
    }
  }
  c.serial_cycles = serial;
  c.fixed_cycles = b.costs.step_cycles + first + latency + serial + last;
  c.tight_cycles = pipeline;
  c.loose_cycles = dma;
  c.compute_cycles = compute * count_of_tiles;
  c.moved_bytes = moved;
}
}  // namespace deeploy::plan
