# deeploy_add_firmware(NAME sources... MODELS model... [BOARD siracusa])
#
# A bare-metal program for a board: the sources, the board's start-up, the models that deeploy_add_model() made. For a build
# with the board's toolchain file (boards/<board>/toolchain.cmake). Makes NAME.elf. Only the sources are compiled with the
# flags of the program. Sources with a _start of their own bring their own start-up, vectors and traps; see
# examples/06_foreign_runtime.
include(${CMAKE_CURRENT_LIST_DIR}/deeploy_board_objects.cmake)
function(deeploy_add_firmware name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "BOARD" "MODELS")
  if(NOT arg_BOARD)
    set(arg_BOARD siracusa)
  endif()
  if(NOT CMAKE_CROSSCOMPILING)
    message(FATAL_ERROR "deeploy_add_firmware(${name}): configure with -DCMAKE_TOOLCHAIN_FILE=boards/${arg_BOARD}/toolchain.cmake")
  endif()
  deeploy_boards_folder(boards)
  set(folder ${boards}/${arg_BOARD})
  deeploy_run_time(run_time ${arg_BOARD})
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_link_libraries(${name} PRIVATE ${arg_MODELS} deeploy::boards ${run_time})
  target_link_options(${name} PRIVATE -nostdlib -T ${folder}/link.ld -Wl,--gc-sections -Wl,--no-warn-rwx-segments)
  set_target_properties(${name} PROPERTIES LINK_DEPENDS ${folder}/link.ld)
endfunction()
