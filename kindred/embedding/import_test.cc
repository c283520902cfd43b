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
  EXPECT_THAT(error_of("1\t2\n3\tnan\n"), HasSubstr(":2: 'nan' in column 2 is not a number"));
  EXPECT_THAT(error_of("99999999 300\nx 1\n"), HasSubstr("announces 99999999 x 300"));
  EXPECT_THAT(error_of("2 2\na 1 2\nb 1 x\n"), HasSubstr(":3: 'x' is not a number"));
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

TEST_F(ImportTest, MetadataKeepsItsTexts) {
  test::write_bytes(folder_ / "m.tsv", "n\tid\n1.10\t123456789012345678\n+7\t9\n");
  data::WrittenCells written;
  const data::Table table = read_row_metadata(folder_ / "m.tsv", 2, "", &written);
  EXPECT_EQ(table.at("n").numbers()[0], 1.1);
  EXPECT_EQ(data::exact_cell(table.at("n"), 0, written), "1.10");
  EXPECT_EQ(data::exact_cell(table.at("n"), 1, written), "+7");
  EXPECT_EQ(table.at("id").text()[0], "123456789012345678");
  EXPECT_FALSE(metadata("9007199254740991\n5\n", 2).at("label").is_text());
  EXPECT_TRUE(metadata("9007199254740993\n5\n", 2).at("label").is_text());
  EXPECT_EQ(data::exact_cell(metadata("1e3\n5\n", 2).at("label"), 0), "1000");
}

TEST_F(ImportTest, MetadataOfOneColumnMayEndInEmptyRows) {
  EXPECT_EQ(metadata("a\nb\n\n", 3).at("label").text()[2], "");
  EXPECT_EQ(metadata("a\nb\n\n\n", 2).at("label").text()[1], "b");
  EXPECT_EQ(metadata("label\na\nb\n\n", 3).at("label").text()[0], "a");
  EXPECT_EQ(metadata("a\tb\n1\t2\n\n\n", 1).at("a").numbers()[0], 1.0);
  EXPECT_THAT(test::error_of([&] { metadata("a\tb\n\n1\t2\n", 2); }), HasSubstr("empty line"));
}

TEST_F(ImportTest, MetadataWithQuotesIsReadAsItWasWritten) {
  // The projector's TSV knows no quotes; that of spreadsheets quotes what needs it.
  EXPECT_EQ(metadata("\"x\ny\"\n", 2).at("label").text()[0], "\"x");
  EXPECT_EQ(metadata("\"x\"\ny\n", 2).at("label").text()[0], "\"x\"");
  EXPECT_EQ(metadata("t\tn\n\"a\nb\"\t1\n", 1).at("t").text()[0], "a\nb");
  EXPECT_EQ(metadata("t\tn\n\"a \"\"b\"\"\"\t1\n", 1).at("t").text()[0], "a \"b\"");
  EXPECT_EQ(metadata("a\ta\n1\t2\n", 1).at("a (2)").numbers()[0], 2.0);
}

// What the formats cannot hold is changed so that all labels differ, and kept beside them.
TEST_F(ImportTest, EveryLabelComesBackFromAnExport) {
  const std::vector<std::string> labels = {"new york", "new_york",     "",           "a\tb",
                                           "a\nb",     "\"q\"",        "\"x\"\"y\"", "new_york_2",
                                           " ",        "\xE6\x97\xA5", "_"};
  Embeddings things;
  things.labels = data::Vocabulary(labels);
  things.vectors = Matrix(labels.size(), 2);
  for (std::size_t row = 0; row < labels.size(); ++row) {
    things.vectors.row(row)[0] = static_cast<float>(row) + 0.5F;
  }
  things.metadata = data::Table(labels.size());
  EXPECT_EQ(write_word2vec(things, folder_ / "w.txt"), 5U);
  const Embeddings read = import_vectors(folder_ / "w.txt").embeddings;
  EXPECT_EQ(read.vectors, things.vectors);
  EXPECT_EQ(read.labels.size(), labels.size());  // All differ.
  EXPECT_EQ(read.labels.label(1), "new_york");
  EXPECT_EQ(read.labels.label(0), "new_york_3");
  EXPECT_EQ(read.labels.label(2), "__2");
  EXPECT_EQ(write_labels(things.labels, folder_ / "l.txt"), 3U);
  EXPECT_EQ(read_row_metadata(folder_ / "l.txt", labels.size()).at("label").text()[5], "\"q\"");
  write_labels_csv(things.labels, folder_ / "l.csv");
  EXPECT_EQ(read_row_metadata(folder_ / "l.csv", labels.size()).at("label").text(), labels);
}

TEST_F(ImportTest, WhatNeedsNoBytesIsBounded) {
  const auto npy = [](const std::string& type, const std::string& shape) {
    std::string header =
        "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    header.resize(117, ' ');
    return "\x93NUMPY\x01\0v\0"s + header + "\n";
  };
  EXPECT_THAT(error_of(npy("<f4", "(4611686018427387904, 0)")), HasSubstr("shape"));
  EXPECT_THAT(error_of(npy("<f4", "(0, 3)")), HasSubstr("no rows"));
  EXPECT_THAT(error_of(npy("<f4", "(4, 0)")), HasSubstr("0 dimensions"));
  EXPECT_THAT(error_of(npy("|S0", "(200000000, 2)")), HasSubstr("width 0"));
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
