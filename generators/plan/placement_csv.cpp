// SPDX-License-Identifier: Apache-2.0
// placement_table: reading and writing.
#include <algorithm>
#include <charconv>
#include <generators/plan/placement_csv.hpp>
#include <generators/plan/placement_input.hpp>
#include <map>
#include <optional>
#include <system_error>

namespace deeploy::plan {
namespace {

constexpr std::size_t absent = static_cast<std::size_t>(-1);

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  auto const begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> cells;
  while (true) {
    auto const comma = line.find(',');
    cells.emplace_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

/// What the user wrote, short and without bytes that a terminal would act upon.
std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string shown = "'";
  for (char const c : text.substr(0, longest)) {
    auto const byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return shown + (text.size() > longest ? "...'" : "'");
}

class reader {
public:
  explicit reader(std::string_view given) : text(given) {}

  placement_table read() {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // byte order mark of some editors
    bool header = false;
    while (!text.empty()) {
      auto const line = next_line();
      if (line.empty()) continue;
      if (header) {
        read_item(line);
      } else {
        header = true;
        if (!read_header(line)) return std::move(table);  // every further line would only repeat it
      }
    }
    if (!header) table.errors.push_back("the file is empty; its first line must name the columns id,lower,upper,size");
    return std::move(table);
  }

private:
  std::string_view next_line() {
    auto const end = text.find('\n');
    auto const line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    return line;
  }

  void report(std::string const& what) { table.errors.push_back("line " + std::to_string(line_number) + ": " + what); }

  bool read_header(std::string_view line) {
    table.columns = split(line);
    for (auto at = table.columns.begin(); at != table.columns.end(); ++at) {
      if (std::find(table.columns.begin(), at, *at) != at) report("column " + quoted(*at) + " appears more than once");
    }
    id = find("id", true);
    lower = find("lower", true);
    upper = find("upper", true);
    size = find("size", true);
    alignment = find("alignment", false);
    offset = find("offset", false);
    return table.errors.empty();
  }

  std::size_t find(std::string_view name, bool required) {
    auto const found = std::ranges::find(table.columns, name);
    if (found != table.columns.end()) return static_cast<std::size_t>(found - table.columns.begin());
    if (required) report("no column " + std::string(name) + "; needed are id,lower,upper,size[,alignment][,offset]");
    return absent;
  }

  void read_item(std::string_view line) {
    auto cells = split(line);
    if (cells.size() != table.columns.size()) {
      report(std::to_string(cells.size()) + " cells, but the first line names " + std::to_string(table.columns.size()) +
             " columns");
      return;
    }
    std::size_t const errors_before = table.errors.size();
    check_id(cells[id]);
    auto const first = number(cells, lower);
    auto const end = number(cells, upper);
    auto const bytes = number(cells, size);
    auto const aligned = optional_number(cells, alignment);
    auto const fixed = optional_number(cells, offset);
    if (table.errors.size() == errors_before) {
      placement_item const item{*first, *end, *bytes, aligned.value_or(1), fixed};
      for (auto const& mistake : detail::item_mistakes(item)) report(mistake);
      table.items.push_back(item);
      table.ids.push_back(cells[id]);
      table.cells.push_back(std::move(cells));
    }
  }

  void check_id(std::string const& name) {
    if (name.empty()) {
      report("the id is empty");
      return;
    }
    auto const [before, added] = line_of_id.emplace(name, line_number);
    if (!added) report("id " + quoted(name) + " is used in line " + std::to_string(before->second) + " already");
  }

  std::optional<std::int64_t> number(std::vector<std::string> const& cells, std::size_t column) {
    auto const& cell = cells[column];
    std::int64_t value = 0;
    auto const [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    auto const& name = table.columns[column];
    if (error == std::errc::result_out_of_range) {
      report(name + " " + quoted(cell) + " does not fit 64 bits");
    } else if (error != std::errc{} || stop != cell.data() + cell.size()) {
      report(name + " " + quoted(cell) + " is not a whole number");
    } else {
      return value;
    }
    return std::nullopt;
  }

  std::optional<std::int64_t> optional_number(std::vector<std::string> const& cells, std::size_t column) {
    if (column == absent || cells[column].empty()) return std::nullopt;
    return number(cells, column);
  }

  std::string_view text;
  std::size_t line_number = 0;
  std::size_t id = absent, lower = absent, upper = absent, size = absent, alignment = absent, offset = absent;
  std::map<std::string, std::size_t> line_of_id;
  placement_table table;
};

void write_line(std::string& out, std::vector<std::string> const& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    out += cells[i];
  }
  out += '\n';
}

}  // namespace

placement_table read_placement_csv(std::string_view text) { return reader(text).read(); }

std::string write_placement_csv(placement_table const& table, std::span<std::int64_t const> offsets) {
  auto columns = table.columns;
  auto const column = static_cast<std::size_t>(std::ranges::find(columns, "offset") - columns.begin());
  if (column == columns.size()) columns.push_back("offset");
  std::string out;
  write_line(out, columns);
  for (std::size_t i = 0; i < table.cells.size() && i < offsets.size(); ++i) {
    auto cells = table.cells[i];
    cells.resize(columns.size());
    cells[column] = std::to_string(offsets[i]);
    write_line(out, cells);
  }
  return out;
}

}  // namespace deeploy::plan
