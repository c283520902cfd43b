#include "kindred/data/unique_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "kindred/base/rng.h"

namespace kindred::data {
namespace {

using ::testing::ElementsAre;

TEST(UniqueNames, LaterOnesGetANumberThatNobodyHas) {
  const std::vector<std::string> texts = {"a", "a", "a (2)", "", "", "a"};
  const UniqueNames found = unique_names(texts);
  EXPECT_THAT(found.names, ElementsAre("a", "a (3)", "a (2)", "", " (2)", "a (4)"));
  EXPECT_EQ(found.changed_count, 3U);
  EXPECT_THAT(unique_names(texts, {"_", ""}, {false, true, true, true, true, true}).names,
              ElementsAre("a_2", "a", "a (2)", "", "_2", "a_3"));
}

// Texts of a tiny alphabet that looks like the numbers which are built.
TEST(UniqueNames, AreUniqueWhateverTheTextsAre) {
  Rng rng(1, 0);
  const std::vector<std::string> pieces = {"a", "_2", "_3", "_"};
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> texts(rng.below(12));
    for (std::string& text : texts) {
      for (std::uint64_t i = rng.below(4); i > 0; --i) text += pieces[rng.below(pieces.size())];
    }
    const UniqueNames found = unique_names(texts, {"_", ""});
    const std::set<std::string> distinct(found.names.begin(), found.names.end());
    ASSERT_EQ(distinct.size(), texts.size());
    const std::set<std::string> before(texts.begin(), texts.end());
    ASSERT_EQ(found.changed_count, texts.size() - before.size());
    for (const std::string& text : before) ASSERT_TRUE(distinct.contains(text));
  }
}

TEST(UniqueNames, FreeNameIsTheFirstThatIsNotTaken) {
  const std::set<std::string> taken = {"x before", "x before (2)"};
  const auto is_taken = [&](const std::string& name) { return taken.contains(name); };
  EXPECT_EQ(free_name("x before", is_taken), "x before (3)");
  EXPECT_EQ(free_name("y", is_taken), "y");
}

}  // namespace
}  // namespace kindred::data
