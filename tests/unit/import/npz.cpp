// SPDX-License-Identifier: Apache-2.0
// .npz archives: what is written is read, NumPy's other forms are read, damaged ones are refused with a reason.
#include <doctest/doctest.h>
#include <unistd.h>
#include <zip.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <generators/data/npz.hpp>
#include <support/drawn.hpp>

namespace deeploy::test {
namespace {
namespace fs = std::filesystem;
struct file {
  fs::path path;
  explicit file(char const* name)
      : path(fs::temp_directory_path() / (std::string("deeploy_unit_") + std::to_string(::getpid()) + name)) {}
  ~file() { fs::remove(path); }
  void write(std::string const& content) const {
    std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  }
};

std::string npy(std::string const& header, std::string const& bytes, int version = 1) {
  std::string text = header;
  while ((10 + text.size() + 1) % 16 != 0) text += ' ';
  text += '\n';
  std::string out = "\x93NUMPY";
  out += static_cast<char>(version);
  out += '\0';
  out += static_cast<char>(text.size() & 255);
  out += static_cast<char>(text.size() >> 8);
  if (version > 1) out += std::string(2, '\0');
  return out + text + bytes;
}
/// An archive with one member, as zip tools write it.
void write_member(file const& f, std::string const& name, std::string const& content, bool deflated) {
  zip_t* const z = zip_open(f.path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  zip_int64_t const at =
      zip_file_add(z, name.c_str(), zip_source_buffer(z, content.data(), content.size(), 0), ZIP_FL_OVERWRITE);
  zip_set_file_compression(z, static_cast<zip_uint64_t>(at), deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  REQUIRE(zip_close(z) == 0);
}
std::optional<data::array> read_one(std::string const& content, std::string& problem, bool deflated = false) {
  file const f("one.npz");
  write_member(f, "x.npy", content, deflated);
  auto all = data::read_npz(f.path.string(), problem);
  if (!all) return std::nullopt;
  REQUIRE(all->count("x") == 1);
  return all->at("x");
}
}  // namespace

TEST_CASE("npz: what is written is read again, every type and rank") {
  drawn d(1);
  data::arrays all;
  char const* const types[] = {"|i1", "|u1", "<i2", "<u2", "<i4", "<f4"};
  for (int t = 0; t < 6; ++t)
    for (int rank = 0; rank < 5; ++rank) {
      data::array a;
      a.type = static_cast<element>(t);
      a.numpy_type = types[t];
      for (int i = 0; i < rank; ++i) a.shape.push_back(d.in(0, 4));
      for (std::int64_t i = 0; i < a.elements() * size_of(*a.type); ++i) a.bytes += static_cast<char>(d.in(0, 255));
      all["a" + std::to_string(t) + "_" + std::to_string(rank)] = a;
    }
  file const f("all.npz");
  f.write(data::npz_bytes(all));
  std::string problem;
  auto const again = data::read_npz(f.path.string(), problem);
  REQUIRE_MESSAGE(again, problem);
  REQUIRE(again->size() == all.size());
  for (auto const& [name, a] : all) {
    CAPTURE(name);
    auto const& b = again->at(name);
    CHECK(b.type == a.type);
    CHECK(b.shape == a.shape);
    CHECK(b.bytes == a.bytes);
  }
  CHECK(data::npz_bytes(all) == data::npz_bytes(*again));  // same arrays, same bytes
}

TEST_CASE("npz: values as numbers") {
  data::array a{element::i16, "<i2", {3}, std::string("\xff\xff\x00\x80\x01\x00", 6)};
  CHECK(data::value_at(a, 0) == -1);
  CHECK(data::value_at(a, 1) == -32768);
  CHECK(data::value_at(a, 2) == 1);
  a.type = element::u16;
  CHECK(data::value_at(a, 0) == 65535);
}

TEST_CASE("npz: compressed members, long headers and column-major arrays") {
  std::string problem;
  std::string const rows("\x01\x02\x03\x04\x05\x06", 6);
  for (bool deflated : {false, true})
    for (int version : {1, 2}) {
      auto const a = read_one(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", rows, version),
                              problem, deflated);
      REQUIRE_MESSAGE(a, problem);
      CHECK(a->bytes == rows);
      CHECK(a->shape == std::vector<std::int64_t>{2, 3});
    }
  auto const turned = read_one(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", rows), problem);
  REQUIRE(turned);
  CHECK(turned->bytes == std::string("\x01\x03\x05\x02\x04\x06", 6));
  auto const scalar =
      read_one(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (), }", std::string("\x07\0\0\0", 4)), problem);
  REQUIRE(scalar);
  CHECK(scalar->elements() == 1);
  CHECK(data::value_at(*scalar, 0) == 7);
  auto const other =
      read_one(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", std::string(8, '\0')), problem);
  REQUIRE(other);
  CHECK(!other->type);
}

TEST_CASE("npz: what is damaged is refused with a reason") {
  auto const refused = [](std::string const& content) {
    std::string problem;
    bool const read = read_one(content, problem).has_value();
    CHECK(!problem.empty());
    return !read;
  };
  std::string const good = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", "abcdef");
  for (std::size_t n = 0; n < good.size(); ++n) CHECK(refused(good.substr(0, n)));
  CHECK(refused(good + "x"));
  CHECK(refused("no array at all, but long enough"));
  CHECK(refused(npy("{'descr': '|u1', 'shape': (2, 3), }", "abcdef")));
  CHECK(refused(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 99999999999999), }", "abcdef")));
  CHECK(refused(npy("{'descr': '|u1', 'fortran_order': False, 'shape': 6, }", "abcdef")));
  std::string problem;
  CHECK(!data::read_npz("/nowhere/at/all.npz", problem));
  CHECK(problem.find("/nowhere/at/all.npz") != std::string::npos);
  file const f("cut.npz");
  data::arrays const one{{"x", {element::u8, "|u1", {6}, "abcdef"}}};
  std::string const whole = data::npz_bytes(one);
  for (std::size_t n = 0; n < whole.size(); n += 7) {
    f.write(whole.substr(0, n));
    problem.clear();
    CHECK(!data::read_npz(f.path.string(), problem));
    CHECK(!problem.empty());
  }
}
}  // namespace deeploy::test
