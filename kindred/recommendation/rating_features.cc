#include "kindred/recommendation/rating_features.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace kindred::recommendation {
namespace {

using factorization::FeatureBlock;

constexpr std::size_t kRangeCount = 12;  // Into which numbers are cut, at the most.
// A word is shared by 2 rows at least; columns with fewer rows a word on average are names.
constexpr double kRowsPerWordMin = 3.0;

// The parts of "Animation|Children's|Comedy"; of other text the whole.
std::vector<std::string_view> words_of(std::string_view cell) {
  std::vector<std::string_view> words;
  while (!cell.empty()) {
    const std::size_t end = std::min(cell.find('|'), cell.size());
    if (end > 0) words.push_back(cell.substr(0, end));
    cell.remove_prefix(std::min(cell.size(), end + 1));
  }
  return words;
}

// Adds a row of equal values whose squares sum to 1. Sorts the features.
void append_unit_row(std::vector<std::uint32_t> features, SparseMatrix& out) {
  std::ranges::sort(features);
  features.erase(std::unique(features.begin(), features.end()), features.end());
  const float value =
      features.empty() ? 0.0F : 1.0F / std::sqrt(static_cast<float>(features.size()));
  out.append_row(features, std::vector<float>(features.size(), value));
}

std::optional<FeatureBlock> text_features(const data::Column& column) {
  std::map<std::string_view, std::uint32_t> rows_of_word;
  std::size_t word_count = 0;
  for (const std::string& cell : column.text()) {
    for (const std::string_view word : words_of(cell)) {
      ++rows_of_word[word];
      ++word_count;
    }
  }
  if (rows_of_word.size() < 2 || static_cast<double>(word_count) <
                                     kRowsPerWordMin * static_cast<double>(rows_of_word.size())) {
    return std::nullopt;
  }
  std::map<std::string_view, std::uint32_t> feature_of_word;
  for (const auto& [word, rows] : rows_of_word) {
    feature_of_word.emplace(word, static_cast<std::uint32_t>(feature_of_word.size()));
  }
  FeatureBlock block{.name = column.name, .by_row = {}};
  block.by_row.cols = feature_of_word.size();
  for (const std::string& cell : column.text()) {
    std::vector<std::uint32_t> features;
    for (const std::string_view word : words_of(cell)) features.push_back(feature_of_word.at(word));
    append_unit_row(std::move(features), block.by_row);
  }
  return block;
}

std::optional<FeatureBlock> number_features(const data::Column& column) {
  std::vector<double> sorted;
  std::ranges::copy_if(column.numbers(), std::back_inserter(sorted),
                       [](double value) { return std::isfinite(value); });
  std::ranges::sort(sorted);
  std::vector<double> edges;  // The lowest value of each range but the first.
  for (std::size_t range = 1; range < kRangeCount && !sorted.empty(); ++range) {
    const double edge = sorted[sorted.size() * range / kRangeCount];
    if (edge > sorted.front() && (edges.empty() || edge > edges.back())) edges.push_back(edge);
  }
  if (edges.empty()) return std::nullopt;
  FeatureBlock block{.name = column.name, .by_row = {}};
  block.by_row.cols = edges.size() + 1;
  for (const double value : column.numbers()) {
    std::vector<std::uint32_t> features;
    if (std::isfinite(value)) {
      const auto above = std::ranges::upper_bound(edges, value);
      features.push_back(static_cast<std::uint32_t>(above - edges.begin()));
    }
    append_unit_row(std::move(features), block.by_row);
  }
  return block;
}

}  // namespace

std::vector<FeatureBlock> attribute_features(const data::Table& table) {
  std::vector<FeatureBlock> blocks;
  for (const data::Column& column : table.columns()) {
    auto block = column.is_text() ? text_features(column) : number_features(column);
    if (block) blocks.push_back(std::move(*block));
  }
  return blocks;
}

FeatureBlock implicit_features(const SparseMatrix& pairs) {
  FeatureBlock block{.name = "rated", .by_row = pairs};
  for (std::size_t row = 0; row < pairs.rows; ++row) {
    const std::size_t count = pairs.row_size(row);
    const float value = count == 0 ? 0.0F : 1.0F / std::sqrt(static_cast<float>(count));
    std::fill_n(block.by_row.values.begin() + static_cast<std::ptrdiff_t>(pairs.offsets[row]),
                count, value);
  }
  return block;
}

}  // namespace kindred::recommendation
