// `--memory-limit` as one account of all verbs: parsed by each, asked while files are unpacked and
// networks made. And what is said of links and of standard output.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class MemoryLimit : public testing::Test {
 protected:
  // Rows that pack to a thousandth, `count` times.
  void write_packed(const std::string& name, const std::string& header, const std::string& row,
                    std::size_t count) {
    gzFile file = gzopen((folder_ / name).c_str(), "wb1");
    gzwrite(file, header.data(), static_cast<unsigned>(header.size()));
    std::string block;
    for (int i = 0; i < 1000; ++i) block += row;
    for (std::size_t i = 0; i < count / 1000; ++i) {
      gzwrite(file, block.data(), static_cast<unsigned>(block.size()));
    }
    gzclose(file);
  }
  void write_table() {
    std::string csv = "size,city,price\n";
    for (int i = 0; i < 200; ++i) {
      csv +=
          std::to_string(i) + ",town" + std::to_string(i % 7) + "," + std::to_string(3 * i) + "\n";
    }
    test::write_bytes(folder_ / "homes.csv", csv);
  }
  void expect_refusal(const std::vector<std::string>& arguments, const std::string& what) {
    const test::Ended ended = run_kindred(arguments, folder_.path());
    EXPECT_EQ(ended.code, 1) << arguments.front() << ": " << ended.err;
    EXPECT_THAT(ended.err, AllOf(HasSubstr(what), HasSubstr("the limit is"))) << arguments.front();
    EXPECT_THAT(ended.err, Not(HasSubstr("internal error")));
  }

  test::TemporaryFolder folder_;
};

TEST_F(MemoryLimit, EveryVerbReadsIt) {
  const std::vector<std::vector<std::string>> commands = {
      {"inspect", "x"},           {"train", "x", "-o", "m"},
      {"fit", "x", "-o", "m"},    {"view", "x"},
      {"similar", "x", "y"},      {"predict", "x", "y"},
      {"columns", "x"},           {"export", "x", "-o", "m"},
      {"import", "x", "-o", "m"}, {"recommend", "x", "--all"}};
  for (std::vector<std::string> command : commands) {
    for (const std::string bad : {"nan", "inf", "-1", "0", "8Q", "", "G", "1e999"}) {
      std::vector<std::string> with_limit = command;
      with_limit.push_back("--memory-limit=" + bad);
      const test::Ended ended = run_kindred(with_limit, folder_.path());
      EXPECT_NE(ended.code, 0);
      EXPECT_THAT(ended.err, HasSubstr("--memory-limit")) << command.front() << " " << bad;
    }
  }
}

TEST_F(MemoryLimit, PackedFilesCountWhileTheyAreRead) {
  write_packed("r.csv.gz", "user,item,rating\n", "17,4,5\n", 40'000'000);
  expect_refusal({"train", "r.csv.gz", "-o", "m.kindred", "--memory-limit", "100M"}, "r.csv.gz");
  expect_refusal({"view", "r.csv.gz", "--no-browser", "--memory-limit", "100M"}, "r.csv.gz");
}

TEST_F(MemoryLimit, NetworksAskForEachParameter) {
  write_table();
  expect_refusal({"fit", "homes.csv", "--label", "price", "--hidden", "30000000", "-o", "m.kindred",
                  "--memory-limit", "100M"},
                 "dense");
  test::write_bytes(folder_ / "c.toml",
                    "label=\"price\"\n[types]\nsize=\"float32\"\ncity=\"text\"\n[[column]]\n"
                    "kind=\"embedding\"\ndimensions=30000000\n"
                    "of={kind=\"vocabulary\",key=\"city\",oov_buckets=1}\n");
  expect_refusal(
      {"encode", "homes.csv", "--config", "c.toml", "-o", "x.npy", "--memory-limit", "100M"},
      "city");
  expect_refusal(
      {"fit", "homes.csv", "--config", "c.toml", "-o", "m.kindred", "--memory-limit", "100M"},
      "city");
}

TEST_F(MemoryLimit, WhatFitsIsNotRefused) {
  write_table();
  const test::Ended ended = run_kindred({"fit", "homes.csv", "--label", "price", "--epochs", "2",
                                         "-o", "m.kindred", "--memory-limit", "60M"},
                                        folder_.path());
  EXPECT_EQ(ended.code, 0) << ended.err;
}

TEST(OutputLink, IsReplacedAndSaidToBe) {
  const test::TemporaryFolder folder;
  test::write_bytes(folder / "r.csv", "user,item,rating\n1,2,3\n1,3,4\n2,2,5\n2,4,5\n3,3,1\n");
  test::write_bytes(folder / "real", "old");
  std::filesystem::create_symlink("real", folder / "link.kindred");
  const test::Ended ended = run_kindred(
      {"train", "r.csv", "-o", "link.kindred", "--dim", "1", "--epochs", "1"}, folder.path());
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("link.kindred is a symbolic link to real"));
  EXPECT_FALSE(std::filesystem::is_symlink(folder / "link.kindred"));
  EXPECT_EQ(test::read_bytes(folder / "real"), "old");
  EXPECT_THAT(run_kindred({"train", "--help"}).out, HasSubstr("a symbolic link is replaced"));
  const test::Ended again = run_kindred(
      {"train", "r.csv", "-o", "link.kindred", "--dim", "1", "--epochs", "1"}, folder.path());
  EXPECT_THAT(again.err, Not(HasSubstr("symbolic link")));
}

TEST(OutputLink, StandardOutputIsNamed) {
  const std::string command = std::string(KINDRED_BINARY) + " doctor > /dev/full 2> ";
  const test::TemporaryFolder folder;
  const std::string err = (folder / "err").string();
  EXPECT_NE(std::system((command + err).c_str()), 0);
  EXPECT_THAT(test::read_bytes(err), HasSubstr("standard output"));
}

}  // namespace
}  // namespace kindred
