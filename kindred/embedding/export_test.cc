#include "kindred/embedding/export.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "tests/support/temporary_folder.h"

namespace kindred::embedding {
namespace {

using test::read_bytes;
using test::TemporaryFolder;

Embeddings two_movies() {
  Embeddings movies;
  movies.labels.insert("1");
  movies.labels.insert("a b");
  movies.vectors = Matrix(2, 2, {0.5F, -1.0F, 0.1F, 1e-30F});
  movies.metadata = data::Table(2);
  movies.metadata.add({"year", data::NumberColumn{2001, std::numeric_limits<double>::quiet_NaN()}});
  movies.metadata.add({"title", data::TextColumn{"Shrek\t(2001)", "Line\nend"}});
  return movies;
}

TEST(Export, NpyIsVersionOneAndAligned) {
  const TemporaryFolder folder;
  write_npy(two_movies().vectors, folder / "m.npy");
  const std::string bytes = read_bytes(folder / "m.npy");
  // python3 -c "import numpy,sys; numpy.save(sys.stdout.buffer, numpy.zeros((2,2),'f4'))" | xxd
  ASSERT_EQ(bytes.size(), 128U + 16U);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(bytes.substr(10, 59), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }");
  EXPECT_EQ(bytes.substr(69, 59), std::string(58, ' ') + "\n");
  float second = 0.0F;
  std::memcpy(&second, bytes.data() + 128 + 4, 4);
  EXPECT_EQ(second, -1.0F);
}

TEST(Export, VectorsRoundTripAsText) {
  const TemporaryFolder folder;
  write_vectors_tsv(two_movies().vectors, folder / "v.tsv");
  EXPECT_EQ(read_bytes(folder / "v.tsv"), "0.5\t-1\n0.1\t1e-30\n");
}

TEST(Export, MetadataHasTheTitleFirstAndKeepsItsLines) {
  const TemporaryFolder folder;
  EXPECT_EQ(write_metadata_tsv(two_movies(), folder / "m.tsv"), 2U);
  EXPECT_EQ(read_bytes(folder / "m.tsv"),
            "title\tid\tyear\nShrek (2001)\t1\t2001\nLine end\ta b\t\n");
}

TEST(Export, SingleColumnOfMetadataGoesWithoutHeader) {
  const TemporaryFolder folder;
  Embeddings movies = two_movies();
  movies.metadata = data::Table(2);
  EXPECT_EQ(write_metadata_tsv(movies, folder / "m.tsv"), 0U);
  EXPECT_EQ(read_bytes(folder / "m.tsv"), "1\na b\n");
}

TEST(Export, Word2vecReplacesSpaces) {
  const TemporaryFolder folder;
  EXPECT_EQ(write_word2vec(two_movies(), folder / "m.txt"), 1U);
  EXPECT_EQ(read_bytes(folder / "m.txt"), "2 2\n1 0.5 -1\na_b 0.1 1e-30\n");
}

TEST(Export, LabelsOneALine) {
  const TemporaryFolder folder;
  EXPECT_EQ(write_labels(two_movies().labels, folder / "l.txt"), 0U);
  EXPECT_EQ(read_bytes(folder / "l.txt"), "1\na b\n");
}

}  // namespace
}  // namespace kindred::embedding
