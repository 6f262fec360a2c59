# SPDX-License-Identifier: Apache-2.0
# Matrix product of 4 x 2, int8, 256 deep: a0 four rows of weights (256 bytes apart), a1 two columns (260 apart), a2 results.
  .text
  .option norvc

  .global matmul
  .balign 16
matmul:
  addi sp, sp, -32
  sw s0, 0(sp)
  sw s1, 4(sp)
  sw s2, 8(sp)
  sw s3, 12(sp)
  sw s4, 16(sp)
  sw s5, 20(sp)
  sw s6, 24(sp)
  sw s7, 28(sp)
  mv a3, a0
  addi a4, a0, 256
  addi a5, a0, 512
  addi a6, a0, 768
  mv a7, a1
  addi t0, a1, 260
  li s0, 0
  li s1, 0
  li s2, 0
  li s3, 0
  li s4, 0
  li s5, 0
  li s6, 0
  li s7, 0
  # 14 instructions for 32 MAC.
  .insn i 0x7b, 5, x0, x28, 64
  .insn i 0x0b, 2, t1, a3, 4
  .insn i 0x0b, 2, t2, a4, 4
  .insn i 0x0b, 2, t3, a5, 4
  .insn i 0x0b, 2, t4, a6, 4
  .insn i 0x0b, 2, t5, a7, 4
  .insn i 0x0b, 2, t6, t0, 4
  .insn r 0x57, 1, 0x54, s0, t5, t1
  .insn r 0x57, 1, 0x54, s1, t5, t2
  .insn r 0x57, 1, 0x54, s2, t5, t3
  .insn r 0x57, 1, 0x54, s3, t5, t4
  .insn r 0x57, 1, 0x54, s4, t6, t1
  .insn r 0x57, 1, 0x54, s5, t6, t2
  .insn r 0x57, 1, 0x54, s6, t6, t3
  .insn r 0x57, 1, 0x54, s7, t6, t4
  sw s0, 0(a2)
  sw s1, 4(a2)
  sw s2, 8(a2)
  sw s3, 12(a2)
  sw s4, 16(a2)
  sw s5, 20(a2)
  sw s6, 24(a2)
  sw s7, 28(a2)
  lw s0, 0(sp)
  lw s1, 4(sp)
  lw s2, 8(sp)
  lw s3, 12(sp)
  lw s4, 16(sp)
  lw s5, 20(sp)
  lw s6, 24(sp)
  lw s7, 28(sp)
  addi sp, sp, 32
  ret

  .global matmul_mac_load
  .balign 16
matmul_mac_load:
  addi sp, sp, -32
  sw s0, 0(sp)
  sw s1, 4(sp)
  sw s2, 8(sp)
  sw s3, 12(sp)
  sw s4, 16(sp)
  sw s5, 20(sp)
  sw s6, 24(sp)
  sw s7, 28(sp)
  mv a3, a0
  addi a4, a0, 256
  addi a5, a0, 512
  addi a6, a0, 768
  mv a7, a1
  addi t0, a1, 260
  li s0, 0
  li s1, 0
  li s2, 0
  li s3, 0
  li s4, 0
  li s5, 0
  li s6, 0
  li s7, 0
  .insn r 0x77, 0, 0x70, x0, a7, x8
  .insn r 0x77, 0, 0x70, x0, a3, x16
  .insn r 0x77, 0, 0x70, x0, a4, x18
  .insn r 0x77, 0, 0x70, x0, a5, x20
  .insn r 0x77, 0, 0x70, x0, a6, x22
  # 9 instructions for 32 MAC.
  .insn i 0x7b, 5, x0, x18, 64
  .insn r 0x77, 1, 0x70, x0, t0, x9
  .insn r 0x77, 1, 0x6c, s0, a7, x0
  .insn r 0x77, 1, 0x6c, s1, a7, x2
  .insn r 0x77, 1, 0x6c, s2, a7, x4
  .insn r 0x77, 1, 0x6c, s3, a7, x14
  .insn r 0x77, 1, 0x6c, s4, a3, x17
  .insn r 0x77, 1, 0x6c, s5, a4, x19
  .insn r 0x77, 1, 0x6c, s6, a5, x21
  .insn r 0x77, 1, 0x6c, s7, a6, x23
  sw s0, 0(a2)
  sw s1, 4(a2)
  sw s2, 8(a2)
  sw s3, 12(a2)
  sw s4, 16(a2)
  sw s5, 20(a2)
  sw s6, 24(a2)
  sw s7, 28(a2)
  lw s0, 0(sp)
  lw s1, 4(sp)
  lw s2, 8(sp)
  lw s3, 12(sp)
  lw s4, 16(sp)
  lw s5, 20(sp)
  lw s6, 24(sp)
  lw s7, 28(sp)
  addi sp, sp, 32
  ret
