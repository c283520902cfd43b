// Which reading of a text of vectors is taken, and where two explain it equally well.

#include "kindred/embedding/table_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kindred/embedding/import.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace kindred::embedding {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TableLayoutTest : public ::testing::Test {
 protected:
  Imported import(std::string_view bytes, const ImportOptions& options = {}) {
    test::write_bytes(folder_ / "x", bytes);
    return import_vectors(folder_ / "x", options);
  }
  std::string error_of(std::string_view bytes, const ImportOptions& options = {}) {
    return test::error_of([&] { import(bytes, options); });
  }
  // "rows x dimensions: labels, each before a colon".
  std::string shape_of(std::string_view bytes, const ImportOptions& options = {}) {
    const Embeddings read = import(bytes, options).embeddings;
    std::string text = std::to_string(read.size()) + " x " + std::to_string(read.dimensions());
    for (std::size_t row = 0; row < read.size(); ++row) {
      text += ":" + std::string(read.labels.label(row));
    }
    return text;
  }

  test::TemporaryFolder folder_;
};

TEST_F(TableLayoutTest, AFirstLineOfTwoNumbersIsWhatTheRestBearsOut) {
  EXPECT_EQ(shape_of("1 1\n1 2\n1 3\n1 4\n"), "4 x 2:0:1:2:3");
  EXPECT_EQ(shape_of("2 4\n3 9\n4 16\n"), "3 x 2:0:1:2");
  EXPECT_EQ(shape_of("2 1\na 5\nb 6\n"), "2 x 1:a:b");
  EXPECT_EQ(shape_of("\xEF\xBB\xBF"
                     "2 3\r\na 1 2 3\r\nb 2 3 4\r\n"),
            "2 x 3:a:b");
  EXPECT_EQ(import("1 1\n1 2\n1 3\n1 4\n").guesses.at(0).flag, "--format word2vec");
  EXPECT_THAT(error_of("2 1\n5 6\n7 8\n"),
              AllOf(HasSubstr("--format word2vec"), HasSubstr("--format table")));
  EXPECT_EQ(shape_of("2 1\n5 6\n7 8\n", {.format = "word2vec"}), "2 x 1:5:7");
  EXPECT_EQ(shape_of("2 1\n5 6\n7 8\n", {.format = "table"}), "3 x 2:0:1:2");
}

TEST_F(TableLayoutTest, RowsAreAsManyAsAnnounced) {
  EXPECT_THAT(error_of("2 3\na 1 2 3\nb 4 5 6\nc 7 8 9\n"), HasSubstr(":4: the first line"));
  EXPECT_THAT(error_of("4 3\na 1 2 3\nb 4 5 6\nc 7 8 9\n"), HasSubstr("4 words, and 3 follow"));
  EXPECT_THAT(error_of("2 4\na 1 2 3\nb 4 5 6\n"), HasSubstr(":2: 4 fields, where the first line"));
  EXPECT_THAT(error_of("2 2\nNew York 1 2\nParis 3 4\n"), HasSubstr("--words-with-spaces"));
  EXPECT_EQ(shape_of("2 2\nNew York 1 2\nParis 3 4\n", {.words_with_spaces = true}),
            "2 x 2:New York:Paris");
  EXPECT_THAT(error_of("1 2\na \x01\x02\x03\x04\x05\x06\x07\x08\nb 1234"s),
              HasSubstr("6 bytes follow"));
}

TEST_F(TableLayoutTest, HeadersAreNamesOrCount) {
  EXPECT_EQ(shape_of("name,x,y\nn0,-1.1,2\nn1,0.5,1\n"), "2 x 2:n0:n1");
  EXPECT_EQ(shape_of("x,y\n1,2\n3,4\n"), "2 x 2:0:1");
  EXPECT_EQ(shape_of(",0,1\n0,0.5,0.25\n1,1.5,2.5\n"), "2 x 2:0:1");
  EXPECT_EQ(shape_of(",0,1\nann,0.5,0.25\nbob,1.5,2.5\n"), "2 x 2:ann:bob");
  EXPECT_EQ(shape_of("0,1,2\n0.5,0.25,1.5\n1.5,2.5,0.5\n"), "2 x 3:0:1");
  EXPECT_EQ(shape_of("word 0 1\nthe 0.5 0.25\n"), "1 x 2:the");
  EXPECT_EQ(shape_of("\"V1\" \"V2\"\n\"a\" 1.5 2\n\"b\" 3 4\n"), "2 x 2:a:b");
  EXPECT_EQ(shape_of("# x y\n1 2.5\n3 4.5\n"), "2 x 2:0:1");
  EXPECT_EQ(shape_of("# made by a program of ours\n1 2.5\n3 4.5\n"), "2 x 2:0:1");
  // Whole numbers below, too: a header or a point.
  EXPECT_THAT(error_of("0,1,2\n5,6,7\n8,8,9\n"),
              AllOf(HasSubstr("--header"), HasSubstr("--no-header")));
  EXPECT_EQ(shape_of("0,1,2\n5,6,7\n8,8,9\n", {.header = true}), "2 x 3:0:1");
  EXPECT_EQ(shape_of("0,1,2\n5,6,7\n8,8,9\n", {.header = false}), "3 x 3:0:1:2");
  EXPECT_EQ(shape_of("0,1,2\n3,4,5\n6,7,8\n"), "3 x 3:0:1:2");
  EXPECT_THAT(error_of("x5,0.5\n1.5,2.5\n"), HasSubstr(":1: 'x5' is not a number"));
}

TEST_F(TableLayoutTest, ClassesAreColumnsAndIdsAreLabels) {
  const Embeddings classes = import("dog,1,2\ncat,3,4\ndog,5,6\n").embeddings;
  EXPECT_EQ(classes.dimensions(), 2U);
  EXPECT_THAT(classes.metadata.at("label").text(), ElementsAre("dog", "cat", "dog"));
  const Embeddings last = import("x,y,species\n1,2,a\n3,4,b\n5,6,a\n").embeddings;
  EXPECT_THAT(last.metadata.at("species").text(), ElementsAre("a", "b", "a"));
  const Embeddings both = import("id,class,x\n17,a,1.5\n18,b,2.5\n19,a,3.5\n").embeddings;
  EXPECT_EQ(both.labels.label(2), "19");
  EXPECT_THAT(both.metadata.at("class").text(), ElementsAre("a", "b", "a"));
  EXPECT_EQ(shape_of("sku,x1,x2\n400,1.5,2\n12,2.5,3\n"), "2 x 2:400:12");
}

TEST_F(TableLayoutTest, WholeNumbersBesideDecimalsMayBeEither) {
  const char* ids = "400,1.5,2.5\n12,2.5,3.5\n7,0.5,1.5\n9,0.1,0.2\n";
  EXPECT_THAT(error_of(ids), AllOf(HasSubstr("--label-columns 1"), HasSubstr("none")));
  EXPECT_EQ(shape_of(ids, {.label_columns = "1"}), "4 x 2:400:12:7:9");
  EXPECT_EQ(shape_of(ids, {.label_columns = "none"}), "4 x 3:0:1:2:3");
  EXPECT_THAT(error_of("1.5,2.5,0\n2.5,3.5,1\n0.5,1.5,0\n0.1,0.2,1\n"),
              HasSubstr("classes: whole numbers of 2 kinds"));
  EXPECT_THAT(error_of("1,5,2\n2,3,4\n3,1,1\n4,6,2\n"), HasSubstr("--label-columns"));
}

TEST_F(TableLayoutTest, SeparatorsAreThoseUnderWhichMostIsNumbers) {
  EXPECT_EQ(shape_of(", 0.5 0.25\nthe 1.5 2.5\n\" 1 2\n"), "3 x 2:,:the:\"");
  EXPECT_EQ(shape_of("\"New York, NY\";1.5;2\n\"a \"\"b\"\"\";2.5;3\n"),
            "2 x 2:New York, NY:a \"b\"");
  EXPECT_EQ(shape_of("a|1|2\nb|3|4.5\n"), "2 x 2:a:b");
  EXPECT_EQ(shape_of("New York\t1.5\t2\nRome\t3\t4\n"), "2 x 2:New York:Rome");
  EXPECT_THAT(error_of("1,5;2,5\n3,5;4,5\n"), HasSubstr("numbers are written with a point"));
  EXPECT_THAT(error_of("1,05\n3,25\n"), HasSubstr("decimal comma"));
  EXPECT_THAT(error_of("a 1 2\nb c 1 2\n"), HasSubstr("--words-with-spaces"));
  EXPECT_EQ(shape_of("a 1 2\nd 5 6\nb c 1 2\n", {.words_with_spaces = true}), "3 x 2:a:d:b c");
}

TEST_F(TableLayoutTest, AMissingOrHugeCoordinateIsAnError) {
  EXPECT_THAT(error_of("1.5,2\n,3\n2.5,4\n"), HasSubstr(":2: '' in column 1"));
  EXPECT_THAT(error_of("1.5,2\n1,NA\n2.5,4\n"), HasSubstr(":2: 'NA' in column 2"));
  EXPECT_THAT(error_of("1.5,2\n1,1e39\n"), HasSubstr("beyond the largest 32-bit number"));
  EXPECT_THAT(error_of("\t\t\n1\t2\t3\n"), HasSubstr(":1:"));
}

TEST_F(TableLayoutTest, BytesThatShiftARowAreAnError) {
  // A word with a space in binary, lines of old computers, an empty last field.
  const std::string floats(12, '\1');
  EXPECT_THAT(error_of("2 3\nnew york " + floats + "\nb " + floats), HasSubstr("hold a space"));
  EXPECT_THAT(error_of("1,2\r3,4\r5,6\r"), HasSubstr("carriage return"));
  EXPECT_THAT(error_of("a,1,2,\nb,3,4,\n"), HasSubstr(":1: '' in column 4"));
}

TEST_F(TableLayoutTest, WordsAreUtf8AndUnique) {
  const Imported read = import("a 1 2\nb\xFF 3 4\n");
  EXPECT_EQ(read.embeddings.labels.label(1), "b\xEF\xBF\xBD");
  EXPECT_EQ(read.guesses.at(0).flag, "--encoding");
  EXPECT_EQ(shape_of("a 1 2\nb\xE9 3 4\n", {.encoding = "latin-1"}), "2 x 2:a:b\xC3\xA9");
  EXPECT_THAT(error_of("a 1 2\nb\xFF 3 4\n", {.encoding = "utf-8"}), HasSubstr("is not UTF-8"));
  EXPECT_EQ(shape_of("3 1\na 1\na 2\na (2) 3\n", {.words_with_spaces = true}),
            "3 x 1:a:a (3):a (2)");
}

// What the first megabyte looks like may be refuted by what follows.
TEST_F(TableLayoutTest, TheEndOfALongTextCounts) {
  std::string text;
  for (int i = 0; i < 25'000; ++i)
    text += std::to_string(i) + ".5 0.5000000000000 0.2500000000000\n";
  text += "x1 0.5 0.25\n";
  EXPECT_THAT(error_of(text), HasSubstr("x1"));
  EXPECT_EQ(import(text, {.label_columns = "1"}).embeddings.labels.label(25'000), "x1");
}

TEST_F(TableLayoutTest, ForeignFormatsAndOtherBytesAreNamed) {
  EXPECT_THAT(error_of("PAR1\x15\x04\x15"), HasSubstr("a Parquet file"));
  EXPECT_THAT(error_of("\xBA\x16\x4F\x2F\x0C\0\0\0"s), HasSubstr("a fastText model"));
  EXPECT_THAT(error_of("{\"a\": [1, 2]}\n"), HasSubstr("JSON"));
  EXPECT_THAT(error_of("\0\0\x0D\x02\0\0\0\x02\0\0\0\x02"s), HasSubstr("idx file whose values"));
  EXPECT_THAT(error_of("abc\0def\n"s), HasSubstr("not a format that is known"));
}

}  // namespace
}  // namespace kindred::embedding
