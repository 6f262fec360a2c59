// SPDX-License-Identifier: Apache-2.0
// What one way to run a layer costs. The executor's pipeline in arithmetic; see execute.hpp for the real one.
#include <algorithm>
#include <deeploy/packing.hpp>
#include <deeploy/ready_tiles.hpp>
#include <generators/plan/candidate.hpp>

namespace deeploy::plan {
namespace {
std::int64_t round_up(std::int64_t n, std::int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

/// Cycles for one tile of an operand: of the DMA, with lines and transfers as transfer() makes them; of its port for requests
/// alone; and of the core that programs it.
struct transfer_cost {
  std::int64_t dma, request, issue;
};
transfer_cost cost_of_transfer(operand const& o, storage_order const& order, index const* tile, memory_facts const& m,
                             execution_costs const& costs) {
  std::int64_t const element = size_of(o.of->type);
  std::int64_t line = element, lines = 1, transfers = 1;
  int i = o.rank - 1;
  for (; i >= 0; --i) {
    dimension const& d = o.dim[order.of[i]];
    std::int64_t const n = most_touched(d, tile);
    if (n == 1) continue;
    if (d.stride * element != line) break;
    line *= n;
  }
  bool two_dimensional = false;
  for (; i >= 0; --i) {
    std::int64_t const n = most_touched(o.dim[order.of[i]], tile);
    if (n == 1) continue;
    if (!two_dimensional)
      lines = n;
    else
      transfers *= n;
    two_dimensional = true;
  }
  // Lines so short that asking for one takes longer than moving it.
  std::int64_t const all = lines * transfers, bursts = (line + costs.dma_burst_bytes - 1) / costs.dma_burst_bytes;
  std::int64_t const request = all * (bursts * costs.dma_request_cycles + line / costs.dma_request_bytes_per_cycle);
  std::int64_t const moved = (all * line * 16 + m.dma_bytes_per_16_cycles - 1) / m.dma_bytes_per_16_cycles;
  return {all > 1 ? std::max(moved + all * costs.dma_line_cycles, request) : moved, request, transfers * costs.dma_issue_cycles};
}
/// Operand o, or what a form sees in the place of one that the layer does not have.
operand operand_of(planned_layer const& l, int o) {
  if (l.d->with[o].of != nullptr || l.tensor[o] < 0) return l.d->with[o];
  for (std::size_t e = 0; e < l.engines.size(); ++e)
    for (int f = 0; f < l.engines[e].form_count; ++f)
      if (operand const seen = l.engines[e].seen(*l.d, f, o); seen.of != nullptr && l.engines[e].takes(*l.d, f)) return seen;
  return {};
}
}  // namespace

std::int64_t fetch_cycles(std::int64_t code_bytes, execution_costs const& costs) {
  constexpr std::int64_t line_bytes = 16;
  return (code_bytes + line_bytes - 1) / line_bytes * costs.code_line_cycles;
}

std::int64_t refill_cycles(std::int64_t code_bytes, execution_costs const& costs) {
  std::int64_t const half = costs.code_cache_bytes / 2, all = fetch_cycles(code_bytes, costs);
  return code_bytes >= half ? all : all * code_bytes / half;
}

std::vector<index> tile_lengths(planned_layer const& l, mapping_facts const& m, int form, int axis, bool reduced_grid) {
  index const length = l.d->space[axis].length;
  axis_kind const kind = l.d->space[axis].kind;
  if (kind == axis_kind::whole || (kind == axis_kind::reduction && !m.forms[form].accumulates)) return {length};
  index const multiple = std::max<index>(1, static_cast<index>(std::int64_t{m.multiple(*l.d, form, axis)} * cut_multiple(*l.d, axis)));
  std::vector<index> lengths{length};
  for (index tiles = 2; tiles <= length;) {
    index const n = static_cast<index>(round_up((length + tiles - 1) / tiles, multiple));
    if (n < lengths.back()) lengths.push_back(n);
    index const smaller = n - multiple;  // the next number of tiles is the one that allows this
    if (smaller < 1) break;
    tiles = std::max(tiles + 1, (length + smaller - 1) / smaller);
  }
  if (reduced_grid && lengths.size() > 3) lengths = {lengths.front(), lengths[lengths.size() / 2], lengths.back()};
  return lengths;
}

evaluator::evaluator(planned_layer const& l, planned_board const& b, home_list const& homes) : l_(l), b_(b), homes_(homes) {
  for (int o = 0; o < l.d->operands; ++o) {
    operand const with = operand_of(l, o);
    if (with.of == nullptr || homes[o] == 0) continue;
    storage_[o] = tile_order(with);
    moving_ |= 1u << o;
    bool const written = with.way == direction::out;
    if (written) written_ |= 1u << o;
    unsigned axes = 0;
    for (int a = 0; a < l.d->axes; ++a)
      if (depends_on(with, a)) axes |= 1u << a;
    auto const found = std::find_if(groups_.begin(), groups_.end(), [&](group const& g) { return g.axes == axes && g.written == written; });
    if (found == groups_.end())
      groups_.push_back({1u << o, axes, written});
    else
      found->operands |= 1u << o;
  }
}

tile_facts facts_of(planned_layer const& l, planned_board const& b, candidate const& c) {
  layer_descriptor const& d = *l.d;
  mapping_facts const& m = l.engines[c.engine];
  tile_facts facts;
  for (int o = 0; o < d.operands; ++o)
    if (d.with[o].of == nullptr) {
      if (l.tensor[o] >= 0 && m.seen(d, c.form, o).of == nullptr) facts.absent |= 1u << o;
    } else if (m.packs(d, c.form, o)) {
      facts.resident |= 1u << o;
    }
  facts.scratch_bytes = round_up(m.scratch_of_step(d, c.form, c.tile.data()), b.memories[0].alignment_bytes);
  facts.cycles = m.tile_cycles(d, c.form, c.tile.data());
  facts.by_unit = m.by_unit != nullptr && m.by_unit(d, c.form) != 0;
  if (facts.by_unit) facts.ready_cycles = m.ready_cycles(d, c.form, c.tile.data());
  if (m.code_bytes != nullptr) facts.refill_cycles = refill_cycles(m.code_bytes(d, c.form, c.tile.data()), b.costs);
  return facts;
}

void evaluator::set_tile(candidate const& c, tile_facts const& facts) {
  layer_descriptor const& d = *l_.d;
  tiles_ = 1;
  unsigned cut = 0;
  for (int a = 0; a < d.axes; ++a) {
    trips_[a] = (d.space[a].length + c.tile[a] - 1) / c.tile[a];
    tiles_ *= trips_[a];
    if (trips_[a] > 1) cut |= 1u << a;
  }
  bytes const alignment = b_.memories[0].alignment_bytes;
  resident_ = facts.resident | facts.absent;
  placeable_ = true;
  for (int o = 0; o < d.operands; ++o) placeable_ = placeable_ && (!(facts.resident >> o & 1) || b_.memories[homes_[o]].read_in_place);
  changing_ = 0;
  least_moved_ = 0;
  transfers least;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (groups_[g].axes & cut) changing_ |= 1u << g;
    group_issue_[g] = group_latency_[g] = group_size_[g] = 0;
    group_dma_[g] = {};
    // At least once for every tile of the operand itself; a result leaves once per tile of its own, whatever is reduced.
    std::int64_t loads = 1;
    for (int a = 0; a < d.axes; ++a)
      if (groups_[g].axes >> a & 1) loads *= trips_[a];
    for (int o = 0; o < d.operands; ++o) {
      if (!(groups_[g].operands >> o & 1)) continue;
      cycles_[o] = issue_[o] = size_[o] = 0;
      if (resident_ >> o & 1) continue;
      bool const own = d.with[o].of != nullptr;
      operand const part = own ? operand{} : l_.engines[c.engine].seen(d, c.form, o);
      operand const& with = own ? d.with[o] : part;
      transfer_cost const moved = cost_of_transfer(with, storage_[o], c.tile.data(), b_.memories[homes_[o]], b_.costs);
      cycles_[o] = moved.dma;
      issue_[o] = moved.issue;
      size_[o] = round_up(tile_bytes(with, c.tile.data()), alignment);
      (groups_[g].written ? group_dma_[g].out : group_dma_[g].in) += cycles_[o];
      group_dma_[g].request += moved.request;
      group_issue_[g] += issue_[o];
      group_latency_[g] += b_.memories[homes_[o]].dma_latency_cycles;
      group_size_[g] += size_[o];
    }
    least.add(group_dma_[g], loads - 1);
    least_moved_ += loads * group_size_[g];
  }
  least_dma_ = least.at_once();
  scratch_ = facts.scratch_bytes;
  compute_ = facts.cycles;
  ready_ = 0;
  std::int64_t const per_tile = b_.costs.tile_cycles + (tiles_ > deeploy::detail::most_entries ? b_.costs.walked_tile_cycles : 0);
  if (!facts.by_unit) {
    compute_ += per_tile;
    unit_ = 0;
  } else {
    unit_ = compute_;
    ready_ = facts.ready_cycles + per_tile;
    compute_ = std::max(unit_, ready_) + b_.costs.unit_wake_cycles;
  }
  last_ = unit_ != 0 ? unit_ + b_.costs.unit_wake_cycles : compute_;  // nothing is made ready beside the last tile
  refill_ = facts.refill_cycles;
}

void evaluator::set_order(candidate const& c) {
  layer_descriptor const& d = *l_.d;
  // Going from one tile to the next advances one loop and starts the loops inside of it again.
  std::int64_t outer = tiles_;
  unsigned inside = 0;  // axes of this loop and of those inside of it
  bool reducing = true;
  advance_count_ = 0;
  for (int p = d.axes - 1; p >= 0; --p) {
    int const a = c.order[p];
    if (trips_[a] == 1) continue;
    outer /= trips_[a];
    inside |= 1u << a;
    reducing = reducing && d.space[a].kind == axis_kind::reduction;
    unsigned change = 0;
    for (std::size_t g = 0; g < groups_.size(); ++g)
      if ((groups_[g].axes & inside) && !(groups_[g].written && reducing)) change |= 1u << g;
    advances_[advance_count_++] = {(trips_[a] - 1) * outer, change};
  }
}

/// What does not depend on the walk: first loads, last store, bytes.
void evaluator::ends(candidate& c, std::int64_t serial) const {
  std::int64_t first = 0, last = 0, latency = 0;
  c.early &= static_cast<std::uint8_t>(~resident_);
  c.early_cycles = c.early_bytes = 0;
  c.bytes = scratch_;
  for (int o = 0; o < l_.d->operands; ++o) {
    if (!((moving_ & ~resident_) >> o & 1)) continue;
    c.bytes += c.copies[o] * size_[o];
    std::int64_t const wait = b_.memories[homes_[o]].dma_latency_cycles;
    if (written_ >> o & 1) {
      last += cycles_[o] + issue_[o] + wait;
    } else if (c.early >> o & 1) {
      c.early_cycles += cycles_[o] + issue_[o];
      c.early_bytes += size_[o];
    } else {
      first += cycles_[o] + issue_[o];
      latency = std::max(latency, wait);
    }
  }
  c.ready_cycles = ready_;
  c.unit_cycles = unit_;  // finish() knows of more
  std::int64_t const once = b_.costs.step_cycles + refill_ + ready_ + first + latency + last;
  c.stretch_cycles += once;
  c.fixed_cycles = once + serial;
  c.compute_cycles = compute_ * (tiles_ - 1) + last_;
}

void evaluator::bound(candidate& c) const {
  for (int o = 0; o < l_.d->operands; ++o) c.copies[o] = (moving_ & ~resident_) >> o & 1;
  c.stretch_cycles = compute_;
  ends(c, 0);
  c.tight_cycles = std::max(compute_ * (tiles_ - 1) + last_, least_dma_);
  c.loose_cycles = least_dma_;
  c.moved_bytes = least_moved_;
}

void evaluator::finish(candidate& c, unsigned twice) const {
  std::int64_t pipeline = last_, dma = 0, serial = 0, moved = 0, longest_tile = compute_;
  bool single = false;  // is a buffer filled again?
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    moved += group_size_[g];
    for (int o = 0; o < l_.d->operands; ++o)
      if (groups_[g].operands >> o & 1) c.copies[o] = resident_ >> o & 1 ? 0 : twice >> g & 1 ? 2 : 1;
  }
  for (int i = 0; i < advance_count_; ++i) {
    transfers under;  // of two buffers, beside a tile
    transfers moved_by_dma;  // the same; of a unit's step all, as its single buffers are part of the pipeline
    std::int64_t exposed = 0, issue = 0;
    std::int64_t between = 0;  // two jobs of a unit, single buffers are filled and emptied
    bool waits = false;        // for the unit, before the cores can make the next tile ready
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      if (!(advances_[i].groups >> g & 1)) continue;
      moved += advances_[i].times * group_size_[g];
      issue += group_issue_[g];
      bool const doubled = twice >> g & 1;
      if (doubled) under.add(group_dma_[g], 1);
      if (doubled || unit_ != 0) moved_by_dma.add(group_dma_[g], 1);
      if (!doubled) (unit_ == 0 ? exposed : between) += group_dma_[g].one_by_one() + group_latency_[g];
      waits = waits || !doubled;
    }
    single = single || waits;
    // The core that programs transfers computes as well. Before a unit has its next job, the core waits for that tile's data and
    // makes it ready; only then come the transfers of the tile after it.
    std::int64_t tile = std::max(compute_ + issue, under.at_once());
    if (unit_ != 0)
      tile = std::max({tile, moved_by_dma.at_once(), ready_ + issue + under.at_once(), unit_ + b_.costs.unit_wake_cycles + between + (waits ? ready_ : 0)});
    longest_tile = std::max(longest_tile, tile + exposed);
    pipeline += advances_[i].times * tile;
    dma += advances_[i].times * moved_by_dma.at_once();
    serial += advances_[i].times * exposed;
  }
  c.stretch_cycles = longest_tile;
  ends(c, serial);
  // A unit may be left with the last two tiles, where the cores have nothing to do between them.
  if (unit_ != 0 && tiles_ > 1 && written_ == 0 && !single) c.unit_cycles += std::max<std::int64_t>(0, unit_ - ready_);
  c.tight_cycles = pipeline;
  c.loose_cycles = dma;
  c.moved_bytes = moved;
}

void evaluator::evaluate(candidate& c) {
  set_tile(c);
  set_order(c);
  unsigned twice = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (int o = 0; o < l_.d->operands; ++o)
      if ((groups_[g].operands >> o & 1) && c.copies[o] == 2) twice |= 1u << g;
  finish(c, twice);
}

bool is_allowed(plan_options const& options, char const* engine) {
  return options.engines.empty() || std::find(options.engines.begin(), options.engines.end(), engine) != options.engines.end();
}

void for_each_packing(planned_layer const& l, plan_options const& options, std::function<void(int, std::int64_t)> const& visit) {
  for (std::size_t e = 0; e < l.engines.size(); ++e)
    for (int f = 0; l.engines[e].packed != nullptr && is_allowed(options, l.engines[e].engine) && f < l.engines[e].form_count; ++f)
      for (int o = 0; o < l.d->operands && l.may_take(e, f); ++o)
        if (l.engines[e].packs(*l.d, f, o)) visit(o, detail::packed_bytes(l.engines[e], *l.d, f, o));
}

void for_each_tile(planned_layer const& l, plan_options const& options, std::function<void(candidate const&)> const& visit) {
  for (std::size_t e = 0; e < l.engines.size(); ++e) {
    mapping_facts const& m = l.engines[e];
    bool const allowed = is_allowed(options, m.engine);
    for (int f = 0; allowed && f < m.form_count; ++f) {
      if (!l.may_take(e, f)) continue;
      std::vector<index> lengths[max_axes];
      for (int a = 0; a < l.d->axes; ++a) lengths[a] = tile_lengths(l, m, f, a, options.reduced_grids);
      candidate c;
      c.engine = static_cast<std::uint8_t>(e);
      c.form = static_cast<std::uint8_t>(f);
      bool const compared = options.may_come_apart && l.d->facts->fused && m.apart_cycles != nullptr;
      std::int64_t const most = compared ? m.apart_cycles(*l.d) : 0;
      auto const is_slow = [&] {
        std::int64_t tiles = 1;
        for (int a = 0; a < l.d->axes; ++a) tiles *= (l.d->space[a].length + c.tile[a] - 1) / c.tile[a];
        return tiles * m.tile_cycles(*l.d, c.form, c.tile.data()) > most;
      };
      std::size_t at[max_axes] = {};
      for (int a = 0; a < l.d->axes; ++a) c.tile[a] = lengths[a][0];
      for (bool more = true; more;) {
        if (!compared || !is_slow()) visit(c);
        more = false;
        for (int a = 0; a < l.d->axes && !more; ++a) {
          more = ++at[a] < lengths[a].size();
          if (!more) at[a] = 0;
          c.tile[a] = lengths[a][at[a]];
        }
      }
    }
  }
}

void for_each_order(planned_layer const& l, evaluator const& e, candidate& c, std::function<void()> const& visit) {
  // Loops with one trip stand outside; reductions run innermost, so that a result is finished before the next one is begun.
  // Of two loops that the same operands depend on, the order does not matter: they are taken as they come.
  struct loop {
    std::uint8_t axis;
    unsigned signature;
    bool operator<(loop const& other) const { return signature < other.signature; }
  };
  std::array<loop, max_axes> loops;
  std::size_t still = 0, count = 0, reductions = static_cast<std::size_t>(l.d->axes);
  for (int a = 0; a < l.d->axes; ++a) {
    auto const axis = static_cast<std::uint8_t>(a);
    if (c.tile[a] >= l.d->space[a].length) {
      c.order[still++] = axis;
    } else if (l.d->space[a].kind != axis_kind::reduction) {
      unsigned signature = 0;
      for (std::size_t g = 0; g < e.groups().size(); ++g)
        if (e.groups()[g].axes >> a & 1) signature |= 1u << g;
      // Where it belongs, behind those of the same signature.
      std::size_t at = count++;
      for (; at > 0 && signature < loops[at - 1].signature; --at) loops[at] = loops[at - 1];
      loops[at] = {axis, signature};
    }
  }
  for (int a = l.d->axes - 1; a >= 0; --a)
    if (c.tile[a] < l.d->space[a].length && l.d->space[a].kind == axis_kind::reduction) c.order[--reductions] = static_cast<std::uint8_t>(a);
  do {
    for (std::size_t i = 0; i < count; ++i) c.order[still + i] = loops[i].axis;
    visit();
  } while (std::next_permutation(loops.begin(), loops.begin() + static_cast<std::ptrdiff_t>(count)));
}
}  // namespace deeploy::plan
