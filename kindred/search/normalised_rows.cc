#include "kindred/search/normalised_rows.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace kindred::search {

Matrix normalised_rows(MatrixView vectors) {
  Matrix out(vectors.rows, vectors.cols);
  for (std::size_t row = 0; row < vectors.rows; ++row) {
    double sum = 0.0;
    for (const float value : vectors.row(row)) sum += static_cast<double>(value) * value;
    const double norm = sum == 0.0 ? 1.0 : std::sqrt(sum);
    std::ranges::transform(vectors.row(row), out.row(row).begin(), [norm](float value) {
      return static_cast<float>(static_cast<double>(value) / norm);
    });
  }
  return out;
}

}  // namespace kindred::search
