// Whether the first record of a text names its columns.
//
// What proves a header: a column that the caller was told of by name stands in it; a column of
// numbers or times, of codes with digits, or of few words that recur, has none of them there; a
// known name of a column stands in it and nowhere below. What proves that there is none: a
// number among the fields of the first record, or ids of it that occur again below. Where
// neither is found, ids of the first record that occur nowhere else, as no other record's, make
// the question an open one, and that is an error.
//
// Thread safety: pure functions.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/data/dialect_recognition.h"

namespace kindred::data {

struct HeaderQuestion {
  const Sample& sample;  // Must outlive the question.
  // Whether a text, reduced by normalized_name(), names a column that the caller expects.
  std::function<bool(std::string_view)> is_known;
  std::vector<std::string> named;  // Columns that flags call by name or position.
  std::string file;                // For messages,
  std::string flag;                // and "--header": the flag that says there is one.
  // Columns of ids: values that a header shares with no row.
  std::vector<std::size_t> id_columns = {};
  // Where ids are known from another file: whether a text is one of them.
  std::function<bool(std::string_view)> is_id = {};
};

struct HeaderAnswer {
  bool header = false;
  std::string evidence;
};

// Throws Error(invalid_argument) where both readings are about equally good.
HeaderAnswer recognize_header(const HeaderQuestion& question);

}  // namespace kindred::data
