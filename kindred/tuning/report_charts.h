// The plots of a report, in the order in which they answer questions.
//
// Thread safety: pure functions.

#pragma once

#include <string>
#include <vector>

#include "kindred/tuning/report.h"

namespace kindred::tuning {

struct Figure {
  std::string title;
  std::string svg;
  std::string caption;  // What to see in it; HTML.
};

// How many dimensions? Overfitting? What does it cost? What matters? Those that the trials
// can answer. Requires: a best trial.
std::vector<Figure> figures(const Report& report);

// The finalists with their intervals; Requires: there are some.
Figure finalist_figure(const Report& report);

}  // namespace kindred::tuning
