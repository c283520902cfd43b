#include "kindred/serving/request_queue.h"

#include <utility>

namespace kindred::serving {

RequestQueue::RequestQueue(std::size_t waiting_count_max)
    : waiting_count_max_(waiting_count_max),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

RequestQueue::~RequestQueue() {
  thread_.request_stop();
  thread_.wait();
}

bool RequestQueue::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= waiting_count_max_) return false;
    waiting_.push_back(std::move(task));
  }
  arrived_.notify_one();
  return true;
}

void RequestQueue::work(const std::stop_token& stop) {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      if (!arrived_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
      if (stop.stop_requested()) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
    }
    task();
  }
}

}  // namespace kindred::serving
