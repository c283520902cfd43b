// Checks of what only a programmer can get wrong.
//
// KINDRED_CHECK(condition) ends the process with file and line, in release too.
// KINDRED_DCHECK does so in debug builds only and costs nothing otherwise: for hot
// loops. Neither may have side effects, and neither is for user input (see error.h).

#pragma once

namespace kindred {

// Prints the failed condition with its place to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace kindred

#define KINDRED_CHECK(condition) \
  ((condition) ? (void)0 : ::kindred::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define KINDRED_DCHECK(condition) ((void)sizeof(!(condition)))
#else
#define KINDRED_DCHECK(condition) KINDRED_CHECK(condition)
#endif
