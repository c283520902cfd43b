// What the cells of one column are taken together: their type, and which of the words that may
// mean "missing" (missing_words.h) do so among them. One judge for tables, for files of items and
// users, and for labels beside vectors, so that a column reads alike wherever it stands.
//
// Each cell votes for the narrowest type that holds it digit for digit (csv_type.h); empty cells
// and words of the list do not vote. Whole numbers among decimals keep their digits too: the
// column is float64 where a float would round one of them, and text where a double would.
//
// Where words remain, a word of the list is one of them when it looks like them: the same letters
// (capitals alone, small ones alone, one capital and small ones, with signs, with digits, with
// spaces, signs alone), and a length between the shortest and the longest such word.
//
// Memory: a few counters. Thread safety: one thread at a time.

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/guess.h"
#include "kindred/data/csv_type.h"
#include "kindred/data/missing_words.h"

namespace kindred::data {

// A word of the list in a column of words, and how it is taken.
struct WordOfList {
  std::string word;
  std::size_t count = 0;  // Cells.
  bool is_missing = false;
};

class ColumnVotes {
 public:
  // `missing` must outlive the votes.
  explicit ColumnVotes(const MissingWords& missing) : missing_(&missing) {}

  void add(std::string_view cell);

  // Text where no cell voted.
  CsvType type() const noexcept;
  // Whether the column is one of numbers, all of which are doubles digit for digit.
  bool fits_double() const noexcept { return type() != CsvType::text && whole_fits_double_; }
  std::size_t number_count() const noexcept { return number_count_; }
  std::size_t text_count() const noexcept { return text_count_; }
  const std::string& text_example() const noexcept { return text_example_; }  // The first one.
  // The first text with spaces around it; "" where there is none.
  const std::string& padded() const noexcept { return padded_; }
  // Whole numbers that decimals beside them would round; the column is text then.
  bool has_numbers_too_long() const noexcept { return is_too_long_; }

  // The words of the list in a column of words, in the order in which they were met.
  std::vector<WordOfList> words_of_list() const;

 private:
  enum class Look {
    capitals,
    small,
    capital_first,
    mixed,
    marked,  // Letters and signs, as in N/A.
    digits,
    spaced,
    signs,
    foreign
  };
  static constexpr std::size_t kLookCount = 9;
  struct Seen {
    std::size_t count = 0;
    std::size_t shortest = 0;
    std::size_t longest = 0;
  };

  static Look look_of(std::string_view word) noexcept;
  void note_word(std::string_view word);
  bool looks_like_others(std::string_view word) const noexcept;

  const MissingWords* missing_;
  bool any_ = false;
  CsvType widest_ = CsvType::int32;
  bool whole_fits_float_ = true;
  bool whole_fits_double_ = true;
  bool is_too_long_ = false;
  std::size_t number_count_ = 0;
  std::size_t text_count_ = 0;
  std::string text_example_;
  std::string padded_;
  std::array<Seen, kLookCount> seen_;
  bool only_truth_values_ = true;  // True, no, y, ...: of two values a third is no value.
  std::vector<WordOfList> listed_;
};

// One guess for each word: "t.csv: 'land': 'NA' (2 cells) = a word: it looks like the others
// (--missing 'NA')". `place` names file and column, `flag` is the one that names missing words.
Guesses guesses_about(const std::vector<WordOfList>& words, const std::string& place,
                      std::string_view flag = "--missing");

}  // namespace kindred::data
