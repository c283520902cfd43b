#include "kindred/data/column_votes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "kindred/base/printable.h"
#include "kindred/data/csv_schema.h"
#include "kindred/data/number_text.h"

namespace kindred::data {
namespace {

bool is_truth_value(std::string_view word) {
  constexpr auto kWords =
      std::to_array<std::string_view>({"true", "false", "yes", "no", "y", "n", "t", "f"});
  if (word.size() > 5) return false;
  std::string lower(word);
  for (char& byte : lower) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  return std::ranges::find(kWords, lower) != kWords.end();
}

}  // namespace

ColumnVotes::Look ColumnVotes::look_of(std::string_view word) noexcept {
  bool has_capital = false;
  bool has_small = false;
  bool has_digit = false;
  bool has_later_capital = false;
  bool has_foreign = false;
  bool has_sign = false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char byte = word[i];
    if (byte == ' ') return Look::spaced;
    if (byte >= 'A' && byte <= 'Z') {
      has_capital = true;
      has_later_capital |= i > 0;
    }
    has_small |= byte >= 'a' && byte <= 'z';
    has_digit |= byte >= '0' && byte <= '9';
    const bool is_foreign = static_cast<unsigned char>(byte) >= 0x80;
    has_foreign |= is_foreign;
    has_sign |= !is_foreign && std::isalnum(static_cast<unsigned char>(byte)) == 0;
  }
  if (has_digit) return Look::digits;
  if (has_sign && (has_capital || has_small || has_foreign)) return Look::marked;
  if (has_capital && has_small) return has_later_capital ? Look::mixed : Look::capital_first;
  if (has_capital) return Look::capitals;
  if (has_small) return Look::small;
  return has_foreign ? Look::foreign : Look::signs;
}

void ColumnVotes::note_word(std::string_view word) {
  Seen& seen = seen_[static_cast<std::size_t>(look_of(word))];
  if (seen.count++ == 0) {
    seen.shortest = seen.longest = word.size();
    return;
  }
  seen.shortest = std::min(seen.shortest, word.size());
  seen.longest = std::max(seen.longest, word.size());
}

void ColumnVotes::add(std::string_view cell) {
  const std::string_view bare = trimmed(cell);
  if (bare.size() != cell.size() && padded_.empty()) padded_ = cell;
  if (bare.empty() || missing_->is_given(bare)) return;
  if (missing_->uses_list() && is_usual_missing_word(bare)) {
    const auto known = std::ranges::find(listed_, bare, &WordOfList::word);
    if (known == listed_.end()) {
      listed_.push_back({.word = std::string(bare), .count = 1});
    } else {
      ++known->count;
    }
    return;
  }
  any_ = true;
  const CsvType type = narrowest_type(bare);
  widest_ = std::max(widest_, type);
  if (type == CsvType::text) {
    ++text_count_;
    if (text_example_.empty()) text_example_ = bare;
    only_truth_values_ = only_truth_values_ && is_truth_value(bare);
    note_word(bare);
  } else {
    ++number_count_;
    only_truth_values_ = false;
    if (type == CsvType::int32 || type == CsvType::int64) {
      whole_fits_float_ = whole_fits_float_ && is_exact_as(CsvType::float32, bare);
      whole_fits_double_ = whole_fits_double_ && is_exact_as(CsvType::float64, bare);
    }
  }
  if ((widest_ == CsvType::float32 || widest_ == CsvType::float64) && !whole_fits_double_) {
    is_too_long_ = true;
  }
}

CsvType ColumnVotes::type() const noexcept {
  if (!any_ || is_too_long_) return CsvType::text;
  if (widest_ == CsvType::float32 && !whole_fits_float_) return CsvType::float64;
  return widest_;
}

bool ColumnVotes::looks_like_others(std::string_view word) const noexcept {
  if (!any_ || only_truth_values_) return false;
  const auto seen_as = [&](Look look) -> const Seen& {
    return seen_[static_cast<std::size_t>(look)];
  };
  // Numbers that are text because they are too long, or codes with digits, are no words.
  const bool has_words = text_count_ > seen_as(Look::digits).count + seen_as(Look::signs).count;
  if (is_none_word(word) && has_words) return true;
  const Seen& seen = seen_as(look_of(word));
  return seen.count > 0 && word.size() >= seen.shortest && word.size() <= seen.longest;
}

std::vector<WordOfList> ColumnVotes::words_of_list() const {
  std::vector<WordOfList> words = listed_;
  for (WordOfList& word : words) word.is_missing = !looks_like_others(word.word);
  return words;
}

Guesses guesses_about(const std::vector<WordOfList>& words, const std::string& place,
                      std::string_view flag) {
  Guesses out;
  for (const WordOfList& word : words) {
    const std::string shown = printable(word.word);
    out.push_back(
        {place, fmt::format("'{}' ({} cell{})", shown, word.count, word.count == 1 ? "" : "s"),
         word.is_missing ? "a missing value" : "a word",
         word.is_missing ? "none of the other words looks like it"
                         : "it looks like the other words",
         word.is_missing ? fmt::format("{} ''", flag) : fmt::format("{} '{}'", flag, shown)});
  }
  return out;
}

}  // namespace kindred::data
