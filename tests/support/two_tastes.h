// Ratings of two kinds of people for two kinds of items, with some noise: the smallest
// data from which there is something to learn.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kindred/base/rng.h"
#include "kindred/data/interactions.h"

namespace kindred::test {

// Users "u0", "u1", ... and items "i0", "i1", ..., stars from 1 to 5. People mostly rate
// items whose number is odd or even as their own is.
inline data::Interactions two_tastes(std::size_t user_count, std::size_t item_count) {
  data::Interactions out;
  out.has_values = true;
  for (std::size_t item = 0; item < item_count; ++item)
    out.items.insert("i" + std::to_string(item));
  out.by_user.cols = item_count;
  for (std::size_t user = 0; user < user_count; ++user) {
    out.users.insert("u" + std::to_string(user));
    Rng rng(9, 0, user);
    for (std::uint32_t item = 0; item < item_count; ++item) {
      const bool same_kind = user % 2 == item % 2;
      if (rng.uniform() >= (same_kind ? 0.4 : 0.05)) continue;
      out.by_user.columns.push_back(item);
      out.by_user.values.push_back(static_cast<float>(1 + rng.below(5)));
    }
    out.by_user.offsets.push_back(out.by_user.columns.size());
    ++out.by_user.rows;
  }
  return out;
}

}  // namespace kindred::test
