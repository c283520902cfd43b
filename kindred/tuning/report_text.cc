// The report on a terminal.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/progress.h"
#include "kindred/tuning/report.h"

namespace kindred::tuning {
namespace {

constexpr std::size_t kBarWidth = 40;
constexpr std::size_t kRowsMax = 14;
constexpr std::size_t kFrontMax = 10;

// At most kRowsMax of the trials, evenly, with first, last and the best among them.
std::vector<const Trial*> thinned(const std::vector<Trial>& trials, std::int64_t best) {
  std::vector<const Trial*> out;
  const std::size_t count = trials.size();
  for (std::size_t i = 0; i < count; ++i) {
    const bool kept = count <= kRowsMax || i == 0 ||
                      i * (kRowsMax - 1) / (count - 1) != (i - 1) * (kRowsMax - 1) / (count - 1);
    if (kept || trials[i].id == best) out.push_back(&trials[i]);
  }
  return out;
}

// Bars of validation ('#') and, further out, of train ('.'), from the lowest value on.
std::string plot_by_size(const Report& report) {
  const auto rows = thinned(report.verdict.by_size, report.verdict.best->id);
  if (rows.size() < 2) return "";
  double low = 1e300;
  double high = -1e300;
  for (const Trial* trial : rows) {
    low = std::min(low, *trial->value());
    high = std::max({high, *trial->value(), trial->best_step()->train.value_or(*trial->value())});
  }
  low -= 0.1 * (high - low);
  const auto columns = [&](double value) {
    const double share = high > low ? (value - low) / (high - low) : 1.0;
    return static_cast<std::size_t>(std::clamp(std::lround(share * static_cast<double>(kBarWidth)),
                                               0L, static_cast<long>(kBarWidth)));
  };
  std::string text = fmt::format("  {:>8}  {:>10}  {:>8}  {} by {}\n", report.size, "validation",
                                 "train", report.metric, report.size);
  for (const Trial* trial : rows) {
    const StepRecord& step = *trial->best_step();
    std::string bar(columns(*step.validation), '#');
    if (step.train) bar.resize(std::max(bar.size(), columns(*step.train)), '.');
    const char* mark = trial->id == report.verdict.best->id       ? " <- best"
                       : trial->id == report.verdict.smallest->id ? " <- smallest as good"
                                                                  : "";
    text +=
        fmt::format("  {:>8}  {:>10}  {:>8}  {}{}\n", to_text(*trial->setting.find(report.size)),
                    value_text(report, *step.validation),
                    step.train ? value_text(report, *step.train) : "", bar, mark);
  }
  return text + "  # validation   . what train has beyond it\n\n";
}

std::string front_table(const Report& report) {
  std::string text = fmt::format("  {:>5}  {:>10}  {:>11}  {:>9}  {}\n", "trial", report.metric,
                                 "parameters", "training", "setting");
  std::size_t shown = 0;
  const auto& front = report.verdict.front_of_parameters;
  for (auto id = front.rbegin(); id != front.rend() && shown < kFrontMax; ++id, ++shown) {
    const auto trial = std::ranges::find(report.trials, *id, &Trial::id);
    text += fmt::format("  {:>5}  {:>10}  {:>11}  {:>9}  {}\n", trial->id,
                        value_text(report, *trial->value()), format_count(trial->parameter_count),
                        format_duration(trial->seconds()), to_text(trial->setting));
  }
  return "Nothing that was tried is both better and smaller than any of these:\n\n" + text + "\n";
}

std::string importance_text(const Report& report) {
  if (report.verdict.importance.empty()) return "";
  std::string text = "Importance:";
  for (const auto& [name, share] : report.verdict.importance) {
    text += fmt::format("  {} {:.0f}%", name, 100.0 * share);
  }
  return text + "\n\n";
}

std::string finalist_table(const Report& report) {
  if (report.finalists.empty()) return "";
  std::string text =
      fmt::format("Trained again with {} seeds, judged by {} kept apart until now:\n\n",
                  report.finalists.front().runs.size(), report.judges);
  text += fmt::format("  {:<25}  {:>11}  {:>9}\n", report.metric, "parameters", "training");
  for (const Finalist& finalist : report.finalists) {
    const auto& test = finalist.test;
    const std::string interval =
        test.interval ? fmt::format("[{}, {}]",
                                    std::min(value_text(report, test.interval->low),
                                             value_text(report, test.interval->high)),
                                    std::max(value_text(report, test.interval->low),
                                             value_text(report, test.interval->high)))
                      : "";
    text += fmt::format("  {} {:<18}  {:>11}  {:>9}  {:<16} {}\n", value_text(report, test.value),
                        interval, format_count(finalist.parameter_count),
                        format_duration(finalist.seconds), finalist.role, finalist.setting);
  }
  return text + "\n";
}

std::string counts(const Report& report) {
  const Verdict& verdict = report.verdict;
  std::string text =
      fmt::format("{} finished, {} stopped early", verdict.finished, verdict.stopped);
  const auto add = [&](std::size_t count, const char* what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(verdict.failed, "failed");
  add(verdict.lost, "lost");
  add(verdict.running, "running");
  return text + fmt::format("; {} epochs, {} of training\n", verdict.steps,
                            format_duration(verdict.seconds));
}

}  // namespace

std::string to_text(const Report& report) {
  std::string text = counts(report) + "\n";
  if (!report.verdict.best) return text + "no trial has finished yet\n";
  text += plot_by_size(report);
  text += front_table(report);
  text += importance_text(report);
  text += finalist_table(report);
  for (const std::string& sentence : findings(report)) text += sentence + "\n";
  if (!report.command.empty()) text += "\n  " + report.command + "\n";
  return text;
}

}  // namespace kindred::tuning
