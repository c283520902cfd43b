// The map as a user starts it: what it prints, what it refuses, how it ends.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "kindred/base/json.h"
#include "kindred/serving/http.h"
#include "tests/support/program.h"
#include "tests/support/raw_client.h"

namespace kindred {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ViewTest : public ::testing::Test {
 protected:
  ViewTest() {
    test::write_bytes(folder_ / "v.tsv", "1\t2\t3\n4\t5\t6\n7\t8\t10\n2\t2\t2\n");
    test::write_bytes(folder_ / "l.tsv", "a\nb\na\nb\n");
  }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  test::Ended view(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"view", "--no-browser"});
    return test::run_kindred(arguments);
  }

  test::TemporaryFolder folder_;
};

std::uint16_t free_port() {
  serving::HttpServer probe({}, [](serving::HttpRequest, serving::HttpReply) {});
  return probe.port();
}

void wait_for(std::uint16_t port) {
  for (int i = 0; i < 1000; ++i) {
    try {
      const test::RawClient client(port);
      return;
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

TEST_F(ViewTest, PrintsItsAddressAndEndsCleanlyOnASignal) {
  const std::uint16_t port = free_port();
  test::RunningKindred program({"view", path("v.tsv"), "--labels", path("l.tsv"), "--no-browser",
                                "--json", "--port", std::to_string(port)});
  wait_for(port);
  const test::RawClient listener(port);
  program.send(SIGTERM);
  const test::Ended ended = program.wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  const Json said = Json::parse(ended.out);
  const std::string& url = said.at("url").as_string();
  EXPECT_EQ(url.find("http://127.0.0.1:" + std::to_string(port) + "/#token="), 0U);
  EXPECT_THAT(ended.err, HasSubstr("4 rows in 3 dimensions"));
  EXPECT_THAT(ended.err, Not(HasSubstr(url.substr(url.find("token=") + 6))));
}

// Everybody on a machine can read the arguments of a process.
TEST_F(ViewTest, TheBrowserIsToldTheKeyInAPageThatOnlyItsOwnerReads) {
  std::filesystem::create_directories(folder_ / "bin");
  std::filesystem::create_directories(folder_ / "session");
  const auto opener = folder_ / "bin" / "xdg-open";
  test::write_bytes(opener,
                    "#!/bin/sh\nd=${0%/bin/*}\nstat -c %a \"${1%/*}\" > $d/mode\n"
                    "cat \"$1\" > $d/page\necho \"$@\" > $d/arguments\n");
  std::filesystem::permissions(opener, std::filesystem::perms::owner_all);
  const std::string path_before = std::getenv("PATH");
  ::setenv("PATH", ((folder_ / "bin").string() + ":" + path_before).c_str(), 1);
  ::setenv("XDG_RUNTIME_DIR", (folder_ / "session").c_str(), 1);
  const std::uint16_t port = free_port();
  test::RunningKindred program({"view", path("v.tsv"), "--port", std::to_string(port)});
  ::setenv("PATH", path_before.c_str(), 1);
  ::unsetenv("XDG_RUNTIME_DIR");
  EXPECT_TRUE(test::appears(folder_ / "arguments"));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  program.send(SIGTERM);
  const test::Ended ended = program.wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  const std::string url = ended.out.substr(0, ended.out.find('\n'));
  EXPECT_THAT(test::read_bytes(folder_ / "page"), HasSubstr("url=" + url + "\""));
  EXPECT_THAT(test::read_bytes(folder_ / "arguments"), Not(HasSubstr("token")));
  EXPECT_EQ(test::read_bytes(folder_ / "mode"), "700\n");
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "session"));
}

TEST_F(ViewTest, ATakenPortIsAnError) {
  const serving::HttpServer taken({}, [](serving::HttpRequest, serving::HttpReply) {});
  const test::Ended ended = view({path("v.tsv"), "--port", std::to_string(taken.port())});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("port " + std::to_string(taken.port())));
  EXPECT_EQ(ended.out, "");
}

TEST_F(ViewTest, NamesWhatIsWrongWithFiles) {
  EXPECT_THAT(view({path("none.npy")}).err, HasSubstr("none.npy"));
  test::write_bytes(folder_ / "short.tsv", "a\nb\nc\n");
  const test::Ended labels = view({path("v.tsv"), "--labels", path("short.tsv")});
  EXPECT_EQ(labels.code, 1);
  EXPECT_THAT(labels.err, HasSubstr("short.tsv: 3 lines for 4 rows"));
  EXPECT_THAT(view({path("v.tsv"), "--color", "age"}).err, HasSubstr("age"));
  test::write_bytes(folder_ / "config.json", "{\"embeddings\": []}");
  EXPECT_THAT(view({path("config.json")}).err, HasSubstr("config.json"));
  test::write_bytes(folder_ / "v.edited.csv", "label,size\na,1\nb,2\na,3\nb,4\n");
  const test::Ended foreign = view({path("v.tsv")});
  EXPECT_EQ(foreign.code, 1);
  EXPECT_THAT(foreign.err, HasSubstr("v.edited.csv: not a file of edited labels"));
  EXPECT_EQ(view({path("v.tsv"), "--save-labels", path("labels.tsv")}).code, 2);
  EXPECT_THAT(view({path("v.tsv"), "--save-labels", path("none/labels.csv")}).err,
              HasSubstr("none/labels.csv"));
  EXPECT_EQ(view({path("v.tsv"), "--port", "0"}).code, 2);
  EXPECT_EQ(view({}).code, 2);
}

}  // namespace
}  // namespace kindred
