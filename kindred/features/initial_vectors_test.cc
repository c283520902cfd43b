#include "kindred/features/initial_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kindred/features/pooling.h"
#include "tests/support/error_of.h"

namespace kindred::features {
namespace {

using ::testing::HasSubstr;

embedding::Embeddings movies() {
  embedding::Embeddings known;
  known.labels.insert("Heat");
  known.labels.insert("Up");
  known.vectors = Matrix(2, 2, {1, 2, 3, 4});
  return known;
}

std::string error_of(const Encoder& encoder, const embedding::Embeddings& known) {
  std::vector<Matrix> tables = initial_tables(encoder.layout(), 1);
  return test::error_of([&] { take_vectors(encoder, 0, known, tables[0]); });
}

TEST(InitialVectors, AreThoseOfTheSameWord) {
  const Encoder encoder({embedding(vocabulary("movie", {"Up", "Alien", "Heat"}, 1), 2)});
  const std::vector<Matrix> before = initial_tables(encoder.layout(), 1);
  std::vector<Matrix> tables = before;
  EXPECT_EQ(take_vectors(encoder, 0, movies(), tables[0]), 2U);
  EXPECT_EQ(tables[0].row(0)[0], 3.0F);
  EXPECT_EQ(tables[0].row(2)[1], 2.0F);
  EXPECT_EQ(tables[0].row(1)[0], before[0].row(1)[0]) << "an unknown word begins as it would";
  EXPECT_EQ(tables[0].row(3)[1], before[0].row(3)[1]) << "and so does the bucket of the others";
}

TEST(InitialVectors, MustFit) {
  EXPECT_THAT(error_of(Encoder({embedding(vocabulary("movie", {"Up"}), 3)}), movies()),
              HasSubstr("set dimensions = 2"));
  EXPECT_THAT(error_of(Encoder({embedding(hashed("movie", 5), 2)}), movies()),
              HasSubstr("only words of a vocabulary"));
}

// Draws beyond two standard deviations are drawn again; what is left has 0.8796 of the spread.
TEST(InitialVectors, WithoutAModelAreTruncatedNormal) {
  const Encoder encoder({embedding(hashed("x", 20'000), 16)});
  const std::vector<Matrix> tables = initial_tables(encoder.layout(), 3);
  double squares = 0.0;
  for (const float value : tables[0].values()) {
    ASSERT_LE(std::abs(value), 2.0F * 0.25F);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  EXPECT_NEAR(std::sqrt(squares / (20'000.0 * 16.0)), 0.8796 * 0.25, 0.002);
  EXPECT_EQ(initial_tables(encoder.layout(), 3)[0], tables[0]);
}

}  // namespace
}  // namespace kindred::features
