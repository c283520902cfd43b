#include "kindred/base/progress.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace kindred {
namespace {

std::string contents(std::FILE* file) {
  std::rewind(file);
  std::string text(10000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  return text;
}

TEST(Progress, FormatsForPeople) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000209), "1,000,209");
  EXPECT_EQ(format_duration(0.424), "0.42 s");
  EXPECT_EQ(format_duration(12.2), "12 s");
  EXPECT_EQ(format_duration(245), "4:05");
  EXPECT_EQ(format_duration(3723), "1:02:03");
}

TEST(Progress, QuickWorkPrintsNoLines) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(progress_style_for(file), ProgressStyle::lines);
  {
    Progress progress(file, ProgressStyle::lines, "reading", 10, "MB");
    for (int i = 0; i < 10; ++i) progress.advance(1);
    progress.message("3 rows skipped");
  }
  EXPECT_EQ(contents(file), "3 rows skipped\n");
  std::fclose(file);
}

TEST(Progress, SilentPrintsNothing) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  {
    Progress progress(file, ProgressStyle::silent, "reading", 10, "MB");
    progress.advance(10);
    progress.message("nobody hears this");
  }
  EXPECT_EQ(contents(file), "");
  std::fclose(file);
}

}  // namespace
}  // namespace kindred
