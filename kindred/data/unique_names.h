// Names that must differ, from texts that may not: labels, words of an export, columns.
//
// The first of equal texts keeps it, the later ones get the next number that no other text of the
// list has: "the", "the (2)", "the (3)". A number that somebody wrote himself is never taken from
// him: of "a", "a", "a (2)" the second becomes "a (3)". So nothing is dropped, rows stay where
// they are, and no name that was built can clash with one that was given.
//
// Cost: linear. Thread safety: a pure function.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

// How a number is written behind a name.
struct NumberedName {
  std::string_view before = " (";
  std::string_view after = ")";
};

struct UniqueNames {
  std::vector<std::string> names;
  std::size_t changed_count = 0;  // Those that got a number.
};

// `keeps_first`, where it is not empty, says for each text whether it has the first claim to
// itself: a word that was "new_york" all along goes before one that was "new york".
// Requires: keeps_first is empty or as long as the texts.
UniqueNames unique_names(std::span<const std::string> texts, NumberedName style = {},
                         const std::vector<bool>& keeps_first = {});

// `text`, or the first numbered one for which `taken` is false.
template <typename Taken>
std::string free_name(const std::string& text, const Taken& taken, NumberedName style = {}) {
  std::string name = text;
  for (std::size_t number = 2; taken(name); ++number) {
    name = text;
    name += style.before;
    name += std::to_string(number);
    name += style.after;
  }
  return name;
}

}  // namespace kindred::data
