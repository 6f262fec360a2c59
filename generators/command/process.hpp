// SPDX-License-Identifier: Apache-2.0
// Child processes, temporary folders and what to do when the user interrupts.
#pragma once
#include <string>
#include <vector>

namespace deeploy::command {
struct process_result {
  int status = 0;      ///< exit status; 128 + signal
  std::string errors;  ///< what it wrote to stderr
  std::string output;  ///< and to stdout
};

/// Runs a program and waits. An interrupt ends the program and all that it started.
///
/// @param temporary  folder for its temporary files; empty: the system's
process_result run_process(std::vector<std::string> const& words, std::string const& temporary = {});

/// A folder that is removed at the end, also after Ctrl-C; or one that the user named, which stays.
class work_folder {
 public:
  explicit work_folder(std::string const& named);
  ~work_folder();
  work_folder(work_folder const&) = delete;
  work_folder& operator=(work_folder const&) = delete;
  std::string const& path() const { return path_; }
  bool usable() const { return usable_; }

 private:
  std::string path_;
  bool temporary_ = false, usable_ = true;
};

/// Makes Ctrl-C remove temporary folders before the program ends with 130.
void handle_interrupts();
/// 0, or 128 + the signal that asked the program to end; stages look at it before they write.
int interrupted_status();
}  // namespace deeploy::command
