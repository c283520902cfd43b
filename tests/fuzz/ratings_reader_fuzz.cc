// Any bytes either are ratings, the same ones for every chunk size, or an Error, the same
// one too. The first byte of the input chooses options.

#include <cmath>
#include <optional>
#include <string>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/linalg/sparse.h"
#include "tests/fuzz/memory_file.h"

namespace {

using kindred::data::Interactions;
using kindred::data::RatingsOptions;

// The interactions and the summary, or the error.
struct Outcome {
  Interactions interactions;
  std::string text;

  bool operator==(const Outcome&) const = default;
};

Outcome read(const std::filesystem::path& path, const RatingsOptions& options) {
  kindred::ThreadPool pool(1);
  try {
    auto ratings = kindred::data::read_ratings(path, options, pool);
    kindred::validate(ratings.interactions.by_user, "fuzz");
    for (const float value : ratings.interactions.by_user.values) {
      KINDRED_CHECK(std::isfinite(value));
    }
    std::string text = to_text(ratings.summary) + to_json(ratings.summary).dump();
    return {std::move(ratings.interactions), std::move(text)};
  } catch (const kindred::Error& error) {
    return {{}, error.what()};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  RatingsOptions options;
  options.on_bad = (data[0] & 1U) != 0 ? kindred::data::OnBad::skip : kindred::data::OnBad::error;
  options.item_lists = (data[0] & 2U) != 0;
  options.encoding =
      (data[0] & 4U) != 0 ? kindred::data::Encoding::latin1 : kindred::data::Encoding::utf8;
  options.duplicates = static_cast<kindred::data::Duplicates>((data[0] >> 3U) % 5U);
  const kindred::test::MemoryFile file(data + 1, size - 1);
  const Outcome whole = read(file.path(), options);
  options.chunk_bytes = 1 + size % 37;
  KINDRED_CHECK(read(file.path(), options) == whole);
  return 0;
}
