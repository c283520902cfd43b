#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/progress.h"
#include "kindred/data/ratings_reader.h"

namespace kindred::data {
namespace {

constexpr int kBarWidth = 30;

double density(const RatingsSummary& summary) {
  const double cells =
      static_cast<double>(summary.user_count) * static_cast<double>(summary.item_count);
  return cells == 0.0 ? 0.0 : static_cast<double>(summary.pair_count) / cells;
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", format_count(count), count == 1 ? one : many);
}

// A bar in eighths of a character.
std::string bar(double share) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths =
      std::max(share > 0.0 ? 1 : 0, static_cast<int>(std::lround(share * kBarWidth * 8.0)));
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += "█";
  return text + kEighths[eighths % 8];
}

std::string value_lines(const RatingsSummary& summary) {
  std::size_t largest = 0;
  std::size_t total = 0;
  std::size_t value_width = 0;
  for (const auto& [value, count] : summary.value_counts) {
    largest = std::max(largest, count);
    total += count;
    value_width = std::max(value_width, fmt::format("{:g}", value).size());
  }
  const std::size_t count_width = format_count(largest).size();
  std::string text;
  for (const auto& [value, count] : summary.value_counts) {
    const double share = static_cast<double>(count) / static_cast<double>(total);
    const double of_largest = static_cast<double>(count) / static_cast<double>(largest);
    text +=
        fmt::format("    {:>{}}  {:>{}}  {:4.1f} %  {}\n", fmt::format("{:g}", value), value_width,
                    format_count(count), count_width, 100.0 * share, bar(of_largest));
  }
  return text;
}

}  // namespace

std::string to_text(const RatingsSummary& summary) {
  std::string text = fmt::format("{}: {}\n", summary.file, summary.format);
  text += fmt::format("  {}, {}, {}", counted(summary.user_count, "user", "users"),
                      counted(summary.item_count, "item", "items"),
                      counted(summary.pair_count, "rating", "ratings"));
  text += fmt::format("; {:.3g} % of all pairs are known\n", 100.0 * density(summary));
  text += value_lines(summary);
  if (summary.duplicate_count > 0) {
    text += summary.repeats_kept
                ? fmt::format("  {} earlier ones of the same user and item\n",
                              counted(summary.duplicate_count, "row repeats", "rows repeat"))
                : fmt::format("  {} merged into earlier ones of the same user and item\n",
                              counted(summary.duplicate_count, "rating was", "ratings were"));
  }
  if (summary.bad_row_count > 0) {
    text += fmt::format("  {} skipped:\n", counted(summary.bad_row_count, "bad row", "bad rows"));
    for (const auto& [cause, count] : summary.bad_rows_by_cause) {
      text += fmt::format("    {:>6}  {}\n", format_count(count), cause);
    }
    text += "  for example\n";
    for (const std::string& example : summary.bad_row_examples) text += "    " + example + "\n";
  }
  text.pop_back();
  return text;
}

Json to_json(const RatingsSummary& summary) {
  Json json;
  json.set("file", summary.file);
  json.set("format", summary.format);
  json.set("guesses", to_json(summary.guesses));
  json.set("rows", summary.row_count);
  json.set("users", summary.user_count);
  json.set("items", summary.item_count);
  json.set("ratings", summary.pair_count);
  json.set("density", density(summary));
  Json values = Json::Object{};
  for (const auto& [value, count] : summary.value_counts) {
    values.set(fmt::format("{:g}", value), count);
  }
  json.set("values", std::move(values));
  json.set("duplicates", summary.duplicate_count);
  json.set("bad_rows", summary.bad_row_count);
  Json causes = Json::Object{};
  for (const auto& [cause, count] : summary.bad_rows_by_cause) causes.set(cause, count);
  json.set("bad_rows_by_cause", std::move(causes));
  Json examples = Json::Array{};
  for (const std::string& example : summary.bad_row_examples) examples.push(example);
  json.set("bad_row_examples", std::move(examples));
  return json;
}

}  // namespace kindred::data
