// The one pool of threads: blocks when idle for longer than some microseconds, is passed in,
// never global.
//
// Work is an index range. Indices are handed out in ascending order, one at a time,
// so put long tasks first and make a task worth more than a microsecond. Results that
// go to disjoint slots, and sums over fixed blocks added in block order, are the same
// bytes for any number of threads.
//
// While a CancelScope lives, its flag ends a parallel_for between two tasks: what was under way
// is then half done, so only work that is thrown away afterwards belongs into one.
//
// Thread safety: one parallel_for at a time; a call from inside a task runs serially.

#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

namespace kindred {

class ThreadPool {
 public:
  // The calling thread counts as one, so ThreadPool(1) starts none. 0 means one for
  // each core. Throws Error(invalid_argument) outside 0..1024.
  explicit ThreadPool(int thread_count = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int thread_count() const noexcept;

  // Calls task(index, worker) once for each index in [0, count), with
  // 0 <= worker < thread_count(), for scratch space of each worker's own. Returns when
  // all are done. The first exception stops the handing out and is rethrown here.
  // Throws Error(cancelled) where the flag of a CancelScope is set.
  void parallel_for(std::size_t count,
                    const std::function<void(std::size_t index, int worker)>& task);

 private:
  friend class CancelScope;
  struct State;
  std::unique_ptr<State> state_;
};

// Scopes nest; the inner one's flag counts. `flag` may be null: then nothing changes.
class CancelScope {
 public:
  // Both must outlive *this.
  CancelScope(ThreadPool& pool, const std::atomic<bool>* flag);
  ~CancelScope();
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

 private:
  ThreadPool& pool_;
  const std::atomic<bool>* before_;
};

}  // namespace kindred
