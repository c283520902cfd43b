// Work that runs ahead of whoever needs it, in order: pull, work, hand over.
//
//     pull() ── one at a time ──▶ work() ── several at once ──▶ next(), in pull order
//
// Background threads pull inputs one after the other, work on them side by side, and the
// owner takes the results in the order of their inputs; so the results do not depend on
// the number of threads. At most `ahead` results wait or are being made, which bounds the
// memory. Without threads next() pulls and works by itself.
//
// What pull() or work() throws is thrown by next() in place of the result, after the
// results before it; nothing comes after an error. The destructor stops the threads.
//
// Thread safety: next() from one thread at a time. pull() is never called twice at once;
// work() is, and must not use the ThreadPool.

#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "kindred/base/background_task.h"

namespace kindred {

template <typename Input, typename Output>
class OrderedStage {
 public:
  struct Options {
    int thread_count = 1;   // 0: everything happens inside next().
    std::size_t ahead = 1;  // Results that may wait or be in the making; at least one.
  };

  OrderedStage(const Options& options, std::function<std::optional<Input>()> pull,
               std::function<Output(Input)> work)
      : pull_(std::move(pull)),
        work_(std::move(work)),
        slots_(std::max<std::size_t>(options.ahead, 1)) {
    for (int i = 0; i < options.thread_count; ++i) {
      threads_.push_back(
          std::make_unique<BackgroundTask>([this](const std::stop_token& stop) { run(stop); }));
    }
  }
  ~OrderedStage() {
    for (const auto& thread : threads_) thread->request_stop();
  }
  OrderedStage(const OrderedStage&) = delete;
  OrderedStage& operator=(const OrderedStage&) = delete;

  // The next result; nothing once pull() has given nothing, or after an error.
  std::optional<Output> next() {
    if (threads_.empty()) return next_inline();
    std::unique_lock lock(mutex_);
    Slot& slot = slots_[taken_ % slots_.size()];
    became_ready_.wait(lock, [&] { return slot.ready || taken_ == end_; });
    if (taken_ == end_) return std::nullopt;
    Slot result = std::exchange(slot, {});
    ++taken_;
    if (result.failure) end_ = taken_;
    lock.unlock();
    became_free_.notify_all();
    if (result.failure) std::rethrow_exception(result.failure);
    return std::move(result.value);
  }

 private:
  struct Slot {
    bool ready = false;
    std::optional<Output> value;
    std::exception_ptr failure;
  };

  std::optional<Output> next_inline() {
    if (end_ == 0) return std::nullopt;
    end_ = 0;  // Unless this one succeeds.
    std::optional<Input> input = pull_();
    if (!input) return std::nullopt;
    std::optional<Output> output = work_(std::move(*input));
    end_ = kNoEnd;
    return output;
  }

  void run(const std::stop_token& stop) {
    while (true) {
      std::uint64_t number = 0;
      std::optional<Input> input;
      Slot result;
      {
        const std::lock_guard pulling(pull_mutex_);
        {
          std::unique_lock lock(mutex_);
          const bool free = became_free_.wait(
              lock, stop, [&] { return pulled_ >= end_ || pulled_ - taken_ < slots_.size(); });
          if (!free || pulled_ >= end_) return;
          number = pulled_;
        }
        try {
          input = pull_();
        } catch (...) {
          result.failure = std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        if (!input && !result.failure) end_ = std::min(end_, number);
        if (result.failure) end_ = std::min(end_, number + 1);
        pulled_ = number + 1;
      }
      if (input) {
        try {
          result.value = work_(std::move(*input));
        } catch (...) {
          result.failure = std::current_exception();
        }
      }
      {
        const std::lock_guard lock(mutex_);
        if (result.value || result.failure) {
          result.ready = true;
          slots_[number % slots_.size()] = std::move(result);
        }
      }
      became_ready_.notify_one();
      if (!input) {
        became_free_.notify_all();  // The others see the end.
        return;
      }
    }
  }

  static constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

  std::function<std::optional<Input>()> pull_;
  std::function<Output(Input)> work_;
  std::mutex pull_mutex_;  // Held while pull_ runs; taken before mutex_.
  std::mutex mutex_;       // Guards all below.
  std::condition_variable_any became_free_;
  std::condition_variable became_ready_;
  std::vector<Slot> slots_;     // Result number n is in slot n % size.
  std::uint64_t pulled_ = 0;    // Inputs pulled,
  std::uint64_t taken_ = 0;     // and results taken.
  std::uint64_t end_ = kNoEnd;  // No result has this number or a higher one.
  std::vector<std::unique_ptr<BackgroundTask>> threads_;  // Last: they use all the others.
};

}  // namespace kindred
