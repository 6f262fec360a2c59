# SPDX-License-Identifier: Apache-2.0
# Start-up of all nine cores. The fabric controller runs main(); a cluster core runs cluster_main(core) and then sleeps.
  .section .vectors, "ax"
  .option push
  .option norvc
  .balign 256
vectors:
  .rept 32
  j interrupt_entry
  .endr
  .option pop

  .section .text.start, "ax"
  .global _start
  .option push
  .option norelax
_start:
  csrw 0xCC1, x0
  csrr a0, 0xF14
  srli a1, a0, 5
  li a2, 31
  bne a1, a2, cluster_start
  la sp, fabric_stack_top
  la a0, vectors
  ori a0, a0, 1
  csrw mtvec, a0
  la a0, bss_begin
  la a1, bss_end
1: bgeu a0, a1, 2f
  sw x0, 0(a0)
  addi a0, a0, 4
  j 1b
2: call main
  # The status of main ends the run.
  .global finish
finish:
  li a1, 0x1A1040A0
  lui a2, 0x80000
  or a0, a0, a2
  sw a0, 0(a1)
3: wfi
  j 3b

cluster_start:
  andi a0, a0, 31
  la sp, cluster_stacks
  addi a1, a0, 1
  slli a1, a1, 10
  add sp, sp, a1
  li a1, 0x00204000
  li a2, 0x70000
  sw a2, 0(a1)
  la a3, vectors
  ori a3, a3, 1
  csrw mtvec, a3
  call cluster_main
  # Nothing more to do: sleep on no event.
  li a1, 0x00204000
  sw x0, 0(a1)
4: .insn i 0x03, 6, a0, a1, 0x3C
  j 4b
  .option pop

  .weak cluster_main
cluster_main:
  ret

  .weak interrupt_handler
interrupt_handler:
  ret

  .text
interrupt_entry:
  addi sp, sp, -64
  sw ra, 0(sp)
  sw a0, 4(sp)
  sw a1, 8(sp)
  sw a2, 12(sp)
  sw a3, 16(sp)
  sw a4, 20(sp)
  sw a5, 24(sp)
  sw a6, 28(sp)
  sw a7, 32(sp)
  sw t0, 36(sp)
  sw t1, 40(sp)
  sw t2, 44(sp)
  sw t3, 48(sp)
  sw t4, 52(sp)
  sw t5, 56(sp)
  sw t6, 60(sp)
  csrr a0, mcause
  andi a0, a0, 31
  call interrupt_handler
  lw ra, 0(sp)
  lw a0, 4(sp)
  lw a1, 8(sp)
  lw a2, 12(sp)
  lw a3, 16(sp)
  lw a4, 20(sp)
  lw a5, 24(sp)
  lw a6, 28(sp)
  lw a7, 32(sp)
  lw t0, 36(sp)
  lw t1, 40(sp)
  lw t2, 44(sp)
  lw t3, 48(sp)
  lw t4, 52(sp)
  lw t5, 56(sp)
  lw t6, 60(sp)
  addi sp, sp, 64
  mret

# What the compiler calls without being asked.
  .weak memset
memset:
  add a2, a0, a2
  mv a3, a0
1: bgeu a3, a2, 2f
  sb a1, 0(a3)
  addi a3, a3, 1
  j 1b
2: ret
  .weak memcpy
memcpy:
  add a2, a0, a2
  mv a3, a0
1: bgeu a3, a2, 2f
  lbu a4, 0(a1)
  sb a4, 0(a3)
  addi a1, a1, 1
  addi a3, a3, 1
  j 1b
2: ret
