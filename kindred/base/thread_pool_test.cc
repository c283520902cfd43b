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

TEST(CancelScope, EndsALoopBetweenTwoTasks) {
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    std::atomic<bool> cancelled = false;
    std::atomic<int> calls = 0;
    const auto work = [&](std::size_t, int) {
      if (++calls == 5) cancelled = true;
    };
    {
      const CancelScope scope(pool, &cancelled);
      EXPECT_THROW(pool.parallel_for(1000, work), Error);
      EXPECT_LT(calls, 5 + 2 * threads);
      EXPECT_THROW(pool.parallel_for(1, work), Error) << "nothing begins any more";
      const CancelScope same(pool, nullptr);
      EXPECT_THROW(pool.parallel_for(1, work), Error);
      const std::atomic<bool> other = false;
      const CancelScope inner(pool, &other);
      EXPECT_NO_THROW(pool.parallel_for(10, work));
    }
    calls = 100;
    pool.parallel_for(1000, work);
    EXPECT_EQ(calls, 1100) << "without the scope nobody looks at the flag";
  }
}

TEST(ThreadPool, RefusesImpossibleSizes) {
  EXPECT_THROW(ThreadPool(-1), Error);
  EXPECT_THROW(ThreadPool(100000), Error);
}

}  // namespace
}  // namespace kindred
