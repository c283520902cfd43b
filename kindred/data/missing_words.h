// The words that mean "there is no value here", one list for every reader of text.
//
//    empty   NA  N/A  n/a  na  #N/A  #NA  <NA>  NULL  Null  null  (null)  <null>
//    None  none  NONE  <None>  NaN  nan  NAN  -nan  NaT  \N  -  --  ?
//
// Among numbers each of them is a missing number. Among words it is not so simple: NA is
// Namibia in a column of countries, None a level among Low and High. So a column of words keeps
// a word of the list when it looks like the others, in its letters and its length, and drops it
// when it looks like none of them: NA among "Grvl" and "Pave", \N among names, ? among codes.
// "None" may always be a word, but beside True and False, yes and no, where every word of the
// list is missing. data/column_votes.h decides, and says what it decided and why.
//
// People may add words, which are then missing in every column, and may do without the list: an
// empty word among theirs says that only theirs, and the empty cell, are missing.
//
// Thread safety: pure functions and plain values.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

// Whether the text is a word of the list above. "" is not: ask for it first. Spaces count.
bool is_usual_missing_word(std::string_view text) noexcept;

// Whether it is None in one of its spellings, which is a word of its own right too.
bool is_none_word(std::string_view text) noexcept;

// What a person said about missing values, on top of the list.
class MissingWords {
 public:
  MissingWords() = default;
  explicit MissingWords(std::vector<std::string> given);

  // Whether a cell is missing where numbers are expected. Requires: no spaces around it.
  bool contains(std::string_view cell) const noexcept {
    return cell.empty() || (uses_list_ && is_usual_missing_word(cell)) || is_given(cell);
  }
  // Whether a person named it: then it is missing in every column. False for "".
  bool is_given(std::string_view cell) const noexcept;
  bool uses_list() const noexcept { return uses_list_; }
  // Of the longest word that a person named; 0 where there is none.
  std::size_t given_bytes_max() const noexcept;

  bool operator==(const MissingWords&) const = default;

 private:
  std::vector<std::string> given_;
  bool uses_list_ = true;
};

}  // namespace kindred::data
