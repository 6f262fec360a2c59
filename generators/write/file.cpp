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
std::string write_file(std::string const& path, std::string const& content) {
  std::string const aside = fmt::format("{}.{}.part", path, ::getpid());
  auto const failed = [&](char const* what) {
    std::string const why = fmt::format("{}: cannot {}: {}", path, what, std::strerror(errno));
    std::remove(aside.c_str());
    return why;
  };
  std::error_code ignored;
  if (auto const folder = std::filesystem::path(path).parent_path(); !folder.empty())
    std::filesystem::create_directories(folder, ignored);
  std::FILE* const f = std::fopen(aside.c_str(), "wb");
  if (f == nullptr) return failed("write");
  bool const written = std::fwrite(content.data(), 1, content.size(), f) == content.size();
  int const at_write = errno;
  if (std::fclose(f) != 0 || !written) {
    if (!written) errno = at_write;
    return failed("write");
  }
  if (std::rename(aside.c_str(), path.c_str()) != 0) return failed("replace");
  return {};
}
}  // namespace deeploy::write
