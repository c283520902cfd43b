#include "kindred/base/size.h"

#include <gtest/gtest.h>

#include <limits>

#include "kindred/base/error.h"
#include "tests/support/error_of.h"

namespace kindred {
namespace {

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

TEST(Size, ReadsWholeNumbersUpToTheLargest) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, kSizeMax}) {
    EXPECT_EQ(read_size(Json(value), "rows"), value);
  }
  EXPECT_EQ(read_size(Json(std::uint64_t{7}), "rows", 7), 7U);
  EXPECT_EQ(read_size(Json(kAll), "bytes", kAll), kAll);
}

TEST(Size, RefusesEverythingElseWithItsNameAndRange) {
  for (const char* text : {"-1", "1.0", "1e3", "2147483649", "9223372036854775808",
                           "18446744073709551615", "null", "true", "\"7\"", "[]", "{}", "1e300"}) {
    const std::string message =
        test::error_of([&] { (void)read_size(Json::parse(text), "by_user: rows"); });
    EXPECT_TRUE(message.starts_with("by_user: rows is ")) << message;
    EXPECT_TRUE(message.ends_with("not a whole number from 0 to 2147483648")) << message;
  }
  EXPECT_EQ(test::error_of([] { (void)read_size(Json(std::uint64_t{8}), "k", 7); }),
            "k is 8, not a whole number from 0 to 7");
}

TEST(Size, NamesAMemberThatIsMissing) {
  Json object;
  object.set("rows", 3);
  EXPECT_EQ(read_size(object, "rows", "by_user: rows"), 3U);
  EXPECT_EQ(test::error_of([&] { (void)read_size(object, "cols", "by_user: cols"); }),
            "by_user: cols is missing");
}

TEST(Size, IntegersHaveTwoEnds) {
  EXPECT_EQ(read_integer(Json(-1), "default_id", -1, 5), -1);
  for (const char* text : {"-2", "6", "18446744073709551615", "0.5", "null"}) {
    EXPECT_THROW((void)read_integer(Json::parse(text), "default_id", -1, 5), Error) << text;
  }
}

TEST(Size, WordsAreAny64Bits) {
  EXPECT_EQ(read_word(Json(kAll), "seed"), kAll);
  EXPECT_THROW((void)read_word(Json(-1), "seed"), Error);
  EXPECT_THROW((void)read_word(Json(1.0), "seed"), Error);
}

TEST(Size, ProductsAndSumsNeverWrap) {
  EXPECT_EQ(checked_product(1U << 16U, 1U << 16U, "m"), kCellsMax);
  EXPECT_EQ(checked_product(0, kAll, "m"), 0U);
  EXPECT_EQ(checked_sum(kAll - 1, 1, "m", kAll), kAll);
  EXPECT_EQ(
      test::error_of([] { (void)checked_product(std::uint64_t{1} << 62U, 4, "the table 'when'"); }),
      "the table 'when': 4611686018427387904 x 4 is more than 4294967296");
  EXPECT_THROW((void)checked_product(kCellsMax, 2, "m"), Error);
  EXPECT_THROW((void)checked_sum(kAll, 1, "rows + 1", kAll), Error);
}

TEST(Size, ANumberThatIsThereIsHeldAgainstItsRange) {
  EXPECT_EQ(check_size(4, "units", 1), 4U);
  EXPECT_EQ(test::error_of([] { (void)check_size(0, "units", 1); }),
            "units is 0; it must be from 1 to 2147483648");
}

}  // namespace
}  // namespace kindred
