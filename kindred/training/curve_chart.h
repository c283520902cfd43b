// Training curves as one picture (SVG) or page (HTML) that needs nothing else.
//
// A panel for each score, the training rows' and the validation rows' in it, along the
// epochs: a scale that suits the values, the last values in the legend, a line at the best
// epoch. A pointer on a mark shows its epoch and value. Equal rows give equal bytes.
//
// Thread safety: pure functions.

#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "kindred/training/score_rows.h"

namespace kindred::training {

struct CurveChartOptions {
  std::string title = {};         // Above the panels; may be empty.
  std::optional<int> best_epoch;  // Marked in every panel.
};

// A drawing of its own size. Without rows, a drawing that says so.
std::string curve_chart(std::span<const ScoreRow> rows, const CurveChartOptions& options);

// A page around it when the path ends in ".html", the drawing alone otherwise; written
// atomically. Throws Error(io) naming the path.
void write_curve_chart(std::span<const ScoreRow> rows, const CurveChartOptions& options,
                       const std::filesystem::path& path);

}  // namespace kindred::training
