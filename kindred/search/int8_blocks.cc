#include "kindred/search/int8_blocks.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "kindred/base/check.h"

namespace kindred::search {
namespace {

using linalg::kPanelItems;

constexpr double kItemCodeMax = 127.0;

// A block is read once for all queries of a tile and stays in the first-level cache beside
// their codes. The first blocks are short, because with skewed norms many queries are done
// after them, and because what they find raises the thresholds of the rest.
constexpr std::size_t kBlockBytes = std::size_t{16} << 10U;
constexpr std::size_t kBlockItemsMax = 1024;

float magnitude_max(std::span<const float> vector) {
  float most = 0.0F;
  for (const float value : vector) most = std::max(most, std::abs(value));
  return most;
}

// Writes the integers nearest to vector / scale, all within 127, to the front of `codes`.
// Returns the sum of the squares of vector - scale * codes.
double round_to_codes(std::span<const float> vector, double scale, std::span<std::int8_t> codes) {
  const double per_code = 1.0 / scale;
  double sums[2] = {};  // Two chains of additions, which a vector instruction does at once.
  const auto round = [&](std::size_t i, double& sum) {
    const double value = vector[i];
    // Towards zero, after half a unit away from it.
    const int code = static_cast<int>(value * per_code + std::copysign(0.5, value));
    const double residual = value - scale * code;
    sum += residual * residual;
    codes[i] = static_cast<std::int8_t>(code);
  };
  const std::size_t whole = vector.size() / 2 * 2;
  for (std::size_t i = 0; i < whole; i += 2) {
    round(i, sums[0]);
    round(i + 1, sums[1]);
  }
  if (whole < vector.size()) round(whole, sums[0]);
  return sums[0] + sums[1];
}

}  // namespace

Int8Blocks::Int8Blocks(MatrixView items, std::vector<std::uint32_t> ids,
                       std::span<const double> norms, ThreadPool& pool)
    : groups_((items.cols + linalg::kGroupComponents - 1) / linalg::kGroupComponents),
      rounding_(items.cols),
      ids_(std::move(ids)) {
  KINDRED_CHECK(items.cols <= linalg::kInt8ComponentsMax);
  sort_by_norm(norms);
  cut_blocks();
  const std::size_t panel_count = (ids_.size() + kPanelItems - 1) / kPanelItems;
  bytes_.assign(panel_count * kPanelItems * code_count(), linalg::kItemBias);
  pool.parallel_for(blocks_.size(), [&](std::size_t b, int) { fill(items, norms, blocks_[b]); });
}

void Int8Blocks::sort_by_norm(std::span<const double> norms) {
  // Positive floats sort as their bits do. Which of two norms that round to the same float
  // comes first does not matter: blocks use the largest of theirs.
  std::vector<std::uint64_t> keys(ids_.size());  // The inverted norm, then the id.
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    const auto norm = static_cast<float>(norms[ids_[i]]);
    keys[i] = std::uint64_t{~std::bit_cast<std::uint32_t>(norm)} << 32U | ids_[i];
  }
  std::ranges::sort(keys);
  std::ranges::transform(keys, ids_.begin(),
                         [](std::uint64_t key) { return static_cast<std::uint32_t>(key); });
}

void Int8Blocks::cut_blocks() {
  const std::size_t fitting = kBlockBytes / std::max<std::size_t>(1, code_count());
  block_items_max_ = std::clamp(fitting / kPanelItems * kPanelItems, kPanelItems, kBlockItemsMax);
  std::size_t size = kPanelItems;
  for (std::size_t begin = 0; begin < ids_.size();) {
    blocks_.push_back({begin, std::min(begin + size, ids_.size())});
    begin += size;
    size = std::min(std::max(size, begin), block_items_max_);
  }
}

void Int8Blocks::fill(MatrixView items, std::span<const double> norms, ItemBlock& block) {
  const auto ids = std::span(ids_).subspan(block.begin, block.end - block.begin);
  float most = 0.0F;
  for (const std::uint32_t id : ids) {
    block.norm_max = std::max(block.norm_max, norms[id]);
    most = std::max(most, magnitude_max(items.row(id)));
  }
  if (most > 0.0F) block.scale = static_cast<double>(most) / kItemCodeMax;
  std::vector<std::int8_t> codes(code_count());
  std::uint8_t* const bytes = bytes_.data() + block.begin * code_count();
  double largest = 0.0;
  for (std::size_t item = 0; item < ids.size(); ++item) {
    largest = std::max(largest, round_to_codes(items.row(ids[item]), block.scale, codes));
    for (std::size_t i = 0; i < codes.size(); i += linalg::kGroupComponents) {
      std::uint8_t* const group = bytes + linalg::panel_offset(groups_, item, i);
      for (std::size_t j = 0; j < linalg::kGroupComponents; ++j) {
        group[j] = static_cast<std::uint8_t>(codes[i + j] + linalg::kItemBias);
      }
    }
  }
  // The last term: scale * code is rounded, by 2^-53 of about the component.
  block.residual_max =
      norm_rounded_up(largest, items.cols) + 0x1p-50 * (block.norm_max + block.scale);
}

linalg::Int8Panels Int8Blocks::panels(const ItemBlock& block) const noexcept {
  return {bytes_.data() + block.begin * code_count(), groups_,
          (block.end - block.begin + kPanelItems - 1) / kPanelItems};
}

QuantisedQuery Int8Blocks::quantise(std::span<const float> query, double norm,
                                    std::span<std::int8_t> codes) const {
  KINDRED_DCHECK(codes.size() == code_count());
  QuantisedQuery result;
  result.norm = norm;
  const float most = magnitude_max(query);
  if (most > 0.0F) result.scale = static_cast<double>(most) / linalg::int8_query_max();
  std::ranges::fill(codes.subspan(query.size()), std::int8_t{0});
  const double residual_sum = round_to_codes(query, result.scale, codes);
  std::int32_t square_sum = 0;
  for (const std::int8_t code : codes) {
    square_sum += code * code;
    result.code_sum += code;
  }
  result.codes_norm = result.scale * norm_rounded_up(square_sum, query.size());
  result.residual_norm =
      norm_rounded_up(residual_sum, query.size()) + 0x1p-50 * (result.norm + result.scale);
  return result;
}

std::int32_t Int8Blocks::start(const ItemBlock& block, const QuantisedQuery& query,
                               float threshold) const noexcept {
  // No sum of codes is beyond this, so neither need be the sum that is asked for.
  const double most = static_cast<double>(code_count()) * kItemCodeMax * kItemCodeMax + 1.0;
  const double slack = query.codes_norm * block.residual_max +
                       query.residual_norm * block.norm_max +
                       rounding_.error_max(query.norm * block.norm_max);
  const double value = static_cast<double>(threshold);
  // A few roundings of the lines above and below, 2^-53 each.
  const double guard = 0x1p-48 * (std::abs(value) + slack);
  const double least = (value - slack - guard) / (query.scale * block.scale);
  // Towards zero: at most 1 less than what is needed. Minus infinity asks for nothing.
  const auto sum = static_cast<std::int32_t>(std::clamp(least, -most, most));
  return -sum - linalg::kItemBias * query.code_sum;
}

}  // namespace kindred::search
