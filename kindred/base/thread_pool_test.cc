#include "kindred/base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "kindred/base/error.h"

namespace kindred {
namespace {

TEST(ThreadPool, RunsEveryIndexOnce) {
  for (const int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.thread_count(), threads);
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{1000}}) {
      std::vector<int> calls(count, 0);
      pool.parallel_for(count, [&](std::size_t index, int worker) {
        ASSERT_GE(worker, 0);
        ASSERT_LT(worker, threads);
        ++calls[index];
      });
      EXPECT_EQ(calls, std::vector<int>(count, 1));
    }
  }
}

TEST(ThreadPool, RethrowsTheFirstErrorAndStaysUsable) {
  ThreadPool pool(4);
  EXPECT_THROW(pool.parallel_for(100,
                                 [](std::size_t index, int) {
                                   if (index == 7) throw Error(ErrorCode::cancelled, "stop");
                                 }),
               Error);
  std::atomic<int> calls = 0;
  pool.parallel_for(10, [&](std::size_t, int) { ++calls; });
  EXPECT_EQ(calls, 10);
}

TEST(ThreadPool, NestedLoopsRunSeriallyOnTheSameWorker) {
  ThreadPool pool(2);
  std::atomic<int> calls = 0;
  pool.parallel_for(4, [&](std::size_t, int outer) {
    pool.parallel_for(4, [&](std::size_t, int inner) {
      EXPECT_EQ(inner, outer);
      ++calls;
    });
  });
  EXPECT_EQ(calls, 16);
}

TEST(ThreadPool, RefusesImpossibleSizes) {
  EXPECT_THROW(ThreadPool(-1), Error);
  EXPECT_THROW(ThreadPool(100000), Error);
}

}  // namespace
}  // namespace kindred
