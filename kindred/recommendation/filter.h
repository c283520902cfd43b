// Conditions on metadata: which items may be recommended at all.
//
//   genre=Comedy        the text, or one of its "|"-separated parts, is this; without
//                       regard to case and accents. genre=Comedy|Drama: either
//   genre!=Horror       it is not; a missing value is not either
//   title~star wars     the text contains these words or parts of words
//   year=1994           the number is this
//   year=1990..1999     the number lies in this range, ends included; either may be left
//                       out
//   year>=1990          also > <= <
// Several conditions must all hold. A missing number fulfils none of them. Columns are
// found as in columns.h.
//
// Cost: O(rows) a condition. Thread safety: functions of their arguments alone.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "kindred/data/table.h"

namespace kindred::recommendation {

// One flag a row: whether it fulfils all conditions.
// Throws Error(invalid_argument) when a condition cannot be read or does not suit its
// column, and Error(not_found) listing the columns when there is no such column.
std::vector<bool> matching_rows(const data::Table& table, std::span<const std::string> conditions);

}  // namespace kindred::recommendation
