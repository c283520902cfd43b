// What neighbours say of a label: the vote of the k nearest.

#pragma once

#include <cstdint>
#include <span>

#include "kindred/data/labels.h"

namespace kindred::search {

struct Vote {
  std::uint32_t winner = data::kNoLabel;  // The most frequent label; none where nobody has one.
  std::uint32_t votes = 0;                // For the winner
  std::uint32_t voters = 0;               // of those who have a label.
};

// `neighbors` are rows. Of labels with equal counts the smallest wins, as in scikit-learn.
// O(k^2).
Vote label_vote(std::span<const std::uint32_t> neighbors, const data::Labels& labels);

}  // namespace kindred::search
