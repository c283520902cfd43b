#include "kindred/tuning/space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kindred/base/error.h"
#include "kindred/tuning/space_text.h"

namespace kindred::tuning {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> texts(const Parameter& parameter) {
  std::vector<std::string> out;
  const auto values = values_of(parameter);
  for (const Value& value : values.value()) out.push_back(to_text(value));
  return out;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "no error";
}

TEST(Space, ListsTheValuesOfEveryKind) {
  EXPECT_THAT(texts(parse_parameter("d=6..13:3")), ElementsAre("6", "9", "12"));
  EXPECT_THAT(texts(parse_parameter("d=2..32:log:2")), ElementsAre("2", "4", "8", "16", "32"));
  EXPECT_THAT(texts(parse_parameter("d=2..31:log:2")), ElementsAre("2", "4", "8", "16"));
  EXPECT_THAT(texts(parse_parameter("d=2..5")), ElementsAre("2", "3", "4", "5"));
  EXPECT_THAT(texts(parse_parameter("d=2..5:log")), ElementsAre("2", "3", "4", "5"));
  EXPECT_THAT(texts(parse_parameter("d=1..8:reverse_log:2")), ElementsAre("1", "5", "7", "8"));
  EXPECT_THAT(texts(parse_parameter("x=0.0..1.0:0.25")),
              ElementsAre("0", "0.25", "0.5", "0.75", "1"));
  EXPECT_THAT(texts(parse_parameter("x=0.001..0.1:log:10")), testing::SizeIs(3));
  EXPECT_THAT(texts(parse_parameter("a=relu|gelu|3")), ElementsAre("relu", "gelu", "3"));
  EXPECT_FALSE(values_of(parse_parameter("x=0.0..1.0")).has_value());
}

// The steps of .1 from 0 to 1 do not add up to exactly 1; the end belongs to the range.
TEST(Space, IncludesTheUpperEndInSpiteOfRounding) {
  EXPECT_EQ(texts(parse_parameter("x=0.0..1.0:0.1")).size(), 11U);
  EXPECT_EQ(texts(parse_parameter("x=0.0..0.3:0.1")).size(), 4U);
}

TEST(Space, GoesToTheUnitCubeAndBack) {
  const Parameter log = parse_parameter("x=1e-4..1e-1:log");
  EXPECT_DOUBLE_EQ(unit_position(log, 1e-4), 0.0);
  EXPECT_DOUBLE_EQ(unit_position(log, 1e-1), 1.0);
  EXPECT_NEAR(unit_position(log, std::pow(10.0, -2.5)), 0.5, 1e-12);
  EXPECT_EQ(value_at(log, 0.0), Value(1e-4));
  EXPECT_EQ(value_at(log, 1.0), Value(1e-1));
  const Parameter reversed = parse_parameter("x=0.9..0.999:reverse_log");
  EXPECT_GT(std::get<double>(value_at(reversed, 0.5)), 0.9495);
  for (const char* text : {"d=15..35", "d=15..35:5", "d=2..64:log:2", "d=3..700:log",
                           "d=3..700:reverse_log", "x=0.0..1.0:0.125", "a=b|c|d"}) {
    const Parameter parameter = parse_parameter(text);
    const auto values = values_of(parameter).value();
    for (const Value& value : values) {
      EXPECT_EQ(value_at(parameter, unit_position(parameter, value)), value)
          << text << " " << to_text(value);
    }
    EXPECT_EQ(value_at(parameter, -1.0), values.front());
    EXPECT_EQ(value_at(parameter, 2.0), values.back());
  }
}

TEST(Space, GridLeavesOutWhatIsNotActive) {
  Space space;
  space.parameters = {parse_parameter("optimizer=sgd|adam"),
                      parse_parameter("momentum=0.0..0.9:0.45 if optimizer=sgd"),
                      parse_parameter("d=1..2")};
  validate(space);
  const auto grid = all_settings(space).value();
  ASSERT_EQ(grid.size(), 3U * 2U + 2U);
  EXPECT_EQ(to_text(grid[0]), "optimizer=sgd momentum=0 d=1");
  EXPECT_EQ(to_text(grid[7]), "optimizer=adam d=2");
  for (const Setting& setting : grid) validate(setting, space);
}

TEST(Space, StartsWhereItIsTold) {
  const Space space = parse_space(R"(
[dim]
low = 15
high = 35
start = 25
widen = [1, 512]

[momentum]
low = 0.0
high = 1.0
when = {dim = [25]}

[other]
low = 0
high = 1
kind = "float"
when = {dim = [15, 16]}
)",
                                  "space.toml");
  EXPECT_EQ(to_text(starting_setting(space)), "dim=25 momentum=0.5");
  EXPECT_EQ(std::get<IntegerRange>(space.parameters[0].range).widening->high_max, 512.0);
  EXPECT_TRUE(std::holds_alternative<FloatRange>(space.parameters[2].range));
}

TEST(Space, ComesBackFromJsonAsItWas) {
  Space space;
  space.parameters = {parse_parameter("optimizer=sgd|adam|2|0.5"),
                      parse_parameter("momentum=0.0..0.9 if optimizer=sgd"),
                      parse_parameter("lr=1e-05..0.1:log"), parse_parameter("d=2..32:log:2"),
                      parse_parameter("x=0.0..1.0:0.1")};
  std::get<IntegerRange>(space.parameters[3].range).widening = Widening{1.0, 64.0, 2.0};
  space.parameters[2].start = 1e-3;
  EXPECT_EQ(space_from_json(Json::parse(to_json(space).dump())), space);
}

TEST(Space, NamesWhatIsWrong) {
  const auto toml = [](const char* text) {
    return message_of([&] { parse_space(text, "space.toml"); });
  };
  EXPECT_THAT(toml("[d]\nlow = 5\nhigh = 4\n"), HasSubstr("'d': its range 5..4 is empty"));
  EXPECT_THAT(toml("[d]\nlow = 0\nhigh = 4\nscale = 'log'\n"), HasSubstr("cannot begin at 0"));
  EXPECT_THAT(toml("[d]\nlow = 1\nhigh = 4\nscale = 'lg'\n"), HasSubstr("'lg'"));
  EXPECT_THAT(toml("[d]\nlow = 1\nhigh = 4\nhihg = 5\n"), HasSubstr("'hihg' is none of"));
  EXPECT_THAT(toml("[d]\nlow = 1\n"), HasSubstr("'d'"));
  EXPECT_THAT(toml("[d]\nlow = 1\nhigh = 4\nstart = 5\n"), HasSubstr("its start 5"));
  EXPECT_THAT(toml("[d]\nlow = 1\nhigh = 4\nwiden = [2, 8]\n"), HasSubstr("cannot widen"));
  EXPECT_THAT(toml("[d]\nchoices = []\n"), HasSubstr("nothing to choose"));
  EXPECT_THAT(toml("[d]\nchoices = [1, 1]\n"), HasSubstr("'1' is there twice"));
  EXPECT_THAT(toml("[d]\nlow = 1\nhigh = 4\nwhen = {e = [1]}\n"), HasSubstr("'e'"));
  EXPECT_THAT(message_of([] { parse_parameter("d"); }), HasSubstr("NAME=LOW..HIGH"));
  EXPECT_THAT(message_of([] { parse_parameter("d=1..x"); }), HasSubstr("'x' is not a number"));
  EXPECT_THAT(message_of([] { parse_parameter("d=1..4:log:1"); }), HasSubstr("factor above 1"));
  EXPECT_THAT(message_of([] { parse_parameter("d=1..4 if x"); }), HasSubstr("PARAMETER=VALUE"));
}

TEST(Space, ChecksSettings) {
  Space space;
  space.parameters = {parse_parameter("d=2..4"), parse_parameter("x=0.0..1.0 if d=3")};
  Setting setting;
  setting.set("d", std::int64_t{3});
  EXPECT_THAT(message_of([&] { validate(setting, space); }), HasSubstr("'x': it has no value"));
  setting.set("x", 0.5);
  validate(setting, space);
  setting.set("d", std::int64_t{2});
  EXPECT_THAT(message_of([&] { validate(setting, space); }), HasSubstr("does not count"));
  setting.set("d", std::int64_t{5});
  EXPECT_THAT(message_of([&] { validate(setting, space); }), HasSubstr("5 is none of 2..4"));
}

TEST(Setting, KeepsTheKindOfItsValues) {
  Setting setting;
  setting.set("d", std::int64_t{25});
  setting.set("whole", 3.0);
  setting.set("x", 0.1);
  setting.set("a", std::string("relu"));
  const Setting back = setting_from_json(Json::parse(to_json(setting).dump()));
  EXPECT_EQ(back.integer("d"), 25);
  EXPECT_EQ(back.number("whole"), 3.0);
  EXPECT_TRUE(std::holds_alternative<double>(*back.find("whole")));
  EXPECT_EQ(back.number("x"), 0.1);
  EXPECT_EQ(back.word("a"), "relu");
  EXPECT_THROW(back.integer("x"), Error);
  EXPECT_THROW(back.number("missing"), Error);
}

}  // namespace
}  // namespace kindred::tuning
