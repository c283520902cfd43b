#include "kindred/data/plain_rows.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/data/ratings_chunk.h"
#include "tests/support/ratings_fixture.h"

namespace kindred::data {
namespace {

RatingsFormat rated_and_timed() {
  RatingsFormat format;
  format.field_count = 4;
  format.user_column = 0;
  format.item_column = 1;
  format.rating_column = 2;
  format.timestamp_column = 3;
  return format;
}

TEST(PlainRows, TakesRowsUpToTheFirstThatIsNot) {
  const PlainRows rows(rated_and_timed());
  for (const char* odd :
       {"007,1,1,1\n", "x,1,1,1\n", "-1,1,1,1\n", "1234567890,1,1,1\n", "1,,1,1\n", "1,1,,1\n",
        "1,1,.,1\n", "1,1,1.2.3,1\n", "1,1,12345678,1\n", "1,1,1e3,1\n", "1,1,-1,1\n", "1,1, 1,1\n",
        "1,1,1,\n", "1,1,1,2019-01-02\n", "1,1,1,1234567890123456789\n", "1,1,1\n", "1,1,1,1,1\n",
        "\n", "1,1,1,1"}) {
    const std::string plain = "5,60,3.5,978300760\n5,61,4,0\n";
    ParsingWorker worker;
    const PlainRows::Taken taken = rows.take(plain + odd + plain, worker);
    if (std::string(odd) == "1,1,1,1") continue;  // Continued by the row behind it.
    EXPECT_EQ(taken.rows, 2U) << odd;
    EXPECT_EQ(taken.bytes, plain.size()) << odd;
    EXPECT_EQ(worker.values, (std::vector<float>{3.5F, 4.0F}));
    EXPECT_EQ(worker.times, (std::vector<std::int64_t>{978300760, 0}));
    EXPECT_EQ(worker.user_column, (std::vector<std::uint32_t>{0, 0}));
    EXPECT_EQ(worker.item_column, (std::vector<std::uint32_t>{0, 1}));
    EXPECT_EQ(worker.items.label(1), "61");
  }
}

// Ids of every length, eight bytes of which are read at once except near the end of the text.
TEST(PlainRows, IdsOfEveryLength) {
  RatingsFormat format;
  format.field_count = 2;
  format.user_column = 0;
  format.item_column = 1;
  const PlainRows rows(format);
  const std::string digits = "9182736450";
  for (std::size_t user = 1; user <= 10; ++user) {
    for (std::size_t item = 1; item <= 10; ++item) {
      const std::string row = digits.substr(0, user) + "," + digits.substr(0, item) + "\n";
      for (const std::string& rest : {std::string(), std::string("5,6\n"), row}) {
        ParsingWorker worker;
        const PlainRows::Taken taken = rows.take(row + rest, worker);
        const bool plain = user <= 9 && item <= 9;
        ASSERT_EQ(taken.bytes, plain ? (row + rest).size() : 0U) << row;
        if (!plain) continue;
        EXPECT_EQ(worker.users.label(0), digits.substr(0, user));
        EXPECT_EQ(worker.items.label(0), digits.substr(0, item));
        // The label's number is that of the integer as well.
        const auto id = static_cast<std::uint32_t>(std::stoul(digits.substr(0, item)));
        EXPECT_EQ(worker.items.number_of_id(id, digits.substr(0, item)), 0U);
      }
    }
  }
}

TEST(PlainRows, ARowWithoutItsLineFeedIsLeftStanding) {
  const PlainRows rows(rated_and_timed());
  for (const std::string cut : {"1", "1,1", "1,1,4.", "1,1,4,7"}) {
    ParsingWorker worker;
    EXPECT_EQ(rows.take("2,2,2,2\n" + cut, worker).bytes, 8U) << cut;
  }
}

TEST(PlainRows, AreImpossibleWhereSeparatorsOrListsMakeThem) {
  RatingsFormat format = rated_and_timed();
  EXPECT_TRUE(PlainRows(format).possible());
  format.item_lists = true;
  EXPECT_FALSE(PlainRows(format).possible());
  for (const char* separator : {"::", " "}) {
    format = rated_and_timed();
    format.dialect = dialect_for(separator);
    EXPECT_FALSE(PlainRows(format).possible()) << separator;
  }
  format = rated_and_timed();
  format.item_column = 0;
  EXPECT_FALSE(PlainRows(format).possible());
}

class PlainFiles : public test::RatingsFixture {};

// Carriage returns, which no plain row has, send every row the general way.
TEST_F(PlainFiles, ReadAsTheGeneralWayReadsThem) {
  const std::vector<std::string> users = {"0",      "7",         "42",         "007",
                                          "100000", "987654321", "4294967295", "ann"};
  const std::vector<std::string> values = {"5",       "3.5",    "0.5", "4.", ".5",
                                           "1234567", "1.25e1", "-2",  " 3"};
  Rng rng(3);
  std::string lines = "user,item,rating,when,note\n";
  std::string returns = lines;
  for (int row = 0; row < 3000; ++row) {
    // Mostly plain, so that runs of plain rows begin and end everywhere.
    const bool odd = rng.below(10) == 0;
    const std::string user = users[rng.below(odd ? users.size() : 3)];
    const std::string line = user + "," + std::to_string(rng.below(200)) + "," +
                             values[rng.below(odd ? values.size() : 2)] + "," +
                             (odd ? "2019-01-02" : std::to_string(rng.below(2000000000))) +
                             (odd ? ",some text" : ",");
    lines += line + "\n";
    returns += line + "\r\n";
    if (rng.below(200) == 0) lines += "\n";
  }
  const std::string expected = test::entries(read(returns));
  for (const std::size_t chunk_bytes : {1U, 100U, 5000U, 1000000U}) {
    EXPECT_EQ(test::entries(read(lines, {.chunk_bytes = chunk_bytes})), expected) << chunk_bytes;
  }
}

// A bad row between plain ones is reported with its own line.
TEST_F(PlainFiles, BadRowsKeepTheirLines) {
  std::string text = "user,item,rating\n";
  for (int row = 0; row < 100; ++row) {
    text += row == 57 ? "1,2,x\n" : row == 30 ? "\n" : "1," + std::to_string(row) + ",3\n";
  }
  EXPECT_EQ(error_of(text), "r.csv:59: column 'rating': 'x' is not a number");
  EXPECT_EQ(error_of(text.substr(0, 400) + "1,0,3\n1,0,4\n", {.duplicates = Duplicates::error})
                .substr(0, 6),
            "r.csv:");
}

}  // namespace
}  // namespace kindred::data
