// SPDX-License-Identifier: Apache-2.0
// placement_search: exact search for a placement within the capacity, by restarts, with a memory of dead ends.
#pragma once
#include <cstdint>
#include <generators/plan/placement_dead_ends.hpp>
#include <generators/plan/placement_instance.hpp>
#include <generators/plan/placement_state.hpp>
#include <vector>

namespace deeploy::plan::detail {

enum class search_outcome { found, impossible, out_of_work };

/// One node decides one section: which item lies directly on its floor, or that none does. Decisions are taken where
/// there are fewest ways. Parts of the time that no waiting item connects any more are solved one after the other, and
/// a part without solution sends the search straight back to the decision that cut it off.
class placement_search {
public:
  /// The instance must outlive the search; its capacity may not change.
  explicit placement_search(placement_instance const& instance);

  /// Spends about `work`, one per node or more where nodes take long, on runs from the start, each with another order
  /// of the items, slowly growing longer. Where one order is lost for hours, another takes milliseconds. Dead ends stay
  /// known from run to run and from call to call, so little is lost but the way back.
  search_outcome run(std::uint64_t work);

  [[nodiscard]] std::uint64_t work_used() const { return work_done; }

  /// After `found`: the offset of every entry of the instance.
  [[nodiscard]] std::vector<std::int64_t> const& offsets() const { return state.offsets(); }

private:
  static constexpr int leave_empty = -1;  ///< the option to put no item on the floor

  /// Sections [begin, end) that share waiting items with no section outside.
  struct part {
    int begin;
    int end;
  };
  struct node {
    part sections;
    std::uint64_t key;
    int section;  ///< the decision is about this one
    std::size_t mark;
    std::size_t option_begin;  ///< into `options`
    std::size_t next_option;
    std::size_t option_end;
    std::size_t next_part;  ///< into `parts`: those that the option taken leaves, all to be solved
    std::size_t part_end;
  };

  // placement_search.cpp: the way through the tree
  search_outcome run_once(std::uint64_t most_nodes);
  bool enter(part of);
  bool try_next_option();
  void leave();
  void split(part of);

  // placement_choice.cpp: the decisions
  void order_items(std::uint64_t run);
  [[nodiscard]] std::uint64_t key_of(part of) const;
  [[nodiscard]] int choose_section(part of) const;
  void collect_options(int section);
  [[nodiscard]] bool is_option(int item, std::int64_t floor) const;
  [[nodiscard]] std::int64_t next_floor(part of, int section);
  bool raise_floor(part of, int section);

  placement_instance const& instance;
  placement_state state;
  dead_ends dead;
  std::vector<int> twin;  ///< per item: the equal item that must be placed before it; -1: none
  std::vector<int> rank;  ///< per item: 0 is tried first
  std::uint64_t node_work;  ///< what a node counts
  std::uint64_t work_done = 0;
  std::uint64_t runs = 0;
  std::uint64_t run_nodes;  ///< of the next run
  std::vector<node> path;
  std::vector<int> options;
  std::vector<part> parts;
  std::vector<std::int64_t> lowest_top;  ///< of next_floor, kept for its memory
};

}  // namespace deeploy::plan::detail
