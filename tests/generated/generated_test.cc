// Every kind of generated file: nothing is read wrongly in silence, and few are refused.

#include <gtest/gtest.h>

#include <string>

#include "tests/generated/kind.h"

namespace kindred::generated {
namespace {

constexpr std::uint64_t kSeed = 1;

class Generated : public ::testing::TestWithParam<Kind> {};

TEST_P(Generated, NothingIsReadWronglyInSilence) {
  const Kind& kind = GetParam();
  Bench bench;
  std::size_t unclear = 0;
  for (std::size_t i = 0; i < kind.test_count; ++i) {
    const Verdict verdict = try_number(kind, kSeed, i, bench);
    unclear += verdict.outcome == Outcome::unclear ? 1U : 0U;
    EXPECT_NE(verdict.outcome, Outcome::wrong)
        << "generated_fuzz --kind " << kind.name << " --seed " << kSeed << " --only " << i << "\n"
        << verdict.truth << "\n"
        << verdict.problem;
  }
  EXPECT_LE(static_cast<double>(unclear),
            kind.unclear_share_max * static_cast<double>(kind.test_count));
}

std::string kind_name(const ::testing::TestParamInfo<Kind>& parameter) {
  return parameter.param.name;
}

INSTANTIATE_TEST_SUITE_P(Kinds, Generated, ::testing::ValuesIn(kinds().begin(), kinds().end()),
                         &kind_name);

}  // namespace
}  // namespace kindred::generated
