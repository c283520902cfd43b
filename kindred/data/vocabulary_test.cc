#include "kindred/data/vocabulary.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

TEST(Vocabulary, NumbersLabelsInOrderOfInsertion) {
  Vocabulary words;
  EXPECT_EQ(words.find("a"), std::nullopt);
  for (int i = 0; i < 10000; ++i) {
    EXPECT_EQ(words.insert(std::to_string(i)), static_cast<std::uint32_t>(i));
  }
  EXPECT_EQ(words.insert("77"), 77U);
  EXPECT_EQ(words.size(), 10000U);
  for (int i = 0; i < 10000; ++i) {
    EXPECT_EQ(words.find(std::to_string(i)), static_cast<std::uint32_t>(i));
    EXPECT_EQ(words.label(static_cast<std::size_t>(i)), std::to_string(i));
  }
  EXPECT_EQ(words.find("10000"), std::nullopt);
}

TEST(Vocabulary, LabelsAreBytes) {
  Vocabulary words;
  EXPECT_EQ(words.insert("007"), 0U);
  EXPECT_EQ(words.insert("7"), 1U);
  EXPECT_EQ(words.insert(""), 2U);
  EXPECT_EQ(words.insert(std::string("a\0b", 3)), 3U);
  EXPECT_EQ(words.find(std::string("a\0b", 3)), 3U);
  EXPECT_EQ(words.find(""), 2U);
}

TEST(Vocabulary, RefusesDuplicatesFromAFile) {
  const std::vector<std::string> labels = {"a", "b", "a"};
  EXPECT_THROW(Vocabulary{labels}, Error);
}

}  // namespace
}  // namespace kindred::data
