// One chart as SVG: axes, bands, lines, points, with a title for every mark.
//
// A chart is plain data: what lies where in its own units, and the class that says how it
// looks, for which the page has the style. Axes are those of training/axis.h. Marks outside
// of a given domain lie at its edge. A title appears
// when the pointer rests on its mark, without a line of script.
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kindred::tuning {

struct ChartAxis {
  std::string label;
  bool log = false;
  std::optional<std::pair<double, double>> domain = {};  // Else that of the marks.
};

struct ChartPoint {
  double x = 0.0;
  double y = 0.0;
  std::string style;  // Class of the mark: "best", "stopped", ...
  std::string title;
  double radius = 4.0;
  std::string color = {};  // Overrides that of the class.
};

struct ChartLine {
  std::vector<std::pair<double, double>> points;
  std::string style;
  std::string label = {};  // At its end; "" for none.
  std::string color = {};
};

// From one value of x to another, or of y; the whole height or width of the chart.
struct ChartBand {
  bool vertical = true;  // Spans x.
  double from = 0.0;
  double to = 0.0;
  std::string style;
  std::string label = {};
};

struct Chart {
  std::string name;  // For those who do not see it.
  ChartAxis x;
  ChartAxis y;
  std::vector<ChartBand> bands;
  std::vector<ChartLine> lines;
  std::vector<ChartPoint> points;
  int width = 520;
  int height = 320;
};

std::string to_svg(const Chart& chart);

// Horizontal bars of shares of 1, one row each.
std::string share_bars(const std::vector<std::pair<std::string, double>>& shares);

// Rows of a value with its interval, on one axis.
struct IntervalRow {
  std::string label;
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
  std::string style;
};
std::string interval_chart(const std::vector<IntervalRow>& rows, const std::string& axis);

// Light to dark, for a share in [0, 1]: "#2a788e".
std::string ramp_color(double share);

}  // namespace kindred::tuning
