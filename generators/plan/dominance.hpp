// SPDX-License-Identifier: Apache-2.0
// Keys of which none is at least as good as another one in every respect, and quick answers whether one beats a given key.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace deeploy::plan {
/// Smaller is better, in each criterion. The keys lie in a tree, divided by one criterion after the other; a node knows the
/// least and the most of its keys, so that most of the tree is never looked at.
class dominance {
 public:
  static constexpr std::size_t criteria = 6;
  using key = std::array<std::int64_t, criteria>;

  dominance() : nodes_(1) { recent_.fill(worst()); }

  /// Is a key here at least as good?
  bool dominates(key const& k) {
    // What beat the keys asked for before beats this one too. One that was erased meanwhile was beaten by one that is here.
    for (std::size_t i = 0; i < recent_.size(); ++i) {
      if (!as_good(recent_[i], k)) continue;
      std::swap(recent_[i], recent_[i / 2]);
      return true;
    }
    key const* const found = find(0, k);
    if (found == nullptr) return false;
    recent_.back() = *found;
    return true;
  }

  /// Takes out the keys that `k` is at least as good as, calls `erased` with their numbers, and puts `k` in.
  template <class F>
  void insert(key const& k, std::uint32_t number, F erased) {
    erase(0, k, erased);
    std::size_t at = 0;
    for (; nodes_[at].children != 0; at = nodes_[at].child(k)) nodes_[at].include(k);
    if (nodes_[at].count == capacity) at = split(at, k);
    nodes_[at].add({k, number});
  }

 private:
  static constexpr std::size_t capacity = 12;
  struct entry {
    key of;
    std::uint32_t number;
  };
  struct node {
    key least = worst(), most = best();
    std::size_t children = 0;  ///< the first of two; 0: a leaf
    std::size_t criterion = 0, count = 0;
    std::int64_t at = 0;  ///< first child: of this criterion at most so much
    std::array<entry, capacity> of;

    std::size_t child(key const& k) const { return children + (k[criterion] > at); }
    void include(key const& k) {
      for (std::size_t j = 0; j < criteria; ++j) least[j] = std::min(least[j], k[j]), most[j] = std::max(most[j], k[j]);
    }
    void add(entry const& e) {
      include(e.of);
      of[count++] = e;
    }
    void forget() { least = worst(), most = best(); }
  };
  static key filled(std::int64_t with) {
    key k;
    k.fill(with);
    return k;
  }
  static key worst() { return filled(std::numeric_limits<std::int64_t>::max()); }
  static key best() { return filled(std::numeric_limits<std::int64_t>::min()); }
  static bool as_good(key const& a, key const& b) {
    for (std::size_t j = 0; j < criteria; ++j)
      if (a[j] > b[j]) return false;
    return true;
  }

  key const* find(std::size_t at, key const& k) const {
    node const& n = nodes_[at];
    if (!as_good(n.least, k)) return nullptr;
    if (n.children != 0) {
      key const* const found = find(n.children, k);
      return found != nullptr ? found : find(n.children + 1, k);
    }
    for (std::size_t i = 0; i < n.count; ++i)
      if (as_good(n.of[i].of, k)) return &n.of[i].of;
    return nullptr;
  }

  /// @returns was anything erased?
  template <class F>
  bool erase(std::size_t at, key const& k, F& erased) {
    node& n = nodes_[at];
    if (!as_good(k, n.most)) return false;
    if (n.children != 0) {
      bool const left = erase(n.children, k, erased), right = erase(n.children + 1, k, erased);
      if (left || right) shrink(n);
      return left || right;
    }
    std::size_t const before = n.count;
    for (std::size_t i = 0; i < n.count;) {
      if (as_good(k, n.of[i].of)) {
        erased(n.of[i].number);
        n.of[i] = n.of[--n.count];
      } else {
        ++i;
      }
    }
    if (n.count == before) return false;
    n.forget();
    for (std::size_t i = 0; i < n.count; ++i) n.include(n.of[i].of);
    return true;
  }

  /// Of children that have become smaller: takes over their keys, when they are few, else their limits.
  void shrink(node& n) {
    node &x = nodes_[n.children], &y = nodes_[n.children + 1];
    n.forget();
    if (x.children == 0 && y.children == 0 && x.count + y.count <= capacity / 2) {
      for (node* child : {&x, &y}) {
        for (std::size_t i = 0; i < child->count; ++i) n.add(child->of[i]);
        *child = {};
      }
      unused_.push_back(n.children);
      n.children = 0;
      return;
    }
    for (node const* child : {&x, &y})
      for (std::size_t j = 0; j < criteria; ++j) n.least[j] = std::min(n.least[j], child->least[j]), n.most[j] = std::max(n.most[j], child->most[j]);
  }

  /// Divides a full leaf where its keys are furthest apart, in halves where they allow it. @returns the half for `k`
  std::size_t split(std::size_t at, key const& k) {
    if (unused_.empty()) {
      unused_.push_back(nodes_.size());
      nodes_.resize(nodes_.size() + 2);
    }
    std::size_t const first = unused_.back();
    unused_.pop_back();
    node& n = nodes_[at];
    n.criterion = 0;
    auto const apart = [&](std::size_t j) { return static_cast<double>(n.most[j] + 1) / static_cast<double>(n.least[j] + 1); };
    for (std::size_t j = 1; j < criteria; ++j)
      if (apart(j) > apart(n.criterion)) n.criterion = j;
    std::array<std::int64_t, capacity> values;
    for (std::size_t i = 0; i < capacity; ++i) values[i] = n.of[i].of[n.criterion];
    std::sort(values.begin(), values.end());
    std::size_t middle = capacity / 2;
    while (middle > 0 && values[middle - 1] == values.back()) --middle;
    n.at = middle > 0 ? values[middle - 1] : values[0];
    n.children = first;
    for (std::size_t i = 0; i < n.count; ++i) nodes_[n.child(n.of[i].of)].add(n.of[i]);
    n.count = 0;
    n.include(k);
    return n.child(k);
  }

  std::vector<node> nodes_;
  std::vector<std::size_t> unused_;  ///< pairs of nodes
  std::array<key, 4> recent_;
};
}  // namespace deeploy::plan
