#include "kindred/data/time_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

std::int64_t time_of(std::string_view text, const TimeReading& reading = {}) {
  const ParsedTime parsed = parse_time(text, reading);
  EXPECT_EQ(parsed.fault, NumberFault::none) << text;
  return parsed.time;
}

NumberFault fault_of(std::string_view text, const TimeReading& reading = {}) {
  return parse_time(text, reading).fault;
}

constexpr TimeReading kDayFirst = {.order = DateOrder::day_first};
constexpr TimeReading kMonthFirst = {.order = DateOrder::month_first};

TEST(TimeText, NumbersStayWhatTheyAre) {
  EXPECT_EQ(time_of("0"), 0);
  EXPECT_EQ(time_of("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(time_of("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(time_of("978300760.99"), 978300760);
  EXPECT_EQ(time_of("1e3"), 1000);
  EXPECT_EQ(time_of(" 5 "), 5);
  EXPECT_EQ(fault_of("9223372036854775808"), NumberFault::too_large);
  EXPECT_EQ(fault_of(""), NumberFault::empty);
}

// Each by: date -u -d '<text>' +%s
TEST(TimeText, IsoDatesAreReadWithAndWithoutAZone) {
  EXPECT_EQ(time_of("1970-01-01"), 0);
  EXPECT_EQ(time_of("2000-02-29"), 951782400);
  EXPECT_EQ(time_of("1900-03-01"), -2203891200);
  EXPECT_EQ(time_of("9999-12-31 23:59:59"), 253402300799);
  EXPECT_EQ(time_of("2019-01-02T03:04"), 1546398240);
  EXPECT_EQ(time_of("2019-01-02 03:04:05.678Z"), 1546398245);
  for (const char* text :
       {"2019-01-02T05:04:05+02:00", "2019-01-01 22:04:05-0500", "2019-01-02 03:04:05 UTC",
        "2019-01-02 03:04:05 GMT", "2019/1/2 3:04:05", "2019-01-02 3:04:05 AM", "20190102T030405Z",
        "Wed, 02 Jan 2019 03:04:05 GMT", "2 January 2019 03:04:05", "Jan 2, 2019 3:04:05 AM",
        "Wed Jan 02 03:04:05 +0000 2019", "2019-01-02T03:04:05,0", "2019-01-02 08:34:05+05:30"}) {
    EXPECT_EQ(time_of(text), 1546398245) << text;
  }
}

TEST(TimeText, DaysThatDoNotExistAreNoTimes) {
  for (const char* text :
       {"2019-02-29", "2019-00-01", "2019-01-02x", "0000-01-01", "2019-01-02 24:00",
        "2019-01-02 03:04:05.", "2019-01-02T", "now", "2019-01-02 03:60", "2019-01-02 13:00 PM",
        "32/01/2019", "1.2.3", "2019-01-02 03:04 CET", "Foo 2, 2019", "12:30"}) {
    EXPECT_EQ(fault_of(text), NumberFault::malformed) << text;
  }
}

TEST(TimeText, TheOrderOfDayAndMonthIsAQuestionOfTheReading) {
  // date -u -d '2015-04-03' +%s and '2015-03-04'
  EXPECT_EQ(time_of("03-04-2015", kDayFirst), 1428019200);
  EXPECT_EQ(time_of("03/04/2015", kMonthFirst), 1425427200);
  EXPECT_EQ(time_of("03.04.15 00:00", kDayFirst), 1428019200);
  EXPECT_EQ(fault_of("27-04-2015", kMonthFirst), NumberFault::malformed);
  EXPECT_EQ(fault_of("27-04-2015"), NumberFault::malformed) << "no year comes first";
  EXPECT_EQ(time_of("12/1/2010 8:26", kMonthFirst), 1291191960);
}

TEST(TimeText, FractionsKeepTheirDigits) {
  const TimeReading milliseconds = {.fraction_digits = 3};
  EXPECT_EQ(time_of("1500000001.75", milliseconds), 1500000001750);
  EXPECT_EQ(time_of("1500000001", milliseconds), 1500000001000);
  EXPECT_EQ(time_of("-1.5", milliseconds), -1500);
  EXPECT_EQ(time_of("2019-01-02T03:04:05.678Z", milliseconds), 1546398245678);
  EXPECT_EQ(time_of("1969-12-31T23:59:59.250Z", milliseconds), -750);
  EXPECT_EQ(parse_time("1500000001.7512", milliseconds).digits_lost, 1);
  EXPECT_EQ(parse_time("1500000001.750", milliseconds).digits_lost, 0);
  EXPECT_EQ(parse_time("1500000001.0", {}).digits_lost, 0) << "zeros say nothing";
  EXPECT_EQ(fault_of("9223372036854775807", {.fraction_digits = 9}), NumberFault::too_large);
}

TEST(TimeText, PatternsReadOneFormAlone) {
  const TimeReading reading = time_reading("%d.%m.%Y %H:%M:%S");
  EXPECT_EQ(time_of("02.01.2019 03:04:05", reading), 1546398245);
  EXPECT_EQ(fault_of("2019-01-02 03:04:05", reading), NumberFault::malformed);
  EXPECT_EQ(time_of("20190102", time_reading("%Y%m%d")), 1546387200);
  EXPECT_EQ(time_of("Jan  2 2019 03:04:05 AM +0000", time_reading("%b %d %Y %I:%M:%S %p %z")),
            1546398245);
  EXPECT_EQ(time_of("2019-002", time_reading("%Y-%j")), 1546387200);
  EXPECT_EQ(time_reading("dmy"), kDayFirst);
  EXPECT_THROW(time_reading("%Q"), Error);
  EXPECT_THROW(time_reading("iso"), Error);
}

TEST(TimeText, ASampleSaysWhichOrdersItAllows) {
  const auto orders = [](std::vector<std::string_view> texts) {
    return recognize_times(texts).orders;
  };
  EXPECT_EQ(orders({"01/02/2015", "27/04/2015"}), std::vector{DateOrder::day_first});
  EXPECT_EQ(orders({"01/02/2015", "04/27/2015"}), std::vector{DateOrder::month_first});
  EXPECT_EQ(orders({"01/02/2015", "02/03/2015"}).size(), 2U);
  EXPECT_EQ(orders({"01/02/03"}).size(), 3U);
  EXPECT_EQ(orders({"01/02/99"}).size(), 2U);
  const std::vector<std::string_view> both = {"27/04/2015", "04/27/2015"};
  EXPECT_EQ(recognize_times(both).contradiction, "04/27/2015");
  const std::vector<std::string_view> fine = {"1.5", "2", "", "x"};
  const TimeFacts facts = recognize_times(fine);
  EXPECT_EQ(facts.fraction_digits, 3);
  EXPECT_EQ(facts.time_count, 2U);
  EXPECT_EQ(facts.other_count, 1U);
  EXPECT_FALSE(facts.has_open_dates);
}

}  // namespace
}  // namespace kindred::data
