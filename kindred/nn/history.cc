#include "kindred/nn/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kindred/base/error.h"
#include "kindred/base/size.h"

namespace kindred::nn {
namespace {

// A stream may be long, and an epoch goes over it once.
constexpr std::uint64_t kEpochRowsMax = std::uint64_t{1} << 48U;

}  // namespace

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
    log.epoch = static_cast<int>(
        read_size(entry, "epoch", "history: epoch", std::numeric_limits<int>::max()));
    for (const auto& [name, value] : entry.at("scores").as_object()) {
      // JSON has no NaN: a metric that is not defined is written as null.
      log.scores.emplace_back(
          name, value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.as_double());
    }
    log.learning_rate = entry.at("learning_rate").as_double();
    log.row_count = read_size(entry, "rows", "history: rows", kEpochRowsMax);
    if (const Json* seconds = entry.find("seconds")) log.seconds = seconds->as_double();
    history.epochs.push_back(std::move(log));
  }
  check_history(history);
  return history;
}

void check_history(const History& history) {
  const auto refuse = [](const std::string& problem) {
    throw Error(ErrorCode::corrupt, "history: " + problem);
  };
  int next = history.epochs.empty() ? 1 : history.epochs.front().epoch;
  if (next < 1) refuse(fmt::format("it begins with epoch {}", next));
  for (const EpochLog& log : history.epochs) {
    if (log.epoch != next) refuse(fmt::format("epoch {} where {} is due", log.epoch, next));
    ++next;
    for (const double value : {log.learning_rate, log.seconds}) {
      if (value >= 0.0 && std::isfinite(value)) continue;
      refuse(fmt::format("epoch {} has the learning rate {} and took {} seconds", log.epoch,
                         log.learning_rate, log.seconds));
    }
  }
}

}  // namespace kindred::nn
