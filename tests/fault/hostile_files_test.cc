// Files changed in one place and sealed again: nothing dies, hangs, takes gigabytes or speaks of
// its code; what inspect calls intact every verb opens, and nothing else; answers are numbers.
// A sample here; `hostile_files --count 0` tries them all.

#include <gtest/gtest.h>

#include "tests/fault/hostile_kinds.h"

namespace kindred::test {
namespace {

constexpr std::size_t kCount = 120;

class HostileFiles : public ::testing::TestWithParam<FileKind> {};

TEST_P(HostileFiles, AreRefusedOrWhole) {
  std::size_t tried = 0;
  EXPECT_EQ(problems_of(GetParam(), kCount, 1, tried), "");
  EXPECT_EQ(tried, kCount);
}

INSTANTIATE_TEST_SUITE_P(Kinds, HostileFiles, ::testing::ValuesIn(file_kinds()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace kindred::test
