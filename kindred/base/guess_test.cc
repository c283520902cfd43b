#include "kindred/base/guess.h"

#include <gtest/gtest.h>

namespace kindred {
namespace {

const Guess kTab = {"r.tsv", "separator", "tab", "all 6 lines have 3 fields", "--separator"};

TEST(Guess, SaysWhatWasTakenWhyAndHowToSayOtherwise) {
  EXPECT_EQ(to_text(kTab), "r.tsv: separator = tab: all 6 lines have 3 fields (--separator)");
  EXPECT_EQ(to_json({kTab}).dump(),
            R"([{"place":"r.tsv","about":"separator","taken":"tab",)"
            R"("evidence":"all 6 lines have 3 fields","flag":"--separator"}])");
  EXPECT_EQ(to_json({}).dump(), "[]");
}

TEST(Guess, StrictnessRefusesAllOfThemAtOnce) {
  EXPECT_NO_THROW(refuse_guesses({}));
  try {
    refuse_guesses({kTab, kTab});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "--strict: 2 things would be guessed; say each with the flag in brackets:\n  " +
                  to_text(kTab) + "\n  " + to_text(kTab));
  }
}

TEST(Guess, TwoReadingsAreAnErrorThatShowsBoth) {
  const Error error = unclear(
      "r.csv", "order of day and month",
      {{"day first, 3 April", "--time-format dmy"}, {"month first, 4 March", "--time-format mdy"}});
  EXPECT_STREQ(error.what(),
               "r.csv: the order of day and month is not clear: day first, 3 April, or month "
               "first, 4 March; choose with --time-format dmy or --time-format mdy");
}

}  // namespace
}  // namespace kindred
