# The libraries for firmware (headers only), the tools that import and plan, and their installation.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# -- headers ------------------------------------------------------------------------------------------------------------
function(deeploy_header_library name folder)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.hpp)
  list(FILTER headers EXCLUDE REGEX "/simulator/")
  add_library(deeploy_${name} INTERFACE)
  add_library(deeploy::${name} ALIAS deeploy_${name})
  set_target_properties(deeploy_${name} PROPERTIES EXPORT_NAME ${name})
  target_sources(deeploy_${name} INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/${folder} FILES ${headers})
  target_compile_features(deeploy_${name} INTERFACE cxx_std_20)
  install(TARGETS deeploy_${name} EXPORT deeploy_targets FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_DATADIR}/deeploy/${folder})
endfunction()

deeploy_header_library(deeploy include)
deeploy_header_library(kernels kernels)
deeploy_header_library(boards boards)
target_link_libraries(deeploy_kernels INTERFACE deeploy_deeploy)
target_link_libraries(deeploy_boards INTERFACE deeploy_kernels)
add_library(deeploy::board_host ALIAS deeploy_boards)

# -- tools --------------------------------------------------------------------------------------------------------------
# Each part is built when the libraries that it needs are there; what is missing is said in one line.
find_package(fmt QUIET)
find_package(CLI11 QUIET)
find_package(nlohmann_json QUIET)
find_package(ONNX QUIET)
find_package(Protobuf QUIET)
find_package(Boost 1.74 QUIET)
find_library(DEEPLOY_GLPK glpk)
find_library(DEEPLOY_ZIP zip)
set(DEEPLOY_SANITIZE "" CACHE STRING "sanitizers of the tools and of the planners that they compile, e.g. address,undefined")
set(sanitize_options)
if(DEEPLOY_SANITIZE)
  # With these, g++ takes no address of an object for a constant any more, and the types are made of such.
  set(sanitize_options -fsanitize=${DEEPLOY_SANITIZE} -fno-sanitize=null,nonnull-attribute,returns-nonnull-attribute -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()
set(missing)
foreach(package fmt CLI11 nlohmann_json)
  if(NOT ${package}_FOUND)
    list(APPEND missing ${package})
  endif()
endforeach()
set(DEEPLOY_TOOLS OFF)
if(missing)
  message(STATUS "deeploy: no tools, missing ${missing}")
else()
  set(DEEPLOY_TOOLS ON)
endif()

# Tools that are parsed once per call need no optimisation: their big headers compile faster without.
function(deeploy_quick_to_compile)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "-O0;-g0")
endfunction()
function(deeploy_tool_library name)
  add_library(deeploy_${name} STATIC ${ARGN})
  target_compile_features(deeploy_${name} PRIVATE cxx_std_20)
  target_include_directories(deeploy_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(deeploy_${name} PRIVATE deeploy_boards fmt::fmt-header-only)
  target_compile_options(deeploy_${name} PRIVATE -Wall -Wextra)
  target_compile_options(deeploy_${name} PRIVATE ${sanitize_options})
  target_link_options(deeploy_${name} INTERFACE ${sanitize_options})
  # The planner is part of the tool: optimised in every kind of build.
  target_compile_options(deeploy_${name} PRIVATE $<$<CONFIG:>:-O2>)
  install(TARGETS deeploy_${name} DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

if(DEEPLOY_TOOLS)
  file(GLOB placement_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/generators/plan/placement*.cpp)
  file(GLOB planner_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/generators/plan/*.cpp)
  list(REMOVE_ITEM planner_sources ${placement_sources} ${PROJECT_SOURCE_DIR}/generators/plan/plan_arguments.cpp)
  set(writers ${PROJECT_SOURCE_DIR}/generators/write)
  deeploy_tool_library(tools ${placement_sources} ${PROJECT_SOURCE_DIR}/generators/plan/plan_arguments.cpp ${writers}/file.cpp
                       ${writers}/images.cpp ${writers}/pack.cpp)
  deeploy_quick_to_compile(${PROJECT_SOURCE_DIR}/generators/plan/plan_arguments.cpp ${PROJECT_SOURCE_DIR}/generators/plan/plan_main.cpp
                           ${writers}/plan_json.cpp ${writers}/plan_header.cpp ${writers}/pack.cpp ${writers}/images.cpp)
  if(DEEPLOY_GLPK)
    deeploy_tool_library(planner ${planner_sources} ${writers}/plan_header.cpp ${writers}/plan_json.cpp)
  else()
    message(STATUS "deeploy: no planner, missing GLPK; committed plans still build")
  endif()
  if(ONNX_FOUND AND Protobuf_FOUND AND DEEPLOY_ZIP AND Boost_FOUND)
    file(GLOB command_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/generators/command/*.cpp ${PROJECT_SOURCE_DIR}/generators/report/*.cpp
         ${PROJECT_SOURCE_DIR}/generators/data/*.cpp)
    file(GLOB import_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/generators/import/*.cpp)
    deeploy_quick_to_compile(${command_sources} ${PROJECT_SOURCE_DIR}/generators/import/onnx_reader.cpp ${PROJECT_SOURCE_DIR}/generators/import/model_json.cpp)
    add_executable(deeploy_command ${command_sources} ${import_sources})
    set_target_properties(deeploy_command PROPERTIES OUTPUT_NAME deeploy RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
    target_compile_features(deeploy_command PRIVATE cxx_std_20)
    target_compile_options(deeploy_command PRIVATE -Wall -Wextra ${sanitize_options})
    target_link_options(deeploy_command PRIVATE ${sanitize_options})
    # Planners are linked with libraries of the same kind.
    list(TRANSFORM sanitize_options REPLACE "(.+)" "\"\\1\"" OUTPUT_VARIABLE quoted_options)
    list(JOIN quoted_options "," library_options)
    target_include_directories(deeploy_command PRIVATE ${PROJECT_SOURCE_DIR} ${Boost_INCLUDE_DIRS})
    # The importer is written against onnx.proto's types, whatever the package's targets say of macros.
    target_compile_definitions(deeploy_command PRIVATE ONNX_ML=1 ONNX_NAMESPACE=onnx DEEPLOY_SOURCE_FOLDER="${PROJECT_SOURCE_DIR}"
                               DEEPLOY_LIBRARY_FOLDER="${PROJECT_BINARY_DIR}" "DEEPLOY_LIBRARY_OPTIONS=${library_options}")
    target_link_libraries(deeploy_command PRIVATE deeploy_tools deeploy_boards fmt::fmt-header-only onnx onnx_proto protobuf::libprotobuf ${DEEPLOY_ZIP})
    set_target_properties(deeploy_tools PROPERTIES ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
    if(TARGET deeploy_planner)
      set_target_properties(deeploy_planner PROPERTIES ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
      add_dependencies(deeploy_command deeploy_planner)
    endif()
    install(TARGETS deeploy_command DESTINATION ${CMAKE_INSTALL_BINDIR})
  else()
    message(STATUS "deeploy: no command, missing one of ONNX, Protobuf, libzip, Boost")
  endif()
endif()

# -- package ------------------------------------------------------------------------------------------------------------
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/deeploy)
install(EXPORT deeploy_targets NAMESPACE deeploy:: DESTINATION ${package_folder} FILE deeployTargets.cmake)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/deeployConfig.cmake.in ${PROJECT_BINARY_DIR}/deeployConfig.cmake
                              INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_DATADIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/deeployConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/deeployConfig.cmake ${PROJECT_BINARY_DIR}/deeployConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/deeploy_add_model.cmake ${PROJECT_SOURCE_DIR}/cmake/deeploy_add_firmware.cmake
              ${PROJECT_SOURCE_DIR}/cmake/deeploy_board_objects.cmake
        DESTINATION ${package_folder})
# What boards have beside headers: start-up, linker scripts, recipes, toolchain files.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/boards DESTINATION ${CMAKE_INSTALL_DATADIR}/deeploy FILES_MATCHING
        PATTERN "*.S" PATTERN "*.ld" PATTERN "*.json" PATTERN "*.cmake" PATTERN "*.cpp.in" REGEX "/runtime/[^/]*[.]cpp$" PATTERN "simulator" EXCLUDE)
