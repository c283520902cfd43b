#include "kindred/recommendation/title_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/recommendation/columns.h"
#include "kindred/recommendation/text_fold.h"

namespace kindred::recommendation {
namespace {

constexpr std::size_t kListedMax = 10;
constexpr std::size_t kShownBytes = 90;
constexpr std::size_t kSuggestionsMax = 5;

// Rules 3 to 6 of the header, for two folded names.
enum Rule { whole_name, beginning, whole_words, any_part, rule_end };

constexpr std::array<std::string_view, 16> kArticles = {"the", "a",   "an",  "le", "la",  "les",
                                                        "l",   "il",  "lo",  "el", "los", "las",
                                                        "der", "die", "das", "den"};

bool is_article(std::string_view word) {
  return std::ranges::find(kArticles, word) != kArticles.end();
}

// "Incredibles, The" and "The Incredibles" both become "incredibles".
std::string fold_name(std::string_view text) {
  const std::size_t comma = text.rfind(',');
  if (comma != std::string_view::npos && is_article(fold(text.substr(comma + 1)))) {
    return fold(text.substr(0, comma));
  }
  const std::string folded = fold(text);
  const std::size_t space = folded.find(' ');
  if (space != std::string::npos && is_article(std::string_view(folded).substr(0, space))) {
    return folded.substr(space + 1);
  }
  return folded;
}

bool is_year(std::string_view text) {
  return text.size() == 4 &&
         std::ranges::all_of(text, [](char digit) { return digit >= '0' && digit <= '9'; });
}

bool fits(std::string_view name, std::string_view wanted, int rule) {
  if (rule == whole_name) return name == wanted;
  for (std::size_t at = name.find(wanted); at != std::string_view::npos;
       at = name.find(wanted, at + 1)) {
    if (rule == any_part) return true;
    const std::size_t end = at + wanted.size();
    const bool word_begins = at == 0 || name[at - 1] == ' ';
    const bool word_ends = end == name.size() || name[end] == ' ';
    if (word_begins && word_ends && (rule == whole_words || at == 0)) return true;
  }
  return false;
}

// One mistake in four letters, and at least two.
std::size_t mistakes_max(std::string_view name) {
  return std::max<std::size_t>(2, name.size() / 4);
}

}  // namespace

TitleMatcher::TitleMatcher(const embedding::Embeddings& items, std::string noun)
    : items_(items), noun_(std::move(noun)) {
  titles_.reserve(items.size());
  for (std::size_t row = 0; row < items.size(); ++row) {
    titles_.push_back(take_apart(title_of(items, row)));
  }
}

TitleMatcher::Title TitleMatcher::take_apart(std::string_view text) {
  Title title;
  std::vector<std::string> aliases;
  std::string main;
  std::string whole;  // Without the year: "Name (Also Named)" may be written as it is spoken.
  while (!text.empty()) {
    const std::size_t open = text.find('(');
    const std::size_t close = open == std::string_view::npos ? open : text.find(')', open);
    if (close == std::string_view::npos) break;
    const std::string_view inside = trim(text.substr(open + 1, close - open - 1));
    main += text.substr(0, open);
    whole += text.substr(0, open);
    text.remove_prefix(close + 1);
    if (is_year(inside)) {
      title.year = inside;
    } else {
      constexpr std::string_view kAlsoKnownAs = "a.k.a.";
      const bool marked = inside.starts_with(kAlsoKnownAs);
      whole += inside;
      aliases.push_back(fold_name(marked ? inside.substr(kAlsoKnownAs.size()) : inside));
    }
  }
  main += text;
  whole += text;
  title.names.push_back(fold_name(trim(main)));
  for (std::string& alias : aliases) {
    if (!alias.empty()) title.names.push_back(std::move(alias));
  }
  if (title.names.size() > 1) title.names.push_back(fold_name(trim(whole)));
  return title;
}

std::vector<std::uint32_t> TitleMatcher::by_name(const Title& wanted, int rule) const {
  std::vector<std::uint32_t> rows;
  const std::string& name = wanted.names.front();
  if (name.empty()) return rows;
  for (std::uint32_t row = 0; row < titles_.size(); ++row) {
    const Title& title = titles_[row];
    if (!wanted.year.empty() && wanted.year != title.year) continue;
    const bool fit = std::ranges::any_of(
        title.names, [&](const auto& other) { return fits(other, name, rule); });
    if (fit) rows.push_back(row);
  }
  return rows;
}

std::vector<std::uint32_t> TitleMatcher::find(std::string_view text) const {
  text = trim(text);
  constexpr std::string_view kIdPrefix = "id:";
  if (text.starts_with(kIdPrefix)) {
    const auto row = items_.labels.find(trim(text.substr(kIdPrefix.size())));
    return row ? std::vector{*row} : std::vector<std::uint32_t>();
  }
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < titles_.size(); ++row) {
    if (title_of(items_, row) == text) rows.push_back(row);
  }
  const Title wanted = take_apart(text);
  const auto id = items_.labels.find(text);
  if (id) {
    // "300" may be an id and a title: both are candidates then.
    if (rows.empty()) rows = by_name(wanted, whole_name);
    if (std::ranges::find(rows, *id) == rows.end()) rows.push_back(*id);
    std::ranges::sort(rows);
    return rows;
  }
  for (int rule = whole_name; rows.empty() && rule != rule_end; ++rule) {
    rows = by_name(wanted, rule);
  }
  // A title that is all of what was written comes before one that says more.
  if (rows.size() > 1) {
    std::vector<std::uint32_t> whole;
    const std::string name = fold_name(text);
    std::ranges::copy_if(rows, std::back_inserter(whole), [&](std::uint32_t row) {
      return fold_name(title_of(items_, row)) == name;
    });
    if (whole.size() == 1) return whole;
  }
  return rows;
}

std::vector<std::uint32_t> TitleMatcher::nearest_by_spelling(const Title& wanted) const {
  const std::string& name = wanted.names.front();
  std::vector<std::pair<std::size_t, std::uint32_t>> near;
  for (std::uint32_t row = 0; row < titles_.size(); ++row) {
    const std::size_t limit = mistakes_max(name);
    std::size_t mistakes = limit + 1;
    for (const std::string& other : titles_[row].names) {
      mistakes = std::min(mistakes, edit_distance(name, other, limit));
      // Somebody who types the beginning of a long title may misspell it as well.
      const std::string_view start = std::string_view(other).substr(0, name.size());
      if (name.size() >= 4) mistakes = std::min(mistakes, edit_distance(name, start, limit) + 1);
    }
    if (mistakes <= limit) near.emplace_back(mistakes, row);
  }
  std::ranges::sort(near);
  std::vector<std::uint32_t> rows;
  for (const auto& [mistakes, row] : near) {
    if (rows.size() < kSuggestionsMax) rows.push_back(row);
  }
  return rows;
}

std::string TitleMatcher::describe(std::uint32_t row) const {
  const std::string title = title_of(items_, row);
  const std::string_view label = items_.labels.label(row);
  if (title == label) return printable(label);
  return fmt::format("{} (id {})", printable(title, kShownBytes), printable(label));
}

std::string TitleMatcher::list_of(const std::vector<std::uint32_t>& rows) const {
  std::string list;
  for (std::size_t i = 0; i < std::min(rows.size(), kListedMax); ++i) {
    list += "\n  " + describe(rows[i]);
  }
  if (rows.size() > kListedMax) list += fmt::format("\n  and {} more", rows.size() - kListedMax);
  return list;
}

std::uint32_t TitleMatcher::find_one(std::string_view text, const Wording& wording) const {
  text = trim(text);
  const std::vector<std::uint32_t> rows = find(text);
  if (rows.size() == 1) return rows.front();
  if (rows.size() > 1) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}'{}' could be any of {} {}s; write more of the title, its year, or "
                            "its id, as in id:{}:{}",
                            wording.before, printable(text), rows.size(), noun_,
                            printable(items_.labels.label(rows.front())), list_of(rows)));
  }
  Title wanted = take_apart(text);
  std::vector<std::uint32_t> near;
  if (!wanted.year.empty()) {
    // The year may be what is wrong.
    const std::string year = std::exchange(wanted.year, "");
    near = by_name(wanted, whole_name);
  }
  if (near.empty()) near = nearest_by_spelling(wanted);
  const std::string suggestions = near.empty() ? "" : "; did you mean:" + list_of(near);
  throw Error(ErrorCode::not_found, fmt::format("{}no {} is called '{}'{}{}", wording.before, noun_,
                                                text, suggestions, wording.after_missing));
}

}  // namespace kindred::recommendation
