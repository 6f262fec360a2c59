// SPDX-License-Identifier: Apache-2.0
// matmul, elementwise layers, isoftmax, matmul become op::score_chain: what lies between the products maps bytes to bytes.
#include <algorithm>
#include <generators/import/element_function.hpp>
#include <reference/score_chain.hpp>

namespace deeploy::import {
namespace {
namespace at = op::score_tables;

/// Axes longer than one: what a view shows, whatever shape it was given on the way.
std::vector<view_axis> long_axes(std::vector<view_axis> axes) {
  std::erase_if(axes, [](view_axis const& a) { return a.length == 1; });
  return axes;
}

/// Larger exponentials are left to the layers: kernels keep 16 bits of one.
constexpr std::int64_t most_exponential = 65535;

bool is_byte(element e) { return e == element::i8 || e == element::u8; }

class chain {
 public:
  chain(lowering& l, int softmax) : l_(l), softmax_(softmax) {}

  bool found() {
    lowered_layer const& s = layer(softmax_);
    return s.kind == "isoftmax" && plain(s) && find_second() && find_first(s.inputs[0]) && axes_agree() && functions_fit();
  }

  /// Of the layer that the chain becomes.
  std::string const& name() { return layer(second_).name; }

  void replace() {
    lowered_layer const &a = layer(first_), &b = layer(second_), &s = layer(softmax_);
    lowered_layer made;
    made.kind = "score_chain";
    made.name = b.name;
    made.form = axes_form::fixed;
    made.of_several = true;
    made.inputs = {shown(a.inputs[0], a, false), shown(a.inputs[1], a, true), shown(b.inputs[1], b, false), l_.whole(tables())};
    made.mask = mask_;
    made.result = shown(b.result, b, false);
    made.result_type = b.result_type;
    made.params = {{"levels", std::to_string(number_of(s, "levels", 256))}};
    if (l_.type_of(b.inputs[0]) == element::i8) made.params.emplace_back("signed_probabilities", "true");
    made.before = {{"scores", a.requant.q}};
    made.requant = b.requant;
    std::vector<int> gone{first_, softmax_};
    gone.insert(gone.end(), between_.begin(), between_.end());
    for (int i : gone) {
      layer(i).dropped = true;
      l_.vanish(layer(i).result.buffer);
    }
    layer(second_) = std::move(made);
  }

 private:
  lowered_layer& layer(int i) { return l_.net.layers[static_cast<std::size_t>(i)]; }

  /// One scale for all elements.
  static bool plain(lowered_layer const& x) { return !x.dropped && !x.bias && !x.requant.mul; }
  /// A product of bytes with a requantised result, and nothing else.
  bool is_product(lowered_layer const& x) {
    return x.kind == "matmul" && plain(x) && x.params.empty() && x.before.empty() && x.requant.q.present;
  }

  /// The only layer that reads what layer i writes, when it reads all of it in the same order; else -1.
  int only_reader(int i) {
    view const& made = layer(i).result;
    buffer const& b = l_.net.buffers[static_cast<std::size_t>(made.buffer)];
    if (b.use != role::scratch || b.inside) return -1;
    for (buffer const& other : l_.net.buffers)
      if (other.inside && other.inside->buffer == made.buffer) return -1;
    for (int o : l_.g.outputs)
      if (l_.net.values[static_cast<std::size_t>(o)].at && l_.net.values[static_cast<std::size_t>(o)].at->buffer == made.buffer) return -1;
    int reader = -1;
    for (std::size_t k = 0; k < l_.net.layers.size(); ++k) {
      lowered_layer const& x = l_.net.layers[k];
      if (x.dropped) continue;
      if (x.result.buffer == made.buffer && static_cast<int>(k) != i) return -1;
      std::vector<view const*> read;
      for (view const& v : x.inputs) read.push_back(&v);
      for (auto const* extra : {&x.bias, &x.mask, &x.requant.mul, &x.requant.add})
        if (*extra) read.push_back(&**extra);
      for (view const* v : read) {
        if (v->buffer != made.buffer) continue;
        if (reader >= 0 || v->offset != made.offset || long_axes(v->axes) != long_axes(made.axes)) return -1;
        reader = static_cast<int>(k);
      }
    }
    return reader;
  }

  /// The view with broadcast axes of length one.
  static view compact(view v) {
    for (view_axis& a : v.axes)
      if (a.stride == 0) a.length = 1;
    return v;
  }
  /// From the softmax on to the second product.
  bool find_second() {
    requantisation const q = layer(softmax_).requant.q;
    after_softmax_.push_back([q](std::int64_t v) { return requantised(q, v); });
    for (int from = softmax_;;) {
      int const next = only_reader(from);
      if (next < 0) return false;
      lowered_layer const& x = layer(next);
      if (is_product(x)) {
        second_ = next;
        return x.inputs[0].buffer == layer(from).result.buffer && x.inputs[1].buffer != layer(from).result.buffer && is_byte(l_.type_of(x.inputs[0]));
      }
      int varying = 0;
      auto const f = plain(x) ? function_of(l_, x, varying) : std::nullopt;
      if (!f) return false;
      after_softmax_.push_back(*f);
      between_.push_back(next);
      from = next;
    }
  }

  /// Back from an operand to the first product; the functions are found last one first.
  bool find_first(view const& operand) {
    int const i = operand.buffer < 0 ? -1 : l_.net.buffers[static_cast<std::size_t>(operand.buffer)].writer;
    if (i < 0 || layer(i).dropped || layer(i).result.buffer != operand.buffer || only_reader(i) < 0) return false;
    lowered_layer const& x = layer(i);
    if (is_product(x)) {
      first_ = i;
      return true;
    }
    if (!plain(x)) return false;
    between_.push_back(i);
    int varying = 0;
    if (auto const f = function_of(l_, x, varying)) {
      (mask_ ? before_mask_ : after_mask_).push_back(*f);
      if (find_first(x.inputs[static_cast<std::size_t>(varying)])) return true;
      (mask_ ? before_mask_ : after_mask_).pop_back();
    } else if (!mask_ && (x.kind == "add" || x.kind == "sub")) {
      for (std::size_t side : {0, 1}) {
        view const& other = x.inputs[1 - side];
        if (other.buffer < 0 || !(is_byte(l_.type_of(other)) || l_.is_constant(other))) continue;
        masking_ = i, score_side_ = static_cast<int>(side), mask_ = other;
        if (find_first(x.inputs[side])) return true;
        mask_.reset();
      }
    }
    between_.pop_back();
    return false;
  }

  static std::vector<view_axis> batch_of(view const& v) { return {v.axes.begin(), v.axes.end() - 2}; }

  /// Both products have the same axes, and no state that the first reads is written before the second.
  bool axes_agree() {
    lowered_layer const &a = layer(first_), &b = layer(second_);
    std::size_t const ra = a.result.axes.size(), rb = b.result.axes.size();
    auto const lengths = [](std::vector<view_axis> const& axes) {
      dims d;
      for (view_axis const& x : long_axes(axes)) d.push_back(x.length);
      return d;
    };
    std::int64_t const keys = a.result.axes[ra - 1].length;
    if (lengths(batch_of(a.result)) != lengths(batch_of(b.result)) || lengths(batch_of(a.result)).size() > 3) return false;
    if (a.result.axes[ra - 2].length != b.result.axes[rb - 2].length || b.inputs[0].axes.back().length != keys) return false;
    if (layer(softmax_).result.axes.back().length != keys || keys > 65535) return false;
    for (view const* v : {&a.inputs[0], &a.inputs[1], &b.inputs[1]})
      if (l_.type_of(*v) != element::i8) return false;
    for (int i = first_ + 1; i < second_; ++i) {
      if (layer(i).dropped) continue;
      int const written = root(layer(i).result.buffer);
      if (l_.net.buffers[static_cast<std::size_t>(written)].use != role::state) continue;
      for (view const* v : std::initializer_list<view const*>{&a.inputs[0], &a.inputs[1], mask_ ? &*mask_ : nullptr})
        if (v != nullptr && root(v->buffer) == written) return false;
    }
    return true;
  }
  int root(int b) const {
    while (l_.net.buffers[static_cast<std::size_t>(b)].inside) b = l_.net.buffers[static_cast<std::size_t>(b)].inside->buffer;
    return b;
  }

  static std::int64_t through(std::vector<element_function> const& last_first, std::int64_t v) {
    for (auto f = last_first.rbegin(); f != last_first.rend(); ++f) v = (*f)(v);
    return v;
  }
  /// What a score, or a byte of the mask, adds to the sum.
  std::int64_t score_part(std::int64_t s) {
    s = through(before_mask_, s);
    lowered_layer const& x = layer(masking_);
    return score_side_ == 0 ? requantised_before(x, "a", s) : x.kind == "sub" ? -requantised_before(x, "b", s) : requantised_before(x, "b", s);
  }
  std::int64_t mask_part(std::int64_t m) {
    lowered_layer const& x = layer(masking_);
    return score_side_ == 1 ? requantised_before(x, "a", m) : x.kind == "sub" ? -requantised_before(x, "b", m) : requantised_before(x, "b", m);
  }

  /// Distances of values from the lowest; false when they take more than a byte.
  static bool as_distances(std::vector<std::int64_t>& values, std::int64_t& lowest) {
    auto const [low, high] = std::minmax_element(values.begin(), values.end());
    lowest = *low;
    if (*high - *low > 255) return false;
    for (std::int64_t& v : values) v -= lowest;
    return true;
  }

  bool functions_fit() {
    requantisation const& q = layer(first_).requant.q;
    if (q.high - q.low > 255) return false;
    std::int64_t lowest = 0;
    for (std::int64_t s = q.low; s <= q.high; ++s) first_table_.push_back(mask_ ? score_part(s) : through(after_mask_, s));
    if (!as_distances(first_table_, lowest)) return false;
    for (std::int64_t d = -255; d <= 0; ++d) exponentials_.push_back(reference::softmax_exponential(softmax(), d));
    if (*std::max_element(exponentials_.begin(), exponentials_.end()) > most_exponential) return false;
    for (std::int64_t v = 0; v < 256; ++v) {
      std::int64_t p = v;
      for (element_function const& f : after_softmax_) p = f(p);
      probabilities_.push_back(p & 255);
    }
    return !mask_ || mask_fits(lowest);
  }
  bool mask_fits(std::int64_t lowest_score) {
    std::int64_t lowest_mask = 0, lowest = 0;
    bool const constant = l_.is_constant(*mask_);
    if (constant) {
      mask_values_ = l_.values_of(compact(*mask_));
      for (std::int64_t& v : mask_values_) v = mask_part(v);
      if (!as_distances(mask_values_, lowest_mask)) return false;
    } else {
      bool const is_signed = l_.type_of(*mask_) == element::i8;
      for (std::int64_t v = 0; v < 256; ++v) masks_.push_back(mask_part(is_signed && v > 127 ? v - 256 : v));
      if (!as_distances(masks_, lowest_mask)) return false;
    }
    requantisation const q = layer(masking_).requant.q;
    std::vector<std::int64_t> const& masks = constant ? mask_values_ : masks_;
    std::int64_t const most = *std::max_element(first_table_.begin(), first_table_.end()) + *std::max_element(masks.begin(), masks.end());
    for (std::int64_t i = 0; i <= most; ++i) sums_.push_back(through(after_mask_, requantised(q, lowest_score + lowest_mask + i)));
    if (!as_distances(sums_, lowest)) return false;
    place_mask(constant);
    return true;
  }
  /// The mask along the axes of the layer; a constant one is taken through its function here.
  void place_mask(bool constant) {
    view const& sum = layer(masking_).result;
    view v{mask_->buffer, mask_->offset, {}};
    if (constant) {
      v = broadcast_to(l_.whole(l_.new_constant(layer(masking_).name + "_mask", compact(*mask_).shape(), mask_values_)), mask_->shape());
      for (std::int64_t i = 0; i < 256; ++i) masks_.push_back(i);
    }
    std::vector<view_axis> const all = constant ? v.axes : mask_->axes;
    v.axes.clear();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (sum.axes[i].length != 1) v.axes.push_back(all[i]);
    lowered_layer const& a = layer(first_);
    std::size_t const rank = a.result.axes.size();
    if (a.result.axes[rank - 1].length == 1) v.axes.push_back({1, 0});
    if (a.result.axes[rank - 2].length == 1) v.axes.insert(v.axes.end() - 1, {1, 0});
    mask_ = v;
  }

  /// An operand of a product without the batch axes of length one; `turned`: with the last two axes exchanged.
  static view shown(view const& v, lowered_layer const& product, bool turned) {
    view r{v.buffer, v.offset, {}};
    for (std::size_t i = 0; i + 2 < v.axes.size(); ++i)
      if (product.result.axes[i].length != 1) r.axes.push_back(v.axes[i]);
    r.axes.insert(r.axes.end(), v.axes.end() - 2, v.axes.end());
    if (turned) std::swap(r.axes[r.axes.size() - 1], r.axes[r.axes.size() - 2]);
    return r;
  }

  op::isoftmax_params softmax() {
    lowered_layer const& s = layer(softmax_);
    return {.coefficient_a = number_of(s, "coefficient_a", 1), .coefficient_b = number_of(s, "coefficient_b", 0),
                                .coefficient_c = number_of(s, "coefficient_c", 0), .log2 = number_of(s, "log2", 1)};
  }
  int tables() {
    std::vector<std::int64_t> bytes(static_cast<std::size_t>(mask_ ? at::masked_bytes : at::unmasked_bytes), 0);
    for (std::size_t i = 0; i < 256; ++i)
      for (std::size_t b = 0; b < 4; ++b)
        bytes[at::exponentials + 4 * i + b] = exponentials_[i] >> (8 * b) & 255;
    auto const put = [&](index begin, std::vector<std::int64_t> const& values) { std::copy(values.begin(), values.end(), bytes.begin() + begin); };
    put(at::first, first_table_);
    put(at::probabilities, probabilities_);
    if (mask_) put(at::masks, masks_), put(at::sums, sums_);
    dims const shape{static_cast<std::int64_t>(bytes.size())};
    return l_.new_constant(layer(softmax_).name + "_tables", shape, std::move(bytes));
  }

  lowering& l_;
  int softmax_, first_ = -1, second_ = -1, masking_ = -1, score_side_ = 0;
  std::vector<int> between_;
  std::optional<view> mask_;
  std::vector<element_function> after_softmax_;               ///< first one first
  std::vector<element_function> before_mask_, after_mask_;    ///< last one first
  std::vector<std::int64_t> exponentials_, first_table_, probabilities_, masks_, mask_values_, sums_;
};
}  // namespace

void fuse_score_chains(lowering& l, std::set<std::string> const& single) {
  std::set<std::string> met;
  for (std::size_t i = 0; i < l.net.layers.size(); ++i) {
    if (l.net.layers[i].dropped || l.net.layers[i].kind != "isoftmax") continue;
    chain c(l, static_cast<int>(i));
    if (!c.found()) continue;
    met.insert(c.name());
    if (single.count(c.name()) == 0) c.replace();
  }
  for (std::string const& name : single)
    if (met.count(name) == 0)
      l.found.error(4207, "--no-fuse={}: no layers become one at a node of that name; there is {}", name, met.empty() ? "none" : fmt::format("{}", fmt::join(met, ", ")));
}
}  // namespace deeploy::import
