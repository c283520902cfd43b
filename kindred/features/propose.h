// Columns for a table that nobody has described yet: a start to edit, not a law.
//
//    numbers        z-scores of what is clipped to where numbers usually lie; the logarithm first
//                   where a few values are very large
//    amounts        whole numbers of which there are few, each of them often: besides the
//                   z-score, one-hot as words are. Ages, hours, codes and grants are such, and
//                   no line and no bend says what one amount alone means
//    words          one-hot up to kOneHotMax of them, else embedded in the fourth root of
//                   their number of dimensions; hashed where there are too many to list
//    coordinates    latitude and longitude, also cut into buckets and crossed
//    ids            whole numbers named like one ("customer_id") that come again: as words are
//    left out       columns in which all values are equal, or nearly all texts differ (free text),
//                   and whole numbers that number the rows. All different is no reason by itself:
//                   so may salaries be
//
// What is missing becomes the median, whether or not anything was missing so far, or no word at
// all. Numbers are written with all their digits: machines read them too. Suggestions that need a
// person's judgement (buckets of numbers, crosses of words) are written as comments.
//
// Thread safety: pure functions.

#pragma once

#include <string>
#include <vector>

#include "kindred/features/table_facts.h"
#include "kindred/features/table_recipe.h"

namespace kindred::features {

inline constexpr std::size_t kOneHotMax = 32;

struct ColumnProposal {
  std::string field;            // The field it is about; "" for crosses.
  std::vector<Column> columns;  // Still to be learned.
  std::vector<Column> more;     // What else might help.
  std::string remark;           // Why it is so, or why there is none.
};

struct Proposal {
  std::vector<ColumnProposal> fields;  // In the order of the file, then crosses.
  data::CsvOptions reading;            // That of the table.

  // The columns proposed, without the suggestions.
  TableRecipe recipe() const;
  // "id is left out: it numbers the rows; ...": the fields without a column, and why.
  std::vector<std::string> left_out() const;
};

Proposal propose(const TableFacts& facts, const data::CsvOptions& reading);

// The proposal as TOML, with what is known of each field above its columns.
std::string to_toml(const Proposal& proposal, const TableFacts& facts, const std::string& table);

// "int32, 17 to 90, mean 38.6, 73 distinct, none missing": one field in a few words.
std::string describe(const ColumnFacts& facts);

}  // namespace kindred::features
