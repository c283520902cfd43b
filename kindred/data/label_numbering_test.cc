#include "kindred/data/label_numbering.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace kindred::data {
namespace {

TEST(LabelNumbering, NumbersLabelsInTheOrderOfTheirFirstAppearance) {
  LabelNumbering numbering;
  EXPECT_EQ(numbering.number("b"), 0U);
  EXPECT_EQ(numbering.number("a"), 1U);
  EXPECT_EQ(numbering.number("b"), 0U);
  EXPECT_EQ(numbering.number("a label longer than eight bytes"), 2U);
  EXPECT_EQ(numbering.number("a label longer than eight bytes"), 2U);
  ASSERT_EQ(numbering.size(), 3U);
  EXPECT_EQ(numbering.label(1), "a");
  EXPECT_EQ(numbering.label(2), "a label longer than eight bytes");
}

// Labels of up to eight bytes are compared as numbers: none may stand for another.
TEST(LabelNumbering, TellsApartWhatIsPackedIntoOneNumber) {
  const std::deque<std::string> labels = {"",
                                          "0",
                                          "00",
                                          "000",
                                          "0000",
                                          "00000",
                                          "000000",
                                          "7",
                                          "007",
                                          "7777",
                                          "77777",
                                          "777777",
                                          "7777777",
                                          "77777777",
                                          "abcd",
                                          "abcde",
                                          "abcdeb",
                                          "abcdbcd",
                                          "abcdabcd",
                                          "abcdabcda",
                                          std::string(1, '\0'),
                                          std::string(2, '\0')};
  LabelNumbering numbering;
  for (std::size_t i = 0; i < labels.size(); ++i) EXPECT_EQ(numbering.number(labels[i]), i);
  for (std::size_t i = 0; i < labels.size(); ++i) EXPECT_EQ(numbering.number(labels[i]), i);
}

TEST(LabelNumbering, KeepsItsNumbersWhileItGrows) {
  std::deque<std::string> labels;
  for (int i = 0; i < 20000; ++i) {
    labels.push_back(std::to_string(i));
    labels.push_back("a long label, number " + std::to_string(i));
  }
  LabelNumbering numbering;
  for (std::size_t i = 0; i < labels.size(); ++i) ASSERT_EQ(numbering.number(labels[i]), i);
  for (std::size_t i = 0; i < labels.size(); ++i) ASSERT_EQ(numbering.number(labels[i]), i);
}

// By either way in, in any order, dense or not.
TEST(LabelNumbering, AnIdHasTheNumberOfItsText) {
  LabelNumbering numbering;
  LabelNumbering texts;
  std::uint64_t id = 1;
  for (int i = 0; i < 30000; ++i) {
    id = i % 3 == 0 ? static_cast<std::uint64_t>(i / 2) : (id * 48271) % 999999937;
    const std::string text = std::to_string(id);
    const std::uint32_t expected = texts.number(text);
    ASSERT_EQ(i % 5 == 0 ? numbering.number(text)
                         : numbering.number_of_id(static_cast<std::uint32_t>(id), text),
              expected);
    ASSERT_EQ(numbering.label(expected), text);
  }
  EXPECT_EQ(numbering.size(), texts.size());
}

}  // namespace
}  // namespace kindred::data
