#include "kindred/base/thread_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "kindred/base/error.h"

namespace kindred {
namespace {

constexpr int kThreadCountMax = 1024;

// So long a thread looks for what it waits for before it goes to sleep: about as long as it takes
// to be woken. It does not yield meanwhile: on a busy machine others would then run for
// milliseconds.
constexpr auto kLookTime = std::chrono::microseconds(20);

template <typename Condition>
void look_for(const Condition& is_so) {
  const auto end = std::chrono::steady_clock::now() + kLookTime;
  while (!is_so() && std::chrono::steady_clock::now() < end) {
  }
}

// The worker index while inside a task of any pool, else -1.
thread_local int current_worker = -1;

}  // namespace

struct ThreadPool::State {
  std::mutex mutex;
  std::condition_variable work_ready;
  std::condition_variable work_done;
  std::vector<std::thread> threads;
  const std::function<void(std::size_t, int)>* task = nullptr;
  std::size_t count = 0;
  std::atomic<std::size_t> next{0};
  // Changed under the mutex; outside of it only looked at.
  std::atomic<std::size_t> generation{0};  // Counts parallel_for calls: sleepers see a new one.
  std::atomic<int> running{0};             // Helper threads still inside the current call.
  bool stopping = false;
  std::exception_ptr failure;
  const std::atomic<bool>* cancelled = nullptr;  // Of the CancelScope, or null.

  void throw_if_cancelled() const {
    if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed)) {
      throw Error(ErrorCode::cancelled, "stopped");
    }
  }

  void take_indices(int worker) noexcept {
    current_worker = worker;
    for (;;) {
      const std::size_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) break;
      try {
        throw_if_cancelled();
        (*task)(index, worker);
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (!failure) failure = std::current_exception();
        next.store(count, std::memory_order_relaxed);
      }
    }
    current_worker = -1;
  }

  void help(int worker) {
    std::size_t seen = 0;
    for (;;) {
      look_for([&] { return generation != seen; });
      {
        std::unique_lock lock(mutex);
        work_ready.wait(lock, [&] { return stopping || generation != seen; });
        if (stopping) return;
        seen = generation;
      }
      take_indices(worker);
      {
        const std::scoped_lock lock(mutex);
        if (--running == 0) work_done.notify_one();
      }
    }
  }
};

ThreadPool::ThreadPool(int thread_count) : state_(std::make_unique<State>()) {
  if (thread_count < 0 || thread_count > kThreadCountMax) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("thread count is {}, not in 0..{}", thread_count, kThreadCountMax));
  }
  if (thread_count == 0) {
    thread_count = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  for (int worker = 1; worker < thread_count; ++worker) {
    state_->threads.emplace_back([state = state_.get(), worker] { state->help(worker); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->work_ready.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

int ThreadPool::thread_count() const noexcept {
  return static_cast<int>(state_->threads.size()) + 1;
}

void ThreadPool::parallel_for(std::size_t count,
                              const std::function<void(std::size_t, int)>& task) {
  if (current_worker >= 0) {  // Nested: this thread is already one of the workers.
    for (std::size_t index = 0; index < count; ++index) {
      state_->throw_if_cancelled();
      task(index, current_worker);
    }
    return;
  }
  if (count == 0) return;
  State& state = *state_;
  {
    const std::scoped_lock lock(state.mutex);
    state.task = &task;
    state.count = count;
    state.next.store(0, std::memory_order_relaxed);
    state.failure = nullptr;
    state.running = static_cast<int>(state.threads.size());
    ++state.generation;
  }
  state.work_ready.notify_all();
  state.take_indices(0);
  look_for([&] { return state.running == 0; });
  std::unique_lock lock(state.mutex);
  state.work_done.wait(lock, [&] { return state.running == 0; });
  if (state.failure) std::rethrow_exception(std::exchange(state.failure, nullptr));
}

CancelScope::CancelScope(ThreadPool& pool, const std::atomic<bool>* flag)
    : pool_(pool), before_(pool.state_->cancelled) {
  if (flag != nullptr) pool_.state_->cancelled = flag;
}

CancelScope::~CancelScope() { pool_.state_->cancelled = before_; }

}  // namespace kindred
