// A townhouse among houses and apartments: five ways to treat a word that is not listed.
//
// Columns stand in the order of their names, so the type of home comes before the square
// footage however they are listed.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kindred/features/encoder.h"
#include "kindred/features/pooling.h"

using namespace kindred;

namespace {

data::Batch homes() {
  data::Batch batch;
  batch.add("sq_footage", data::column(std::vector<std::int64_t>{1000, 2000, 3000, 4000, 5000}));
  batch.add("house_type",
            data::column(data::TextList{"house", "house", "apt", "apt", "townhouse"}));
  return batch;
}

// Encodes the homes, prints them, and says whether they are what is expected.
bool show(const char* what, features::CategoricalColumn type, const std::vector<float>& expected) {
  const features::Encoder encoder(
      {features::numeric("sq_footage"), features::indicator(std::move(type))});
  features::FeatureBlock block;
  encoder.encode(homes(), block);
  Matrix dense(block.row_count, encoder.layout().width);
  features::dense_features(encoder.layout(), block, {}, dense);
  std::printf("%s\n", what);
  for (std::size_t row = 0; row < dense.rows(); ++row) {
    for (const float value : dense.row(row)) std::printf(" %5.0f", static_cast<double>(value));
    std::printf("\n");
  }
  return std::equal(dense.values().begin(), dense.values().end(), expected.begin(), expected.end());
}

// The buckets of the three words, among `count`.
std::vector<std::uint64_t> buckets_of(std::uint64_t count) {
  std::vector<std::uint64_t> buckets;
  for (const char* word : {"house", "apt", "townhouse"}) {
    buckets.push_back(features::fingerprint64(word) % count);
  }
  return buckets;
}

}  // namespace

int main() {
  const data::TextList words = {"house", "apt"};
  bool ok =
      show("a list: nothing is known of townhouses", features::vocabulary("house_type", words),
           {1, 0, 1000, 1, 0, 2000, 0, 1, 3000, 0, 1, 4000, 0, 0, 5000});
  ok &= show(
      "a list with a default: townhouses count as houses",
      {.kind = features::VocabularyColumn{.key = "house_type", .words = words, .default_id = 0}},
      {1, 0, 1000, 1, 0, 2000, 0, 1, 3000, 0, 1, 4000, 1, 0, 5000});
  ok &=
      show("a list with a bucket for all other words", features::vocabulary("house_type", words, 1),
           {1, 0, 0, 1000, 1, 0, 0, 2000, 0, 1, 0, 3000, 0, 1, 0, 4000, 0, 0, 1, 5000});
  ok &= show("no list: five buckets by hash", features::hashed("house_type", 5),
             {1, 0, 0, 0, 0, 1000, 1, 0, 0, 0, 0, 2000, 0, 0, 0, 0, 1, 3000,  //
              0, 0, 0, 0, 1, 4000, 0, 0, 1, 0, 0, 5000});
  // Fewer buckets, and words share them.
  ok = ok && buckets_of(2) == std::vector<std::uint64_t>{1, 1, 1} &&
       buckets_of(3) == std::vector<std::uint64_t>{1, 2, 1} &&
       buckets_of(4) == std::vector<std::uint64_t>{1, 3, 1} &&
       buckets_of(5) == std::vector<std::uint64_t>{0, 4, 2};
  std::printf("%s\n", ok ? "as expected" : "WRONG");
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
