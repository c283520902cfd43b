// What everything that takes a while is given, and what it reports.
//
// A training, of whatever family, is called with its data, its options and a Run. The
// options say what is learned and shape the result; the Run says how this one call is
// carried out: on which threads, who may stop it, where its checkpoint lies, who watches.
// No member of a Run changes a byte of what is learned.
//
// Whoever sets `*cancelled` stops the training after the epoch in flight. That is an end like
// any other and no error: it is returned as Ended::cancelled, with the epochs that were done.
//
// Thread safety: a plain value; `cancelled` may be set from another thread. The observer and
// `warn` are called in the thread that trains.

#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/thread_pool.h"

namespace kindred::training {

// What is known after an epoch. Losses keep the order in which the learner names them.
struct Epoch {
  int epoch = 0;  // 1 after the first.
  double seconds = 0.0;
  std::vector<std::pair<std::string, double>> losses;  // Terms and, last, "total"; may be empty.
  std::optional<double> validation;                    // Larger is better.

  bool operator==(const Epoch&) const = default;
};

// How a training came to its end.
enum class Ended { finished, no_improvement, cancelled };

struct CheckpointPolicy {
  std::filesystem::path path = {};  // Empty: none is written.
  bool resume = false;              // Continue from `path`, if it exists.

  bool is_wanted() const noexcept { return !path.empty(); }
  // Whether there is something to continue from.
  bool is_to_be_read() const { return resume && is_wanted() && std::filesystem::exists(path); }
};

struct Run {
  ThreadPool& pool;                              // Must outlive the call.
  const std::atomic<bool>* cancelled = nullptr;  // Looked at between epochs; null: nobody stops it.
  CheckpointPolicy checkpoint = {};
  std::function<void(const Epoch&)> observe = {};     // After every epoch.
  std::function<void(const std::string&)> warn = {};  // What the person should know.
  std::size_t memory_limit = 0;  // Bytes that a choice of algorithm may count on; 0: not told.

  // The pool, where an epoch may be cut short: without a checkpoint there is nothing to go on
  // from, and an epoch that has begun is finished. Else null.
  ThreadPool* interruptible_pool() const noexcept {
    return checkpoint.is_wanted() ? &pool : nullptr;
  }
  bool is_cancelled() const noexcept { return cancelled != nullptr && cancelled->load(); }
};

}  // namespace kindred::training
