// SPDX-License-Identifier: Apache-2.0
// Attributes in all their spellings, and the order of nodes.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <generators/import/onnx_reader.hpp>
#include <set>

namespace deeploy::import {
namespace {
/// The attribute as numbers; nothing when the node does not have it or it is empty.
attribute const* numbers_of(node const& n, std::string const& name) {
  auto const found = n.attributes.find(name);
  if (found == n.attributes.end()) return nullptr;
  attribute const& a = found->second;
  if (a.numbers.empty() && !a.is_list && !a.tensor)
    throw refused{4227, fmt::format("attribute {} is {}, a number is expected; correct the attribute", name,
                                    a.text.empty() ? "no number" : "'" + a.text.substr(0, 40) + "'")};
  return a.numbers.empty() ? nullptr : &a;
}

void must_be_integer(std::string const& name, double x) {
  if (!std::isfinite(x) || std::fabs(x) > 9.3e18 || x != std::floor(x))
    throw refused{4227, fmt::format("attribute {} is {}, an integer is expected; correct the attribute", name, x)};
}
}  // namespace

double node::number(std::string const& a, double otherwise) const {
  auto const* const found = numbers_of(*this, a);
  return found == nullptr ? otherwise : found->numbers.front();
}

std::int64_t node::integer(std::string const& a, std::int64_t otherwise) const {
  auto const* const found = numbers_of(*this, a);
  if (found == nullptr) return otherwise;
  must_be_integer(a, found->numbers.front());
  return found->integers.front();
}

std::vector<std::int64_t> node::list(std::string const& a) const {
  auto const* const found = numbers_of(*this, a);
  if (found == nullptr) return {};
  for (double x : found->numbers) must_be_integer(a, x);
  return found->integers;
}

std::string node::text(std::string const& a, std::string const& otherwise) const {
  auto const found = attributes.find(a);
  if (found == attributes.end()) return otherwise;
  if (!found->second.numbers.empty()) throw refused{4227, fmt::format("attribute {} is a number, a word is expected; correct the attribute", a)};
  return found->second.text.empty() ? otherwise : found->second.text;
}

void order_nodes(graph& g, diagnostics& found) {
  int const n = static_cast<int>(g.nodes.size());
  for (value& v : g.values) v.producer = -1, v.consumers.clear();
  for (int i = 0; i < n; ++i)
    for (int out : g.nodes[i].outputs) {
      if (out < 0) continue;
      value& v = g.of(out);
      if (v.producer >= 0)
        found.error(4104, "value {} is written by two nodes, {} and {}; give one of them another name", v.name, g.label(g.nodes[v.producer]), g.label(g.nodes[i]));
      else if (v.is_input || v.constant)
        found.error(4104, "value {} is an {} and written by node {}; give one of them another name", v.name, v.is_input ? "input" : "initializer", g.label(g.nodes[i]));
      v.producer = i;
    }
  for (node const& x : g.nodes)
    for (int in : x.inputs)
      if (in >= 0 && g.of(in).producer < 0 && !g.of(in).is_input && !g.of(in).constant)
        found.error(4105, "node {} ({}) reads {}, which is no input, no initializer and no node's output; complete the graph", g.label(x), x.type, g.of(in).name);
  for (int out : g.outputs)
    if (g.of(out).producer < 0 && !g.of(out).is_input && !g.of(out).constant)
      found.error(4105, "output {} is written by no node; complete the graph", g.of(out).name);
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
    found.error(4106, "these nodes wait for each other in a cycle: {}; a network cannot read its own result, break the cycle", cycle);
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
