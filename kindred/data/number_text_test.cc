#include "kindred/data/number_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <string>

namespace kindred::data {
namespace {

// strtof is correctly rounded in the C locale: every short decimal must agree with it.
TEST(NumberText, AgreesWithStrtofOnEveryShortDecimal) {
  for (int digits = 0; digits < 100000; ++digits) {
    std::string text = std::to_string(digits);
    for (std::size_t point = 0; point <= text.size(); ++point) {
      std::string number = text;
      number.insert(point, ".");
      float value = -1.0F;
      ASSERT_EQ(parse_number(number, value), NumberFault::none) << number;
      ASSERT_EQ(value, std::strtof(number.c_str(), nullptr)) << number;
    }
  }
}

TEST(NumberText, AgreesWithStrtodOnLongOnes) {
  for (const char* text : {"3.141592653589793", "-0.1", "1e22", "123456789.123456789", "4.9e-324",
                           "1.7976931348623157e308", "0.30000000000000004", "+5", " 5 ", "\t5"}) {
    double value = 0.0;
    ASSERT_EQ(parse_number(text, value), NumberFault::none) << text;
    EXPECT_EQ(value, std::strtod(text, nullptr)) << text;
  }
}

TEST(NumberText, NamesWhatIsWrong) {
  double value = 0.0;
  EXPECT_EQ(parse_number("", value), NumberFault::empty);
  EXPECT_EQ(parse_number("  ", value), NumberFault::empty);
  EXPECT_EQ(parse_number("nan", value), NumberFault::not_finite);
  EXPECT_EQ(parse_number("+Infinity", value), NumberFault::not_finite);
  EXPECT_EQ(parse_number("1e309", value), NumberFault::too_large);
  for (const char* text :
       {".", "-", "+", "1,5", "0x1p3", "1e", "1 2", "5a", "nan(1)", "--1", "1..2"}) {
    EXPECT_EQ(parse_number(text, value), NumberFault::malformed) << text;
  }
}

TEST(NumberText, TimesAreIntegersDecimalsOrDates) {
  const auto time_of = [](std::string_view text) {
    std::int64_t time = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(parse_timestamp(text, time), NumberFault::none) << text;
    return time;
  };
  EXPECT_EQ(time_of("0"), 0);
  EXPECT_EQ(time_of("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(time_of("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(time_of("978300760.99"), 978300760);
  EXPECT_EQ(time_of("1e3"), 1000);
  // Each by: date -u -d '<text>' +%s
  EXPECT_EQ(time_of("1970-01-01"), 0);
  EXPECT_EQ(time_of("2000-02-29"), 951782400);
  EXPECT_EQ(time_of("1900-03-01"), -2203891200);
  EXPECT_EQ(time_of("9999-12-31 23:59:59"), 253402300799);
  EXPECT_EQ(time_of("2019-01-02T03:04"), 1546398240);
  EXPECT_EQ(time_of("2019-01-02 03:04:05.678Z"), 1546398245);
  std::int64_t time = 0;
  for (const char* text : {"2019-02-29", "2019-00-01", "2019-1-2", "2019-01-02x", "0000-01-01",
                           "2019-01-02 24:00", "2019-01-02 03:04:05.", "2019-01-02T", "now"}) {
    EXPECT_EQ(parse_timestamp(text, time), NumberFault::malformed) << text;
  }
  EXPECT_EQ(parse_timestamp("9223372036854775808", time), NumberFault::too_large);
  EXPECT_EQ(parse_timestamp("", time), NumberFault::empty);
}

}  // namespace
}  // namespace kindred::data
