# SPDX-License-Identifier: Apache-2.0
# Bare metal on Siracusa with Debian's compiler: cmake -DCMAKE_TOOLCHAIN_FILE=<this file>. There is no C library and no SDK.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(CMAKE_CXX_COMPILER riscv64-unknown-elf-g++)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_CXX_FLAGS_INIT "-march=rv32imc -mabi=ilp32 -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics -ffunction-sections -falign-functions=16 -fno-jump-tables")
set(CMAKE_ASM_FLAGS_INIT "-march=rv32imc -mabi=ilp32")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_EXECUTABLE_SUFFIX_CXX .elf)
