// Ctrl-C and SIGTERM at any moment: while a file is unpacked, while numbers are drawn, within an
// epoch. The moments are drawn from a seed; the program must end soon after each.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "kindred/base/rng.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;

// Half a second is what is promised; tests run beside others, on machines that are busy.
constexpr double kSecondsMax = 3.0;

class Interrupted : public testing::Test {
 protected:
  // Starts the command `times` times and sends a signal after up to `seconds`.
  void interrupt(const std::vector<std::string>& command, int times, double seconds) {
    Rng rng(11);
    for (int i = 0; i < times; ++i) {
      const int signal = i % 2 == 0 ? SIGINT : SIGTERM;
      test::RunningKindred running(command, folder_.path());
      const double wait = seconds * rng.uniform();
      std::this_thread::sleep_for(std::chrono::duration<double>(wait));
      const auto sent = std::chrono::steady_clock::now();
      running.send(signal);
      const test::Ended ended = running.wait();
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - sent;
      EXPECT_LT(took.count(), kSecondsMax) << command.front() << " after " << wait << " s\n"
                                           << ended.err;
      // 130 where it could still say something, the signal itself where there was nothing to.
      EXPECT_THAT(ended.code, AnyOf(Eq(130), Eq(128 + signal))) << ended.err;
      EXPECT_FALSE(std::filesystem::exists(folder_ / "m.kindred"));
    }
  }

  void write_ratings(std::size_t users, std::size_t items, std::size_t each) {
    std::string csv = "user,item,rating\n";
    Rng rng(3);
    for (std::size_t user = 0; user < users; ++user) {
      for (std::size_t i = 0; i < each; ++i) {
        csv += std::to_string(user) + "," + std::to_string(rng.below(items)) + "," +
               std::to_string(1 + rng.below(5)) + "\n";
      }
    }
    test::write_bytes(folder_ / "ratings.csv", csv);
  }

  void write_table(std::size_t rows) {
    std::string csv = "size,city,price\n";
    Rng rng(4);
    for (std::size_t row = 0; row < rows; ++row) {
      csv += std::to_string(rng.below(1000)) + ",town" + std::to_string(rng.below(50)) + "," +
             std::to_string(rng.below(100000)) + "\n";
    }
    test::write_bytes(folder_ / "homes.csv", csv);
  }

  test::TemporaryFolder folder_;
};

// An epoch of so many dimensions takes seconds.
TEST_F(Interrupted, TrainWithinAnEpoch) {
  write_ratings(2000, 1500, 20);
  interrupt({"train", "ratings.csv", "-o", "m.kindred", "--dim", "700", "--epochs", "1000",
             "--patience", "0", "--threads", "1"},
            6, 4.0);
}

TEST_F(Interrupted, TrainOfRatingsWithinASweep) {
  write_ratings(1500, 1000, 20);
  interrupt({"train", "ratings.csv", "-o", "m.kindred", "--objective", "rate", "--model",
             "bayesian", "--rate-dim", "300", "--threads", "1"},
            6, 4.0);
}

// Hundreds of megabytes of initial numbers, and steps of a second each.
// A step that is under way is finished: the wider the network, the longer that takes.
TEST_F(Interrupted, FitOfAWideNetwork) {
  write_table(3000);
  interrupt({"fit", "homes.csv", "--label", "price", "-o", "m.kindred", "--hidden", "400000",
             "--epochs", "1000", "--patience", "0"},
            6, 4.0);
}

TEST_F(Interrupted, TuneWithinAnEpoch) {
  write_ratings(2000, 1500, 20);
  interrupt({"tune", "ratings.csv", "--study", "study", "--set", "dim=600|700", "--epochs", "1000",
             "--patience", "0", "--threads", "1"},
            4, 4.0);
}

}  // namespace
}  // namespace kindred
