// SPDX-License-Identifier: Apache-2.0
// Every diagnostic of the project: code, how the two numbers should relate, text. docs/errors.md has a heading for each.
//
// 1xxx shapes and types, 2xxx operators, 3xxx mapping and plan: reported by the compiler, with the layer's name and both
// numbers. 4xxx import, 5xxx planning, 6xxx boards and run time: printed by the tools, relation and text are for the docs.
#pragma once
#include <deeploy/layer.hpp>

#define DEEPLOY_COMPILER_CODES(X)                                                                                        \
  X(1101, ==, "layer: an operand's length differs from the axis that it runs along; make the shapes agree")              \
  X(1102, ==, "layer: this axis of an operand must be one dimension; give it a view without parts or broadcast")         \
  X(1103, <=, "layer: an operand has more axes than the layer; reshape it with a view")                                  \
  X(1104, ==, "layer: an operand has the wrong number of axes for this operator; give it a view")                        \
  X(1105, ==, "layer: an operand and the axis that it runs along have different run-time slots; use one upto<N> for both")   \
  X(1202, <, "network: a layer reads a tensor before the layer that writes it; change the order of the layers")          \
  X(1203, ==, "network: two layers write the same elements of a tensor; let their views be disjoint")                    \
  X(1204, ==, "network: elements of this tensor are read but never written; write all of it, or make it an input")       \
  X(1205, <=, "layer: a view reaches beyond its tensor; correct its offset, extents or strides")                         \
  X(1206, ==, "layer: it writes a constant or an input; give it a tensor of its own")                                    \
  X(1207, >, "layer: its result has an axis of stride 0 or overlapping elements; give the view distinct strides")        \
  X(2001, <, "layer: no kernel takes f32; quantise the network, or give the tensor an integer type")                     \
  X(2002, ==, "layer: scale operands must be i32; give mul and add that type")                                           \
  X(2003, ==, "layer: scale operands without requantisation; set .result")                                               \
  X(2004, <=, "layer: a requantisation shifts by more than 31 bits; use a smaller shift")                                \
  X(2005, <=, "layer: a requantisation clips to an empty range; exchange low and high")                                  \
  X(2006, ==, "layer: the clip range does not fit the type of the result; change low, high or the type")                 \
  X(2007, ==, "gather: indices must be i32; give them that type")                                                        \
  X(2101, ==, "conv2d: the channels are no multiple of the groups; correct .groups or the shapes")                       \
  X(2102, ==, "window: the result's size does not follow from input, kernel, stride and padding; correct its shape")     \
  X(2201, >=, "ita_partial_max: the group width must be at least 1; correct .group_width")                               \
  X(2301, >=, "reduction: it runs over no element; correct .reduced")                                                    \
  X(2302, ==, "reduce_mean: the shift form needs a power of two of elements; set .half_away")                            \
  X(2303, ==, "reduce_mean: an averaged axis has a run-time extent; average over fixed axes only")                       \
  X(2401, ==, "score_chain: the scores must be requantised to at most 256 values; set .scores")                          \
  X(2402, ==, "score_chain: a mask has bytes; give it the type i8 or u8")                                                \
  X(2403, ==, "score_chain: the tables are bytes; give them the type u8")                                                \
  X(3001, ==, "plan: written in another format; plan again with this version")                                           \
  X(3002, ==, "plan: written by another version of the tool; plan again with this version")                              \
  X(3003, ==, "plan: made for another network (stale); plan again")                                                      \
  X(3004, ==, "plan: made for another board, or its facts have changed; plan again for this board")                      \
  X(3005, ==, "plan: it has places for another number of tensors; plan again")                                           \
  X(3010, ==, "plan: the steps of this layer do not cover its iteration space; plan again")                              \
  X(3011, ==, "plan: two steps of this layer run the same part; plan again")                                             \
  X(3012, <, "plan: a step names a layer, engine or form that does not exist; plan again")                               \
  X(3013, <, "plan: this layer runs before a tensor that it reads is finished; plan again")                              \
  X(3014, <=, "plan: a tile is longer than its axis, or empty; correct .tile")                                           \
  X(3015, ==, "plan: a tile cuts an axis that this form takes as a whole or only at multiples; correct .tile")           \
  X(3016, ==, "plan: this engine and form do not take the layer; choose another")                                        \
  X(3018, ==, "plan: the loop order is no permutation, or a reduction is not innermost; correct .order")                 \
  X(3021, <=, "plan: a tile buffer ends outside of its memory; plan again or enlarge the memory")                        \
  X(3022, ==, "plan: a buffer or tensor is misaligned; correct its offset")                                              \
  X(3023, >=, "plan: two buffers that live at once overlap: the second begins before the first ends; plan again")        \
  X(3024, <=, "plan: a tensor ends outside of its memory; plan again or enlarge the memory")                             \
  X(3025, >=, "plan: two tensors that live at once overlap: the second begins before the first ends; plan again")        \
  X(3026, ==, "plan: a tensor lies in a memory or section that cannot hold it; plan again")                              \
  X(3027, ==, "plan: an operand lies in L1 but cannot be walked in place; plan again")                                   \
  X(3028, <=, "plan: it needs more of a memory than the board has; plan again with less")                                \
  X(3029, <, "plan: a tile is fetched early, while a step still writes its tensor; plan again")                     \
  X(3030, ==, "plan: an operand needs one or two tile buffers, or none when it lies in L1; correct .buffer")            \
  X(3031, ==, "plan: a constant packed for one step is used by another; plan again")                                    \
  X(3032, <=, "plan: an engine may address bytes behind the end of L1 around a buffer; plan again with less L1") \
  X(3033, <=, "plan: a tile is fetched more steps early than there are before it, or twice, or need not be fetched; correct .early") \
  X(3040, <=, "networks: together they need more of a memory than the board has; plan them with less of it")            \
  X(3041, >=, "networks: the state of one overlaps memory of another: the second begins before the first ends; move it")  \
  X(3042, <=, "networks: a section of one ends outside of the arena that they share; enlarge the arena")

#define DEEPLOY_TOOL_CODES(X)                                                                                            \
  X(1001, "shape: more than six extents; merge adjacent ones")                                                           \
  X(1002, "shape: an extent is negative; extents are 0 or more")                                                         \
  X(1003, "shape: run-time slots are 1 to 4; use one of them")                                                           \
  X(1004, "tensor: the element type is none of i8 u8 i16 u16 i32 f32; use one of them")                                  \
  X(1005, "tensor: strides and shape have different ranks; give one stride per extent")                                  \
  X(1006, "constant: the number of values differs from the number of elements; correct either")                          \
  X(1201, "network: it has no layer; list at least one")                                                                 \
  X(3000, "network: no plan for it is visible; include the generated plan.hpp before")                                   \
  X(3017, "plan: the board has no engine of that name; see deeploy ops")                                                 \
  X(4001, "plan: constants.bin cannot be read; import again")                                                            \
  X(4002, "plan: constants.bin is shorter than the model says; import again")                                            \
  X(4003, "a file cannot be written; look at permissions and space")                                                     \
  X(4004, "a generated file is missing or damaged; run the stage before again")                                          \
  X(4005, "an .npz archive cannot be read; store it with numpy.savez")                                                   \
  X(4006, "an array is missing or has another shape or type; compare with the message")                                  \
  X(4007, "this machine's memory does not suffice; correct the file's sizes, or use a bigger machine")                   \
  X(4008, "a step's engine is not exact with the constants of the network; plan again")                                 \
  X(4101, "the model file cannot be read; correct the path")                                                             \
  X(4102, "the file is no ONNX model; export it again")                                                                  \
  X(4103, "the graph is empty or has no output; export it again")                                                        \
  X(4104, "a value is written twice; make names unique")                                                                 \
  X(4105, "a value is read that nothing writes; complete the graph")                                                     \
  X(4106, "nodes wait for each other in a cycle; break it")                                                              \
  X(4107, "external tensor data is missing or outside of the model's folder; move it there")                             \
  X(4108, "a tensor's shape and data do not agree; export it again")                                                     \
  X(4109, "an element type is not supported; use float32 or integers")                                                   \
  X(4110, "an input has no shape; declare it")                                                                           \
  X(4111, "a dimension is dynamic; fix it when exporting")                                                               \
  X(4112, "a declared shape contradicts the inferred one; correct the file")                                             \
  X(4113, "a floating-point layer; quantise the network first")                                                          \
  X(4201, "an operator is not supported; the message names the closest that is")                                         \
  X(4202, "an input must be a constant; fold it when exporting")                                                         \
  X(4203, "a constant of an integer operator is no integer; quantise first")                                             \
  X(4204, "a cache does not go in and come out as asked; see --state")                                                   \
  X(4205, "--type names no input or no type; say NAME=u8")                                                               \
  X(4206, "a constant does not fit the type that it must have; rescale it")                                              \
  X(4207, "--no-fuse names a node where no layers become one; the message lists those where some do")                    \
  X(4209, "an output could not be computed; report this")                                                                \
  X(4210, "a window operator has unsupported dimensions; use one or two spatial axes")                                   \
  X(4211, "channels, groups and weights do not agree; correct the file")                                                 \
  X(4212, "the operands of a product do not agree; correct the shapes")                                                  \
  X(4213, "Gemm's alpha or beta is no integer; fold it into the requantisation")                                         \
  X(4214, "a window's kernel, stride, dilation or padding is impossible; correct the attribute")                         \
  X(4215, "MaxPool with ceil_mode or indices; export it without")                                                        \
  X(4220, "RequantShift needs mul and add; complete the node")                                                           \
  X(4221, "a requantisation's divisor is no power of two; export it as one")                                             \
  X(4222, "a requantisation's n_levels or signed is missing or not supported; correct the attribute")                    \
  X(4223, "a scale does not fit 32 bits; rescale the requantisation")                                                    \
  X(4224, "scales do not spread over the operand; give one value, or one per channel, row or head")                      \
  X(4225, "TrueIntegerDiv divides by zero or overflows; correct its attributes")                                         \
  X(4226, "an input of a node is missing; complete the node")                                                            \
  X(4227, "an attribute is of another kind than the operator reads; correct it")                                         \
  X(4228, "an output of a node is left out or not supported; export the node without")                                   \
  X(4229, "a node reads a tensor without elements but makes some; correct the shapes")                                   \
  X(4230, "elementwise operands do not broadcast; correct the shapes")                                                   \
  X(4231, "an attribute is no 32-bit integer; correct it")                                                               \
  X(4240, "the attribute D is no power of two; correct it")                                                              \
  X(4241, "a row operator has an unsupported axis or operand; use the last axis")                                        \
  X(4242, "an attribute of a row operator is impossible; correct it")                                                    \
  X(4250, "a reduction names a missing axis or runs over nothing; correct axes")                                         \
  X(4260, "Reshape or Flatten asks for an impossible shape; correct it")                                                 \
  X(4261, "Squeeze or Unsqueeze names an impossible axis; correct axes")                                                 \
  X(4262, "Transpose has no permutation; correct perm")                                                                  \
  X(4263, "Slice has impossible starts, ends, axes or steps; correct them")                                              \
  X(4264, "Expand asks for a shape that does not broadcast; correct it")                                                 \
  X(4265, "Concat's parts do not join; correct the shapes or the axis")                                                  \
  X(4266, "Pad has an unsupported mode or impossible pads; use mode constant")                                           \
  X(4267, "Gather has an index or axis out of range; correct it")                                                        \
  X(4270, "an operand cannot be addressed by strides; insert a copy in the network")                                     \
  X(4271, "too many axes remain after merging; reshape the network")                                                     \
  X(4272, "a tensor or its constants are too large for 32-bit addresses; correct the shapes")                            \
  X(4301, "an accumulator may overflow 32 bits; the result would wrap")                                                  \
  X(4302, "element types of inputs were assumed; give them with --type or --inputs")                                     \
  X(5001, "a layer does not fit L1 even with its smallest tile; enlarge --l1")                                           \
  X(5002, "the tensors do not fit the memories; enlarge --l2 or --wmem")                                                 \
  X(5003, "a constant fits no memory; enlarge --l2 or --wmem")                                                           \
  X(5004, "the .lp file cannot be written; correct the path")                                                            \
  X(5005, "the buffers fit by bytes but no placement was found; enlarge --l1")                                           \
  X(5101, "a placement instance is no valid CSV; the message names the lines")                                           \
  X(5102, "a placement instance does not fit the capacity; enlarge it")                                                  \
  X(6001, "this is no weight image; load the generated file")                                                            \
  X(6002, "a weight image has another format; plan again")                                                               \
  X(6003, "a weight image belongs to another network; plan again")                                                       \
  X(6004, "a weight image belongs to another plan; load the one written with it")                                        \
  X(6005, "a weight image is cut off or damaged; write it again")                                                        \
  X(6006, "a weight image cannot be read; plan again")                                                                   \
  X(6007, "an input file has another size than its tensor; write it again")                                              \
  X(6008, "a result cannot be written; look at permissions and space")                                                   \
  X(6010, "instance: the network does not use this tensor; name one of its own")                                         \
  X(6101, "host board: a transfer leaves its arena; report this")                                                        \
  X(6102, "host board: a transfer was left behind or guard bytes changed; report this")                                  \
  X(6103, "host board: a result depends on memory that nobody wrote; report this")                                       \
  X(6201, "the compiler refused the model or its plan; its first error says why")                                        \
  X(6202, "there is no such board; the message lists them")                                                              \
  X(6203, "the runner was ended by a signal; report this")                                                               \
  X(6204, "--inputs and --expect come in pairs; give as many of each")                                                   \
  X(6205, "this installation has no planner; use a committed plan, or build with GLPK")                                  \
  X(6206, "the command line is not understood; see --help")                                                              \
  X(6207, "the user interrupted the command; nothing was written")                                                       \
  X(6208, "the tool failed in a way that it does not know; report this")                                                 \
  X(6209, "headers and planner library are of different builds; build the tool again")                                   \
  X(6210, "the compiler of the target cannot be started; install it, or name another in DEEPLOY_TARGET_CXX")             \
  X(6211, "the simulator of the target cannot be started; build it, or say where it is in DEEPLOY_SIMULATOR")            \
  X(6301, "a core's stack overflowed; raise its bytes in siracusa_reserved")                                             \
  X(6302, "a core trapped; report this with the console's text")                                                         \
  X(6303, "a wait for the DMA or the NPU did not end in a debug build; report this with the console's text")

namespace deeploy::detail {
/// Shows a compiler code: `Where` and both numbers appear in the compiler's message.
template <int code>
struct diagnostic;
#define DEEPLOY_DIAGNOSTIC(code, relation, text)                              \
  template <>                                                                 \
  struct diagnostic<code> {                                                   \
    template <class Where, i64 found, i64 expected>                           \
    static constexpr bool shown() {                                           \
      static_assert(found relation expected, "[DPL-" #code "] " text);        \
      /* Whoever reports a problem must not get away with numbers that agree. */ \
      static_assert(!(found relation expected), "[DPL-" #code "] " text);     \
      return true;                                                            \
    }                                                                         \
  };
DEEPLOY_COMPILER_CODES(DEEPLOY_DIAGNOSTIC)
#undef DEEPLOY_DIAGNOSTIC
}  // namespace deeploy::detail
