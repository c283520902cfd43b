#include "kindred/factorization/rating_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/linalg/kernels/triangle.h"

namespace kindred::factorization {
namespace {

constexpr std::size_t kRatingTileRows = 64;

}  // namespace

RatingDesign::RatingDesign(MatrixView vectors)
    : dimensions_(vectors.cols), table_(vectors.rows * vectors.cols), biases_(vectors.rows) {
  std::copy_n(vectors.data, vectors.rows * vectors.cols, table_.data());
  for (std::size_t row = 0; row < vectors.rows; ++row) {
    float& last = table_.data()[(row + 1) * dimensions_ - 1];
    biases_[row] = last;
    last = 1.0F;
  }
}

RatingRow::RatingRow(std::size_t dimensions)
    : dimensions_(dimensions),
      stride_(linalg::tile_stride(dimensions + 1)),
      matrix_(dimensions * stride_),
      pull_(linalg::tile_stride(dimensions)),
      tile_(kRatingTileRows * linalg::tile_stride(dimensions)),
      residuals_(kRatingTileRows),
      inverse_diagonal_(dimensions) {}

void RatingRow::start(std::span<const float> precision, std::span<const float> pull) noexcept {
  KINDRED_DCHECK(precision.size() == dimensions_ * dimensions_ && pull.size() == dimensions_);
  std::fill_n(matrix_.data(), matrix_.size(), 0.0F);
  for (std::size_t row = 0; row < dimensions_; ++row) {
    std::copy_n(precision.data() + row * dimensions_, dimensions_, matrix_.data() + row * stride_);
  }
  std::ranges::copy(pull, pull_.data());
  std::fill(pull_.data() + dimensions_, pull_.data() + pull_.size(), 0.0F);
}

void RatingRow::add_to_diagonal(float ridge) noexcept {
  for (std::size_t i = 0; i < dimensions_; ++i) matrix_.data()[i * stride_ + i] += ridge;
}

void RatingRow::add(const RatingDesign& design, std::span<const std::uint32_t> ids,
                    std::span<const float> ratings, float weight) {
  const std::size_t tile_stride = linalg::tile_stride(dimensions_);
  const float root = std::sqrt(weight);
  const std::vector<float> roots(kRatingTileRows, root);
  for (std::size_t begin = 0; begin < ids.size(); begin += kRatingTileRows) {
    const std::size_t count = std::min(kRatingTileRows, ids.size() - begin);
    const auto part = ids.subspan(begin, count);
    const auto residuals = std::span(residuals_).first(count);
    for (std::size_t n = 0; n < count; ++n) {
      residuals[n] = root * (ratings[begin + n] - design.bias(part[n]));
    }
    const linalg::Tile tile = {tile_.data(), count, dimensions_, tile_stride};
    linalg::gather_rows(design.table(), part, std::span(roots).first(count), {}, tile);
    linalg::add_gram_of_columns(tile, matrix_.data(), stride_);
    linalg::add_weighted_rows(tile, residuals, pull_.data());
  }
}

void RatingRow::solve(std::span<const float> noise, std::span<float> solution) {
  float* matrix = matrix_.data();
  for (std::size_t i = 0; i < dimensions_; ++i) matrix[i * stride_ + dimensions_] = pull_.data()[i];
  if (linalg::factor_upper(matrix, dimensions_, stride_, 1, inverse_diagonal_) != dimensions_) {
    throw Error(ErrorCode::invalid_argument,
                "the equations of a row have no finite solution; raise the regularization, or "
                "look for ratings of extreme size");
  }
  for (std::size_t i = 0; i < dimensions_; ++i) {
    solution[i] = matrix[i * stride_ + dimensions_] + (noise.empty() ? 0.0F : noise[i]);
  }
  linalg::back_substitute(matrix, stride_, inverse_diagonal_, solution);
}

void for_each_row(const SparseMatrix& ratings, std::size_t dimensions, ThreadPool& pool,
                  const std::function<void(std::size_t row, RatingRow& scratch)>& solve) {
  std::vector<std::size_t> order(ratings.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::size_t row) { return ratings.row_size(row); });
  std::vector<std::optional<RatingRow>> scratches(static_cast<std::size_t>(pool.thread_count()));
  pool.parallel_for(order.size(), [&](std::size_t index, int worker) {
    auto& scratch = scratches[static_cast<std::size_t>(worker)];
    if (!scratch) scratch.emplace(dimensions);
    solve(order[index], *scratch);
  });
}

float rating_offset(std::span<const float> user, std::span<const float> item) noexcept {
  const std::size_t d = user.size() - 1;
  return user[d] + item[d] + linalg::dot(user.first(d), item.first(d));
}

}  // namespace kindred::factorization
