# Flags for all of Kindred's own code: warnings are errors, arithmetic is IEEE, and
# the binary is hardened. Portable baseline: the SIMD kernels dispatch at run time.

include(CheckPIESupported)
check_pie_supported()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
if(KINDRED_SANITIZE)
  # Quicker to compile than -O2, and KINDRED_DCHECK is awake.
  set(CMAKE_CXX_FLAGS_RELEASE "-O1")
else()
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
endif()

find_program(KINDRED_CCACHE ccache)
mark_as_advanced(KINDRED_CCACHE)
if(KINDRED_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${KINDRED_CCACHE}")
endif()

# What users of the library inherit.
add_library(kindred_interface INTERFACE)
target_compile_features(kindred_interface INTERFACE cxx_std_20)
target_include_directories(kindred_interface INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
  $<INSTALL_INTERFACE:include>)

# What only our own files are compiled with.
add_library(kindred_flags INTERFACE)
target_compile_features(kindred_flags INTERFACE cxx_std_20)
target_compile_options(kindred_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  -Wformat=2 -Wimplicit-fallthrough -Werror=format-security
  -ffp-contract=off
  -fstack-protector-strong -fno-delete-null-pointer-checks -fno-strict-overflow
  $<$<CXX_COMPILER_ID:GNU>:-ftrivial-auto-var-init=zero>)  # Clang 14 hides it.
target_compile_definitions(kindred_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  target_compile_options(kindred_flags INTERFACE -fcf-protection=full)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(kindred_flags INTERFACE -fstack-clash-protection)
endif()
target_link_options(kindred_flags INTERFACE
  -Wl,-z,nodlopen -Wl,-z,noexecstack -Wl,-z,relro -Wl,-z,now -Wl,--as-needed)

if(KINDRED_SANITIZE)
  target_compile_options(kindred_flags INTERFACE
    -fsanitize=${KINDRED_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(kindred_flags INTERFACE -fsanitize=${KINDRED_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code makes GCC 12 see uninitialised values where there are none (in fmt, in
    # std::optional); the release build, without the instrumentation, has these warnings.
    target_compile_options(kindred_flags INTERFACE
      -Wno-uninitialized -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow
      -Wno-stringop-overread -Wno-nonnull)
  endif()
  if(KINDRED_SANITIZE MATCHES "thread")
    # ThreadSanitizer does not model the fences of Boost.Asio, and GCC refuses them; its locks,
    # which it does model, order the same accesses.
    target_compile_definitions(kindred_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
else()
  target_compile_options(kindred_flags INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>)
endif()

# Every file reports the branches it takes; the fuzz targets alone get libFuzzer's main.
if(KINDRED_FUZZ)
  target_compile_options(kindred_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(kindred_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
