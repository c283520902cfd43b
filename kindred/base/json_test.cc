#include "kindred/base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kindred/base/error.h"

namespace kindred {
namespace {

TEST(Json, RoundTripKeepsOrderTypesAndDigits) {
  const std::string text =
      R"({"b":1,"a":[true,null,-5,0.1,1e+300],"s":"a\"\\\n","u":18446744073709551615,"e":{},"z":[]})";
  const Json json = Json::parse(text);
  EXPECT_EQ(json.dump(), text);
  EXPECT_EQ(Json::parse(json.dump(2)), json);
  EXPECT_EQ(json.at("u").as_uint(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(json.at("a").as_array()[2].as_int(), -5);
  EXPECT_EQ(json.find("missing"), nullptr);
}

TEST(Json, EqualIntegersAreEqualWhateverTheirType) {
  EXPECT_EQ(Json(std::uint64_t{20}), Json(20));
  EXPECT_EQ(Json::parse("20"), Json(std::uint64_t{20}));
  EXPECT_EQ(Json(std::uint64_t{20}).as_uint(), 20U);
}

TEST(Json, DoublesStayDoubles) {
  EXPECT_EQ(Json(3.0).dump(), "3.0");
  EXPECT_EQ(Json::parse(Json(3.0).dump()), Json(3.0));
  EXPECT_EQ(Json(std::nan("")).dump(), "null");
}

TEST(Json, InvalidUtf8IsReplacedWhenPrinting) {
  EXPECT_EQ(Json("a\xFFz").dump(), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(Json("\xC3\xA9").dump(), "\"\xC3\xA9\"");
}

TEST(Json, RefusesHostileText) {
  for (const std::string text : {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "1 2", "\"\xFF\"", "nul"}) {
    EXPECT_THROW(Json::parse(text), Error) << text;
  }
  EXPECT_NO_THROW(Json::parse(std::string(32, '[') + std::string(32, ']')));
  EXPECT_THROW(Json::parse(std::string(33, '[') + std::string(33, ']')), Error);
  EXPECT_THROW(Json::parse(std::string(1000000, '[')), Error);
}

TEST(Json, WrongTypesAndMissingKeysAreErrors) {
  const Json json = Json::parse(R"({"a":"x"})");
  EXPECT_THROW(json.at("a").as_int(), Error);
  EXPECT_THROW(json.at("b"), Error);
  EXPECT_THROW(Json(-1).as_uint(), Error);
}

TEST(Json, SetReplacesAndPushAppends) {
  Json json;
  json.set("a", 1);
  json.set("a", 2);
  json.set("list", Json::Array{Json("x")});
  EXPECT_EQ(json.dump(), R"({"a":2,"list":["x"]})");
}

}  // namespace
}  // namespace kindred
