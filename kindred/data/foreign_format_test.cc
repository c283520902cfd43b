#include "kindred/data/foreign_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace kindred::data {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

std::string name_of(const std::string& head) {
  const auto format = foreign_format(head);
  return format ? std::string(format->name) : "";
}

TEST(ForeignFormat, NamesWhatOtherProgramsWrite) {
  const std::string zip = "PK\x03\x04\x14\0\x08\0\x08\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\0\0"s;
  EXPECT_EQ(name_of("PAR1\x15\x04\x15"), "a Parquet file");
  EXPECT_EQ(name_of("ARROW1\0\0"s), "an Arrow (Feather) file");
  EXPECT_EQ(name_of("\xBA\x16\x4F\x2F\x0C\0\0\0"s), "a fastText model (.bin)");
  EXPECT_EQ(name_of("\x80\x04\x95\x10\0"s), "a Python pickle");
  EXPECT_EQ(name_of("\x89HDF\r\n\x1A\n"), "an HDF5 file");
  EXPECT_EQ(name_of(zip + "[Content_Types].xml"), "an Excel or Office file");
  EXPECT_EQ(name_of(zip + "archive/data.pkl"), "a PyTorch file");
  EXPECT_EQ(name_of(zip + "arr_0.npy"), "a zip archive");
  EXPECT_EQ(name_of("\xFF\xFE"s + "1\0,\0"s), "text in UTF-16");
  EXPECT_EQ(name_of("1\0,\0002\0\n\0003\0,\0004\0\n\0005\0,\0"s), "text in UTF-16");
  EXPECT_EQ(name_of("{\"user\": 1}\n{\"user\": 2}\n"), "JSON or JSON lines");
  EXPECT_EQ(name_of("\xEF\xBB\xBF[{\"user\": 1}]"), "JSON or JSON lines");
  EXPECT_EQ(name_of("SQLite format 3\0"s), "an SQLite database");
  EXPECT_EQ(name_of("<!DOCTYPE html>"), "a web page");
}

TEST(ForeignFormat, LeavesTextsAlone) {
  for (const char* text :
       {"", "1,2\n", "PAR1 0.5 0.25\nORC 1 2\n", "{ 0.5 0.25\n", "[ 0.5 0.25\n", "BZh,1,2\n",
        "GGUF\t1\n", "user,item\n", "IxFoo 1 2\n", "<unk> 0.1 0.2\n", "\xC3\xA9t\xC3\xA9 1 2\n"}) {
    EXPECT_EQ(name_of(text), "") << text;
  }
}

TEST(ForeignFormat, TheErrorSaysWhatToDo) {
  const std::string said =
      test::error_of([] { refuse_foreign("PAR1\x15\x04", "ratings.parquet"); });
  EXPECT_THAT(said, HasSubstr("ratings.parquet is a Parquet file"));
  EXPECT_THAT(said, HasSubstr("read_parquet"));
  EXPECT_NO_THROW(refuse_foreign("1,2\n", "ratings.csv"));
}

}  // namespace
}  // namespace kindred::data
