// SPDX-License-Identifier: Apache-2.0
// Files appear whole or not at all.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <generators/write/file.hpp>
#include <unistd.h>

namespace deeploy::write {
namespace fs = std::filesystem;
namespace {
/// Folders and files that are taken back unless all went well.
class attempt {
 public:
  ~attempt() {
    if (kept_) return;
    for (std::string const& f : aside_) std::remove(f.c_str());
    for (std::size_t i = folders_.size(); i-- > 0;) ::rmdir(folders_[i].c_str());  // only where still empty
  }
  void make_folder(fs::path const& folder) {
    if (folder.empty()) return;
    std::error_code problem;
    if (fs::exists(folder, problem)) return;
    make_folder(folder.parent_path());
    if (fs::create_directory(folder, problem)) folders_.push_back(folder.string());
  }
  void will_write(std::string const& file) { aside_.push_back(file); }
  void keep() { kept_ = true; }

 private:
  std::vector<std::string> aside_, folders_;
  bool kept_ = false;
};

std::string why(std::string const& path, char const* what, int code) { return fmt::format("{}: cannot {}: {}; look at permissions and space", path, what, std::strerror(code)); }
}  // namespace

std::string write_files(std::vector<std::pair<std::string, std::string>> const& files) {
  attempt a;
  auto const aside = [](std::string const& path) { return fmt::format("{}.{}.part", path, ::getpid()); };
  for (auto const& [path, content] : files) {
    std::error_code problem;
    if (fs::is_directory(path, problem)) return why(path, "replace", EISDIR);
    a.make_folder(fs::path(path).parent_path());
    std::FILE* const f = std::fopen(aside(path).c_str(), "wb");
    if (f == nullptr) return why(path, "write", errno);
    a.will_write(aside(path));
    int failed = 0;
    if (std::fwrite(content.data(), 1, content.size(), f) != content.size() || std::fflush(f) != 0) failed = errno;
    if (std::fclose(f) != 0 && failed == 0) failed = errno;
    if (failed != 0) return why(path, "write", failed);
  }
  for (auto const& [path, content] : files)
    if (std::rename(aside(path).c_str(), path.c_str()) != 0) return why(path, "replace", errno);
  a.keep();
  return {};
}

std::string write_file(std::string const& path, std::string const& content) { return write_files({{path, content}}); }
}  // namespace deeploy::write
