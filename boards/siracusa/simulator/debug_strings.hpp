// SPDX-License-Identifier: Apache-2.0
// libdw reads strings of the debug sections up to their NUL: in a damaged file it would read past the section's end.
#pragma once
#include <gelf.h>
#include <string_view>

namespace simulator {
/// Does every section of debug strings end with a NUL? Else its file's debug information must not be used.
inline bool debug_strings_end(Elf* elf) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return false;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) return false;
    char const* const found = elf_strptr(elf, names, header.sh_name);
    std::string_view const name = found ? found : "";
    if (name != ".debug_str" && name != ".debug_line_str") continue;
    Elf_Data const* const data = elf_rawdata(section, nullptr);
    if (!data || !data->d_buf || data->d_size == 0) continue;
    if (static_cast<char const*>(data->d_buf)[data->d_size - 1] != 0) return false;
  }
  return true;
}
}  // namespace simulator
