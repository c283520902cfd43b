#include "kindred/linalg/sparse.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "kindred/base/error.h"

namespace kindred {
namespace {

SparseMatrix example() {
  return {.rows = 3,
          .cols = 4,
          .offsets = {0, 2, 2, 4},
          .columns = {0, 3, 1, 3},
          .values = {1.0F, 2.0F, 3.0F, 4.0F}};
}

TEST(SparseMatrix, TransposeSwapsRowsAndColumns) {
  const SparseMatrix expected = {.rows = 4,
                                 .cols = 3,
                                 .offsets = {0, 1, 2, 2, 4},
                                 .columns = {0, 2, 0, 2},
                                 .values = {1.0F, 3.0F, 2.0F, 4.0F}};
  EXPECT_EQ(transpose(example()), expected);
  EXPECT_EQ(transpose(transpose(example())), example());
  EXPECT_EQ(transpose(SparseMatrix{}), SparseMatrix{});
}

TEST(SparseMatrix, ValidateFindsEveryBrokenPromise) {
  EXPECT_NO_THROW(validate(example(), "m"));
  EXPECT_NO_THROW(validate(SparseMatrix{}, "m"));
  SparseMatrix broken = example();
  broken.offsets.pop_back();
  EXPECT_THROW(validate(broken, "m"), Error);
  broken = SparseMatrix();
  broken.rows = SIZE_MAX;
  broken.offsets.clear();
  EXPECT_THROW(validate(broken, "m"), Error);
  broken = example();
  broken.offsets[1] = 9;
  EXPECT_THROW(validate(broken, "m"), Error);
  broken = example();
  broken.columns[1] = 4;
  EXPECT_THROW(validate(broken, "m"), Error);
  broken = example();
  broken.columns[1] = 0;
  EXPECT_THROW(validate(broken, "m"), Error);
  broken = example();
  broken.values.pop_back();
  EXPECT_THROW(validate(broken, "m"), Error);
}

}  // namespace
}  // namespace kindred
