#include "kindred/data/csv_writer.h"

#include <gtest/gtest.h>

#include "kindred/base/rng.h"
#include "kindred/data/delimited.h"

namespace kindred::data {
namespace {

TEST(CsvWriter, QuotesWhatNeedsIt) {
  EXPECT_EQ(csv_field("Shrek (2001)"), "Shrek (2001)");
  EXPECT_EQ(csv_field("Incredibles, The"), "\"Incredibles, The\"");
  EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_field("=1+1"), "\"=1+1\"");
  EXPECT_EQ(csv_field("-1.5"), "-1.5");
  EXPECT_EQ(csv_field(""), "");
}

// Records of random fields, over an alphabet of everything that means something in CSV.
TEST(CsvWriter, WhatIsWrittenReadsBack) {
  constexpr std::string_view kAlphabet = "a,\"\n\r =\xC3\xA9;\t";
  Rng rng(1);
  const Dialect dialect = dialect_for(",");
  FieldSplitter splitter(dialect);
  for (int trial = 0; trial < 100000; ++trial) {
    std::vector<std::string> fields(1 + rng.below(4));
    std::string text;
    for (std::string& field : fields) {
      for (auto length = rng.below(6); length > 0; --length) {
        field += kAlphabet[rng.below(kAlphabet.size())];
      }
      if (!text.empty() || &field != &fields.front()) text += ',';
      text += csv_field(field);
    }
    const std::string written = text + (trial % 2 == 0 ? "\n" : "\r\n");
    ASSERT_EQ(find_record_end(written + "next", dialect), written.size()) << written;
    ASSERT_TRUE(splitter.split(without_line_end(written))) << written;
    ASSERT_EQ(splitter.field_count(), fields.size()) << written;
    for (std::size_t i = 0; i < fields.size(); ++i) ASSERT_EQ(splitter[i], fields[i]) << written;
  }
}

}  // namespace
}  // namespace kindred::data
