#include "kindred/base/interrupt.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred {
namespace {

constexpr std::array<int, 2> kSignals = {SIGINT, SIGTERM};

// A signal handler has no argument of its own, so its state is static.
std::atomic<bool> signal_flag = false;
std::atomic<int> first_signal = 0;
std::atomic<const char*> notice_text = nullptr;
std::atomic<bool> alive = false;
static_assert(std::atomic<bool>::is_always_lock_free &&
                  std::atomic<const char*>::is_always_lock_free,
              "a signal handler may touch only lock-free atomics");

extern "C" void on_signal(int number) {
  if (signal_flag.exchange(true)) {
    // The second request: die of the signal itself, so that the parent sees why. It is
    // blocked while this handler runs and takes effect on return.
    std::signal(number, SIG_DFL);
    std::raise(number);
    return;
  }
  first_signal = number;
  const int saved_errno = errno;
  if (const char* text = notice_text.load(); text != nullptr) {
    // Nothing can be done about a failure here.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, std::strlen(text));
  }
  errno = saved_errno;
}

}  // namespace

Interrupt::Interrupt(const char* notice) {
  KINDRED_CHECK(!alive.exchange(true));
  signal_flag = false;
  first_signal = 0;
  notice_text = notice;
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &previous_[i]);
    if (previous_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], &previous_[i], nullptr);
  }
  notice_text = nullptr;
  signal_flag = false;
  alive = false;
}

const std::atomic<bool>& Interrupt::flag() noexcept { return signal_flag; }

int Interrupt::signal_number() const noexcept { return first_signal.load(); }

void throw_if_interrupted() {
  if (signal_flag.load(std::memory_order_relaxed)) throw Error(ErrorCode::cancelled, "stopped");
}

}  // namespace kindred
