// A study as people read it: on a terminal, as JSON, and as one page of HTML.
//
// A Report is everything that is shown, gathered once; the functions below only write it
// down. The page needs nothing beside itself: its plots are SVG, drawn here.
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/evaluation/result.h"
#include "kindred/tuning/dimension_prior.h"
#include "kindred/tuning/journal.h"
#include "kindred/tuning/space.h"
#include "kindred/tuning/trial.h"
#include "kindred/tuning/verdict.h"

namespace kindred::tuning {

// A setting that was trained again, with several seeds, and judged by the test people.
struct Finalist {
  std::string role;  // "best", "smallest within one standard error", ...
  std::string setting;
  std::size_t parameter_count = 0;
  std::vector<evaluation::MetricResult> runs;  // One a seed.
  evaluation::MetricResult test;               // Their mean; larger is better.
  double seconds = 0.0;                        // Training, mean of the runs.
};

// A finalist against another on the same test people.
struct Difference {
  std::string better;  // Roles: `better` is hoped to be so.
  std::string other;
  double value = 0.0;
  evaluation::Interval interval;  // 95%, over people.

  bool is_clear() const noexcept { return interval.low > 0.0; }
};

struct Report {
  std::string title;                                       // The data.
  std::vector<std::pair<std::string, std::string>> facts;  // What else should be known.
  std::string metric;                                      // "ndcg@20".
  std::string metric_definition;
  std::string judges = "people";  // Who tests: people, or rows of a table.
  bool lower_is_better = false;   // Values are shown with their sign turned.
  std::string size;               // The parameter that says how large the model is: "dim".
  std::optional<DimensionPrior> prior;
  Space space;  // As the study began.
  std::vector<RangeChange> changes;
  std::vector<Trial> trials;
  Verdict verdict;
  std::string command;  // How to train the best by hand; "" where there is none.
  std::vector<Finalist> finalists;
  std::vector<Difference> differences;
};

// The paired difference of two finalists, over the people that both were judged by.
// Requires: as many people in both.
Difference difference(const Finalist& better, const Finalist& other);

// The best finished trial whose size lies in the prior's range; null where there is none.
const Trial* best_in_prior(const Report& report);

// What the study found, a sentence each: the choice, the smallest as good, how far the rule
// of thumb was off, where train and validation part, what the test people say.
std::vector<std::string> findings(const Report& report);

std::string to_text(const Report& report);
Json to_json(const Report& report);
std::string to_html(const Report& report);

// "0.3412": a value of the metric as it is shown.
std::string value_text(const Report& report, double value);

}  // namespace kindred::tuning
