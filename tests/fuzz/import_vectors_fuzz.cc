// Any bytes either are vectors, all finite and all named, or an Error.

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/embedding/import.h"
#include "tests/fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const kindred::test::MemoryFile file(data, size);
  try {
    const auto imported = kindred::embedding::import_vectors(file.path());
    const auto& embeddings = imported.embeddings;
    KINDRED_CHECK(embeddings.size() > 0 && embeddings.labels.size() == embeddings.size());
    for (const float value : embeddings.vectors.values()) KINDRED_CHECK(std::isfinite(value));
    KINDRED_CHECK(imported.images.empty() || imported.images.count == embeddings.size());
  } catch (const kindred::Error&) {
    // As promised.
  }
  return 0;
}
