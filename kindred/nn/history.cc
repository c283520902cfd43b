#include "kindred/nn/history.h"

#include <algorithm>
#include <limits>

namespace kindred::nn {

std::optional<double> find_score(const Scores& scores, std::string_view name) noexcept {
  const auto found = std::ranges::find(scores, name, &Scores::value_type::first);
  if (found == scores.end()) return std::nullopt;
  return found->second;
}

std::vector<double> History::values(std::string_view name) const {
  std::vector<double> values;
  for (const EpochLog& log : epochs) {
    if (const auto value = find_score(log.scores, name)) values.push_back(*value);
  }
  return values;
}

Json to_json(const History& history, bool with_seconds) {
  Json json{Json::Array{}};
  for (const EpochLog& log : history.epochs) {
    Json scores{Json::Object{}};
    for (const auto& [name, value] : log.scores) scores.set(name, value);
    Json entry;
    entry.set("epoch", log.epoch);
    entry.set("scores", std::move(scores));
    entry.set("learning_rate", log.learning_rate);
    entry.set("rows", std::uint64_t{log.row_count});
    if (with_seconds) entry.set("seconds", log.seconds);
    json.push(std::move(entry));
  }
  return json;
}

History history_from_json(const Json& json) {
  History history;
  for (const Json& entry : json.as_array()) {
    EpochLog log;
    log.epoch = static_cast<int>(entry.at("epoch").as_int());
    for (const auto& [name, value] : entry.at("scores").as_object()) {
      // JSON has no NaN: a metric that is not defined is written as null.
      log.scores.emplace_back(
          name, value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.as_double());
    }
    log.learning_rate = entry.at("learning_rate").as_double();
    log.row_count = entry.at("rows").as_uint();
    if (const Json* seconds = entry.find("seconds")) log.seconds = seconds->as_double();
    history.epochs.push_back(std::move(log));
  }
  return history;
}

}  // namespace kindred::nn
