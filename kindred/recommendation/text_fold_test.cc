#include "kindred/recommendation/text_fold.h"

#include <gtest/gtest.h>

namespace kindred::recommendation {
namespace {

TEST(Fold, CaseAccentsAndPunctuationGo) {
  EXPECT_EQ(fold("  Am\xC3\xA9lie!  "), "amelie");
  EXPECT_EQ(fold("WALL\xC2\xB7"
                 "E"),
            "wall e");
  EXPECT_EQ(fold("Bug's Life"), fold("Bugs Life"));
  EXPECT_EQ(fold("Ocean\xE2\x80\x99s Eleven"), "oceans eleven");
  EXPECT_EQ(fold("Fast & Furious"), "fast and furious");
  EXPECT_EQ(fold("Star Wars: Episode IV \xE2\x80\x93 A New Hope"),
            "star wars episode iv a new hope");
  EXPECT_EQ(fold("\xC5\x81\xC3\xB3"
                 "d\xC5\xBA"),
            "lodz");
  EXPECT_EQ(fold("Stra\xC3\x9F"
                 "e"),
            "strasse");
}

TEST(Fold, RaisedNumbersAreAsTyped) {
  EXPECT_EQ(fold("Alien\xC2\xB3"), fold("Alien3"));
  EXPECT_EQ(fold("8\xC2\xBD (1963)"), fold("8 1/2 (1963)"));
}

TEST(Fold, OtherScriptsAndBrokenBytesSurvive) {
  EXPECT_EQ(fold("\xD0\xA1\xD1\x82"), "\xD0\xA1\xD1\x82");
  EXPECT_EQ(fold("\xFFx\xC3"), "\xFFx\xC3");
  EXPECT_EQ(fold(""), "");
  EXPECT_EQ(fold("?!"), "");
}

TEST(Trim, WhiteSpaceAtTheEndsGoes) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim("  "), "");
}

TEST(EditDistance, CountsMistakesUpToTheLimit) {
  EXPECT_EQ(edit_distance("shrek", "shrek", 2), 0U);
  EXPECT_EQ(edit_distance("shrek", "shreck", 2), 1U);
  EXPECT_EQ(edit_distance("shrek", "sherk", 2), 1U);  // A swap is one mistake.
  EXPECT_EQ(edit_distance("kitten", "sitting", 5), 3U);
  EXPECT_EQ(edit_distance("", "abc", 5), 3U);
  EXPECT_EQ(edit_distance("abcdef", "uvwxyz", 2), 3U);  // Past the limit.
}

}  // namespace
}  // namespace kindred::recommendation
