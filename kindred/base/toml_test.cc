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

std::string repeated(const std::string& part, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

TEST(Toml, NestingIsBoundedHoweverItIsWritten) {
  const auto error_of = [](const std::string& text) -> std::string {
    return test::error_of([&] { parse_toml(text, "t.toml"); });
  };
  for (const std::size_t count : {std::size_t{40}, std::size_t{20'000}, std::size_t{1'000'000}}) {
    const std::string name = repeated("a.", count) + "a";
    for (const std::string& text :
         {name + " = 1\n", "[" + name + "]\n", "[[" + name + "]]\nx = 1\n",
          "x = {" + name + " = 1}\n", "y = 1\nx = [{" + name + " = 1}]\n",
          repeated("'a' . ", count) + "a = 1\n", repeated("\"a.b\".", count) + "a = 1\n",
          "x = " + repeated("[", count), "x = " + repeated("{a=", count)}) {
      EXPECT_THAT(error_of(text), ::testing::HasSubstr("nested deeper than 32")) << count;
      EXPECT_THAT(error_of(text), ::testing::StartsWith("t.toml:"));
    }
  }
  // Together they are too deep, each of them is not.
  EXPECT_THAT(error_of("[" + repeated("a.", 20) + "a]\n" + repeated("b.", 20) + "b = 1\n"),
              ::testing::HasSubstr("nested deeper than 32"));
  EXPECT_EQ(error_of("[" + repeated("a.", 20) + "a]\n" + repeated("b.", 8) + "b = 1\n"),
            "no error");
}

TEST(Toml, DotsAndBracketsOfTextsAreNoNesting) {
  const std::string dots = repeated(".", 100);
  const std::string text = "x = \"" + dots + "[[\" # " + dots + "\ny = '''\n" + dots +
                           "'''\nz = \"\"\"\\\"" + repeated("[", 100) + "\"\"\"\n\"" + dots +
                           "\" = [" + repeated("1.5, ", 100) + "]\n";
  EXPECT_EQ(parse_toml(text, "t").as_object().size(), 4U);
}

TEST(Toml, AnyTextReadsBack) {
  const std::string text = "a \"quote\", a \\ and\ta\ntab, ü, \x7F";
  EXPECT_EQ(parse_toml("x = " + toml_string(text), "t").at("x").as_string(), text);
}

}  // namespace
}  // namespace kindred
