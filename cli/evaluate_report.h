// How `kindred evaluate` shows its results: a table with definitions, or JSON.

#pragma once

#include <string>

#include "kindred/base/json.h"
#include "kindred/data/split.h"
#include "kindred/recommendation/protocol.h"

namespace kindred::cli {

// Metric, model with its 95% interval, popularity and random side by side; below it what
// each metric means and how ties were treated.
std::string to_text(const data::Split& split, const recommendation::Comparison& comparison);

// {"protocol", "people", "targets", "left_out", "metrics": {"ndcg@10": {"value", "low",
// "high", "definition"}}, "baselines": {"popularity": {...}, "random": {...}}, "seconds"}
Json to_json(const data::Split& split, const recommendation::Comparison& comparison);

}  // namespace kindred::cli
