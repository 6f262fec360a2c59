// SPDX-License-Identifier: Apache-2.0
// placement_state: a partial placement built from the bottom up, with everything that follows from it, and undo.
#pragma once
#include <cstdint>
#include <generators/plan/placement_instance.hpp>
#include <span>
#include <vector>

namespace deeploy::plan::detail {

/// Every section has a floor: the waiting (unplaced) items of the section lie on it or above. Placing an item raises
/// the floors under it; leaving bytes empty raises a floor without placing anything.
class placement_state {
public:
  struct section_state {
    std::int64_t floor = 0;
    std::int64_t waiting_bytes = 0;
    std::uint64_t waiting_hash = 0;   ///< of the set of waiting items
    std::uint32_t waiting_begin = 0;  ///< into the list of waiting items
    std::uint32_t waiting_count = 0;
    std::uint32_t crossing = 0;  ///< waiting items that live in the next section too
    bool supported = true;       ///< the floor is the bottom of the memory or the top of an item
  };

  explicit placement_state(placement_instance const& instance);

  /// Draws the first conclusions. False: there is no placement. Undone by undo_to(0).
  bool start();

  /// Puts the item at its earliest offset, which must be the floor of its sections. False: a dead end, to be undone.
  bool place(int item);

  /// Nothing will lie in the section below `floor`. False: a dead end, to be undone.
  bool raise(int index, std::int64_t floor);

  [[nodiscard]] std::size_t mark() const { return trail.size(); }
  void undo_to(std::size_t mark);

  [[nodiscard]] section_state const& at(int index) const { return sections[position(index)]; }
  [[nodiscard]] std::span<int const> waiting(int index) const { return waiting(at(index)); }
  [[nodiscard]] bool is_placed(int item) const { return placed[position(item)] != 0; }

  /// Lowest offset that the floors and the fixed items leave to a waiting item.
  [[nodiscard]] std::int64_t earliest(int item) const { return earliest_offset[position(item)]; }

  /// Capacity left in the section if its waiting items were stacked on its floor.
  [[nodiscard]] std::int64_t spare_bytes(int index) const {
    return ceiling - at(index).floor - at(index).waiting_bytes;
  }

  /// Per item; valid where placed.
  [[nodiscard]] std::vector<std::int64_t> const& offsets() const { return offset; }

private:
  struct change {
    enum class kind : std::uint8_t { floor, earliest, placed };
    kind what;
    bool supported;
    int index;
    std::int64_t before;
  };

  [[nodiscard]] std::span<int const> waiting(section_state const& of) const {
    return {waiting_items.data() + of.waiting_begin, of.waiting_count};
  }
  void list_waiting_items();
  void list_fixed_neighbours();
  bool lift(int item, std::int64_t floor);
  bool lift_all(int index, std::int64_t floor);
  bool settle();
  bool fits(int index);
  void set_floor(int index, std::int64_t floor, bool supported);
  void take_from_sections(int item);
  void return_to_sections(int item);
  void mark_dirty(int first_section, int end_section);

  placement_instance const& instance;
  std::int64_t ceiling;  ///< the capacity, rounded up to the granularity as the items' sizes are
  std::vector<section_state> sections;
  std::vector<std::int64_t> earliest_offset;
  std::vector<char> placed;
  std::vector<std::int64_t> offset;
  std::vector<change> trail;

  std::vector<int> waiting_items;              ///< per section, in no particular order
  std::vector<std::uint32_t> incidence_begin;  ///< per item, into `slot`
  std::vector<std::uint32_t> slot;             ///< per item and section: where among the waiting items of the section
  std::vector<std::uint64_t> item_hash;
  std::vector<std::vector<int>> fixed_neighbours;  ///< per item: fixed items that it meets, lowest first
  std::vector<int> dirty;                          ///< sections to look at before the next decision
  std::vector<char> is_dirty;
};

}  // namespace deeploy::plan::detail
