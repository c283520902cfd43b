#include "kindred/data/missing_words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kindred::data {
namespace {

constexpr auto kUsualWords = std::to_array<std::string_view>(
    {"NA",   "N/A",    "n/a",    "na",   "#N/A", "#NA",  "<NA>",   "NULL", "Null",
     "null", "(null)", "<null>", "None", "none", "NONE", "<None>", "NaN",  "nan",
     "NAN",  "-nan",   "NaT",    "\\N",  "-",    "--",   "?"});
constexpr std::size_t kUsualBytesMax = 6;

}  // namespace

bool is_usual_missing_word(std::string_view text) noexcept {
  if (text.empty() || text.size() > kUsualBytesMax) return false;
  // Nearly every cell of a table comes by here, and few begin like one of the words.
  switch (text.front()) {
    case 'N':
    case 'n':
    case '#':
    case '<':
    case '(':
    case '\\':
    case '-':
    case '?':
      return std::ranges::find(kUsualWords, text) != kUsualWords.end();
    default:
      return false;
  }
}

bool is_none_word(std::string_view text) noexcept {
  return text == "None" || text == "none" || text == "NONE";
}

MissingWords::MissingWords(std::vector<std::string> given) : given_(std::move(given)) {
  uses_list_ = std::erase(given_, "") == 0;
}

std::size_t MissingWords::given_bytes_max() const noexcept {
  std::size_t longest = 0;
  for (const std::string& word : given_) longest = std::max(longest, word.size());
  return longest;
}

bool MissingWords::is_given(std::string_view cell) const noexcept {
  return !given_.empty() && std::ranges::find(given_, cell) != given_.end();
}

}  // namespace kindred::data
