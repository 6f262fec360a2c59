// SPDX-License-Identifier: Apache-2.0
// read_placement_csv and write_placement_csv: what is read, what is refused with which words, what is written.
#include <doctest/doctest.h>

#include <generators/plan/placement_csv.hpp>

namespace {
using namespace deeploy::plan;
using errors = std::vector<std::string>;
using offsets = std::vector<std::int64_t>;
}  // namespace

TEST_CASE("columns in any order, CR LF, blanks, a byte order mark, no newline at the end") {
  auto const table = read_placement_csv("\xef\xbb\xbfsize, upper,id ,lower\r\n\r\n16,4,a,-2\r\n8,9,b,4");
  CHECK(table.errors == errors{});
  REQUIRE(table.items.size() == 2);
  CHECK(table.ids == std::vector<std::string>{"a", "b"});
  CHECK(table.items[0].first == -2);
  CHECK(table.items[0].end == 4);
  CHECK(table.items[0].bytes == 16);
  CHECK(table.items[0].alignment == 1);
  CHECK_FALSE(table.items[0].fixed_offset);
  CHECK(table.items[1].end == 9);
}

TEST_CASE("alignment and offset where given") {
  auto const table = read_placement_csv("id,lower,upper,size,alignment,offset\n1,0,1,4,8,16\n2,0,1,4,,\n");
  CHECK(table.errors == errors{});
  REQUIRE(table.items.size() == 2);
  CHECK(table.items[0].alignment == 8);
  CHECK(table.items[0].fixed_offset == 16);
  CHECK(table.items[1].alignment == 1);
  CHECK_FALSE(table.items[1].fixed_offset);
}

TEST_CASE("only a header") {
  auto const table = read_placement_csv("id,lower,upper,size\n");
  CHECK(table.errors == errors{});
  CHECK(table.items.empty());
  CHECK(write_placement_csv(table, {}) == "id,lower,upper,size,offset\n");
}

TEST_CASE("an empty file") {
  errors const expected = {"the file is empty; its first line must name the columns id,lower,upper,size"};
  CHECK(read_placement_csv("").errors == expected);
  CHECK(read_placement_csv("\r\n \n").errors == expected);
}

TEST_CASE("columns that are missing or doubled") {
  auto const table = read_placement_csv("\nid,begin,end,size,id\n1,2,3,4,5\n");
  CHECK(table.errors == errors{
                            "line 2: column 'id' appears more than once",
                            "line 2: no column lower; needed are id,lower,upper,size[,alignment][,offset]",
                            "line 2: no column upper; needed are id,lower,upper,size[,alignment][,offset]",
                        });
}

TEST_CASE("every bad line is reported, at once") {
  auto const table = read_placement_csv(
      "id,lower,upper,size,alignment,offset\n"
      "1,0,1,9223372036854775808,1,\n"
      "2,0,x,4,1,\n"
      "3,0,1\n"
      "4,5,5,-1,1,\n"
      "5,0,1,4,0,\n"
      "5,0,1,4,4,2\n"
      ",0,1.5,4,1,\n"
      "6,0,1,4,1,\n"
      "7,,+1,4 4,1,-3\n");
  CHECK(table.errors == errors{
                            "line 2: size '9223372036854775808' does not fit 64 bits",
                            "line 3: upper 'x' is not a whole number",
                            "line 4: 3 cells, but the first line names 6 columns",
                            "line 5: lifetime [5, 5) is empty",
                            "line 5: size -1 is negative",
                            "line 6: alignment 0 is not in 1 .. 1152921504606846976",
                            "line 7: id '5' is used in line 6 already",
                            "line 8: the id is empty",
                            "line 8: upper '1.5' is not a whole number",
                            "line 10: lower '' is not a whole number",
                            "line 10: upper '+1' is not a whole number",
                            "line 10: size '4 4' is not a whole number",
                        });
}

TEST_CASE("what is not text is shown without harm") {
  auto const table = read_placement_csv(std::string("id,lower,upper,size\na,0,1,\x1b[2J\0z\n", 33));
  CHECK(table.errors == errors{"line 2: size '?[2J?z' is not a whole number"});
  auto const quoted = read_placement_csv("id,lower,upper,size\n1,0,1," + std::string(100, '7') + "\n");
  CHECK(quoted.errors == errors{"line 2: size '" + std::string(40, '7') + "...' does not fit 64 bits"});
}

TEST_CASE("written with the offsets, other columns kept") {
  auto const table = read_placement_csv("id,lower,upper,size,name\na,0,1,4,first\nb,0,1,4,\n");
  REQUIRE(table.errors == errors{});
  CHECK(write_placement_csv(table, offsets{4, 0}) == "id,lower,upper,size,name,offset\na,0,1,4,first,4\nb,0,1,4,,0\n");
}

TEST_CASE("what was written can be read, and fixes the offsets") {
  auto const table = read_placement_csv("offset,id,lower,upper,size\n,a,0,1,4\n8,b,0,1,4\n");
  REQUIRE(table.errors == errors{});
  auto const placed = place(table.items, 12);
  REQUIRE(placed.complete);
  auto const text = write_placement_csv(table, placed.offset);
  auto const again = read_placement_csv(text);
  CHECK(again.errors == errors{});
  CHECK(again.items.at(0).fixed_offset == placed.offset[0]);
  CHECK(again.items.at(1).fixed_offset == 8);
  CHECK(write_placement_csv(again, placed.offset) == text);
}
