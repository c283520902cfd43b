#include "kindred/embedding/embeddings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/error.h"

namespace kindred::embedding {

bool is_learned(std::span<const float> vector) noexcept {
  return std::ranges::any_of(vector, [](float value) { return value != 0.0F; });
}

void validate(const Embeddings& embeddings, const char* what) {
  const std::size_t rows = embeddings.vectors.rows();
  if (embeddings.labels.size() != rows || embeddings.metadata.row_count() != rows) {
    throw Error(ErrorCode::corrupt,
                fmt::format("{}: {} labels, {} vectors and {} rows of metadata", what,
                            embeddings.labels.size(), rows, embeddings.metadata.row_count()));
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (const float value : embeddings.vectors.row(row)) {
      if (!std::isfinite(value)) {
        throw Error(ErrorCode::corrupt, fmt::format("{}: the vector of '{}' holds {}", what,
                                                    embeddings.labels.label(row), value));
      }
    }
  }
}

}  // namespace kindred::embedding
