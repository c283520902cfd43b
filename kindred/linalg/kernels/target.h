// Which instructions the kernels run with, chosen once when the program starts.
//
// Every kernel is compiled for each target of the table below; Highway picks the best
// one that the processor has. The environment variable KINDRED_SIMD=NAME forces a
// lesser one, to measure it or to reproduce another machine's numbers; a name that is
// unknown or that the processor lacks is reported on stderr and ignored.
//
//    scalar       no vector instructions at all
//    sse4         x86-64 of 2008
//    avx2         x86-64 of 2013, with fused multiply-add
//    avx512       x86-64 servers of 2017
//    avx512vnni   x86-64 servers of 2019, with sums of byte products
//    neon         every 64-bit Arm
//
// Thread safety: pure after start-up.

#pragma once

#include <string_view>
#include <vector>

namespace kindred::linalg {

// The target in use, by its name in the table.
std::string_view simd_target() noexcept;

// Whether kernels may use the instruction of AVX-512 VNNI that adds four products of bytes to a
// 32-bit sum. Highway 1.0.3 knows of no target with it, so its avx512 kernels ask here.
bool simd_has_byte_products() noexcept;

// What KINDRED_SIMD may name on this machine, best first.
std::vector<std::string_view> simd_targets();

// Makes the kernels heed KINDRED_SIMD. Every kernel file calls it during start-up; the
// returned value says nothing and only allows the call to initialise a constant.
bool apply_simd_override() noexcept;

// Runs the rest of the process on the named target; for tests, which compare targets.
// False if it is not one of simd_targets().
bool force_simd_target(std::string_view name) noexcept;

}  // namespace kindred::linalg
