// SPDX-License-Identifier: Apache-2.0
// Compiled files that later calls use again: kernels by shape class, generators by model, each under a digest of all that made it.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace deeploy::command {
class object_cache {
 public:
  /// @param folder    where files are kept; empty: nothing is
  /// @param compiler  the compiler and the options that every compilation has
  /// @param roots     folders whose headers any of them may include
  object_cache(std::string folder, std::vector<std::string> const& compiler, std::vector<std::string> const& roots);
  bool keeps() const { return !folder_.empty(); }
  /// Where the file is, or will be, that `parts` (sources, options, files read) make together with compiler and headers.
  std::string path(std::string const& name, std::vector<std::string> const& parts) const;
  /// Moves a finished file to its path, in one step: other processes see all of it or nothing. Words on failure.
  std::string keep(std::string const& made, std::string const& path) const;

  /// Compiles words (a source and what becomes of it are added), named so in messages; an exit status.
  using compile_function = std::function<int(std::vector<std::string> const& words, std::string const& what)>;
  /// The parts of a runner that do not depend on one network: the board's main function and an object file per kernel.
  ///
  /// @param scratch  folder for sources
  /// @param objects  gets the files
  /// @returns an exit status
  int shared_objects(compile_function const& compile, std::string const& scratch, std::string const& board, std::vector<std::string> const& kernels,
                     std::vector<std::string>& objects) const;

 private:
  int object(compile_function const& compile, std::string const& scratch, std::string const& name, std::string const& source, std::string const& what,
             std::vector<std::string>& objects) const;
  std::string folder_;
  unsigned long long base_ = 0;
};
}  // namespace deeploy::command
