// SPDX-License-Identifier: Apache-2.0
#include "debug_strings.hpp"
#include "elf.hpp"
#include "map.hpp"

#include <algorithm>
#include <cstring>
#include <cxxabi.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <unistd.h>

namespace simulator {
namespace {
struct file_handle {
  int descriptor = -1;
  ~file_handle() {
    if (descriptor >= 0) ::close(descriptor);
  }
};
struct elf_handle {
  Elf* elf = nullptr;
  ~elf_handle() {
    if (elf) elf_end(elf);
  }
};
struct dwarf_handle {
  Dwarf* dwarf = nullptr;
  ~dwarf_handle() {
    if (dwarf) dwarf_end(dwarf);
  }
};
std::string readable(char const* name) {
  int status = 0;
  char* text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string result = status == 0 && text ? text : name;
  std::free(text);
  return result;
}
// A damaged file must not make us reserve gigabytes.
constexpr std::uint64_t largest_segment = map::weight_bytes;
}  // namespace

class elf_reader {
public:
  elf_reader(firmware& target, Elf* elf) : target(target), elf(elf) {}

  void read_header() {
    GElf_Ehdr header;
    if (!gelf_getehdr(elf, &header)) throw bad_image("the ELF header cannot be read");
    if (gelf_getclass(elf) != ELFCLASS32) throw bad_image("not a 32-bit ELF file");
    if (header.e_ident[EI_DATA] != ELFDATA2LSB) throw bad_image("not a little-endian ELF file");
    if (header.e_machine != EM_RISCV) throw bad_image("not an ELF file for RISC-V");
    if (header.e_type != ET_EXEC) throw bad_image("not an executable: link it first");
    target.entry = static_cast<address32>(header.e_entry);
    target.has_float = (header.e_flags & EF_RISCV_FLOAT_ABI) != 0;
  }

  void read_segments() {
    std::size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0) throw bad_image("the program headers cannot be read");
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Phdr p;
      if (!gelf_getphdr(elf, static_cast<int>(i), &p))
        throw bad_image(fmt::format("program header {} cannot be read", i));
      if (p.p_type != PT_LOAD || p.p_memsz == 0) continue;
      if (p.p_filesz > p.p_memsz || p.p_memsz > largest_segment)
        throw bad_image(fmt::format("segment {} has impossible sizes", i));
      image_segment segment{.address = static_cast<address32>(p.p_paddr),
                            .bytes = {},
                            .zero_bytes = static_cast<std::uint32_t>(p.p_memsz - p.p_filesz)};
      // Loaded elsewhere than it runs: the start-up code copies the bytes and clears what follows them.
      if (p.p_paddr != p.p_vaddr) segment.zero_bytes = 0;
      if (p.p_filesz > 0) {
        Elf_Data* data = elf_getdata_rawchunk(elf, static_cast<std::int64_t>(p.p_offset), p.p_filesz, ELF_T_BYTE);
        if (!data || data->d_size < p.p_filesz) throw bad_image(fmt::format("segment {} lies outside the file", i));
        auto const* begin = static_cast<std::uint8_t const*>(data->d_buf);
        segment.bytes.assign(begin, begin + p.p_filesz);
      }
      if (p.p_flags & PF_X)
        executable_segments.push_back(
            {static_cast<address32>(p.p_vaddr), static_cast<address32>(p.p_vaddr + p.p_memsz)});
      if (segment.bytes.size() + segment.zero_bytes > 0) target.segments.push_back(std::move(segment));
    }
    if (target.segments.empty()) throw bad_image("nothing to load");
  }

  /// Executable sections where there are section headers: a segment may mix code and data.
  void read_sections() {
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
      GElf_Shdr header;
      if (!gelf_getshdr(section, &header)) continue;
      if ((header.sh_flags & SHF_EXECINSTR) && (header.sh_flags & SHF_ALLOC))
        target.executable.push_back(
            {static_cast<address32>(header.sh_addr), static_cast<address32>(header.sh_addr + header.sh_size)});
      if (header.sh_type == SHT_SYMTAB) read_symbols(section, header);
      if (header.sh_type == 0x7000'0003) read_attributes(section);
    }
    if (target.executable.empty()) target.executable = executable_segments;
    auto const by_address = [](symbol const& a, symbol const& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    };
    std::sort(target.symbols.begin(), target.symbols.end(), by_address);
    // Labels of assembly have no size: they reach to the next symbol.
    for (std::size_t i = 0, next = 1; i < target.symbols.size(); ++i) {
      symbol& own = target.symbols[i];
      next = std::max(next, i + 1);
      while (next < target.symbols.size() && target.symbols[next].begin == own.begin) ++next;
      if (own.end == own.begin && next < target.symbols.size()) own.end = target.symbols[next].begin;
    }
    std::sort(target.objects.begin(), target.objects.end(), by_address);
  }

  void read_lines(Dwarf* dwarf) {
    Dwarf_Off offset = 0, next = 0;
    std::size_t header_size = 0;
    while (dwarf_nextcu(dwarf, offset, &next, &header_size, nullptr, nullptr, nullptr) == 0) {
      Dwarf_Die unit;
      if (dwarf_offdie(dwarf, offset + header_size, &unit)) read_unit_lines(unit);
      if (next <= offset) break;
      offset = next;
    }
    std::stable_sort(target.lines.begin(), target.lines.end(),
                     [](firmware::line_row const& a, firmware::line_row const& b) {
                       // Where one sequence ends and another begins, the beginning must come last to be found.
                       return a.address != b.address ? a.address < b.address : (a.line == 0) > (b.line == 0);
                     });
  }

private:
  void read_symbols(Elf_Scn* section, GElf_Shdr const& header) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (!data || header.sh_entsize == 0) return;
    for (std::size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
      GElf_Sym s;
      if (!gelf_getsym(data, static_cast<int>(i), &s)) return;
      char const* name = elf_strptr(elf, header.sh_link, s.st_name);
      if (!name || !*name || s.st_shndx == SHN_UNDEF) continue;
      auto const address = static_cast<address32>(s.st_value);
      target.addresses.emplace(name, address);
      int const type = GELF_ST_TYPE(s.st_info);
      bool const label = type == STT_NOTYPE && name[0] != '$' && name[0] != '.';
      if (type == STT_OBJECT && s.st_size > 0)
        target.objects.push_back({address, static_cast<address32>(address + s.st_size), readable(name)});
      if (type == STT_FUNC || label)
        target.symbols.push_back({address, static_cast<address32>(address + s.st_size), readable(name)});
    }
  }

  /// The architecture string of .riscv.attributes tells Zfinx from F.
  void read_attributes(Elf_Scn* section) {
    Elf_Data* data = elf_rawdata(section, nullptr);
    if (!data || !data->d_buf) return;
    std::string const text(static_cast<char const*>(data->d_buf), data->d_size);
    target.zfinx = text.find("zfinx") != std::string::npos;
  }

  void read_unit_lines(Dwarf_Die& unit) {
    Dwarf_Lines* rows = nullptr;
    std::size_t count = 0;
    if (dwarf_getsrclines(&unit, &rows, &count) != 0) return;
    for (std::size_t i = 0; i < count; ++i) {
      Dwarf_Line* row = dwarf_onesrcline(rows, i);
      Dwarf_Addr address = 0;
      int line = 0;
      bool end = false;
      char const* file = dwarf_linesrc(row, nullptr, nullptr);
      if (dwarf_lineaddr(row, &address) != 0 || dwarf_lineno(row, &line) != 0 ||
          dwarf_lineendsequence(row, &end) != 0 || !file)
        continue;
      if (!end && line == 0) continue;  // code of no line belongs to the line before
      target.lines.push_back({static_cast<address32>(address), file_number(file), end ? 0 : line});
    }
  }

  std::uint32_t file_number(std::string const& path) {
    auto const [place, fresh] = numbers.emplace(path, static_cast<std::uint32_t>(target.files.size()));
    if (fresh) target.files.push_back(path);
    return place->second;
  }

  firmware& target;
  Elf* elf;
  std::vector<address_range> executable_segments;
  std::map<std::string, std::uint32_t> numbers;
};

firmware::firmware(std::string const& path) {
  elf_version(EV_CURRENT);
  file_handle file{::open(path.c_str(), O_RDONLY)};
  if (file.descriptor < 0) throw bad_image(fmt::format("{}: {}", path, std::strerror(errno)));
  elf_handle handle{elf_begin(file.descriptor, ELF_C_READ, nullptr)};
  if (!handle.elf || elf_kind(handle.elf) != ELF_K_ELF) throw bad_image(path + ": not an ELF file");
  elf_reader reader(*this, handle.elf);
  reader.read_header();
  reader.read_segments();
  reader.read_sections();
  if (!debug_strings_end(handle.elf)) return;
  dwarf_handle dwarf{dwarf_begin_elf(handle.elf, DWARF_C_READ, nullptr)};
  if (dwarf.dwarf) reader.read_lines(dwarf.dwarf);
}

symbol const* firmware::function_at(address32 a) const {
  auto next =
      std::upper_bound(symbols.begin(), symbols.end(), a, [](address32 x, symbol const& s) { return x < s.begin; });
  for (int steps = 0; next != symbols.begin() && steps < 8; ++steps) {
    --next;
    bool const sized = next->end > next->begin;
    if (sized ? a < next->end : true) return &*next;
  }
  return nullptr;
}

symbol const* firmware::object_at(address32 a) const {
  auto next =
      std::upper_bound(objects.begin(), objects.end(), a, [](address32 x, symbol const& s) { return x < s.begin; });
  if (next == objects.begin()) return nullptr;
  --next;
  return a < next->end ? &*next : nullptr;
}

std::optional<address32> firmware::address_of(std::string const& name) const {
  auto const found = addresses.find(name);
  if (found != addresses.end()) return found->second;
  // A C++ function by its name without parameters.
  for (symbol const& s : symbols)
    if (s.name.starts_with(name) && s.name.size() > name.size() && s.name[name.size()] == '(') return s.begin;
  return std::nullopt;
}

std::optional<source_line> firmware::line_at(address32 a) const {
  auto next =
      std::upper_bound(lines.begin(), lines.end(), a, [](address32 x, line_row const& r) { return x < r.address; });
  if (next == lines.begin()) return std::nullopt;
  --next;
  if (next->line == 0) return std::nullopt;
  return source_line{files[next->file], next->line};
}

std::string firmware::where(address32 a) const {
  std::string text;
  if (auto const* f = function_at(a))
    text = a == f->begin ? f->name : fmt::format("{}+0x{:x}", f->name, a - f->begin);
  else
    text = "?";
  if (auto const line = line_at(a)) text += fmt::format(" ({}:{})", line->file, line->line);
  return text;
}
}  // namespace simulator
