// SPDX-License-Identifier: Apache-2.0
// Orders in which the layers may run, and the search for a good one.
#pragma once
#include <functional>
#include <generators/plan/model.hpp>

namespace deeploy::plan {
/// For each layer the layers that must run before it: those that write elements which it reads; and where a state is read and
/// written, the order of the network counts.
std::vector<std::vector<int>> layers_before(planned_model const& m);

/// All legal orders, if there are at most `most`; else none.
std::vector<std::vector<int>> all_orders(planned_model const& m, std::size_t most);

/// Legal orders worth a look: the network's own, greedy ones that keep few bytes alive, and such that what a unit computes is
/// not waited for at once.
///
/// @param has_unit  may a unit compute this layer while the cores go on?
std::vector<std::vector<int>> candidate_orders(planned_model const& m, std::function<bool(int)> const& has_unit);

/// Improves an order by moving single layers, and those that are alike in other blocks of the network with them, while `cost`
/// falls; then from others that are two moves away. At most `evaluations` calls of `cost`.
///
/// @param class_of  layers of one class have the same candidates
std::vector<int> improve_order(planned_model const& m, std::vector<int> order, std::uint64_t evaluations, std::function<int(int)> const& class_of,
                               std::function<std::int64_t(std::vector<int> const&)> const& cost);
}  // namespace deeploy::plan
