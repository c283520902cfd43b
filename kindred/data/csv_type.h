// The types that a column of text may have once it is read.
//
// Thread safety: pure functions.

#pragma once

#include <string_view>

#include "kindred/data/tensor.h"

namespace kindred::data {

// int32 is a whole number that fits 32 bits; its tensor holds int64 all the same.
enum class CsvType { int32, int64, float32, float64, text };

// "int32", ..., "text".
std::string_view name_of(CsvType type) noexcept;
// Throws Error(invalid_argument) that lists the names there are.
CsvType csv_type(std::string_view name);
ElementType element_type(CsvType type) noexcept;

// Zip codes and the like, whose needless zero says that they are no quantity: "02139", "-07".
bool has_needless_zero(std::string_view text) noexcept;

// The narrowest type that holds a number as it is written, digit for digit: float32 where its
// shortest decimal is the number again, float64 otherwise, and text for whole numbers that
// neither 64 bits nor a double holds, since they would become one another. Text for all that is
// no number. Requires: no spaces around it.
CsvType narrowest_type(std::string_view cell) noexcept;

// Whether the whole number `cell`, of type int32 or int64, is exact as a float or a double.
bool is_exact_as(CsvType floating, std::string_view cell) noexcept;

}  // namespace kindred::data
