#include "kindred/base/background_task.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "kindred/base/error.h"

namespace kindred {

BackgroundTask::BackgroundTask(std::function<void(std::stop_token stop)> work) {
  try {
    thread_ = std::jthread([this, work = std::move(work)](const std::stop_token& stop) {
      try {
        work(stop);
      } catch (...) {
        failure_ = std::current_exception();
      }
    });
  } catch (const std::system_error& error) {
    throw Error(ErrorCode::out_of_memory,
                fmt::format("no thread can be started: {}", error.what()));
  }
}

void BackgroundTask::wait() {
  if (thread_.joinable()) thread_.join();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace kindred
