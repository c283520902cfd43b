// Ids and names as files of the world have them, and the names that people give to columns.
//
// A list of ids is drawn as a whole, in one manner: all numbers, all codes, all names. Ids of a
// list differ.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kindred/base/rng.h"

namespace kindred::generated {

enum class IdManner {
  small_number,  // 1, 2, 17
  large_number,  // 978300760
  leading_zero,  // 00417
  code,          // A17, sku-0042
  word,          // ann
  two_words,     // Anna Smith
  last_first,    // Smith, Anna
  unicode,       // Zoë
  quoted_title,  // The "Best" of 3
  title,         // Heat (1995)
};

std::vector<std::string> draw_ids(Rng& rng, IdManner manner, std::size_t count);

// A name that people give to a column of users, items, ratings or times.
enum class NameOf { user, item, rating, time };
std::string draw_name(Rng& rng, NameOf what);

}  // namespace kindred::generated
