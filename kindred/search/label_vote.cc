#include "kindred/search/label_vote.h"

#include <algorithm>
#include <cstddef>

namespace kindred::search {

Vote label_vote(std::span<const std::uint32_t> neighbors, const data::Labels& labels) {
  Vote vote;
  for (const std::uint32_t neighbor : neighbors) {
    const std::uint32_t label = labels.of_row[neighbor];
    if (label == data::kNoLabel) continue;
    ++vote.voters;
    const auto votes = static_cast<std::uint32_t>(std::ranges::count_if(
        neighbors, [&](std::uint32_t other) { return labels.of_row[other] == label; }));
    if (votes > vote.votes || (votes == vote.votes && label < vote.winner)) {
      vote.winner = label;
      vote.votes = votes;
    }
  }
  return vote;
}

}  // namespace kindred::search
