# SPDX-License-Identifier: Apache-2.0
# Vectors and first instructions of a run-time that knows nothing of networks.
  .option arch, +zicsr
  .section .vectors, "ax"
  .option push
  .option norvc
  .balign 256
foreign_vectors:
  .rept 32
  j foreign_trap_entry
  .endr
  .globl _start
_start:
  .option pop
  csrw 0xCC1, x0
  la t0, foreign_vectors
  ori t0, t0, 1
  csrw mtvec, t0
  csrr a0, mhartid
  srli t0, a0, 5
  li t1, 31
  bne t0, t1, team_core
  la sp, deeploy_fabric_stack_top
  la t0, deeploy_bss_begin
  la t1, deeploy_bss_end
1:bgeu t0, t1, 2f
  sw x0, 0(t0)
  addi t0, t0, 4
  j 1b
2:call main
  call foreign_exit
team_core:
  andi a0, a0, 31
  la t0, foreign_stack_tops
  slli t1, a0, 2
  add t0, t0, t1
  lw sp, 0(t0)
  call foreign_team_core
foreign_trap_entry:
  li a0, 99
  call foreign_exit
