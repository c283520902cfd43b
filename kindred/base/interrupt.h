// Ctrl-C as a request: a flag that long work looks at between steps.
//
// While an Interrupt lives, the first SIGINT or SIGTERM prints `notice` to stderr and
// sets the flag; the work then ends at its next good moment. The second one ends the
// process at once, as it would have without this class. So it should live only while there is
// something to keep, and what runs meanwhile looks at the flag: training between its steps, a
// ThreadPool between its tasks (CancelScope), and long loops by throw_if_interrupted(). Signals
// that were ignored before (nohup, a background job) stay ignored. The destructor puts the old
// handlers back. The handler calls only what is safe inside a signal handler.
//
// At most one Interrupt lives at a time. Thread safety: the flag may be read from any
// thread.

#pragma once

#include <array>
#include <atomic>
#include <csignal>

namespace kindred {

class Interrupt {
 public:
  // `notice` must outlive *this; null prints nothing. It should end in a newline.
  explicit Interrupt(const char* notice = nullptr);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // True once a signal has come.
  const std::atomic<bool>& requested() const noexcept { return flag(); }
  // The same before there is an Interrupt, and after: false then.
  static const std::atomic<bool>& flag() noexcept;

  // The signal that came first, or 0.
  int signal_number() const noexcept;

  // What the process should exit with after a request: 128 + the signal, as shells
  // expect (130 after Ctrl-C).
  int exit_code() const noexcept { return 128 + signal_number(); }

 private:
  std::array<struct sigaction, 2> previous_ = {};  // Of SIGINT and SIGTERM.
};

// Throws Error(cancelled) once a signal has come to an Interrupt that lives. For loops that
// fill memory or wait long before there is anything to keep; a nanosecond.
void throw_if_interrupted();

}  // namespace kindred
