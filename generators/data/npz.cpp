// SPDX-License-Identifier: Apache-2.0
// .npz by libzip; .npy headers by hand, they are one line of text.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <generators/data/npz.hpp>
#include <iterator>
#include <zip.h>

namespace deeploy::data {
namespace {
struct named_type {
  char const* numpy;
  element type;
};
constexpr named_type types[] = {{"i1", element::i8}, {"u1", element::u8}, {"i2", element::i16}, {"u2", element::u16}, {"i4", element::i32}, {"f4", element::f32}};

/// Reorders an array that the file stores with its first subscript running fastest.
void to_row_major(array& a) {
  auto const each = static_cast<std::size_t>(size_of(*a.type));
  std::string sorted(a.bytes.size(), '\0');
  std::vector<std::int64_t> at(a.shape.size(), 0);
  for (std::int64_t i = 0; i < a.elements(); ++i) {
    std::int64_t from = 0;
    for (std::size_t d = a.shape.size(); d-- > 0;) from = from * a.shape[d] + at[d];
    std::memcpy(sorted.data() + static_cast<std::size_t>(i) * each, a.bytes.data() + static_cast<std::size_t>(from) * each, each);
    for (std::size_t d = a.shape.size(); d-- > 0 && ++at[d] == a.shape[d];) at[d] = 0;
  }
  a.bytes = std::move(sorted);
}

/// Parses the header dictionary {'descr': '|u1', 'fortran_order': False, 'shape': (1, 2), }.
bool parse_npy(std::string const& file, array& a, std::string& problem) {
  if (file.size() < 10 || file.compare(0, 6, "\x93NUMPY") != 0) {
    problem = "is no NumPy array";
    return false;
  }
  auto const byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(file[i])); };
  bool const long_header = file[6] >= 2;
  if (long_header && file.size() < 12) {
    problem = "is cut off";
    return false;
  }
  std::size_t const length = long_header ? byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24 : byte(8) | byte(9) << 8;
  std::size_t const start = long_header ? 12 : 10;
  if (length > file.size() - start) {
    problem = "is cut off";
    return false;
  }
  std::string const text = file.substr(start, length);
  auto const after = [&](char const* key) {
    auto const at = text.find(key);
    return at == std::string::npos ? std::string::npos : text.find(':', at) + 1;
  };
  auto const descr = after("'descr'"), fortran = after("'fortran_order'"), shape = after("'shape'");
  if (descr == std::string::npos || fortran == std::string::npos || shape == std::string::npos) {
    problem = "has no complete header";
    return false;
  }
  auto const open = text.find('\'', descr), close = text.find('\'', open + 1);
  auto const from = text.find('(', shape), to = text.find(')', from);
  if (open == std::string::npos || close == std::string::npos || from == std::string::npos || to == std::string::npos) {
    problem = "has no complete header";
    return false;
  }
  a.numpy_type = text.substr(open + 1, close - open - 1);
  auto const word = text.find_first_not_of(' ', fortran);
  bool const columns_first = word != std::string::npos && text.compare(word, 4, "True") == 0;
  std::string number;
  std::int64_t total = 1;
  for (char c : text.substr(from + 1, to - from - 1) + ",") {
    if (c >= '0' && c <= '9') {
      number += c;
    } else if (c == ',' && !number.empty()) {
      std::int64_t const d = number.size() > 12 ? -1 : std::stoll(number);
      if (d < 0 || (d > 0 && total > (std::int64_t{1} << 33) / d)) {
        problem = fmt::format("has an impossible shape ({})", text.substr(from + 1, std::min<std::size_t>(to - from - 1, 40)));
        return false;
      }
      total *= d;
      a.shape.push_back(d);
      number.clear();
    } else if (c != ' ' && c != ',' && c != 'L') {
      problem = fmt::format("has an impossible shape ({})", text.substr(from + 1, std::min<std::size_t>(to - from - 1, 40)));
      return false;
    }
  }
  std::string const kind = a.numpy_type.size() > 1 ? a.numpy_type.substr(a.numpy_type.size() - 2) : "";
  for (named_type const& t : types)
    if (kind == t.numpy && a.numpy_type[0] != '>') a.type = t.type;
  a.bytes = file.substr(start + length);
  if (a.type && static_cast<std::int64_t>(a.bytes.size()) != a.elements() * size_of(*a.type)) {
    problem = fmt::format("has {} bytes, its shape asks for {}", a.bytes.size(), a.elements() * size_of(*a.type));
    return false;
  }
  if (a.type && columns_first) to_row_major(a);
  return true;
}
/// Grows with what is there, not with what a damaged directory says.
bool read_entry(zip_t* archive, zip_uint64_t index, std::uint64_t size, std::string& content) {
  zip_file_t* const f = zip_fopen_index(archive, index, 0);
  if (f == nullptr) return false;
  std::string block(std::size_t{1} << 18, '\0');
  bool good = size <= (std::uint64_t{1} << 31);
  while (good && content.size() < size) {
    zip_int64_t const n = zip_fread(f, block.data(), std::min<std::uint64_t>(block.size(), size - content.size()));
    good = n > 0;
    if (good) content.append(block, 0, static_cast<std::size_t>(n));
  }
  // The checksum is looked at where the end is read.
  good = good && zip_fread(f, block.data(), 1) == 0;
  zip_fclose(f);
  return good;
}
}  // namespace

std::optional<arrays> read_npz(std::string const& path, std::string& problem) {
  std::error_code unknown;
  auto const status = std::filesystem::status(path, unknown);
  if (!std::filesystem::is_regular_file(status)) {
    problem = fmt::format("{} {}; give the path of an .npz file", path, !std::filesystem::exists(status) ? "does not exist" : "is no file");
    return std::nullopt;
  }
  int code = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (archive == nullptr) {
    problem = fmt::format("{} is no .npz archive ({} bytes); store it with numpy.savez", path, std::filesystem::file_size(path, unknown));
    return std::nullopt;
  }
  arrays all;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0) && problem.empty(); ++i) {
    zip_stat_t about{};
    zip_stat_init(&about);
    if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &about) != 0 || (about.valid & ZIP_STAT_NAME) == 0 || (about.valid & ZIP_STAT_SIZE) == 0) {
      problem = fmt::format("{}: entry {} is damaged; store it again with numpy.savez", path, i);
      break;
    }
    std::string name = about.name, content;
    bool const read = read_entry(archive, static_cast<zip_uint64_t>(i), about.size, content);
    if (name.size() > 4 && name.compare(name.size() - 4, 4, ".npy") == 0) name.resize(name.size() - 4);
    std::string why;
    array a;
    if (!read)
      problem = fmt::format("{}: array {} is damaged or cut off ({} of {} bytes); store it again with numpy.savez", path, name, content.size(), about.size);
    else if (!parse_npy(content, a, why))
      problem = fmt::format("{}: array {} {}; store it again with numpy.savez", path, name, why);
    else
      all[name] = std::move(a);
  }
  zip_discard(archive);
  if (!problem.empty()) return std::nullopt;
  return all;
}

std::string npz_bytes(arrays const& all) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(source);
  zip_t* const archive = zip_open_from_source(source, ZIP_TRUNCATE, &error);
  std::vector<std::string> contents;
  contents.reserve(all.size());
  for (auto const& [name, a] : all) {
    std::string shape;
    for (std::int64_t d : a.shape) shape += fmt::format("{}, ", d);
    if (a.shape.size() > 1) shape.resize(shape.size() - 2);
    if (a.shape.size() == 1) shape.resize(shape.size() - 1);
    std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", a.numpy_type, shape);
    while ((10 + text.size() + 1) % 64 != 0) text += ' ';
    text += '\n';
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(text.size() & 255);
    file += static_cast<char>(text.size() >> 8);
    contents.push_back(file + text + a.bytes);
    zip_source_t* const part = zip_source_buffer(archive, contents.back().data(), contents.back().size(), 0);
    zip_int64_t const at = zip_file_add(archive, (name + ".npy").c_str(), part, ZIP_FL_ENC_UTF_8);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(at), ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive, static_cast<zip_uint64_t>(at), 0, 0x21, 0);  // 1980-01-01
  }
  zip_close(archive);
  zip_source_open(source);
  zip_source_seek(source, 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(zip_source_tell(source)), '\0');
  zip_source_seek(source, 0, SEEK_SET);
  zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  zip_source_free(source);
  return bytes;
}

std::string type_text(array const& a) {
  return a.type ? name_of(*a.type) : fmt::format("of the unsupported NumPy type '{}' (use int8, uint8, int16, uint16, int32)", a.numpy_type);
}

double value_at(array const& a, std::int64_t i) {
  char const* const p = a.bytes.data() + i * (a.type ? size_of(*a.type) : 0);
  auto const as = [&](auto x) {
    std::memcpy(&x, p, sizeof x);
    return static_cast<double>(x);
  };
  if (!a.type) return 0;
  switch (*a.type) {
    case element::i8: return as(i8{});
    case element::u8: return as(u8{});
    case element::i16: return as(i16{});
    case element::u16: return as(u16{});
    case element::i32: return as(i32{});
    default: return as(f32{});
  }
}
}  // namespace deeploy::data
