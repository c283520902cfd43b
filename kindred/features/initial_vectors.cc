#include "kindred/features/initial_vectors.h"

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"

namespace kindred::features {

std::size_t take_vectors(const Encoder& encoder, std::size_t table,
                         const embedding::Embeddings& embeddings, Matrix& values) {
  const EmbeddingTable& facts = encoder.layout().tables[table];
  const auto& column = std::get<EmbeddingColumn>(encoder.columns()[facts.column]);
  const auto* words = std::get_if<VocabularyColumn>(&column.categorical.kind);
  if (words == nullptr) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("column '{}': only words of a vocabulary can begin with the vectors of "
                            "a model",
                            printable(facts.name)));
  }
  if (embeddings.dimensions() != facts.dimensions) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("column '{}' has {} dimensions, the vectors of '{}' have {}; set "
                    "dimensions = {}",
                    printable(facts.name), facts.dimensions, printable(facts.initial_vectors),
                    embeddings.dimensions(), embeddings.dimensions()));
  }
  std::size_t found_count = 0;
  for (std::size_t word = 0; word < words->words.size(); ++word) {
    const auto row = embeddings.labels.find(words->words[word]);
    if (!row) continue;
    std::ranges::copy(embeddings.vectors.row(*row), values.row(word).begin());
    ++found_count;
  }
  return found_count;
}

}  // namespace kindred::features
