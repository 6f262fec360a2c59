// SPDX-License-Identifier: Apache-2.0
// Sliding windows, and MaxPool.
#include <algorithm>
#include <generators/import/lower_common.hpp>

namespace deeploy::import {
std::optional<sliding_window> window_of(lowering& l, node const& n, view const& x, std::vector<view_axis> const& taps) {
  int const spatial = static_cast<int>(x.axes.size()) - 2;
  sliding_window w;
  auto const kernel = n.list("kernel_shape"), strides = n.list("strides"), dilations = n.list("dilations"), pads = n.list("pads");
  std::string const automatic = n.text("auto_pad", "NOTSET");
  auto const wrong = [&](char const* what, std::size_t has, std::size_t wants) {
    l.found.error(4214, "node {} ({}): {} has {} numbers, {} expected; correct the attribute", l.label(n), n.type, what, has, wants);
    return std::nullopt;
  };
  auto const s = static_cast<std::size_t>(spatial);
  if (!kernel.empty() && kernel.size() != s) return wrong("kernel_shape", kernel.size(), s);
  if (!strides.empty() && strides.size() != s) return wrong("strides", strides.size(), s);
  if (!dilations.empty() && dilations.size() != s) return wrong("dilations", dilations.size(), s);
  if (!pads.empty() && pads.size() != 2 * s) return wrong("pads", pads.size(), 2 * s);
  if (kernel.empty() && taps.empty()) return wrong("kernel_shape", 0, s);
  for (auto const* values : {&kernel, &strides, &dilations, &pads})
    for (std::int64_t v : *values)
      if (v > most_elements || v < -most_elements) throw refused{4214, fmt::format("kernel, stride, dilation or padding is {}, supported are {}; correct the attribute", v, most_elements)};
  w.out = {1, 1};
  for (int i = 0; i < spatial; ++i) {
    int const at = 2 - spatial + i;
    std::int64_t const in = x.axes[2 + i].length;
    w.kernel[at] = !taps.empty() ? taps[i].length : kernel[i];
    if (!taps.empty() && !kernel.empty() && kernel[i] != taps[i].length) {
      l.found.error(4214, "node {} ({}): kernel_shape says {}, the weights {}; correct the attribute", l.label(n), n.type, kernel[i], taps[i].length);
      return std::nullopt;
    }
    w.stride[at] = strides.empty() ? 1 : strides[i];
    w.dilation[at] = dilations.empty() ? 1 : dilations[i];
    if (w.kernel[at] < 1 || w.stride[at] < 1 || w.dilation[at] < 1) {
      l.found.error(4214, "node {} ({}): kernel {}, stride {}, dilation {} must be at least 1; correct the attribute", l.label(n), n.type, w.kernel[at], w.stride[at], w.dilation[at]);
      return std::nullopt;
    }
    std::int64_t const reach = w.dilation[at] * (w.kernel[at] - 1) + 1;
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
      std::int64_t const out = (in + w.stride[at] - 1) / w.stride[at];
      std::int64_t const total = std::max<std::int64_t>(0, (out - 1) * w.stride[at] + reach - in);
      w.before[at] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
      w.after[at] = total - w.before[at];
    } else if (automatic == "NOTSET" && !pads.empty()) {
      w.before[at] = pads[i];
      w.after[at] = pads[s + static_cast<std::size_t>(i)];
    } else if (automatic != "NOTSET" && automatic != "VALID") {
      l.found.error(4214, "node {} ({}): auto_pad {} is not known; say NOTSET, VALID, SAME_UPPER or SAME_LOWER", l.label(n), n.type, automatic);
      return std::nullopt;
    }
    if (w.before[at] < 0 || w.after[at] < 0) {
      l.found.error(4214, "node {} ({}): negative padding {} {}; use Slice", l.label(n), n.type, w.before[at], w.after[at]);
      return std::nullopt;
    }
    std::int64_t const room = in + w.before[at] + w.after[at] - reach;
    if (room < 0) {
      l.found.error(4214, "node {} ({}): a window of {} does not fit an axis of {} with padding {} and {}; correct the attributes or the shape", l.label(n), n.type, reach, in, w.before[at], w.after[at]);
      return std::nullopt;
    }
    w.out[at] = room / w.stride[at] + 1;
  }
  return w;
}

void write_window(lowered_layer& made, sliding_window const& w) {
  auto const pair = [](std::int64_t const (&v)[2]) { return fmt::format("{{{}, {}}}", v[0], v[1]); };
  if (w.stride[0] != 1 || w.stride[1] != 1) made.params.emplace_back("stride", pair(w.stride));
  if (w.before[0] != 0 || w.before[1] != 0 || w.after[0] != 0 || w.after[1] != 0)
    made.params.emplace_back("pad", fmt::format("{{{}, {}, {}, {}}}", w.before[0], w.before[1], w.after[0], w.after[1]));
  if (w.dilation[0] != 1 || w.dilation[1] != 1) made.params.emplace_back("dilation", pair(w.dilation));
}

namespace {
void max_pool(lowering& l, node const& n) {
  view x = l.in(n, 0);
  if (x.axes.size() != 3 && x.axes.size() != 4) {
    l.found.error(4210, "node {} (MaxPool): {} dimensions; supported are 3 and 4", l.label(n), x.axes.size());
    return;
  }
  if (n.integer("ceil_mode", 0) != 0 || n.outputs.size() > 1) {
    l.found.error(4215, "node {} (MaxPool): {}; export it without", l.label(n), n.outputs.size() > 1 ? "a second output" : "ceil_mode");
    return;
  }
  auto const box = window_of(l, n, x, {});
  if (!box) return;
  std::size_t const spatial = x.axes.size() - 2;
  dims shape{x.axes[0].length, x.axes[1].length};
  shape.insert(shape.end(), box->out.end() - static_cast<long>(spatial), box->out.end());
  if (elements_of(shape) == 0) return l.set_empty(n, shape);
  int const b = l.new_buffer(n, l.type_of(x), shape);
  l.follow_order(b, x);
  view result = l.whole(b);
  if (spatial == 1) {
    x.axes.insert(x.axes.begin() + 2, {1, 0});
    result.axes.insert(result.axes.begin() + 2, {1, 0});
  }
  lowered_layer& made = l.new_layer(n, "max_pool", axes_form::fixed, {permuted(x, {0, 2, 3, 1})}, b);
  made.result = permuted(result, {0, 2, 3, 1});
  made.params.emplace_back("kernel", fmt::format("{{{}, {}}}", box->kernel[0], box->kernel[1]));
  write_window(made, *box);
  l.set(n, 0, l.whole(b));
}

registration const here{{"MaxPool", max_pool}};
}  // namespace
}  // namespace deeploy::import
