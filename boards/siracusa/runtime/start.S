# SPDX-License-Identifier: Apache-2.0
# Vectors and the first instructions of all cores. Cores of this family start at their boot address or 0x80 behind its
# 256-byte block, so _start lies where both agree.
  .option arch, +zicsr
  .section .vectors, "ax"
  .option push
  .option norvc
  .balign 256
deeploy_vectors:
  .rept 32
  j deeploy_trap
  .endr
  .globl _start
_start:
  .option pop
  csrw 0xCC1, x0            # performance counters off
  csrr a0, 0xF14
  srli a1, a0, 5
  li a2, 31
  bne a1, a2, cluster_core

  la sp, deeploy_fabric_stack_top
  la a0, deeploy_bss_begin
  la a1, deeploy_bss_end
1:bgeu a0, a1, 2f
  sw x0, 0(a0)
  addi a0, a0, 4
  j 1b
2:la a0, deeploy_vectors
  ori a0, a0, 1
  csrw mtvec, a0
  call deeploy_fabric_start

cluster_core:               # a0: hart
  andi a0, a0, 31
  la a1, deeploy_vectors
  ori a1, a1, 1
  csrw mtvec, a1
  la a1, deeploy_cluster_stack_tops
  slli a2, a0, 2
  add a1, a1, a2
  lw sp, 0(a1)
  call deeploy_cluster_start

# Any trap or interrupt: caller-saved registers, then C++.
  .balign 4
deeploy_trap:
  addi sp, sp, -64
  sw ra, 0(sp)
  sw t0, 4(sp)
  sw t1, 8(sp)
  sw t2, 12(sp)
  sw a0, 16(sp)
  sw a1, 20(sp)
  sw a2, 24(sp)
  sw a3, 28(sp)
  sw a4, 32(sp)
  sw a5, 36(sp)
  sw a6, 40(sp)
  sw a7, 44(sp)
  sw t3, 48(sp)
  sw t4, 52(sp)
  sw t5, 56(sp)
  sw t6, 60(sp)
  csrr a0, mcause
  csrr a1, mepc
  call deeploy_trap_taken
  lw ra, 0(sp)
  lw t0, 4(sp)
  lw t1, 8(sp)
  lw t2, 12(sp)
  lw a0, 16(sp)
  lw a1, 20(sp)
  lw a2, 24(sp)
  lw a3, 28(sp)
  lw a4, 32(sp)
  lw a5, 36(sp)
  lw a6, 40(sp)
  lw a7, 44(sp)
  lw t3, 48(sp)
  lw t4, 52(sp)
  lw t5, 56(sp)
  lw t6, 60(sp)
  addi sp, sp, 64
  mret
