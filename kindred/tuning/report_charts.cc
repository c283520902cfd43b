#include "kindred/tuning/report_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/progress.h"
#include "kindred/tuning/svg_chart.h"

namespace kindred::tuning {
namespace {

constexpr std::size_t kCurvesMax = 6;

double shown(const Report& report, double value) { return report.lower_is_better ? -value : value; }

std::optional<double> number_of(const Trial& trial, const std::string& name) {
  const Value* value = trial.setting.find(name);
  if (value == nullptr || std::holds_alternative<std::string>(*value)) return std::nullopt;
  return as_number(*value);
}

std::string title_of(const Report& report, const Trial& trial) {
  return fmt::format("trial {}: {} {}, {} ({}, {} epochs, {})", trial.id, report.metric,
                     value_text(report, trial.value().value_or(0.0)), to_text(trial.setting),
                     to_text(trial.state), trial.steps.size(), format_duration(trial.seconds()));
}

std::string style_of(const Report& report, const Trial& trial) {
  if (trial.id == report.verdict.best->id) return "best";
  if (trial.id == report.verdict.smallest->id) return "small";
  return trial.state == TrialState::finished ? "finished" : "stopped";
}

// The ended trials that have a value, those that should be seen on top last.
std::vector<const Trial*> drawn(const Report& report) {
  std::vector<const Trial*> out;
  for (const Trial& trial : report.trials) {
    const bool ended = trial.state == TrialState::finished || trial.state == TrialState::stopped;
    if (ended && trial.value()) out.push_back(&trial);
  }
  const auto rank = [&](const Trial* trial) {
    const std::string style = style_of(report, *trial);
    return style == "stopped" ? 0 : style == "finished" ? 1 : style == "small" ? 2 : 3;
  };
  std::ranges::stable_sort(out, {}, rank);
  return out;
}

template <typename X>
std::vector<ChartPoint> points_by(const Report& report, X x, bool finished_only) {
  std::vector<ChartPoint> out;
  for (const Trial* trial : drawn(report)) {
    if (finished_only && trial->state != TrialState::finished) continue;
    const std::optional<double> at = x(*trial);
    if (!at) continue;
    const std::string style = style_of(report, *trial);
    const bool chosen = style == "best" || style == "small";
    out.push_back({.x = *at,
                   .y = shown(report, *trial->value()),
                   .style = style,
                   .title = title_of(report, *trial),
                   .radius = chosen ? 7.0 : 4.5});
  }
  return out;
}

std::string metric_label(const Report& report) { return report.metric + " on validation"; }

// Early values of trials that were stopped would push all others together.
std::pair<double, double> focus(const std::vector<ChartPoint>& points) {
  double low = 1e300;
  double high = -1e300;
  double stopped_low = 1e300;
  for (const ChartPoint& point : points) {
    high = std::max(high, point.y);
    (point.style == "stopped" ? stopped_low : low) =
        std::min(point.style == "stopped" ? stopped_low : low, point.y);
  }
  const double room = std::max(high - low, 1e-3);
  low = std::min(low, std::max(stopped_low, low - room));
  return {low - 0.06 * room, high + 0.06 * room};
}

Figure by_size(const Report& report) {
  Chart chart{.name = "validation by size",
              .x = {report.size, true, {}},
              .y = {metric_label(report), false, {}},
              .bands = {},
              .lines = {},
              .points = {}};
  chart.points = points_by(
      report, [&](const Trial& t) { return number_of(t, report.size); }, false);
  chart.y.domain = focus(chart.points);
  if (report.prior) {
    chart.bands.push_back({true, static_cast<double>(report.prior->low),
                           static_cast<double>(report.prior->high), "prior",
                           fmt::format("range of the rule of thumb: {} to {}", report.prior->low,
                                       report.prior->high)});
  }
  const double best = *report.verdict.best->value();
  chart.bands.push_back({false, shown(report, best), shown(report, report.verdict.value_min),
                         "error", "within one standard error of the best"});
  ChartLine line{.points = {}, .style = "validation"};
  for (const Trial& trial : report.verdict.by_size) {
    line.points.emplace_back(number_of(trial, report.size).value(), shown(report, *trial.value()));
  }
  chart.lines.push_back(std::move(line));
  return {fmt::format("How many: {} by {}", report.metric, report.size), to_svg(chart),
          "Every trial; the line joins the best of each size. <b class=\"best\">Best</b>, "
          "<b class=\"small\">smallest as good</b> (within the shaded standard error); pale: "
          "stopped early. The upright band is where the fourth root says to look."};
}

Figure train_and_validation(const Report& report) {
  Chart chart{.name = "train and validation by size",
              .x = {report.size, true, {}},
              .y = {report.metric, false, {}},
              .bands = {},
              .lines = {},
              .points = {}};
  ChartLine train{.points = {}, .style = "train", .label = "train"};
  ChartLine validation{.points = {}, .style = "validation", .label = "validation"};
  for (const Trial& trial : report.verdict.by_size) {
    const StepRecord& step = *trial.best_step();
    const double size = number_of(trial, report.size).value();
    validation.points.emplace_back(size, shown(report, *step.validation));
    if (step.train) train.points.emplace_back(size, shown(report, *step.train));
    chart.points.push_back(
        {size, shown(report, *step.validation), "finished", title_of(report, trial), 3.5, {}});
  }
  chart.lines = {std::move(train), std::move(validation)};
  return {"Overfitting: what is remembered, what is understood", to_svg(chart),
          "The same question put to people who shaped the model (train) and to people it never "
          "saw (validation). Where train rises and validation does not, more is only remembered."};
}

Figure learning_curves(const Report& report) {
  Chart chart{.name = "learning curves",
              .x = {"epoch", false, {}},
              .y = {report.metric, false, {}},
              .bands = {},
              .lines = {},
              .points = {}};
  const auto& sizes = report.verdict.by_size;
  const std::size_t count = std::min(sizes.size(), kCurvesMax);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = count == 1 ? 0 : i * (sizes.size() - 1) / (count - 1);
    const Trial& trial = sizes[at];
    const double share = count == 1 ? 1.0 : static_cast<double>(i) / static_cast<double>(count - 1);
    const std::string color = ramp_color(0.25 + 0.75 * share);
    ChartLine validation{
        {},
        "curve",
        fmt::format("{} {}", report.size, to_text(*trial.setting.find(report.size))),
        color};
    ChartLine train{{}, "curve dashed", "", color};
    for (const StepRecord& step : trial.steps) {
      if (step.validation)
        validation.points.emplace_back(step.step, shown(report, *step.validation));
      if (step.train) train.points.emplace_back(step.step, shown(report, *step.train));
    }
    chart.lines.push_back(std::move(train));
    chart.lines.push_back(std::move(validation));
  }
  return {"Learning, epoch by epoch", to_svg(chart),
          "Solid: validation; dashed: train. The best trial of some sizes, darker for larger."};
}

template <typename Cost>
Figure front(const Report& report, const std::string& title, const std::string& axis,
             const std::vector<std::int64_t>& ids, Cost cost) {
  Chart chart{.name = title,
              .x = {axis, true, {}},
              .y = {metric_label(report), false, {}},
              .bands = {},
              .lines = {},
              .points = {}};
  chart.points = points_by(
      report,
      [&](const Trial& t) -> std::optional<double> {
        const double value = cost(t);
        return value > 0.0 ? std::optional(value) : std::nullopt;
      },
      true);
  ChartLine line{{}, "front", "", ""};
  for (const std::int64_t id : ids) {
    const Trial& trial = *std::ranges::find(report.trials, id, &Trial::id);
    if (cost(trial) > 0.0) line.points.emplace_back(cost(trial), shown(report, *trial.value()));
  }
  chart.lines.push_back(std::move(line));
  return {title, to_svg(chart),
          "Finished trials; no trial is both better and cheaper than those on the line."};
}

// The two numeric parameters, beside the size, that matter most.
std::vector<std::string> pair_to_show(const Report& report) {
  std::vector<std::string> out;
  for (const auto& [name, share] : report.verdict.importance) {
    const Parameter* parameter = report.space.find(name);
    if (name != report.size && parameter != nullptr && is_numeric(*parameter) && out.size() < 2) {
      out.push_back(name);
    }
  }
  return out;
}

bool is_log(const Report& report, const std::string& name) {
  const Parameter* parameter = report.space.find(name);
  const auto* range = std::get_if<FloatRange>(&parameter->range);
  const auto* whole = std::get_if<IntegerRange>(&parameter->range);
  return (range != nullptr && range->scale == Scale::log) ||
         (whole != nullptr && whole->scale == Scale::log);
}

Figure landscape(const Report& report, const std::string& across, const std::string& up) {
  Chart chart{.name = "landscape",
              .x = {across, is_log(report, across), {}},
              .y = {up, is_log(report, up), {}},
              .bands = {},
              .lines = {},
              .points = {}};
  std::vector<const Trial*> trials = drawn(report);
  std::vector<const Trial*> by_value = trials;
  std::ranges::stable_sort(by_value, {}, [](const Trial* t) { return *t->value(); });
  for (std::size_t i = 0; i < by_value.size(); ++i) {
    const Trial& trial = *by_value[i];
    const auto x = number_of(trial, across);
    const auto y = number_of(trial, up);
    if (!x || !y) continue;
    const double share = static_cast<double>(i + 1) / static_cast<double>(by_value.size());
    const std::string style = style_of(report, trial);
    chart.points.push_back({*x, *y, style == "best" ? "ring" : "plain", title_of(report, trial),
                            4.0 + 4.0 * share, ramp_color(share)});
  }
  return {fmt::format("Where it was good: {} and {}", across, up), to_svg(chart),
          "Every trial; darker and larger: better by rank. The ring is the best."};
}

Figure history(const Report& report) {
  Chart chart{.name = "history",
              .x = {"trial", false, {}},
              .y = {metric_label(report), false, {}},
              .bands = {},
              .lines = {},
              .points = {}};
  chart.points = points_by(
      report, [](const Trial& t) { return std::optional(static_cast<double>(t.id)); }, false);
  chart.y.domain = focus(chart.points);
  ChartLine line{{}, "validation", "best so far", ""};
  std::optional<double> best;
  for (const Trial& trial : report.trials) {
    if (trial.state != TrialState::finished || !trial.value()) continue;
    if (best) line.points.emplace_back(trial.id, shown(report, *best));
    best = std::max(best.value_or(*trial.value()), *trial.value());
    line.points.emplace_back(trial.id, shown(report, *best));
  }
  chart.lines.push_back(std::move(line));
  return {"The search", to_svg(chart), "Trials in the order in which they began."};
}

}  // namespace

std::vector<Figure> figures(const Report& report) {
  std::vector<Figure> out;
  const bool has_sizes = report.verdict.by_size.size() > 1;
  if (has_sizes) {
    out.push_back(by_size(report));
    out.push_back(train_and_validation(report));
  }
  if (!report.verdict.by_size.empty()) out.push_back(learning_curves(report));
  out.push_back(front(report, "What size buys", "parameters", report.verdict.front_of_parameters,
                      [](const Trial& t) { return static_cast<double>(t.parameter_count); }));
  out.push_back(front(report, "What time buys", "seconds of training",
                      report.verdict.front_of_seconds, [](const Trial& t) { return t.seconds(); }));
  if (const auto pair = pair_to_show(report); pair.size() == 2) {
    out.push_back(landscape(report, pair[0], pair[1]));
  }
  if (!report.verdict.importance.empty()) {
    out.push_back({"What matters", share_bars(report.verdict.importance),
                   "How much where the best quarter of the trials lie differs from where all of "
                   "them lie, as shares of the sum."});
  }
  out.push_back(history(report));
  return out;
}

Figure finalist_figure(const Report& report) {
  std::vector<IntervalRow> rows;
  for (const Finalist& finalist : report.finalists) {
    const auto& test = finalist.test;
    const auto interval = test.interval.value_or(evaluation::Interval{test.value, test.value});
    rows.push_back({finalist.role, shown(report, test.value), shown(report, interval.low),
                    shown(report, interval.high),
                    finalist.role == report.finalists.front().role ? "best" : "finished"});
  }
  return {"The finalists, before people nobody had looked at",
          interval_chart(rows, report.metric + " on test, with 95% intervals over people"),
          "The intervals are of each value alone; the differences below pair the same people and "
          "are surer."};
}

}  // namespace kindred::tuning
