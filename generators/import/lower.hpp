// SPDX-License-Identifier: Apache-2.0
// Lowering: nodes become layers on buffers; data movement becomes views; what can be fused exactly is fused.
#pragma once
#include <generators/import/lowered.hpp>
#include <set>

namespace deeploy::import {
struct import_options {
  std::map<std::string, element> types;                        ///< of graph inputs
  std::vector<std::pair<std::string, std::string>> states;     ///< input, output
  std::string name;                                            ///< of the model; empty: from the file
  std::set<std::string> single;                                ///< layers that never become one with others, by node; `all_layers`: none does
};

/// In `import_options::single`.
inline constexpr char const* all_layers = "all";

class lowering;
/// How one operator type of ONNX is lowered. Adding an operator adds a file with one of these.
struct operator_entry {
  char const* type;
  void (*lower)(lowering&, node const&);
};
/// Registers operator types; used as a static object in the file that lowers them.
struct registration {
  registration(std::initializer_list<operator_entry> entries);
};
std::map<std::string, operator_entry> const& operator_table();

class lowering {
 public:
  lowering(graph& g, import_options const& options, diagnostics& found);
  /// Lowers everything; the result is `net`.
  void run();
  /// Of a graph that cannot be lowered: what else is wrong with it and with the options, so that all is told at once.
  void report_the_rest();

  graph& g;
  diagnostics& found;
  lowered_network net;

  // What a node reads.
  bool has(node const& n, int i) const { return i < static_cast<int>(n.inputs.size()) && n.inputs[i] >= 0; }
  /// View of input i; a pending division is carried out first.
  view in(node const& n, int i);
  dims shape(node const& n, int i) const { return traced(n, i).at->shape(); }
  element type_of(view const& v) const;
  bool is_constant(view const& v) const { return v.buffer >= 0 && net.buffers[v.buffer].use == role::constant; }
  /// Values of a constant input in row-major order; an error and nothing when it is none.
  std::optional<std::vector<std::int64_t>> constant_in(node const& n, int i);
  std::vector<std::int64_t> values_of(view const& v) const;

  // What a node makes.
  void set(node const& n, int output, view const& v);
  void set_empty(node const& n, dims const& shape);
  int new_buffer(node const& n, element type, dims const& shape);
  int new_constant(std::string const& name, dims const& shape, std::vector<std::int64_t> values);
  view whole(int buffer) const;
  /// A layer that writes all of a new buffer; `axes` orders the buffer's axes as the operator wants them (empty: as they are).
  lowered_layer& new_layer(node const& n, std::string const& kind, axes_form form, std::vector<view> inputs, int result,
                           std::vector<int> const& axes = {});
  /// Gives a buffer the memory order of axes that a view has, so that movement stays contiguous.
  void follow_order(int buffer, view const& like);
  /// Memory order of row-major over the buffer's axes in this order.
  void set_order(int buffer, std::vector<int> const& axes);
  view copied(node const& n, view const& v, element type, std::uint32_t reversed = 0);

  // Fusion.
  /// The layer that alone writes what `v` shows, if `v` shows all of it and every other value on the way to here has no
  /// other reader: then its result may change.
  int sole_producer(int value) const;
  /// View c of a constant, given along the axes of v, as a view along the axes of the layer's result; v shows that result.
  std::optional<view> along_result(lowered_layer const& l, view const& v, view const& c) const;
  /// Values that show this buffer no longer exist.
  void vanish(int buffer);

  /// Refuses results that no target can hold, before anything is computed of them.
  void check_size(dims const& shape, std::int64_t most = most_elements) const;
  /// All elements of `v` along one axis: by addressing, or as a copy.
  view flattened(node const& n, view const& v);
  void warn_overflow(node const& n, double bound);
  double largest(element type) const;
  std::string label(node const& n) const { return g.label(n); }
  std::vector<std::vector<int>> viewers;  ///< per buffer: values of the graph

 private:
  traced_value const& traced(node const& n, int i) const;
  void lower_node(node const& n);
  void check_types() const;
  void check_outputs();
  void make_inputs();
  void make_input(int value);
  element input_type(int value) const;
  void find_states();
  void settle_states(node const& concat);
  int output_behind(int concat, element type) const;
  void make_constant(int value);
  int value_named(std::vector<int> const& of, std::string const& name) const;
  void unsupported(node const& n);
  std::string unique_name(std::string const& wanted);
  import_options const& options_;
  std::map<std::string, int> names_;
  friend void finish(lowering&);
};

/// The one value of a constant view, if all its elements are equal.
std::optional<std::int64_t> uniform(lowering const& l, view v);

/// Layers that op::score_chain does as one: of attention, between its projections. Those of the `single` stay as they are.
///
/// @errors  DPL-4207 `single` names a node whose layers would not become one
void fuse_score_chains(lowering&, std::set<std::string> const& single);

/// Outputs, states, and copies where addressing alone cannot do it.
void finish(lowering&);

/// Where a view lies: the tensor that holds its buffer, and strides in it. Nothing when strides cannot say it.
struct resolved {
  int root = -1;
  memory_window window;
};
std::optional<resolved> resolve(lowered_network const& net, view const& v);

/// A C++ identifier from any name.
std::string identifier(std::string const& name);
/// The same as long as C++ and generated headers leave the name free; else nothing.
bool is_free_identifier(std::string const& name);
/// Name of the model in a file: the file's; the folder's where that is a word like network.onnx or model.onnx that says nothing.
std::string default_name(std::string const& path);

/// The form of an unsupported operator that the importer takes instead, in words.
std::string closest_form(std::string const& operator_type);
}  // namespace deeploy::import
