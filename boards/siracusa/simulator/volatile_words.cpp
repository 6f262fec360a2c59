// SPDX-License-Identifier: Apache-2.0
#include "volatile_words.hpp"
#include "debug_strings.hpp"

#include <algorithm>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <unistd.h>

namespace simulator {
namespace {
class walker {
public:
  std::vector<address32> words;

  void walk_units(Dwarf* dwarf) {
    Dwarf_Off offset = 0, next = 0;
    std::size_t header_size = 0;
    while (dwarf_nextcu(dwarf, offset, &next, &header_size, nullptr, nullptr, nullptr) == 0) {
      Dwarf_Die unit;
      if (dwarf_offdie(dwarf, offset + header_size, &unit)) walk_scope(unit, 0);
      if (next <= offset) return;
      offset = next;
    }
  }

private:
  // The information may be damaged: links in circles, arrays of any length.
  static constexpr unsigned deepest = 32, most_elements = 4096;
  unsigned entries_left = 4'000'000;

  void walk_scope(Dwarf_Die& scope, unsigned depth) {
    Dwarf_Die entry;
    if (depth > deepest || dwarf_child(&scope, &entry) != 0) return;
    do {
      if (entries_left == 0) return;
      --entries_left;
      int const tag = dwarf_tag(&entry);
      if (tag == DW_TAG_variable) walk_variable(entry);
      // Statics of functions stand inside them.
      if (tag == DW_TAG_namespace || tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block ||
          tag == DW_TAG_structure_type || tag == DW_TAG_class_type)
        walk_scope(entry, depth + 1);
    } while (dwarf_siblingof(&entry, &entry) == 0);
  }

  void walk_variable(Dwarf_Die& variable) {
    Dwarf_Attribute attribute;
    Dwarf_Op* expression = nullptr;
    std::size_t length = 0;
    Dwarf_Die type;
    if (!dwarf_attr_integrate(&variable, DW_AT_location, &attribute) ||
        dwarf_getlocation(&attribute, &expression, &length) != 0 || length != 1 || expression[0].atom != DW_OP_addr)
      return;
    auto const address = static_cast<address32>(expression[0].number);
    if (type_of(variable, type)) walk_type(type, address, false, 0);
  }

  static bool type_of(Dwarf_Die& entry, Dwarf_Die& type) {
    Dwarf_Attribute attribute;
    return dwarf_attr_integrate(&entry, DW_AT_type, &attribute) && dwarf_formref_die(&attribute, &type);
  }

  void walk_type(Dwarf_Die& type, address32 address, bool is_volatile, unsigned depth) {
    if (depth > deepest || words.size() >= 16 * most_elements) return;
    Dwarf_Die inner;
    switch (dwarf_tag(&type)) {
      case DW_TAG_volatile_type:
        if (type_of(type, inner)) walk_type(inner, address, true, depth + 1);
        break;
      case DW_TAG_const_type:
      case DW_TAG_typedef:
        if (type_of(type, inner)) walk_type(inner, address, is_volatile, depth + 1);
        break;
      case DW_TAG_base_type:
      case DW_TAG_enumeration_type:
      case DW_TAG_pointer_type: {
        int const bytes = dwarf_bytesize(&type);
        if (is_volatile && bytes > 0 && bytes <= 4) words.push_back(address & ~3u);
        break;
      }
      case DW_TAG_structure_type:
      case DW_TAG_class_type: walk_members(type, address, depth); break;
      case DW_TAG_array_type: walk_elements(type, address, depth); break;
      default: break;
    }
  }

  void walk_members(Dwarf_Die& type, address32 address, unsigned depth) {
    Dwarf_Die member, inner;
    if (dwarf_child(&type, &member) != 0) return;
    do {
      if (entries_left == 0) return;
      --entries_left;
      int const tag = dwarf_tag(&member);
      if (tag != DW_TAG_member && tag != DW_TAG_inheritance) continue;
      Dwarf_Attribute attribute;
      Dwarf_Word offset = 0;
      if (!dwarf_attr(&member, DW_AT_data_member_location, &attribute) || dwarf_formudata(&attribute, &offset) != 0)
        continue;
      if (type_of(member, inner)) walk_type(inner, address + static_cast<address32>(offset), false, depth + 1);
    } while (dwarf_siblingof(&member, &member) == 0);
  }

  void walk_elements(Dwarf_Die& type, address32 address, unsigned depth) {
    Dwarf_Die element;
    Dwarf_Word bytes = 0, element_bytes = 0;
    if (!type_of(type, element) || dwarf_aggregate_size(&type, &bytes) != 0 ||
        dwarf_aggregate_size(&element, &element_bytes) != 0 || element_bytes == 0)
      return;
    std::size_t const before = words.size();
    Dwarf_Word const count = std::min<Dwarf_Word>(bytes / element_bytes, most_elements);
    for (Dwarf_Word i = 0; i < count; ++i) {
      walk_type(element, address + static_cast<address32>(i * element_bytes), false, depth + 1);
      if (words.size() == before) return;  // nothing volatile in the first: nor in the others
    }
  }
};
}  // namespace

std::vector<address32> volatile_words(std::string const& elf_path) {
  walker all;
  int const descriptor = ::open(elf_path.c_str(), O_RDONLY);
  if (descriptor < 0) return {};
  if (Dwarf* dwarf = dwarf_begin(descriptor, DWARF_C_READ)) {
    if (debug_strings_end(dwarf_getelf(dwarf))) all.walk_units(dwarf);
    dwarf_end(dwarf);
  }
  ::close(descriptor);
  return all.words;
}
}  // namespace simulator
