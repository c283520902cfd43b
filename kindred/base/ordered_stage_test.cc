#include "kindred/base/ordered_stage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "kindred/base/error.h"

namespace kindred {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

using Stage = OrderedStage<int, int>;

// 0, 1, ..., count - 1.
std::function<std::optional<int>()> counting_to(int count) {
  return [count, next = 0]() mutable {
    return next == count ? std::nullopt : std::optional<int>(next++);
  };
}

TEST(OrderedStage, HandsOverInOrderForAnyNumberOfThreads) {
  for (const int thread_count : {0, 1, 2, 5}) {
    for (const std::size_t ahead : {1, 2, 7}) {
      Stage stage({.thread_count = thread_count, .ahead = ahead}, counting_to(100), [](int i) {
        if (i % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
        return i * i;
      });
      for (int i = 0; i < 100; ++i) ASSERT_EQ(stage.next(), i * i) << thread_count;
      EXPECT_EQ(stage.next(), std::nullopt);
      EXPECT_EQ(stage.next(), std::nullopt);
    }
  }
}

TEST(OrderedStage, NothingToPullIsNothing) {
  for (const int thread_count : {0, 1, 3}) {
    Stage stage({.thread_count = thread_count, .ahead = 2}, counting_to(0),
                [](int i) { return i; });
    EXPECT_EQ(stage.next(), std::nullopt);
  }
}

TEST(OrderedStage, ThrowsAfterTheResultsBeforeTheError) {
  for (const int thread_count : {0, 1, 3}) {
    for (const bool in_pull : {false, true}) {
      const auto fail = [](bool now, int i) {
        if (now && i == 5) throw Error(ErrorCode::io, "the fifth is bad");
        return i;
      };
      Stage stage(
          {.thread_count = thread_count, .ahead = 3},
          [&, next = 0]() mutable { return std::optional(fail(in_pull, next++)); },
          [&](int i) { return fail(!in_pull, i); });
      for (int i = 0; i < 5; ++i) ASSERT_EQ(stage.next(), i);
      EXPECT_THAT([&] { stage.next(); }, ThrowsMessage<Error>(HasSubstr("the fifth is bad")));
      EXPECT_EQ(stage.next(), std::nullopt);
    }
  }
}

TEST(OrderedStage, RunsAheadButNotTooFar) {
  std::atomic<int> pulled = 0;
  Stage stage(
      {.thread_count = 2, .ahead = 3}, [&]() -> std::optional<int> { return pulled++; },
      [](int i) { return i; });
  for (int waited = 0; pulled < 3 && waited < 5000; ++waited) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(pulled, 3);
  EXPECT_EQ(stage.next(), 0);
}  // The stage stops although its input never ends.

TEST(BackgroundTask, CarriesTheErrorToTheOwner) {
  BackgroundTask task([](const std::stop_token&) { throw Error(ErrorCode::io, "gone"); });
  EXPECT_THAT([&] { task.wait(); }, ThrowsMessage<Error>(HasSubstr("gone")));
  EXPECT_NO_THROW(task.wait());
}

TEST(BackgroundTask, StopsWhenItsOwnerGoes) {
  std::atomic<bool> stopped = false;
  {
    BackgroundTask task([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) std::this_thread::yield();
      stopped = true;
    });
  }
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace kindred
