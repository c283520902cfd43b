// Lists for everybody, written in steps: killed at any moment and resumed, the file is byte for
// byte that of a run without interruption.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/model/io.h"
#include "kindred/storage/container.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Enough people for a dozen steps; what they are taught does not matter.
class Streaming : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    ASSERT_EQ(kindred({"generate", "--users", "30000", "--items", "400", "--ratings", "150000",
                       "--no-truth", "-o", "w.csv"})
                  .code,
              0);
    ASSERT_EQ(kindred({"train", "w.csv", "-o", "m.kindred", "--dim", "4", "--epochs", "2",
                       "--validate", "none"})
                  .code,
              0);
  }
  static void TearDownTestSuite() { delete folder_; }

  static test::Ended kindred(std::vector<std::string> arguments) {
    return test::run_kindred(std::move(arguments), folder_->path());
  }
  static std::vector<std::string> command(const std::string& output,
                                          std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"recommend", "m.kindred", "--all", "-k",
                                          "50",        "-o",        output,  "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  static std::string bytes(const std::string& name) { return test::read_bytes(*folder_ / name); }
  static bool exists(const std::string& name) { return std::filesystem::exists(*folder_ / name); }

  // Starts over and over with --resume, killed after some milliseconds each time, `kills`
  // times in all; returns the bytes in the end.
  static std::string killed_and_resumed(const std::string& output, int kills, double whole_s) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> moment(0.0, whole_s / 2);
    for (int killed = 0; killed < kills;) {
      test::RunningKindred running(command(output, {"--resume"}), folder_->path());
      std::this_thread::sleep_for(std::chrono::duration<double>(moment(random)));
      running.send(SIGKILL);
      if (running.wait().code == 128 + SIGKILL) {
        ++killed;
      } else {
        std::filesystem::remove(*folder_ / output);  // It was faster; once more.
      }
    }
    const test::Ended ended = kindred(command(output, {"--resume"}));
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_FALSE(exists(output + ".partial"));
    EXPECT_FALSE(exists(output + ".progress"));
    return bytes(output);
  }

  static test::TemporaryFolder* folder_;
};

test::TemporaryFolder* Streaming::folder_ = nullptr;

TEST_F(Streaming, KilledAtTwentyRandomMomentsAndResumedGivesTheSameBytes) {
  for (const std::string extension : {".csv", ".safetensors"}) {
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(kindred(command("whole" + extension)).code, 0);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const int kills = extension == ".csv" ? 20 : 4;
    EXPECT_TRUE(killed_and_resumed("lists" + extension, kills, took.count()) ==
                bytes("whole" + extension))
        << extension;
  }
}

TEST_F(Streaming, AnotherQuestionIsNotResumed) {
  {
    test::RunningKindred running(command("other.csv"), folder_->path());
    while (!exists("other.csv.progress")) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    running.send(SIGKILL);
    if (running.wait().code == 0) GTEST_SKIP() << "it was done before it was killed";
  }
  const test::Ended other =
      kindred({"recommend", "m.kindred", "--all", "-k", "7", "-o", "other.csv", "--resume"});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("cannot resume: -k is 50 there and 7 here"));
  const test::Ended anew =
      kindred({"recommend", "m.kindred", "--all", "-k", "7", "-o", "other.csv"});
  EXPECT_EQ(anew.code, 0);
  EXPECT_THAT(anew.err, HasSubstr("--resume would have continued it"));
}

// F15: the limit on the size of files stands for the full disk.
TEST_F(Streaming, AFullDiskIsAnErrorAndTheFinishedPartStaysUsable) {
  ASSERT_EQ(kindred(command("whole.csv")).code, 0);
  const std::string whole = bytes("whole.csv");
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit limited = before;
  limited.rlim_cur = whole.size() / 2;
  ::signal(SIGXFSZ, SIG_IGN);  // Inherited: a write past the limit fails instead.
  ::setrlimit(RLIMIT_FSIZE, &limited);
  const test::Ended ended = kindred(command("full.csv"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("full.csv: cannot write: File too large"));
  EXPECT_THAT(ended.err, HasSubstr("full.csv.partial, and --resume goes on from there"));
  EXPECT_FALSE(exists("full.csv"));
  const std::string part = bytes("full.csv.partial");
  EXPECT_GT(part.size(), whole.size() / 4);
  EXPECT_TRUE(whole.starts_with(part));
  EXPECT_EQ(part.back(), '\n');
  ASSERT_EQ(kindred(command("full.csv", {"--resume"})).code, 0);
  EXPECT_TRUE(bytes("full.csv") == whole);
}

TEST_F(Streaming, TheBinaryFormHoldsTheSameLists) {
  ASSERT_EQ(kindred(command("same.csv")).code, 0);
  ASSERT_EQ(kindred(command("same.safetensors")).code, 0);
  storage::ContainerReader reader(*folder_ / "same.safetensors", {"kindred lists", 1});
  const auto offsets = reader.read<std::uint64_t>("list.offsets", {30001});
  const auto items = reader.read<std::uint32_t>("list.items", {offsets.back()});
  const auto scores = reader.read<float>("list.scores", {offsets.back()});
  reader.verify_others();
  const model::Model model = model::load(*folder_ / "m.kindred");
  const std::string csv = bytes("same.csv");
  std::size_t at = csv.find('\n') + 1;
  for (std::size_t user = 0; user + 1 < offsets.size(); ++user) {
    for (std::uint64_t entry = offsets[user]; entry < offsets[user + 1]; ++entry) {
      const std::string row = std::string(model.users.labels.label(user)) + "," +
                              std::to_string(entry - offsets[user] + 1) + "," +
                              std::string(model.items.labels.label(items[entry])) + ",";
      ASSERT_EQ(csv.compare(at, row.size(), row), 0) << user;
      ASSERT_EQ(std::stof(csv.substr(at + row.size(), 20)), scores[entry]) << user;
      at = csv.find('\n', at) + 1;
    }
  }
  EXPECT_EQ(at, csv.size());
}

// I28: how many are asked for, beyond what there is.
TEST_F(Streaming, OddCountsAreClampedOrRefused) {
  for (const std::string k : {"0", "-1", "x"}) {
    EXPECT_EQ(kindred({"recommend", "m.kindred", "--user", "1", "-k", k}).code, 2) << k;
  }
  for (const std::string k : {"401", "2147483648", "99999999999999999999"}) {
    const test::Ended ended = kindred({"recommend", "m.kindred", "--user", "1", "-k", k, "--json"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const std::size_t count = Json::parse(ended.out).at("items").as_array().size();
    EXPECT_GT(count, 100U);
    EXPECT_LT(count, 400U);  // What they have seen is not among them.
    EXPECT_THAT(ended.err, HasSubstr("no more unseen items are left"));
  }
  test::write_bytes(*folder_ / "all.txt", [] {
    std::string ids;
    for (int item = 1; item <= 400; ++item) ids += "id:" + std::to_string(item) + "\n";
    return ids;
  }());
  const test::Ended none = kindred({"recommend", "m.kindred", "--user", "1", "--deny", "all.txt"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, Not(HasSubstr("internal")));
}

TEST_F(Streaming, WhatDoesNotGoTogetherIsAUsageError) {
  EXPECT_EQ(kindred({"recommend", "m.kindred", "--user", "1", "-o", "x.csv", "--resume"}).code, 2);
  EXPECT_EQ(kindred({"recommend", "m.kindred", "--all", "--resume"}).code, 2);
  EXPECT_EQ(kindred({"recommend", "m.kindred", "--user", "1", "-o", "x.safetensors"}).code, 2);
  EXPECT_EQ(kindred(command("x.safetensors", {"--explain"})).code, 2);
  EXPECT_EQ(kindred({"recommend", "m.kindred", "--all", "-o", "x.txt"}).code, 2);
}

}  // namespace
}  // namespace kindred
