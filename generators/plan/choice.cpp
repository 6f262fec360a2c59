// SPDX-License-Identifier: Apache-2.0
// Lifetimes, homes and columns of the choice problem, its objective and its capacities.
#include <algorithm>
#include <deeploy/check.hpp>
#include <fmt/format.h>
#include <generators/plan/choice.hpp>

namespace deeploy::plan {
namespace {
std::int64_t round_up(std::int64_t n, std::int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

bool same(operand const& a, operand const& b) {
  if ((a.of == nullptr) != (b.of == nullptr)) return false;
  if (a.of == nullptr) return true;
  if (a.of->type != b.of->type || a.way != b.way || a.rank != b.rank || a.slide_slot != b.slide_slot) return false;
  for (int i = 0; i < a.rank; ++i) {
    dimension const &x = a.dim[i], &y = b.dim[i];
    if (x.length != y.length || x.stride != y.stride || x.axis != y.axis || x.window_axis != y.window_axis ||
        x.slot != y.slot || x.scale != y.scale || x.window_scale != y.window_scale || x.shift != y.shift ||
        x.divisor != y.divisor || x.modulus != y.modulus)
      return false;
  }
  return true;
}

/// Do two layers have the same candidates?
bool same(planned_layer const& a, planned_layer const& b) {
  layer_descriptor const &x = *a.d, &y = *b.d;
  if (x.facts != y.facts || x.axes != y.axes || x.operands != y.operands || x.class_count != y.class_count) return false;
  for (std::size_t e = 0; e < a.engines.size(); ++e)
    if (a.engines[e].tile_cycles != b.engines[e].tile_cycles || a.engines[e].takes != b.engines[e].takes) return false;
  if (a.forms != b.forms) return false;
  for (int i = 0; i < x.axes; ++i)
    if (x.space[i].length != y.space[i].length || x.space[i].kind != y.space[i].kind || x.space[i].slot != y.space[i].slot)
      return false;
  for (int i = 0; i < x.class_count; ++i)
    if (x.classes[i] != y.classes[i]) return false;
  for (int o = 0; o < x.operands; ++o)
    if (!same(x.with[o], y.with[o])) return false;
  return true;
}
}  // namespace

schedule::schedule(planned_model const& m, std::vector<int> order) : layer_at(std::move(order)) {
  step_of.resize(layer_at.size());
  for (std::size_t s = 0; s < layer_at.size(); ++s) step_of[layer_at[s]] = static_cast<int>(s);
  int const last = static_cast<int>(layer_at.size()) - 1;
  for (planned_tensor const& t : m.tensors) {
    int from = last, to = 0;
    for (auto const* uses : {&t.writers, &t.readers})
      for (use const& u : *uses) {
        from = std::min(from, step_of[u.layer]);
        to = std::max(to, step_of[u.layer]);
      }
    switch (t.d->use) {
      case role::constant:
      case role::state: from = 0, to = last; break;
      case role::input: from = 0; break;
      case role::output: to = last; break;
      case role::scratch: break;
    }
    born.push_back(from);
    dies.push_back(to);
  }
}

/// The leanest candidates, the fastest, and some between, with and without early fetches.
static std::vector<std::size_t> seeds_of(std::vector<candidate> const& all, std::int64_t capacity) {
  constexpr std::int64_t shares = 8;
  std::vector<std::size_t> seeds;
  auto const add = [&](std::size_t i) {
    if (i < all.size() && std::find(seeds.begin(), seeds.end(), i) == seeds.end()) seeds.push_back(i);
  };
  auto const best_by = [&](auto key, bool early) {
    std::size_t best = all.size();
    for (std::size_t i = 0; i < all.size(); ++i)
      if ((all[i].early != 0) == early && (best == all.size() || key(all[i]) < key(all[best]))) best = i;
    add(best);
  };
  for (bool early : {false, true}) {
    best_by([](candidate const& c) { return std::pair(c.bytes + c.early_bytes, c.alone()); }, early);
    best_by([](candidate const& c) { return std::pair(c.alone(), c.bytes); }, early);
    best_by([](candidate const& c) { return std::pair(c.alone() + c.early_cycles, c.bytes); }, early);
    best_by([](candidate const& c) { return std::pair(c.fixed_cycles + c.loose_cycles + c.early_cycles, c.bytes); }, early);
  }
  for (std::int64_t i = 1; i < shares; ++i) {
    // The fastest within a share of the capacity.
    std::int64_t const within = capacity * i / shares;
    std::size_t best = all.size();
    for (std::size_t k = 0; k < all.size(); ++k)
      if (all[k].bytes <= within && (best == all.size() || all[k].alone() + all[k].early_cycles < all[best].alone() + all[best].early_cycles)) best = k;
    add(best);
  }
  return seeds;
}

front_store::front_store(planned_model const& m, plan_options const& o) : m_(m), options_(o) {
  std::vector<int> first_of_class;
  for (std::size_t l = 0; l < m.layers.size(); ++l) {
    auto const found = std::find_if(first_of_class.begin(), first_of_class.end(), [&](int k) {
      return same(m.layers[k], m.layers[l]);
    });
    class_of_.push_back(static_cast<int>(found - first_of_class.begin()));
    if (found == first_of_class.end()) first_of_class.push_back(static_cast<int>(l));
  }
  classes_ = static_cast<int>(first_of_class.size());
}

front const& front_store::of(int layer, home_list const& homes, unsigned early_ready) {
  auto& slot = fronts_[{class_of_[layer], homes, early_ready}];
  if (!slot) {
    planned_layer const& l = m_.layers[static_cast<std::size_t>(layer)];
    if (int const of = class_of_[static_cast<std::size_t>(layer)]; tiles_class_ != of) {
      if (options_.draw == 0) tiles_ = tiles_of(l, m_.board, options_);
      tiles_class_ = of;
    }
    slot = std::make_unique<front>(candidates_of(l, m_.board, tiles_, homes, early_ready, options_.capacity[0], options_));
    slot->seeds = seeds_of(slot->of, options_.capacity[0]);
    total_.considered += slot->statistics.considered;
    total_.kept += slot->statistics.kept;
  }
  return *slot;
}

choice_problem::choice_problem(planned_model const& m, plan_options const& o, front_store& fronts, schedule const& order)
    : m_(m), options_(o), fronts_(fronts), order_(order) {
  auto const& memories = m.board.memories;
  for (std::size_t i = 0; i < memories.size(); ++i) {
    std::size_t same_as = i;
    for (std::size_t j = 1; j < i && same_as == i; ++j)
      if (memories[j].dma_bytes_per_16_cycles == memories[i].dma_bytes_per_16_cycles &&
          memories[j].dma_latency_cycles == memories[i].dma_latency_cycles &&
          memories[j].holds_constants == memories[i].holds_constants &&
          memories[j].holds_activations == memories[i].holds_activations && memories[j].read_in_place == memories[i].read_in_place)
        same_as = j;
    group_.push_back(static_cast<int>(same_as));
  }
  find_homes();
  find_columns();
  if (infeasible_.empty()) number_rows();
}

std::int64_t choice_problem::capacity_of_group(int memory, memory_bytes const& room) const {
  std::int64_t total = 0;
  for (std::size_t i = 0; i < group_.size(); ++i)
    if (group_[i] == memory) total += room[i];
  return total;
}
std::int64_t choice_problem::largest_of_group(int memory) const {
  std::int64_t most = 0;
  for (std::size_t i = 0; i < group_.size(); ++i)
    if (group_[i] == memory) most = std::max(most, options_.capacity[i]);
  return most;
}

std::optional<std::vector<std::uint8_t>> choice_problem::divided(std::vector<std::uint8_t> const& homes, memory_bytes const& room,
                                                                std::vector<std::int64_t> const& sizes) const {
  auto const& memories = m_.board.memories;
  std::vector<std::uint8_t> memory_of(homes.size(), 0);
  memory_bytes left = room;
  auto const finds_room = [&](int t) {
    for (std::size_t i = 1; i < memories.size(); ++i) {
      std::int64_t const size = round_up(sizes[t], memories[i].alignment_bytes);
      if (group_[i] != homes[t] || size > left[i]) continue;
      left[i] -= size;
      memory_of[t] = static_cast<std::uint8_t>(i);
      return true;
    }
    return false;
  };
  std::vector<int> by_size = constants_;
  if (&sizes != &size_) std::stable_sort(by_size.begin(), by_size.end(), [&](int a, int b) { return sizes[a] > sizes[b]; });
  for (int t : by_size)
    if (!finds_room(t)) return std::nullopt;
  return memory_of;
}

void choice_problem::find_homes() {
  auto const& memories = m_.board.memories;
  auto const live_peak = [&](std::uint8_t memory, auto counts) {
    std::int64_t peak = 0;
    for (int s = 0; s < static_cast<int>(order_.layer_at.size()); ++s) {
      std::int64_t live = 0;
      for (std::size_t t = 0; t < m_.tensors.size(); ++t)
        if (order_.born[t] <= s && s <= order_.dies[t] && counts(t)) live += round_up(size_[t], memories[memory].alignment_bytes);
      peak = std::max(peak, live);
    }
    return peak;
  };
  // The first memory beside L1 that holds activations is where tensors live unless something better is found.
  std::uint8_t main_memory = 0;
  for (std::size_t i = memories.size(); i-- > 1;)
    if (memories[i].holds_activations) main_memory = static_cast<std::uint8_t>(i);
  for (planned_tensor const& t : m_.tensors) size_.push_back(t.d->size_bytes());
  // Constants that an engine may read in place, packed; they count with their largest form.
  std::vector<bool> packs(m_.tensors.size(), false);
  for (planned_layer const& l : m_.layers)
    for_each_packing(l, options_, [&](int o, std::int64_t bytes) {
      packs[l.tensor[o]] = true;
      size_[l.tensor[o]] = std::max(size_[l.tensor[o]], bytes);
    });
  for (std::size_t t = 0; t < m_.tensors.size(); ++t)
    if (m_.tensors[t].d->use == role::constant) constants_.push_back(static_cast<int>(t));
  std::stable_sort(constants_.begin(), constants_.end(), [&](int a, int b) { return size_[a] > size_[b]; });
  std::int64_t const everything = live_peak(main_memory, [](std::size_t) { return true; });
  bool const all_fit = everything <= options_.capacity[main_memory];
  for (std::size_t t = 0; t < m_.tensors.size(); ++t) {
    planned_tensor const& tensor = m_.tensors[t];
    std::vector<std::uint8_t> homes;
    if (tensor.d->use == role::constant) {
      // Where all constants fit into the fastest memory, a slower one never helps.
      for (std::size_t i = 1; i < memories.size() && packs[t]; ++i)
        if (memories[i].holds_constants && memories[i].read_in_place && group_[i] == static_cast<int>(i) &&
            largest_of_group(static_cast<int>(i)) >= size_[t])
          homes.push_back(static_cast<std::uint8_t>(i));
      std::size_t const in_place = homes.size();
      for (std::size_t i = 1; i < memories.size(); ++i) {
        if (!memories[i].holds_constants || group_[i] != static_cast<int>(i)) continue;
        if (std::find(homes.begin(), homes.end(), static_cast<std::uint8_t>(i)) != homes.end()) continue;
        if (homes.size() > in_place && all_fit) break;
        if (largest_of_group(static_cast<int>(i)) >= size_[t]) homes.push_back(static_cast<std::uint8_t>(i));
      }
    } else {
      homes.push_back(main_memory);
      bool in_place = tensor.d->use == role::scratch && round_up(size_[t], memories[0].alignment_bytes) <= options_.capacity[0];
      for (auto const* uses : {&tensor.writers, &tensor.readers})
        for (use const& u : *uses)
          in_place = in_place && walks_in_place(m_.layers[u.layer].d->with[u.operand]);
      if (in_place) homes.push_back(0);
    }
    if (homes.empty()) {
      std::string offers;
      for (std::size_t i = 0; i < memories.size(); ++i)
        if (memories[i].holds_constants)
          offers += fmt::format("\n  {} offers {} ({} short)", memories[i].name, options_.capacity[i], size_[t] - options_.capacity[i]);
      infeasible_.push_back({5003, fmt::format("constant {} of {} bytes fits no memory{}\n  try: --l2 {} or more, or --wmem {} or more", tensor.name, size_[t],
                                               offers, size_[t], size_[t])});
      homes.push_back(main_memory);
    }
    homes_.push_back(std::move(homes));
  }
  std::vector<std::uint8_t> first;
  for (auto const& homes : homes_) first.push_back(homes.front());
  if (all_fit && divided(first, options_.capacity)) return;
  for (std::size_t i = 1; i < memories.size(); ++i)
    if (group_[i] == static_cast<int>(i) && (memories[i].holds_activations || memories[i].holds_constants))
      tight_memories_.push_back(static_cast<int>(i));
}

void choice_problem::find_columns() {
  for (int s = 0; s < static_cast<int>(order_.layer_at.size()); ++s) {
    int const l = order_.layer_at[s];
    planned_layer const& layer = m_.layers[l];
    // Operands whose tensors nobody writes in the step before may be fetched under it.
    unsigned ready = 0;
    std::vector<int> distinct;
    for (int o = 0; o < layer.d->operands; ++o) {
      int const t = layer.tensor[o];
      if (t < 0) continue;
      if (std::find(distinct.begin(), distinct.end(), t) == distinct.end()) distinct.push_back(t);
      if (s == 0 || layer.d->with[o].way == direction::out) continue;
      auto const& writers = m_.tensors[t].writers;
      bool const fresh = std::any_of(writers.begin(), writers.end(), [&](use const& u) {
        return order_.step_of[u.layer] == s - 1 && detail::may_share(m_.layers[u.layer].d->with[u.operand], layer.d->with[o]);
      });
      if (!fresh) ready |= 1u << o;
    }
    if (s > 0) fetches_.push_back(ready != 0);
    step_data data;
    bool any = false;
    std::vector<std::size_t> at(distinct.size(), 0);
    for (bool more = true; more;) {
      home_list homes{};
      for (int o = 0; o < layer.d->operands; ++o)
        for (std::size_t i = 0; i < distinct.size(); ++i)
          if (layer.tensor[o] == distinct[i]) homes[o] = homes_[distinct[i]][at[i]];
      home_entry& entry = data.by_home[homes];
      entry.all = &fronts_.of(l, homes, ready);
      entry.at_hand.assign(entry.all->of.size(), false);
      any = any || !entry.all->of.empty();
      more = false;
      for (std::size_t i = 0; i < at.size() && !more; ++i) {
        more = ++at[i] < homes_[distinct[i]].size();
        if (!more) at[i] = 0;
      }
    }
    steps_.push_back(std::move(data));
    if (!any) explain(l);
  }
  fetches_.push_back(false);
}

/// Nothing runs this layer: says what the smallest tile would need.
void choice_problem::explain(int l) {
  planned_layer const& layer = m_.layers[l];
  home_list homes{};
  for (int o = 0; o < max_operands; ++o)
    if (int const t = layer.tensor[o]; t >= 0) homes[o] = homes_[t][0];
  candidate const least = smallest_tile(layer, m_.board, homes, options_);
  if (least.bytes < 0) {
    infeasible_.push_back({3016, fmt::format("layer {} ({}): no engine takes it", layer.name, layer.d->facts->name), l});
    return;
  }
  std::string tile, parts;
  for (int a = 0; a < layer.d->axes; ++a)
    if (layer.d->space[a].length > 1) tile += fmt::format("{}{} {}", tile.empty() ? "" : " x ", layer.d->space[a].name, least.tile[a]);
  for (int o = 0; o < layer.d->operands; ++o)
    if (layer.d->with[o].of != nullptr)
      parts += fmt::format("{}{} {}", parts.empty() ? "" : "   ", layer.d->facts->operand_name[o], tile_bytes(layer.d->with[o], least.tile.data()));
  infeasible_.push_back({5001, fmt::format("layer {} ({}) does not fit {}\n"
                                           "  smallest tile: {}\n  needs {} bytes, {} offers {} ({} short)\n  {}\n"
                                           "  try: --l1 {} or more, or {}",
                                           layer.name, layer.d->facts->name, m_.board.memories[0].name, tile, least.bytes,
                                           m_.board.memories[0].name, options_.capacity[0], least.bytes - options_.capacity[0], parts, least.bytes,
                                           layer.d->facts->fused ? "import with --no-fuse, or plan the .onnx file: single layers need less" : "a network with shorter rows"),
                         l, least.bytes});
}

std::int64_t choice_problem::cost(std::int64_t cycles, std::int64_t moved) const {
  if (options_.aim != objective::energy) return cycles;
  return (cycles * m_.board.costs.picojoules_per_cycle + moved * m_.board.costs.picojoules_per_byte) / 1000;
}

home_list choice_problem::homes_of_step(int step, std::vector<std::uint8_t> const& homes) const {
  home_list list{};
  planned_layer const& l = m_.layers[order_.layer_at[step]];
  for (int o = 0; o < max_operands; ++o)
    if (int const t = l.tensor[o]; t >= 0) list[o] = homes[t];
  return list;
}

std::int64_t choice_problem::live_bytes(choice const& c, int memory, int step) const {
  std::int64_t live = 0;
  auto const alignment = m_.board.memories[memory].alignment_bytes;
  for (std::size_t t = 0; t < size_.size(); ++t)
    if (c.home[t] == memory && order_.born[t] <= step && step <= order_.dies[t]) live += round_up(size_[t], alignment);
  if (memory != 0) return live;
  live += columns(step)[c.column[step]].of->bytes;
  if (step + 1 < steps()) live += columns(step + 1)[c.column[step + 1]].of->early_bytes;
  return live;
}

std::int64_t choice_problem::objective_of(choice const& c) const {
  std::int64_t total = 0;
  for (int s = 0; s < steps(); ++s) {
    candidate const& now = *columns(s)[c.column[s]].of;
    std::int64_t const early = s + 1 < steps() ? columns(s + 1)[c.column[s + 1]].of->early_cycles : 0;
    total += cost(now.fixed_cycles + std::max(now.tight_cycles, now.loose_cycles + early), now.moved_bytes);
  }
  return total;
}

bool choice_problem::fits_outside(std::vector<std::uint8_t> const& homes, memory_bytes const& room) const {
  bool const whole = room == options_.capacity;
  if (whole && tight_memories_.empty()) return true;
  for (int memory = 1; memory < static_cast<int>(group_.size()); ++memory) {
    if (group_[memory] != memory) continue;
    std::int64_t const capacity = capacity_of_group(memory, room);
    auto const alignment = m_.board.memories[memory].alignment_bytes;
    std::vector<std::int64_t> change(static_cast<std::size_t>(steps()) + 1, 0);
    for (std::size_t t = 0; t < size_.size(); ++t) {
      if (homes[t] != memory) continue;
      change[order_.born[t]] += round_up(size_[t], alignment);
      change[order_.dies[t] + 1] -= round_up(size_[t], alignment);
    }
    std::int64_t live = 0;
    for (std::int64_t c : change)
      if ((live += c) > capacity) return false;
  }
  return divided(homes, room).has_value();
}

bool choice_problem::legal(choice const& c) const {
  if (!fits_outside(c.home, options_.capacity)) return false;
  for (int s = 0; s < steps(); ++s) {
    if (columns(s)[c.column[s]].home != homes_of_step(s, c.home)) return false;
    if (live_bytes(c, 0, s) > options_.capacity[0]) return false;
  }
  return true;
}
}  // namespace deeploy::plan
