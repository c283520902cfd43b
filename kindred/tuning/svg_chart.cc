#include "kindred/tuning/svg_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include "kindred/base/markup.h"
#include "kindred/training/axis.h"

namespace kindred::tuning {
namespace {

constexpr double kLeft = 62.0;
constexpr double kRight = 20.0;
constexpr double kTop = 14.0;
constexpr double kBottom = 46.0;
constexpr int kTicksWanted = 5;
constexpr double kNameHeight = 13.0;

// From values to pixels.
class Mapping {
 public:
  Mapping(std::span<const double> values, bool log, double from, double to)
      : axis_(training::Axis::covering(
            values, kTicksWanted,
            log && std::ranges::all_of(values, [](double v) { return v > 0.0; })
                ? training::Scale::logarithmic
                : training::Scale::linear)),
        from_(from),
        to_(to) {}

  double at(double value) const {
    return from_ + std::clamp(axis_.position(value), -0.05, 1.05) * (to_ - from_);
  }

  const std::vector<double>& ticks() const { return axis_.ticks(); }

  // 0.31, 2k, 3M: short, as there is little room.
  std::string label(double tick) const {
    if (std::abs(tick) >= 1e6) return fmt::format("{:.3g}M", tick / 1e6);
    if (std::abs(tick) >= 1e4) return fmt::format("{:.3g}k", tick / 1e3);
    return axis_.label(tick);
  }

 private:
  training::Axis axis_;
  double from_;
  double to_;
};

std::string colored(const std::string& color, const char* property) {
  return color.empty() ? "" : fmt::format(" style=\"{}:{}\"", property, color);
}

// Everything that an axis has to cover.
std::vector<double> values_on(const Chart& chart, bool across) {
  const auto& domain = across ? chart.x.domain : chart.y.domain;
  if (domain) return {domain->first, domain->second};
  std::vector<double> values;
  for (const ChartPoint& point : chart.points) values.push_back(across ? point.x : point.y);
  for (const ChartLine& line : chart.lines) {
    for (const auto& [x, y] : line.points) values.push_back(across ? x : y);
  }
  return values;
}

std::string axes_svg(const Chart& chart, const Mapping& x, const Mapping& y) {
  const double right = chart.width - kRight;
  const double bottom = chart.height - kBottom;
  std::string svg;
  for (const double tick : y.ticks()) {
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
        "<text class=\"tick\" x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
        kLeft, right, y.at(tick), kLeft - 8, y.at(tick) + 4, y.label(tick));
  }
  for (const double tick : x.ticks()) {
    svg += fmt::format(
        "<line class=\"mark\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>"
        "<text class=\"tick\" x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
        x.at(tick), bottom, bottom + 4, bottom + 18, x.label(tick));
  }
  svg += fmt::format("<line class=\"axis\" x1=\"{0}\" x2=\"{1}\" y1=\"{2}\" y2=\"{2}\"/>\n", kLeft,
                     right, bottom);
  svg +=
      fmt::format("<text class=\"label\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                  (kLeft + right) / 2, chart.height - 8, markup_text(chart.x.label));
  svg += fmt::format(
      "<text class=\"label\" transform=\"translate(14 {:.1f}) rotate(-90)\" "
      "text-anchor=\"middle\">{}</text>\n",
      (kTop + bottom) / 2, markup_text(chart.y.label));
  return svg;
}

std::string band_svg(const ChartBand& band, const Chart& chart, const Mapping& x,
                     const Mapping& y) {
  const double right = chart.width - kRight;
  const double bottom = chart.height - kBottom;
  const auto [a, b] = band.vertical ? std::minmax({x.at(band.from), x.at(band.to)})
                                    : std::minmax({y.at(band.from), y.at(band.to)});
  const double left = band.vertical ? std::max(a, kLeft) : kLeft;
  const double end = band.vertical ? std::min(b, right) : right;
  const double top = band.vertical ? kTop : std::max(a, kTop);
  const double low = band.vertical ? bottom : std::min(b, bottom);
  return fmt::format(
      "<rect class=\"band {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\">"
      "<title>{}</title></rect>\n",
      band.style, left, top, std::max(end - left, 1.0), std::max(low - top, 1.0),
      markup_text(band.label));
}

std::string line_svg(const ChartLine& line, const Mapping& x, const Mapping& y) {
  if (line.points.empty()) return "";
  std::string path;
  for (const auto& [at_x, at_y] : line.points) {
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x.at(at_x), y.at(at_y));
  }
  return fmt::format("<path class=\"line {}\" d=\"{}\"{}><title>{}</title></path>\n", line.style,
                     path, colored(line.color, "stroke"), markup_text(line.label));
}

// The names of lines, at their ends, moved apart where they would lie on each other.
std::string series_svg(const std::vector<ChartLine>& lines, const Mapping& x, const Mapping& y) {
  struct Name {
    const ChartLine* line;
    double y;
  };
  std::vector<Name> names;
  for (const ChartLine& line : lines) {
    if (!line.label.empty() && !line.points.empty()) {
      names.push_back({&line, y.at(line.points.back().second) - 8.0});
    }
  }
  std::ranges::stable_sort(names, {}, &Name::y);
  std::string svg;
  double last = -std::numeric_limits<double>::infinity();
  for (const Name& name : names) {
    last = std::max(name.y, last + kNameHeight);
    svg += fmt::format(
        "<text class=\"series {}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\"{}>{}</text>\n",
        name.line->style, x.at(name.line->points.back().first), last,
        colored(name.line->color, "fill"), markup_text(name.line->label));
  }
  return svg;
}

std::string point_svg(const ChartPoint& point, const Mapping& x, const Mapping& y) {
  return fmt::format(
      "<circle class=\"point {}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"{}><title>{}</title>"
      "</circle>\n",
      point.style, x.at(point.x), y.at(point.y), point.radius, colored(point.color, "fill"),
      markup_text(point.title));
}

}  // namespace

std::string ramp_color(double share) {
  // Even steps in lightness, from a pale to a deep blue-green, told apart in grey as well.
  constexpr std::array<std::array<double, 3>, 5> kStops = {
      {{200, 220, 230}, {127, 188, 201}, {64, 146, 170}, {28, 98, 133}, {12, 48, 82}}};
  const double at = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
  const double part = at - static_cast<double>(low);
  std::array<int, 3> rgb{};
  for (std::size_t c = 0; c < 3; ++c) {
    rgb[c] = static_cast<int>(
        std::lround(kStops[low][c] + part * (kStops[low + 1][c] - kStops[low][c])));
  }
  return fmt::format("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
}

std::string to_svg(const Chart& chart) {
  const Mapping x(values_on(chart, true), chart.x.log, kLeft, chart.width - kRight);
  const Mapping y(values_on(chart, false), chart.y.log, chart.height - kBottom, kTop);
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n",
                                chart.width, chart.height, markup_text(chart.name));
  for (const ChartBand& band : chart.bands) svg += band_svg(band, chart, x, y);
  svg += axes_svg(chart, x, y);
  for (const ChartLine& line : chart.lines) svg += line_svg(line, x, y);
  for (const ChartPoint& point : chart.points) svg += point_svg(point, x, y);
  svg += series_svg(chart.lines, x, y);
  return svg + "</svg>\n";
}

std::string share_bars(const std::vector<std::pair<std::string, double>>& shares) {
  constexpr int kRow = 34;
  constexpr double kBarLeft = 170.0;
  constexpr double kBarWidth = 270.0;
  std::string svg =
      fmt::format("<svg viewBox=\"0 0 520 {}\" role=\"img\" aria-label=\"importance\">\n",
                  kRow * static_cast<int>(shares.size()) + 8);
  int row = 0;
  for (const auto& [name, share] : shares) {
    const int top = kRow * row++ + 6;
    svg += fmt::format(
        "<text class=\"label\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>"
        "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"18\" rx=\"3\"/>"
        "<text class=\"tick\" x=\"{:.1f}\" y=\"{}\">{:.0f}%</text>\n",
        kBarLeft - 10, top + 14, markup_text(name), kBarLeft, top, std::max(1.0, kBarWidth * share),
        kBarLeft + kBarWidth * share + 8, top + 14, 100.0 * share);
  }
  return svg + "</svg>\n";
}

std::string interval_chart(const std::vector<IntervalRow>& rows, const std::string& axis) {
  constexpr int kRow = 40;
  constexpr int kWidth = 720;
  constexpr double kNames = 190.0;
  std::vector<double> ends;
  for (const IntervalRow& row : rows) {
    ends.push_back(row.low);
    ends.push_back(row.high);
  }
  const Mapping x(ends, false, kNames, kWidth - 80.0);
  const int bottom = kRow * static_cast<int>(rows.size()) + 8;
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n",
                                kWidth, bottom + 44, markup_text(axis));
  for (const double tick : x.ticks()) {
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"4\" y2=\"{1}\"/>"
        "<text class=\"tick\" x=\"{0:.1f}\" y=\"{2}\" text-anchor=\"middle\">{3}</text>\n",
        x.at(tick), bottom, bottom + 16, x.label(tick));
  }
  int index = 0;
  for (const IntervalRow& row : rows) {
    const double y = kRow * index++ + 24.0;
    svg += fmt::format(
        "<text class=\"label\" x=\"{0}\" y=\"{1:.1f}\" text-anchor=\"end\">{2}</text>"
        "<line class=\"whisker {3}\" x1=\"{4:.1f}\" x2=\"{5:.1f}\" y1=\"{6:.1f}\" y2=\"{6:.1f}\"/>"
        "<circle class=\"point {3}\" cx=\"{7:.1f}\" cy=\"{6:.1f}\" r=\"6\"/>"
        "<text class=\"tick\" x=\"{8:.1f}\" y=\"{1:.1f}\">{9:.4f}</text>\n",
        kNames - 14, y + 4, markup_text(row.label), row.style, x.at(row.low), x.at(row.high), y,
        x.at(row.value), x.at(row.high) + 10, row.value);
  }
  svg +=
      fmt::format("<text class=\"label\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                  (kNames + kWidth - 80.0) / 2, bottom + 38, markup_text(axis));
  return svg + "</svg>\n";
}

}  // namespace kindred::tuning
