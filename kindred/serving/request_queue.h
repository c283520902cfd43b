// A bounded queue of tasks and the one thread that does them, in order.
//
// Thread safety: post() from any thread; the tasks run in the queue's own.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "kindred/base/background_task.h"

namespace kindred::serving {

class RequestQueue {
 public:
  explicit RequestQueue(std::size_t waiting_count_max);
  // Finishes the task under way and drops those that wait.
  ~RequestQueue();

  // False when the queue is full; the task is then not taken. Tasks must not throw.
  bool post(std::function<void()> task);

 private:
  void work(const std::stop_token& stop);

  const std::size_t waiting_count_max_;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<std::function<void()>> waiting_;  // Under mutex_.
  BackgroundTask thread_;                      // Last: it uses the others.
};

}  // namespace kindred::serving
