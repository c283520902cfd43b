// Everyone meets everyone once, in rounds in which nobody plays twice.
//
// Work on pairs of parts can so be shared among threads without a lock and without a race: the
// matches of a round touch no part in common, and the order of rounds is the same for any number
// of threads. The circle method: the last team stays, the others turn around it; where their
// number is odd, whoever would meet the team that is not there rests.
//
// Thread safety: a value.

#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "kindred/base/check.h"

namespace kindred {

class Tournament {
 public:
  explicit Tournament(std::size_t teams) : teams_(teams), places_(teams + teams % 2) {}

  // None for fewer than two teams.
  std::size_t round_count() const noexcept { return teams_ < 2 ? 0 : places_ - 1; }
  std::size_t matches_per_round() const noexcept { return places_ / 2; }

  // The two teams, the smaller first; nothing where one of them rests.
  // Requires: round < round_count(), index < matches_per_round().
  std::optional<std::pair<std::size_t, std::size_t>> match(std::size_t round,
                                                           std::size_t index) const {
    KINDRED_DCHECK(round < round_count() && index < matches_per_round());
    const std::size_t turning = places_ - 1;
    const std::size_t a = index == 0 ? turning : (round + index) % turning;
    const std::size_t b = (round + turning - index) % turning;
    if (std::max(a, b) >= teams_) return std::nullopt;
    return std::minmax(a, b);
  }

 private:
  std::size_t teams_;
  std::size_t places_;  // Even.
};

}  // namespace kindred
