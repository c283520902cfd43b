// The plain predictions that a rating model must beat.
//
//   global mean   one number for all
//   user mean     what the person gives on average
//   item mean     what the movie gets on average
//   bias          m + b_u + c_i: harsh and generous people, better and worse movies;
//                 fitted together, each pulled to 0 as if by a few ratings of 0
//
// Who has no rating in training gets the global mean, or the other side's part of it.
//
// Cost: O(ratings). Thread safety: const members from any number of threads.

#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "kindred/linalg/sparse.h"

namespace kindred::recommendation {

enum class RatingBaseline { global_mean, user_mean, item_mean, bias };
inline constexpr std::array kRatingBaselines = {RatingBaseline::global_mean,
                                                RatingBaseline::user_mean,
                                                RatingBaseline::item_mean, RatingBaseline::bias};

const char* name(RatingBaseline baseline) noexcept;  // "user mean"

class RatingBaselines {
 public:
  // Requires: `ratings` (users x items) has an entry.
  explicit RatingBaselines(const SparseMatrix& ratings);

  float predict(RatingBaseline baseline, std::size_t user, std::size_t item) const noexcept;

 private:
  double mean_ = 0.0;
  std::vector<double> user_means_;
  std::vector<double> item_means_;
  std::vector<double> user_biases_;
  std::vector<double> item_biases_;
};

}  // namespace kindred::recommendation
