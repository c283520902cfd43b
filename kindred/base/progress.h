// Progress for people: a bar with rate and ETA on a terminal, plain lines elsewhere.
//
// Writes to a stream that the caller owns (stderr in the program), never to stdout, so
// that results can be piped. On a terminal one line is redrawn at most ten times a
// second; elsewhere a line appears at most every ten seconds, and none for work that is
// done sooner.
//
// Thread safety: advance(), set_note() and message() from any thread.

#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace kindred {

enum class ProgressStyle { silent, lines, bar };

// `bar` where the stream is a terminal, else `lines`.
ProgressStyle progress_style_for(std::FILE* stream) noexcept;

class Progress {
 public:
  // `total` counts `unit`s ("users", "MB"); 0 where it is not known beforehand.
  // `stream` must outlive *this.
  Progress(std::FILE* stream, ProgressStyle style, std::string title, std::size_t total,
           std::string unit);
  ~Progress();  // Ends the line.

  void advance(std::size_t count);

  // A few words behind the rate, as of now: "loss 0.4613". Cheap: drawn when the bar is.
  void set_note(std::string note);

  // Prints a line of its own, above the bar.
  void message(std::string_view line);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "1:02:03", "4:05", "12 s", "0.42 s".
std::string format_duration(double seconds);

// "1,000,209".
std::string format_count(std::size_t count);

}  // namespace kindred
