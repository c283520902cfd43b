#include "kindred/embedding/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kindred/base/error.h"
#include "kindred/embedding/export.h"
#include "kindred/embedding/row_metadata.h"
#include "tests/support/data_path.h"
#include "tests/support/error_of.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred::embedding {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ImportTest : public ::testing::Test {
 protected:
  Imported import(std::string_view bytes) {
    test::write_bytes(folder_ / "x", bytes);
    return import_vectors(folder_ / "x");
  }
  std::string error_of(std::string_view bytes) {
    return test::error_of([&] { import(bytes); });
  }
  data::Table metadata(std::string_view bytes, std::size_t rows, const char* name = "m.tsv") {
    test::write_bytes(folder_ / name, bytes);
    return read_row_metadata(folder_ / name, rows);
  }

  test::TemporaryFolder folder_;
};

TEST_F(ImportTest, ReadsBackWhatExportWrites) {
  const Embeddings sample = test::sample_embeddings("i", 9, 4);
  write_npy(sample.vectors, folder_ / "v.npy");
  write_vectors_tsv(sample.vectors, folder_ / "v.tsv");
  write_word2vec(sample, folder_ / "v.txt");
  for (const char* name : {"v.npy", "v.tsv", "v.txt"}) {
    EXPECT_EQ(import_vectors(folder_ / name).embeddings.vectors, sample.vectors) << name;
  }
  EXPECT_EQ(import_vectors(folder_ / "v.txt").embeddings.labels, sample.labels);
  write_metadata_tsv(sample, folder_ / "m.tsv");
  const data::Table table = read_row_metadata(folder_ / "m.tsv", 9);
  EXPECT_EQ(table.at("id").text()[3], "i3");
  EXPECT_FALSE(table.at("year").is_text());
}

TEST_F(ImportTest, ReadsWord2VecBinary) {
  const std::array<float, 4> values = {1.0F, -2.5F, 3.0F, 0.25F};
  const auto* raw = reinterpret_cast<const char*>(values.data());
  const std::string bytes =
      "2 2\nking "s + std::string(raw, 8) + "\nqueen " + std::string(raw + 8, 8) + "\n";
  const Embeddings read = import(bytes).embeddings;
  EXPECT_EQ(read.labels.label(1), "queen");
  EXPECT_THAT(read.vectors.values(), ElementsAre(1.0F, -2.5F, 3.0F, 0.25F));
  EXPECT_THAT(error_of(bytes.substr(0, 30)), HasSubstr("ends within row 1"));
}

TEST_F(ImportTest, ReadsTablesWithAndWithoutLabels) {
  EXPECT_THAT(import("1\t2\n3\t4\n").embeddings.vectors.values(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(import("1,2\r\n\r\n3,4").embeddings.vectors.values(), ElementsAre(1, 2, 3, 4));
  const Embeddings labelled = import("a 1 2\nb 3 4\n").embeddings;
  EXPECT_EQ(labelled.labels.label(1), "b");
  EXPECT_THAT(labelled.vectors.values(), ElementsAre(1, 2, 3, 4));
}

TEST_F(ImportTest, SaysWhereTextIsWrong) {
  EXPECT_THAT(error_of(""), HasSubstr("empty"));
  EXPECT_THAT(error_of("\n\n"), HasSubstr("no rows"));
  EXPECT_THAT(error_of("1\t2\n3\n"), HasSubstr(":2: 1 fields, where the first line has 2"));
  EXPECT_THAT(error_of("1\t2\n3\tx\n"), HasSubstr(":2: 'x' is not a number"));
  EXPECT_THAT(error_of("1\t2\n3\tnan\n"), HasSubstr("'nan' is not a number"));
  EXPECT_THAT(error_of("a\t2\na\t3\n"), HasSubstr(":2: the label 'a' comes twice"));
  EXPECT_THAT(error_of("99999999 300\nx 1\n"), HasSubstr("announces 99999999 x 300"));
  EXPECT_THAT(error_of("2 2\na 1 2\nb 1 x\n"), HasSubstr("row 1: 'x'"));
  EXPECT_THAT(error_of("\0\0\x08\x01\0\0\0\x01"s + "a"), HasSubstr("--labels"));
}

TEST_F(ImportTest, IdxImagesArePixelsAndPictures) {
  const Imported read = import("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02"s + "\x00\xff\x33\x66"s);
  EXPECT_THAT(read.embeddings.vectors.values(), ElementsAre(0.0F, 1.0F, 0.2F, 0.4F));
  EXPECT_EQ(read.images.width, 2U);
  EXPECT_EQ(read.images.count, 2U);
}

TEST_F(ImportTest, MetadataHasAHeaderWhenItHasOneLineMore) {
  EXPECT_EQ(metadata("7\n2\n", 2).at("label").numbers()[0], 7.0);
  EXPECT_EQ(metadata("digit\n7\n2\n", 2).at("digit").numbers()[1], 2.0);
  const data::Table table = metadata("a\tb\nx\t1\n\"y\t2\n", 2);
  EXPECT_EQ(table.at("a").text()[1], "\"y");
  EXPECT_EQ(metadata("a,b\n\"x,1\",02\n", 1, "m.csv").at("a").text()[0], "x,1");
  EXPECT_TRUE(metadata("a,b\n\"x,1\",02\n", 1, "m.csv").at("b").is_text());
  EXPECT_EQ(metadata("\0\0\x08\x01\0\0\0\x02"s + "\x05\x06", 2).at("label").numbers()[1], 6.0);
  EXPECT_THROW(metadata("1\n2\n3\n4\n", 2), Error);
  EXPECT_THROW(metadata("a\tb\n1\n", 1), Error);
  EXPECT_THROW(metadata("\xff\n", 1), Error);
}

TEST_F(ImportTest, ReadsTheProjectorsOwnFiles) {
  const auto bytes = test::data_file("projector_demo/iris_tensors.bytes");
  if (!bytes) GTEST_SKIP() << test::missing_data("projector_demo/iris_tensors.bytes");
  const Embeddings iris = import_raw(*bytes, 150, 4);
  EXPECT_FLOAT_EQ(iris.vectors.row(0)[0], 5.1F);
  const data::Table table = read_row_metadata(bytes->parent_path() / "iris_labels.tsv", 150);
  EXPECT_EQ(table.columns().size(), 5U);
  EXPECT_EQ(table.at("class").text()[149], "Iris-virginica");
  EXPECT_EQ(read_row_metadata(bytes->parent_path() / "mnist_10k_784d_labels.tsv", 10'000)
                .at("label")
                .numbers()[0],
            7.0);
  EXPECT_EQ(read_row_metadata(bytes->parent_path() / "word2vec_10000_200d_labels.tsv", 10'000)
                .at("word")
                .text()[1],
            "the");
  EXPECT_THROW(import_raw(*bytes, 150, 5), Error);
}

}  // namespace
}  // namespace kindred::embedding
