// A thread that works beside its owner: reads ahead, prefetches, waits for a socket.
//
// The ThreadPool splits a loop and waits for it; a background task runs on while its
// owner does something else. It must not call the pool, which serves one loop at a time.
// What the work throws is kept and thrown again by wait(). The destructor asks the work
// to stop and waits for it, so whatever the work refers to has only to outlive the task.
//
// Cost: one thread. Thread safety: one owner; the work sees what was written before the
// constructor, and the owner what the work wrote, once wait() has returned.

#pragma once

#include <exception>
#include <functional>
#include <stop_token>
#include <thread>

namespace kindred {

class BackgroundTask {
 public:
  // Starts work(stop) in a thread of its own. The work should return soon after
  // stop.stop_requested(). Throws Error(out_of_memory) when no thread can be started.
  explicit BackgroundTask(std::function<void(std::stop_token stop)> work);
  ~BackgroundTask() = default;  // Of jthread: asks to stop and joins.
  BackgroundTask(const BackgroundTask&) = delete;
  BackgroundTask& operator=(const BackgroundTask&) = delete;

  void request_stop() noexcept { thread_.request_stop(); }

  // Returns when the work has; rethrows, once, what it threw.
  void wait();

 private:
  std::exception_ptr failure_;  // Written by the thread, read after the join.
  std::jthread thread_;         // Last: joined before failure_ goes.
};

}  // namespace kindred
