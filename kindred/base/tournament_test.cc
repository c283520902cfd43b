#include "kindred/base/tournament.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace kindred {
namespace {

TEST(Tournament, EveryoneMeetsEveryoneOnceAndNobodyPlaysTwiceInARound) {
  for (std::size_t teams = 0; teams <= 20; ++teams) {
    const Tournament tournament(teams);
    std::set<std::pair<std::size_t, std::size_t>> met;
    for (std::size_t round = 0; round < tournament.round_count(); ++round) {
      std::set<std::size_t> playing;
      for (std::size_t i = 0; i < tournament.matches_per_round(); ++i) {
        const auto match = tournament.match(round, i);
        if (!match) continue;
        EXPECT_LT(match->first, match->second);
        EXPECT_LT(match->second, teams);
        EXPECT_TRUE(playing.insert(match->first).second);
        EXPECT_TRUE(playing.insert(match->second).second);
        EXPECT_TRUE(met.insert(*match).second);
      }
    }
    EXPECT_EQ(met.size(), teams < 2 ? 0 : teams * (teams - 1) / 2) << teams;
  }
}

}  // namespace
}  // namespace kindred
