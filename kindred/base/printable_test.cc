#include "kindred/base/printable.h"

#include <gtest/gtest.h>

namespace kindred {
namespace {

TEST(Printable, EscapesWhatATerminalWouldObeyAndCutsWhatIsLong) {
  EXPECT_EQ(printable("Am\xC3\xA9lie, 5"), "Am\xC3\xA9lie, 5");
  EXPECT_EQ(printable("\x1B[31m\n\t\r\x7F"), "\\x1B[31m\\n\\t\\r\\x7F");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "\\xC2\\x9B"
            "31m")
      << "U+009B begins a sequence too";
  EXPECT_EQ(printable("\xE9 \xC0\xAF"), "\\xE9 \\xC0\\xAF");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable(""), "");
}

// The rows of table 3-7 of the Unicode standard, and their neighbours.
TEST(Printable, Utf8IsWhatUnicodeSays) {
  for (const char* fine : {"a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(find_invalid_utf8(fine), std::string_view::npos);
  }
  for (const char* bad : {"\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xE2\x82", "\xC2"}) {
    EXPECT_EQ(find_invalid_utf8(std::string("ab") + bad), 2U);
  }
}

}  // namespace
}  // namespace kindred
