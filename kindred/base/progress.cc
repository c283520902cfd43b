#include "kindred/base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <mutex>

namespace kindred {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kBarIntervalSeconds = 0.1;
constexpr double kLineIntervalSeconds = 10.0;
constexpr std::size_t kBarWidth = 24;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

struct Progress::State {
  std::FILE* stream;
  ProgressStyle style;
  std::string title;
  std::size_t total;
  std::string unit;
  std::string note;
  std::size_t done = 0;
  Clock::time_point start = Clock::now();
  double shown_at = 0.0;   // Seconds after start of the last drawing.
  bool on_screen = false;  // Whether a bar stands on the current line.
  std::mutex mutex;

  std::string status(double elapsed) const {
    const double rate = elapsed > 0 ? static_cast<double>(done) / elapsed : 0.0;
    std::string text = fmt::format("{}  {}", title, format_count(done));
    if (total > 0) text += fmt::format(" / {}", format_count(total));
    text += fmt::format(" {}", unit);
    if (rate > 0) text += fmt::format("  {}/s", format_count(static_cast<std::size_t>(rate)));
    if (total > done && rate > 0) {
      text += fmt::format("  {} left", format_duration(static_cast<double>(total - done) / rate));
    }
    if (!note.empty()) text += "  " + note;
    return text;
  }

  std::string bar() const {
    if (total == 0) return "";
    const std::size_t filled = kBarWidth * std::min(done, total) / total;
    return fmt::format("[{:#<{}}{:.<{}}] ", "", filled, "", kBarWidth - filled);
  }

  void draw(bool last) {
    const double elapsed = seconds_since(start);
    const double interval =
        style == ProgressStyle::bar ? kBarIntervalSeconds : kLineIntervalSeconds;
    if (style == ProgressStyle::silent || (elapsed - shown_at < interval && !(last && on_screen))) {
      return;
    }
    shown_at = elapsed;
    if (style == ProgressStyle::bar) {
      fmt::print(stream, "\r\033[K{}{}", bar(), status(elapsed));
      on_screen = true;
    } else if (!last) {
      fmt::print(stream, "{}\n", status(elapsed));
    }
    std::fflush(stream);
  }
};

ProgressStyle progress_style_for(std::FILE* stream) noexcept {
  return ::isatty(::fileno(stream)) == 1 ? ProgressStyle::bar : ProgressStyle::lines;
}

Progress::Progress(std::FILE* stream, ProgressStyle style, std::string title, std::size_t total,
                   std::string unit)
    : state_(std::make_unique<State>()) {
  state_->stream = stream;
  state_->style = style;
  state_->title = std::move(title);
  state_->total = total;
  state_->unit = std::move(unit);
}

Progress::~Progress() {
  state_->draw(true);
  if (state_->on_screen) {
    std::fputc('\n', state_->stream);
    std::fflush(state_->stream);
  }
}

void Progress::advance(std::size_t count) {
  const std::scoped_lock lock(state_->mutex);
  state_->done += count;
  state_->draw(false);
}

void Progress::set_note(std::string note) {
  const std::scoped_lock lock(state_->mutex);
  state_->note = std::move(note);
}

void Progress::message(std::string_view line) {
  if (state_->style == ProgressStyle::silent) return;
  const std::scoped_lock lock(state_->mutex);
  fmt::print(state_->stream, "{}{}\n", state_->on_screen ? "\r\033[K" : "", line);
  state_->on_screen = false;
  std::fflush(state_->stream);
}

std::string format_duration(double seconds) {
  if (seconds < 1.0) return fmt::format("{:.2f} s", seconds);
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string format_count(std::size_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

}  // namespace kindred
