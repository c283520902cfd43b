// Ratings made from vectors that are known: what a rating model must find again.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/sparse.h"

namespace kindred::test {

struct PlantedRatings {
  SparseMatrix known;   // users x items.
  SparseMatrix hidden;  // Other pairs of the same world, to be predicted.
  double noise = 0.0;   // Standard deviation of what no model can know.
};

// 3.5 + b_u + c_i + <p_u, q_i> + noise, with vectors of two dimensions; every pair is
// known with this chance, hidden with a tenth of it.
inline PlantedRatings planted_ratings(std::size_t users, std::size_t items, double density,
                                      double noise = 0.5, std::uint64_t seed = 1) {
  const auto draw = [&](std::size_t rows, std::uint32_t stream) {
    std::vector<std::vector<double>> vectors(rows, std::vector<double>(3));
    for (std::size_t row = 0; row < rows; ++row) {
      Rng rng(seed, stream, row);
      for (double& value : vectors[row]) value = 0.7 * rng.normal();
    }
    return vectors;
  };
  const auto p = draw(users, 1);
  const auto q = draw(items, 2);
  PlantedRatings out;
  out.noise = noise;
  out.known.cols = out.hidden.cols = items;
  for (std::size_t user = 0; user < users; ++user) {
    Rng rng(seed, 3, user);
    for (std::uint32_t item = 0; item < items; ++item) {
      const double chance = rng.uniform();
      const double rating = 3.5 + 0.5 * p[user][2] + 0.5 * q[item][2] + p[user][0] * q[item][0] +
                            p[user][1] * q[item][1] + noise * rng.normal();
      if (chance >= 1.1 * density) continue;
      SparseMatrix& part = chance < density ? out.known : out.hidden;
      part.columns.push_back(item);
      part.values.push_back(static_cast<float>(rating));
    }
    out.known.close_row();
    out.hidden.close_row();
  }
  return out;
}

}  // namespace kindred::test
