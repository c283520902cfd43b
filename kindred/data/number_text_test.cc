#include "kindred/data/number_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
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

}  // namespace
}  // namespace kindred::data
