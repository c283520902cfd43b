// What is known of users or items, as rows that feature columns read.
//
//    text               as it is; where cells hold several words, as "Animation|Comedy" does,
//                       lists of them
//    whole numbers      as whole numbers, so that they may be codes as well as amounts
//    other numbers      as they are, NaN where they are missing
//
// and the columns for them, as features/propose.h proposes: a start where nobody has said
// better.
//
// Thread safety: pure functions.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "kindred/data/batch.h"
#include "kindred/data/table.h"
#include "kindred/features/column.h"

namespace kindred::recommendation {

// One feature for each column of the table.
data::Batch attribute_rows(const data::Table& table);

// Columns, still to be learned, for what attribute_rows() makes of the table; not for the
// fields named in `left_out`. Empty where nothing tells rows apart.
std::vector<features::Column> attribute_columns(const data::Table& table,
                                                std::span<const std::string> left_out);

}  // namespace kindred::recommendation
