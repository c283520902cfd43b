// The one pool of threads: blocks when idle for longer than some microseconds, is passed in,
// never global.
//
// Work is an index range. Indices are handed out in ascending order, one at a time,
// so put long tasks first and make a task worth more than a microsecond. Results that
// go to disjoint slots, and sums over fixed blocks added in block order, are the same
// bytes for any number of threads.
//
// Thread safety: one parallel_for at a time; a call from inside a task runs serially.

#pragma once

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
  void parallel_for(std::size_t count,
                    const std::function<void(std::size_t index, int worker)>& task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kindred
