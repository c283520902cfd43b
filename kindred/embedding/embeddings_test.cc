#include "kindred/embedding/embeddings.h"

#include <gtest/gtest.h>

#include <limits>

#include "kindred/base/error.h"
#include "kindred/embedding/dimension_rule.h"

namespace kindred::embedding {
namespace {

TEST(DimensionRule, FourthRootRoundedToFives) {
  EXPECT_NEAR(fourth_root(500000), 26.59, 0.01);
  EXPECT_EQ(starting_dimensions(500000), 25);
  EXPECT_EQ(starting_dimensions(3706), 8);
  EXPECT_EQ(starting_dimensions(1000000), 30);
  EXPECT_EQ(starting_dimensions(1), 1);
  EXPECT_EQ(starting_dimensions(0), 1);
}

TEST(DimensionRule, DefaultIsSmallerForSmallVocabularies) {
  EXPECT_EQ(default_dimensions(500000, 128), 128);
  EXPECT_EQ(default_dimensions(1024, 128), 128);
  EXPECT_EQ(default_dimensions(158, 128), 19);
  EXPECT_EQ(default_dimensions(3, 128), 8);
}

TEST(Embeddings, ValidateComparesRowsAndRefusesNan) {
  Embeddings embeddings;
  EXPECT_NO_THROW(validate(embeddings, "items"));
  embeddings.labels.insert("a");
  EXPECT_THROW(validate(embeddings, "items"), Error);
  embeddings.vectors = Matrix(1, 2);
  embeddings.metadata = data::Table(1);
  EXPECT_NO_THROW(validate(embeddings, "items"));
  embeddings.vectors.row(0)[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(validate(embeddings, "items"), Error);
}

}  // namespace
}  // namespace kindred::embedding
