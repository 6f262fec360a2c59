# SPDX-License-Identifier: Apache-2.0
"""Drives the debugger's stub over stdin and stdout as a debugger would.
Usage: gdb.py siracusa-sim FOLDER_WITH_ELF_FILES"""
import pathlib
import struct
import subprocess
import sys


class Stub:
    def __init__(self, simulator, elf):
        self.process = subprocess.Popen([simulator, elf, "--gdb", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def ask(self, text):
        payload = text.encode()
        self.process.stdin.write(b"$" + payload + b"#%02x" % (sum(payload) & 255))
        self.process.stdin.flush()
        while self.process.stdout.read(1) != b"$":
            pass
        answer = b""
        while (c := self.process.stdout.read(1)) != b"#":
            answer += c
        check = self.process.stdout.read(2)
        assert int(check, 16) == sum(answer) & 255, "checksum"
        return answer.decode()


def symbols(elf):
    """Names and addresses, from the file's own symbol table."""
    data = elf.read_bytes()
    offset, entry, count = struct.unpack_from("<I", data, 32)[0], *struct.unpack_from("<HH", data, 46)
    sections = [struct.unpack_from("<10I", data, offset + entry * i) for i in range(count)]
    result = {}
    for s in sections:
        if s[1] != 2:
            continue
        strings = sections[s[6]][4]
        for at in range(s[4], s[4] + s[5], 16):
            name, value = struct.unpack_from("<II", data, at)
            end = data.index(b"\0", strings + name)
            result[data[strings + name:end].decode()] = value
    return result


def word(text):
    return struct.unpack("<I", bytes.fromhex(text))[0]


def main():
    simulator, elf = sys.argv[1], pathlib.Path(sys.argv[2]) / "hello.elf"
    names = symbols(elf)
    gdb = Stub(simulator, elf)
    assert "qXfer" in gdb.ask("qSupported:swbreak+"), "features"
    assert "riscv:rv32" in gdb.ask("qXfer:features:read:target.xml:0,1000"), "architecture"
    assert gdb.ask("?").startswith("T05"), "stopped at the start"
    assert word(gdb.ask("p20")) == names["_start"], "pc at the start"
    main_at = names["main"]
    assert gdb.ask(f"Z0,{main_at:x},4") == "OK"
    assert gdb.ask("vCont;c") == "T05thread:9;", "breakpoint on the fabric controller"
    registers = gdb.ask("g")
    assert len(registers) == 33 * 8 and word(registers[32 * 8:]) == main_at, "pc at main"
    assert gdb.ask(f"z0,{main_at:x},4") == "OK"
    assert gdb.ask("vCont;s:9;c") == "T05thread:9;"
    after = word(gdb.ask("p20"))
    assert after in (main_at + 2, main_at + 4), f"one step from {main_at:x} to {after:x}"
    # Registers and memory can be written.
    old = gdb.ask("p1f")
    assert gdb.ask("P1f=78563412") == "OK" and gdb.ask("p1f") == "78563412" and gdb.ask("P1f=" + old) == "OK"
    at = names["sums"]
    assert gdb.ask(f"M{at:x},4:efbeadde") == "OK" and gdb.ask(f"m{at:x},4") == "efbeadde"
    assert gdb.ask("m50000000,4") == "E01", "memory that is not there"
    # A breakpoint that only cluster cores reach, hit by one after another.
    assert gdb.ask("qfThreadInfo") == "m9", "the cluster sleeps"
    assert gdb.ask(f"Z0,{names['cluster_main']:x},4") == "OK"
    hit = {gdb.ask("vCont;c") for _ in range(8)}
    assert hit == {f"T05thread:{i + 1:x};" for i in range(8)}, f"all eight cores stop: {hit}"
    assert gdb.ask("qfThreadInfo") == "m9,1,2,3,4,5,6,7,8"
    assert gdb.ask("Hg3") == "OK" and word(gdb.ask("pa")) == 2, "a0 of core 2 is its number"
    assert bytes.fromhex(gdb.ask("qThreadExtraInfo,3")) == b"core 2"
    assert gdb.ask("T3") == "OK" and gdb.ask("Z2,0,4") == "", "no watchpoints"
    assert gdb.ask(f"z0,{names['cluster_main']:x},4") == "OK"
    assert gdb.ask("vCont;c") == "W07", "the program's status"
    gdb.process.stdin.close()
    assert gdb.process.wait(10) == 7
    # Actions name threads: who is not named stands still, and a step ends although its core then sleeps.
    gdb = Stub(simulator, elf)
    gdb.ask(f"Z0,{names['cluster_main']:x},4")
    first = gdb.ask("vCont;c")
    assert first.startswith("T05thread:"), first
    thread = int(first[10:-1], 16)
    others = [t for t in range(1, 9) if t != thread]
    pcs = []
    for t in others:
        gdb.ask(f"Hg{t}")
        pcs.append(gdb.ask("p20"))
    for _ in range(20):
        assert gdb.ask(f"vCont;s:{thread}") == first, "the one that steps"
    for t, pc in zip(others, pcs):
        gdb.ask(f"Hg{t}")
        assert gdb.ask("p20") == pc, "a core that was not named has moved"
    gdb.ask(f"Hg{thread}")
    assert word(gdb.ask("p20")) != names["cluster_main"], "the core that stepped has moved"
    gdb.process.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
