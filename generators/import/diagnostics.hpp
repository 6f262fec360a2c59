// SPDX-License-Identifier: Apache-2.0
// What an import found wrong or worth a warning: everything is collected, then shown at once.
#pragma once
#include <fmt/format.h>
#include <string>
#include <vector>

namespace deeploy::import {
struct message {
  int code = 0;
  std::string text;
};

class diagnostics {
 public:
  template <class... A>
  void error(int code, fmt::format_string<A...> text, A&&... a) {
    errors_.push_back({code, fmt::format(text, std::forward<A>(a)...)});
  }
  template <class... A>
  void warn(int code, fmt::format_string<A...> text, A&&... a) {
    warnings_.push_back({code, fmt::format(text, std::forward<A>(a)...)});
  }
  bool failed() const { return !errors_.empty(); }
  std::vector<message> const& errors() const { return errors_; }
  std::vector<message> const& warnings() const { return warnings_; }

 private:
  std::vector<message> errors_, warnings_;
};
}  // namespace deeploy::import
