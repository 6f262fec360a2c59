// SPDX-License-Identifier: Apache-2.0
// Attributes in all their spellings, and the order of nodes.
#include <algorithm>
#include <cmath>
#include <generators/import/onnx_reader.hpp>
#include <set>

namespace deeploy::import {
double node::number(std::string const& a, double otherwise) const {
  auto const found = attributes.find(a);
  if (found == attributes.end() || found->second.numbers.empty()) return otherwise;
  return found->second.numbers.front();
}

std::int64_t node::integer(std::string const& a, std::int64_t otherwise) const {
  auto const found = attributes.find(a);
  if (found == attributes.end()) return otherwise;
  if (!found->second.integers.empty()) return found->second.integers.front();
  if (found->second.numbers.empty()) return otherwise;
  double const n = found->second.numbers.front();
  return std::isfinite(n) && std::fabs(n) < 9e18 ? static_cast<std::int64_t>(std::llround(n)) : otherwise;
}

std::vector<std::int64_t> node::list(std::string const& a) const {
  auto const found = attributes.find(a);
  return found == attributes.end() ? std::vector<std::int64_t>{} : found->second.integers;
}

std::string node::text(std::string const& a, std::string const& otherwise) const {
  auto const found = attributes.find(a);
  return found == attributes.end() || found->second.text.empty() ? otherwise : found->second.text;
}

void order_nodes(graph& g, diagnostics& found) {
  int const n = static_cast<int>(g.nodes.size());
  for (value& v : g.values) v.producer = -1, v.consumers.clear();
  for (int i = 0; i < n; ++i)
    for (int out : g.nodes[i].outputs) {
      if (out < 0) continue;
      value& v = g.of(out);
      if (v.producer >= 0)
        found.error(4104, "value {} is written by two nodes, {} and {}; names must be unique", v.name, g.label(g.nodes[v.producer]), g.label(g.nodes[i]));
      else if (v.is_input || v.constant)
        found.error(4104, "value {} is an {} and written by node {}; names must be unique", v.name, v.is_input ? "input" : "initializer", g.label(g.nodes[i]));
      v.producer = i;
    }
  for (node const& x : g.nodes)
    for (int in : x.inputs)
      if (in >= 0 && g.of(in).producer < 0 && !g.of(in).is_input && !g.of(in).constant)
        found.error(4105, "node {} ({}) reads {}, which nothing writes", g.label(x), x.type, g.of(in).name);
  for (int out : g.outputs)
    if (g.of(out).producer < 0 && !g.of(out).is_input && !g.of(out).constant)
      found.error(4105, "output {} is written by no node", g.of(out).name);
  if (found.failed()) return;

  // What the outputs need.
  std::vector<char> needed(n, 0);
  std::vector<int> todo;
  auto const need = [&](int v) {
    if (v >= 0 && g.of(v).producer >= 0 && !needed[g.of(v).producer]) needed[g.of(v).producer] = 1, todo.push_back(g.of(v).producer);
  };
  for (int out : g.outputs) need(out);
  while (!todo.empty()) {
    int const x = todo.back();
    todo.pop_back();
    for (int in : g.nodes[x].inputs) need(in);
  }
  // Repeatedly the first node of the file whose inputs are there.
  std::vector<int> waiting(n, 0);
  std::vector<std::vector<int>> after(n);
  std::set<int> ready;
  for (int i = 0; i < n; ++i) {
    if (!needed[i]) continue;
    std::set<int> before;
    for (int in : g.nodes[i].inputs)
      if (in >= 0 && g.of(in).producer >= 0) before.insert(g.of(in).producer);
    waiting[i] = static_cast<int>(before.size());
    for (int b : before) after[b].push_back(i);
    if (before.empty()) ready.insert(i);
  }
  std::vector<node> sorted;
  std::vector<char> done(n, 0);
  while (!ready.empty()) {
    int const i = *ready.begin();
    ready.erase(ready.begin());
    done[i] = 1;
    sorted.push_back(g.nodes[i]);
    for (int a : after[i])
      if (--waiting[a] == 0) ready.insert(a);
  }
  std::string cycle;
  for (int i = 0; i < n; ++i)
    if (needed[i] && !done[i]) cycle += (cycle.empty() ? "" : ", ") + g.label(g.nodes[i]);
  if (!cycle.empty()) {
    found.error(4106, "these nodes wait for each other: {}", cycle);
    return;
  }
  g.nodes = std::move(sorted);
  for (value& v : g.values) v.producer = -1;
  for (int i = 0; i < static_cast<int>(g.nodes.size()); ++i) {
    for (int out : g.nodes[i].outputs)
      if (out >= 0) g.of(out).producer = i;
    for (int in : g.nodes[i].inputs)
      if (in >= 0) g.of(in).consumers.push_back(i);
  }
}
}  // namespace deeploy::import
