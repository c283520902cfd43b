// Text as people mean it: without case, accents and punctuation.
//
// fold() is what titles are compared by: "Amélie!" and "amelie" fold alike, and so do
// "Bug's Life" and "Bugs Life", "Fast & Furious" and "Fast and Furious", "8½" and "8 1/2",
// "Alien³" and "Alien3". Words are separated by single spaces. Letters outside the Latin script
// stay as they are.
//
// Cost: one pass. Thread safety: pure.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kindred::recommendation {

std::string fold(std::string_view text);

// Without white space at either end.
std::string_view trim(std::string_view text) noexcept;

// The fewest insertions, deletions, replacements and swaps of neighbouring bytes that
// turn `a` into `b`; `limit` + 1 as soon as it is certain that it exceeds `limit`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

}  // namespace kindred::recommendation
