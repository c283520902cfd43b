#include "cli/demo_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>
#include <vector>

#include "kindred/base/atomic_file.h"

namespace kindred::cli {
namespace {

constexpr double kWidth = 1200.0;
constexpr double kHeight = 600.0;
constexpr double kPanelTop = 84.0;
constexpr double kPanelSize = 440.0;     // Height of both panels,
constexpr double kPanelWidth = 520.0;    // and width.
constexpr double kInset = 28.0;          // Between a panel's edge and its outermost dot.
constexpr double kCharacterWidth = 8.9;  // Of a label; a generous estimate for bold 15 px.

struct Spot {
  double x = 0.0;
  double y = 0.0;
};

struct Box {
  double left = 0.0;
  double top = 0.0;
  double right = 0.0;
  double bottom = 0.0;

  bool meets(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

// The colours on light pages; those on dark ones are in kStyle. Class of a pair's marks.
std::string_view class_of(Pair pair) {
  switch (pair) {
    case Pair::cartoons:
      return "cartoon";
    case Pair::art_house:
      return "art";
    case Pair::blockbusters:
      return "hero";
    case Pair::none:
      break;
  }
  return "other";
}

constexpr std::string_view kStyle = R"(  <style>
    text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
    .card { fill: #ffffff; stroke: #d8dee4; }
    .panel { fill: #f6f8fa; stroke: none; }
    .title { fill: #1f2328; font-size: 19px; font-weight: 600; }
    .note { fill: #59636e; font-size: 14px; }
    .label { fill: #1f2328; font-size: 15px; font-weight: 600; paint-order: stroke;
             stroke: #f6f8fa; stroke-width: 4px; stroke-linejoin: round; }
    .dot { fill: #8c959f; fill-opacity: 0.45; }
    .dot.cartoon { fill: #d4730c; fill-opacity: 0.5; }
    .dot.art { fill: #8250df; fill-opacity: 0.5; }
    .dot.hero { fill: #0969da; fill-opacity: 0.5; }
    .mark { stroke: #ffffff; stroke-width: 2; fill: #1a7f37; }
    .mark.cartoon { fill: #d4730c; }
    .mark.art { fill: #8250df; }
    .mark.hero { fill: #0969da; }
    .tie { stroke-width: 2.5; stroke-opacity: 0.75; fill: none; }
    .tie.cartoon { stroke: #d4730c; }
    .tie.art { stroke: #8250df; }
    .tie.hero { stroke: #0969da; }
    @media (prefers-color-scheme: dark) {
      .card { fill: #0d1117; stroke: #3d444d; }
      .panel { fill: #161c25; }
      .title, .label { fill: #f0f6fc; }
      .label { stroke: #161c25; }
      .note { fill: #9198a1; }
      .dot { fill: #768390; }
      .dot.cartoon, .mark.cartoon { fill: #f0903a; }
      .dot.art, .mark.art { fill: #b78bff; }
      .dot.hero, .mark.hero { fill: #58a6ff; }
      .mark { stroke: #0d1117; fill: #3fb950; }
      .tie.cartoon { stroke: #f0903a; }
      .tie.art { stroke: #b78bff; }
      .tie.hero { stroke: #58a6ff; }
    }
  </style>
)";

// The tint of a movie that is not marked: the pairs' kinds, seen by genre.
Pair kind_of(const data::Movie& movie) {
  if (data::has_genre(movie, "Art-house")) return Pair::art_house;
  if (data::has_genre(movie, "Animation")) return Pair::cartoons;
  if (data::has_genre(movie, "Action")) return Pair::blockbusters;
  return Pair::none;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void normalise(std::vector<double>& vector) {
  const double length = std::sqrt(dot(vector, vector));
  if (length == 0.0) return;
  for (double& value : vector) value /= length;
}

// The unit vector along which `rows` spread most, across `first` if that is not empty:
// power iteration on the covariance, a hundred rounds, plenty for a picture.
std::vector<double> principal_component(const std::vector<std::vector<double>>& rows,
                                        const std::vector<double>& first) {
  std::vector<double> axis(rows.front().size());
  for (std::size_t i = 0; i < axis.size(); ++i) axis[i] = 1.0 / static_cast<double>(i + 1);
  for (int round = 0; round < 100; ++round) {
    std::vector<double> next(axis.size());
    for (const auto& row : rows) {
      const double along = dot(row, axis);
      for (std::size_t i = 0; i < next.size(); ++i) next[i] += along * row[i];
    }
    if (!first.empty()) {
      const double along = dot(next, first);
      for (std::size_t i = 0; i < next.size(); ++i) next[i] -= along * first[i];
    }
    axis = next;
    normalise(axis);
  }
  return axis;
}

// The learned directions in two dimensions; Shrek ends up on the left, Star Wars above
// the middle of the other two pairs, so that equal worlds give equal pictures.
std::vector<Spot> learned_spots(const Lesson& lesson) {
  const Matrix& vectors = lesson.model.items.vectors;
  std::vector<std::vector<double>> rows;
  std::vector<double> mean(vectors.cols());
  for (std::size_t row = 0; row < vectors.rows(); ++row) {
    rows.emplace_back(vectors.row(row).begin(), vectors.row(row).end());
    normalise(rows.back());
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i] += rows.back()[i] / static_cast<double>(vectors.rows());
    }
  }
  for (auto& row : rows) {
    std::transform(row.begin(), row.end(), mean.begin(), row.begin(), std::minus<>());
  }
  const std::vector<double> first = principal_component(rows, {});
  const std::vector<double> second = principal_component(rows, first);
  const double flip_x = dot(rows[data::movie_row("Shrek (2001)")], first) > 0.0 ? -1.0 : 1.0;
  const double flip_y = dot(rows[data::movie_row("Star Wars (1977)")], second) < 0.0 ? -1.0 : 1.0;
  std::vector<Spot> spots;
  for (const auto& row : rows)
    spots.push_back({flip_x * dot(row, first), flip_y * dot(row, second)});
  return spots;
}

std::vector<Spot> attribute_spots() {
  std::vector<Spot> spots;
  for (const data::Movie& movie : data::movies()) {
    spots.push_back({movie.audience_age, std::log10(movie.tickets)});
  }
  return spots;
}

// Fits the spots into a panel whose left edge is at `left`; y points up.
void fit(std::vector<Spot>& spots, double left) {
  const auto by_x = [](const Spot& a, const Spot& b) { return a.x < b.x; };
  const auto by_y = [](const Spot& a, const Spot& b) { return a.y < b.y; };
  const auto [x_low, x_high] = std::minmax_element(spots.begin(), spots.end(), by_x);
  const auto [y_low, y_high] = std::minmax_element(spots.begin(), spots.end(), by_y);
  const Spot low = {x_low->x, y_low->y};
  const double width = std::max(x_high->x - low.x, 1e-9);
  const double height = std::max(y_high->y - low.y, 1e-9);
  for (Spot& spot : spots) {
    spot.x = left + kInset + (kPanelWidth - 2 * kInset) * (spot.x - low.x) / width;
    spot.y =
        kPanelTop + kPanelSize - kInset - (kPanelSize - 2 * kInset) * (spot.y - low.y) / height;
  }
}

// One panel's marks: dots, ties between partners, and labels that keep clear of each other.
class Panel {
 public:
  Panel(std::vector<Spot> spots, double left) : spots_(std::move(spots)), left_(left) {
    fit(spots_, left);
  }

  std::string draw(std::string_view title, std::string_view note) {
    put(R"(  <rect class="panel" x="{}" y="{}" width="{}" height="{}" rx="10"/>)", left_, kPanelTop,
        kPanelWidth, kPanelSize);
    put(R"(  <text class="title" x="{}" y="{}">{}</text>)", left_, kPanelTop - 36, title);
    put(R"(  <text class="note" x="{}" y="{}">{}</text>)", left_, kPanelTop - 14, note);
    dots();
    ties();
    marks();
    return std::move(text_);
  }

 private:
  template <typename... T>
  void put(fmt::format_string<T...> format, T&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<T>(values)...);
    text_ += '\n';
  }

  const Spot& spot_of(const MarkedMovie& marked) const {
    return spots_[data::movie_row(marked.title)];
  }

  void dots() {
    for (std::size_t row = 0; row < spots_.size(); ++row) {
      put(R"(  <circle class="dot {}" cx="{:.1f}" cy="{:.1f}" r="4.5"/>)",
          class_of(kind_of(data::movies()[row])), spots_[row].x, spots_[row].y);
    }
  }

  void ties() {
    for (std::size_t i = 0; i < kPairedCount; i += 2) {
      const Spot& from = spot_of(kMarkedMovies[i]);
      const Spot& to = spot_of(kMarkedMovies[i + 1]);
      put(R"(  <path class="tie {}" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>)",
          class_of(kMarkedMovies[i].pair), from.x, from.y, to.x, to.y);
    }
  }

  void marks() {
    std::vector<Box> taken;
    for (const MarkedMovie& marked : kMarkedMovies) {
      const Spot& spot = spot_of(marked);
      taken.push_back({spot.x - 8, spot.y - 8, spot.x + 8, spot.y + 8});
      put(R"(  <circle class="mark {}" cx="{:.1f}" cy="{:.1f}" r="8"/>)", class_of(marked.pair),
          spot.x, spot.y);
    }
    for (const MarkedMovie& marked : kMarkedMovies) {
      const Box box = label_box(spot_of(marked), marked.label, taken);
      taken.push_back(box);
      put(R"(  <text class="label" x="{:.1f}" y="{:.1f}">{}</text>)", box.left, box.bottom - 4,
          marked.label);
    }
  }

  // Right of the mark, left, above or below, each a little up or down: the first that is
  // free.
  Box label_box(const Spot& spot, std::string_view label, const std::vector<Box>& taken) const {
    const double width = kCharacterWidth * static_cast<double>(label.size());
    const auto at = [&](double x, double y) { return Box{x, y, x + width, y + 18}; };
    const std::vector<Box> choices = {
        at(spot.x + 13, spot.y - 10),
        at(spot.x + 13, spot.y - 20),
        at(spot.x + 13, spot.y),
        at(spot.x - 13 - width, spot.y - 10),
        at(spot.x - 13 - width, spot.y - 20),
        at(spot.x - 13 - width, spot.y),
        at(spot.x + 6, spot.y - 29),
        at(spot.x + 6, spot.y + 12),
        at(spot.x - 6 - width, spot.y - 29),
        at(spot.x - 6 - width, spot.y + 12),
    };
    for (const Box& box : choices) {
      const bool inside = box.left > left_ && box.right + 24 < left_ + kPanelWidth;
      const bool free = std::none_of(taken.begin(), taken.end(),
                                     [&](const Box& other) { return other.meets(box); });
      if (inside && free) return box;
    }
    return choices.front();
  }

  std::vector<Spot> spots_;
  double left_;
  std::string text_;
};

}  // namespace

std::string picture(const Lesson& lesson) {
  constexpr double kLeft = 48.0;
  constexpr double kRight = kWidth - kPanelWidth - 48.0;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" role=\"img\">\n"
      "  <title>Movies by two attributes, and as learned from who watched what</title>\n",
      kWidth, kHeight);
  svg += kStyle;
  svg +=
      fmt::format("  <rect class=\"card\" x=\"1\" y=\"1\" width=\"{}\" height=\"{}\" rx=\"14\"/>\n",
                  kWidth - 2, kHeight - 2);
  svg += Panel(attribute_spots(), kLeft)
             .draw("By two attributes", "age of the audience to the right, tickets sold upwards");
  svg += Panel(learned_spots(lesson), kRight)
             .draw("As learned from who watched what",
                   fmt::format("{} dimensions seen in two; no attribute was used",
                               lesson.options.dimensions));
  const double base = kPanelTop + kPanelSize + 36;
  double x = kLeft + 6;
  for (const auto& [pair, name] :
       {std::pair{Pair::cartoons, "animation"}, std::pair{Pair::art_house, "art-house"},
        std::pair{Pair::blockbusters, "action"}, std::pair{Pair::none, "all other movies"}}) {
    svg += fmt::format(
        "  <circle class=\"dot {}\" cx=\"{:.0f}\" cy=\"{:.0f}\" r=\"6\"/>\n"
        "  <text class=\"note\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n",
        class_of(pair), x, base - 5, x + 14, base, name);
    x += 130;
  }
  svg +=
      fmt::format("  <text class=\"note\" x=\"{:.0f}\" y=\"{:.0f}\">lines join partners</text>\n",
                  kRight, base);
  return svg + "</svg>\n";
}

void write_picture(const Lesson& lesson, const std::filesystem::path& path) {
  write_file_atomically(path, picture(lesson));
}

}  // namespace kindred::cli
