#include "kindred/base/toml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace kindred {
namespace {

TEST(Toml, BecomesJsonInTheOrderOfTheFile) {
  const Json json = parse_toml(
      "z = 1\na = [1.5, true]\n[[column]]\nkey = 'x'\nof = {kind = \"raw\", day = 2020-01-02}\n"
      "[[column]]\nkey = 'y'\n",
      "t.toml");
  EXPECT_EQ(json.dump(),
            R"({"z":1,"a":[1.5,true],"column":[{"key":"x","of":{"kind":"raw","day":"2020-01-02"}},)"
            R"({"key":"y"}]})");
}

TEST(Toml, ErrorsNameThePlace) {
  const auto error_of = [](const char* text) -> std::string {
    return test::error_of([&] { parse_toml(text, "t.toml"); });
  };
  EXPECT_THAT(error_of("a = 1\nb = = 2\n"), ::testing::StartsWith("t.toml:2:"));
  EXPECT_THAT(error_of("a = nan\n"), ::testing::StartsWith("t.toml:1:5: not a finite number"));
  EXPECT_THAT(error_of("a = 1\na = 2\n"), ::testing::StartsWith("t.toml:2:"));
  EXPECT_THAT(error_of("[[= \"a]]\n"), ::testing::StartsWith("t.toml:1:"));
  EXPECT_THAT(error_of("[[column\xEF\xBB\xBE= 1\n"), ::testing::StartsWith("t.toml:1:"));
}

TEST(Toml, AnyTextReadsBack) {
  const std::string text = "a \"quote\", a \\ and\ta\ntab, ü, \x7F";
  EXPECT_EQ(parse_toml("x = " + toml_string(text), "t").at("x").as_string(), text);
}

}  // namespace
}  // namespace kindred
