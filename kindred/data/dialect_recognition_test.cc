#include "kindred/data/dialect_recognition.h"

#include <gtest/gtest.h>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

std::string separator_of(std::string_view text) {
  return take_sample(text, true, {}).dialect.separator;
}

bool nothing_known(std::string_view) { return false; }

TEST(DialectRecognition, FindsTheSeparatorThatFitsMostLines) {
  EXPECT_EQ(separator_of("1::Toy Story (1995)::A|B\n2::Jumanji (1995)::C\n"), "::");
  EXPECT_EQ(separator_of("id,title,genres\n1,\"A; B\",x|y\n2,\"C, D\",z\n"), ",");
  EXPECT_EQ(separator_of("1;2;3,5\n1;3;4,5\n"), ";") << "a decimal comma is no separator";
  EXPECT_EQ(separator_of("1|24|M|technician|85711\n2|53|F|other|94043\n"), "|");
  EXPECT_EQ(separator_of("a\tb c\nd\te\n"), "\t");
  EXPECT_EQ(separator_of("1 2 3\n4 5 6\n7 8\n"), " ");
}

TEST(DialectRecognition, AHeaderHasNoNumberWhereItsColumnHas) {
  const auto header = [](std::string_view text) {
    return looks_like_header(take_sample(text, true, {}), &nothing_known);
  };
  EXPECT_TRUE(header("a,b,c\nx,y,1\nz,w,2\n"));
  EXPECT_FALSE(header("x,y,3\nx,y,1\n"));
  EXPECT_FALSE(header("x,y\nz,w\n"));
  EXPECT_FALSE(header("x,y,three\nx,y,one\n"));
}

TEST(DialectRecognition, ColumnsAreFoundByNameOrPosition) {
  const std::vector<std::string> names = {"User", "user", "2", "x"};
  const auto find = [&](const std::string& text) {
    return find_column({.text = text, .flag = "--user-column", .file = "f"}, names, 4);
  };
  EXPECT_EQ(find("user"), 1U);
  EXPECT_EQ(find("User"), 0U);
  EXPECT_EQ(find("X"), 3U);
  EXPECT_EQ(find("2"), 2U) << "a name comes before a position";
  EXPECT_EQ(find("4"), 3U);
  EXPECT_THROW(find("USER"), Error);
  EXPECT_THROW(find("0"), Error);
  EXPECT_THROW(find("5"), Error);
}

TEST(DialectRecognition, SeparatorsThatCouldBePartOfAFieldAreRefused) {
  for (const char* bad : {"", "a", "1", ".", "-", "\"", "\n", "123456789"}) {
    EXPECT_THROW(check_separator(bad), Error) << bad;
  }
  for (const char* fine : {",", "\t", "::", "|", " ", "~", "^^"})
    EXPECT_NO_THROW(check_separator(fine));
}

}  // namespace
}  // namespace kindred::data
