#include "kindred/training/curve_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "kindred/base/atomic_file.h"
#include "kindred/base/markup.h"
#include "kindred/training/axis.h"

namespace kindred::training {
namespace {

constexpr std::string_view kValidationPrefix = "val_";
constexpr double kPanelWidth = 440.0;
constexpr double kPanelHeight = 270.0;
constexpr double kMargin = 24.0;       // Around and between panels.
constexpr double kLeft = 58.0;         // Of the plot in its panel: room for labels,
constexpr double kTop = 44.0;          // the name and the legend,
constexpr double kBottom = 40.0;       // and the epochs.
constexpr double kTitleHeight = 30.0;  // Of the picture's title.
constexpr std::size_t kMarkedEpochsMax = 60;
constexpr int kTicks = 5;

struct Point {
  int epoch;
  double value;
};

struct Series {
  std::string label;  // "training", "validation".
  std::string style;  // The class of its elements.
  std::vector<Point> points;
};

struct Panel {
  std::string name;
  std::vector<Series> series;
};

std::vector<Point> points_of(std::span<const ScoreRow> rows, std::string_view name) {
  std::vector<Point> points;
  for (const ScoreRow& row : rows) {
    for (const auto& [own, value] : row.scores) {
      if (own == name && std::isfinite(value)) points.push_back({row.epoch, value});
    }
  }
  return points;
}

// One for each score, under its name without "val_".
std::vector<Panel> panels_of(std::span<const ScoreRow> rows) {
  std::vector<Panel> panels;
  for (const std::string& full_name : score_names(rows)) {
    const bool is_validation = full_name.starts_with(kValidationPrefix);
    const std::string name = is_validation ? full_name.substr(kValidationPrefix.size()) : full_name;
    auto panel = std::ranges::find(panels, name, &Panel::name);
    if (panel == panels.end()) panel = panels.insert(panels.end(), {.name = name, .series = {}});
    Series series{.label = is_validation ? "validation" : "training",
                  .style = is_validation ? "v" : "t",
                  .points = points_of(rows, full_name)};
    if (!series.points.empty()) panel->series.push_back(std::move(series));
  }
  return panels;
}

// Where things lie in a panel whose corner is (x, y).
class PanelDrawing {
 public:
  PanelDrawing(const Panel& panel, const Axis& epochs, double x, double y)
      : panel_(panel), epochs_(epochs), values_(axis_of(panel)), x_(x), y_(y) {}

  std::string draw(std::optional<int> best_epoch) const {
    std::string svg = fmt::format("<text class=\"n\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", left(),
                                  y_ + 16, markup_text(panel_.name));
    svg += legend() + grid();
    if (best_epoch) svg += best_line(*best_epoch);
    for (const Series& series : panel_.series) svg += curve(series);
    return svg;
  }

 private:
  static Axis axis_of(const Panel& panel) {
    std::vector<double> values;
    for (const Series& series : panel.series) {
      for (const Point& point : series.points) values.push_back(point.value);
    }
    return Axis::covering(values, kTicks);
  }

  double left() const { return x_ + kLeft; }
  double right() const { return x_ + kPanelWidth; }
  double top() const { return y_ + kTop; }
  double bottom() const { return y_ + kPanelHeight - kBottom; }
  double at_epoch(double epoch) const {
    return left() + epochs_.position(epoch) * (right() - left());
  }
  double at_value(double value) const {
    return bottom() - values_.position(value) * (bottom() - top());
  }

  // The names of the series with their last values, from right to left.
  std::string legend() const {
    std::string svg;
    double x = right();
    for (auto series = panel_.series.rbegin(); series != panel_.series.rend(); ++series) {
      const std::string text =
          fmt::format("{} {}", series->label, short_number(series->points.back().value));
      const double width = 6.2 * static_cast<double>(text.size());
      svg += fmt::format(
          "<text class=\"l e\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>"
          "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n",
          x, y_ + 34, text, series->style, x - width - 22, y_ + 30, x - width - 6, y_ + 30);
      x -= width + 40;
    }
    return svg;
  }

  std::string grid() const {
    std::string svg;
    for (const double tick : values_.ticks()) {
      const double y = at_value(tick);
      svg += fmt::format(
          "<line class=\"g\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>"
          "<text class=\"l e\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
          left(), y, right(), y, left() - 7, y + 4, values_.label(tick));
    }
    for (const double tick : epochs_.ticks()) {
      const double x = at_epoch(tick);
      svg += fmt::format(
          "<line class=\"a\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>"
          "<text class=\"l m\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
          x, bottom(), x, bottom() + 4, x, bottom() + 18, epochs_.label(tick));
    }
    svg += fmt::format(
        "<line class=\"a\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"l m\" x=\"{:.1f}\" y=\"{:.1f}\">epoch</text>\n",
        left(), bottom(), right(), bottom(), (left() + right()) / 2, bottom() + 34);
    return svg;
  }

  std::string best_line(int epoch) const {
    const double x = at_epoch(epoch);
    return fmt::format(
        "<line class=\"b\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\">"
        "<title>best: epoch {}</title></line><text class=\"l\" x=\"{:.1f}\" y=\"{:.1f}\">"
        "epoch {}</text>\n",
        x, top(), x, bottom(), epoch, x + 4, bottom() - 6, epoch);
  }

  std::string curve(const Series& series) const {
    std::string path;
    for (const Point& point : series.points) {
      path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", at_epoch(point.epoch),
                          at_value(point.value));
    }
    std::string svg = fmt::format("<polyline class=\"{}\" points=\"{}\"/>\n", series.style, path);
    if (series.points.size() > kMarkedEpochsMax) return svg;
    for (const Point& point : series.points) {
      svg += fmt::format(
          "<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"><title>epoch {}: {} {:.6g}"
          "</title></circle>\n",
          series.style, at_epoch(point.epoch), at_value(point.value), point.epoch, series.label,
          point.value);
    }
    return svg;
  }

  const Panel& panel_;
  const Axis& epochs_;
  Axis values_;
  double x_;
  double y_;
};

constexpr std::string_view kStyle = R"(<style>
text { font: 12px system-ui, sans-serif; fill: #333 }
.h { font-size: 16px; font-weight: 600 } .n { font-size: 13px; font-weight: 600 }
.l { font-size: 11px; fill: #555 } .e { text-anchor: end } .m { text-anchor: middle }
.g { stroke: #e3e6ea } .a { stroke: #8a9099 }
.b { stroke: #3a8a4d; stroke-dasharray: 4 3; stroke-width: 1.5 }
polyline { fill: none } .t { stroke: #2f6db3 } .v { stroke: #d9701b }
polyline.t, polyline.v, line.t, line.v { stroke-width: 2; stroke-linejoin: round }
circle.t { fill: #2f6db3 } circle.v { fill: #d9701b }
</style>
)";

std::string frame(double width, double height, const std::string& content) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\">\n{2}"
      "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" rx=\"8\" fill=\"#fff\"/>\n{3}</svg>\n",
      width, height, kStyle, content);
}

}  // namespace

std::string curve_chart(std::span<const ScoreRow> rows, const CurveChartOptions& options) {
  const std::vector<Panel> panels = panels_of(rows);
  const double head = options.title.empty() ? 0.0 : kTitleHeight;
  std::string content;
  if (!options.title.empty()) {
    content += fmt::format("<text class=\"h\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n", kMargin,
                           kMargin + 10, markup_text(options.title));
  }
  if (panels.empty()) {
    content += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\">There are no scores yet.</text>\n",
                           kMargin, kMargin + head + 10);
    return frame(kPanelWidth, head + 3 * kMargin, content);
  }
  const auto [first, last] = std::ranges::minmax(rows, {}, &ScoreRow::epoch);
  const Axis epochs = Axis::of_counts(first.epoch, last.epoch, 2 * kTicks);
  const std::size_t columns = std::min<std::size_t>(panels.size(), 2);
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const auto column = static_cast<double>(i % columns);
    const auto line = static_cast<double>(i / columns);
    content += PanelDrawing(panels[i], epochs, kMargin + column * (kPanelWidth + kMargin),
                            head + kMargin + line * (kPanelHeight + kMargin))
                   .draw(options.best_epoch);
  }
  const auto lines = static_cast<double>((panels.size() + columns - 1) / columns);
  return frame(kMargin + static_cast<double>(columns) * (kPanelWidth + kMargin),
               head + kMargin + lines * (kPanelHeight + kMargin), content);
}

void write_curve_chart(std::span<const ScoreRow> rows, const CurveChartOptions& options,
                       const std::filesystem::path& path) {
  const std::string chart = curve_chart(rows, options);
  if (path.extension() != ".html") return write_file_atomically(path, chart);
  write_file_atomically(
      path,
      fmt::format("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n"
                  "<title>{}</title>\n"
                  "<style>body {{ margin: 2rem; background: #f2f4f7 }} "
                  "svg {{ max-width: 100%; height: auto }}</style>\n{}</html>\n",
                  markup_text(options.title.empty() ? "Training curves" : options.title), chart));
}

}  // namespace kindred::training
