#include "kindred/serving/label_edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kindred/base/error.h"
#include "kindred/embedding/row_metadata.h"
#include "tests/support/temporary_folder.h"

namespace kindred::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Outcome = LabelEdits::Outcome;

class LabelEditsTest : public ::testing::Test {
 protected:
  static data::Table table() {
    data::Table table(3);
    table.add({"title", data::TextColumn{"a, \"b\"", "=1+1", ""}});
    table.add({"label", data::NumberColumn{7.0, 0.25, 3.0}});
    return table;
  }
  std::string bytes() const { return test::read_bytes(file_); }

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "x.edited.csv";
};

TEST_F(LabelEditsTest, SavesWhatIsThenSeen) {
  LabelEdits edits(table(), file_, {});
  const auto before = edits.table();
  EXPECT_EQ(edits.save("label", 0, {{0, 2}, {1, 0}, {"8", "9"}}), Outcome::saved);
  EXPECT_EQ(bytes(), "label,label before\n9,7\n0.25,0.25\n8,3\n");
  EXPECT_EQ(edits.version("label"), 1U);
  EXPECT_EQ(edits.version("title"), 0U);
  EXPECT_THAT(edits.table()->at("label").numbers(), ElementsAre(8.0 + 1.0, 0.25, 8.0));
  EXPECT_THAT(before->at("label").numbers(), ElementsAre(7.0, 0.25, 3.0));  // A snapshot.
  // What is no number makes a column of texts; before stays what the data says.
  EXPECT_EQ(edits.save("label", 1, {{0}, {0}, {"a blot"}}), Outcome::saved);
  EXPECT_THAT(edits.table()->at("label").text(), ElementsAre("a blot", "0.25", "8"));
  EXPECT_THAT(bytes(), HasSubstr("a blot,7\n"));
}

TEST_F(LabelEditsTest, CellsThatNobodyEditedKeepTheirText) {
  data::Table table(3);
  data::WrittenCells written;
  table.add(embedding::typed_column("id", {"123456789012345678", "9", "10"}, &written));
  table.add(embedding::typed_column("n", {"1.10", "+7", "1e3"}, &written));
  LabelEdits edits(table, file_, {}, written);
  EXPECT_EQ(edits.save("id", 0, {{1}, {0}, {"5"}}), Outcome::saved);
  EXPECT_EQ(edits.save("n", 0, {{1}, {0}, {"8"}}), Outcome::saved);
  EXPECT_EQ(bytes(),
            "id,id before,n,n before\n123456789012345678,123456789012345678,1.10,1.10\n"
            "5,9,8,+7\n10,10,1e3,1e3\n");
  EXPECT_THAT(read_label_file(file_, 3).at("n").now, ElementsAre("1.10", "8", "1e3"));
}

// Names that are built never clash with names that are given.
TEST_F(LabelEditsTest, AColumnMayBeCalledAnythingBefore) {
  LabelEdits edits(table(), file_, {});
  for (const char* name : {"mine", "mine before", "mine before before", "mine before (2)"}) {
    EXPECT_EQ(edits.save(name, 0, {{0}, {0}, {name}}), Outcome::saved);
    const EditedColumns back = read_label_file(file_, 3);
    EXPECT_EQ(back.at(name).now[0], name);
    EXPECT_EQ(embedding::read_row_metadata(file_, 3).columns().size(), 2 * back.size());
  }
  EXPECT_EQ(read_label_file(file_, 3).size(), 4U);
  // As it was written before names were told apart.
  test::write_bytes(file_, "mine,mine before,mine before,mine before before\nx,,y,\n,,,\n,,,\n");
  EXPECT_EQ(read_label_file(file_, 3).at("mine before").now[0], "y");
}

TEST_F(LabelEditsTest, NoneOverwritesAnother) {
  LabelEdits edits(table(), file_, {});
  EXPECT_EQ(edits.save("label", 0, {{0}, {0}, {"1"}}), Outcome::saved);
  EXPECT_EQ(edits.save("label", 0, {{0}, {0}, {"2"}}), Outcome::stale);
  EXPECT_EQ(edits.save("title", 0, {{0}, {0}, {"other columns are free"}}), Outcome::saved);
  const std::string mine = bytes();
  test::write_bytes(file_, "written by somebody else");
  EXPECT_EQ(edits.save("label", 1, {{0}, {0}, {"2"}}), Outcome::foreign);
  EXPECT_EQ(bytes(), "written by somebody else");
  EXPECT_EQ(edits.table()->at("label").numbers()[0], 1.0);
  LabelEdits nowhere(table(), {}, {});
  EXPECT_EQ(nowhere.save("label", 0, {{0}, {0}, {"2"}}), Outcome::nowhere_to_save);
}

TEST_F(LabelEditsTest, TheFileBringsEverythingBack) {
  {
    LabelEdits edits(table(), file_, {});
    EXPECT_EQ(edits.save("title", 0, {{1, 2}, {0, 1}, {"tab-free, \"quoted\"", "=cmd"}}),
              Outcome::saved);
    EXPECT_EQ(edits.save("label", 0, {{2}, {0}, {""}}), Outcome::saved);
    EXPECT_EQ(edits.save("checked", 0, {{2}, {0}, {"yes"}}), Outcome::saved);
  }
  const EditedColumns found = read_label_file(file_, 3);
  LabelEdits again(with_columns(table(), found), file_, found);
  EXPECT_THAT(again.table()->at("title").text(),
              ElementsAre("a, \"b\"", "tab-free, \"quoted\"", "=cmd"));
  EXPECT_TRUE(std::isnan(again.table()->at("label").numbers()[2]));
  EXPECT_THAT(again.table()->at("checked").text(), ElementsAre("", "", "yes"));
  EXPECT_EQ(again.save("label", 0, {{2}, {0}, {"4"}}), Outcome::saved);
  EXPECT_THAT(read_label_file(file_, 3).at("label").before, ElementsAre("7", "0.25", "3"));
  // --labels reads it like any other.
  EXPECT_EQ(embedding::read_row_metadata(file_, 3).at("label").numbers()[2], 4.0);
}

TEST_F(LabelEditsTest, AnotherKindOfFileIsNeverWrittenOver) {
  EXPECT_TRUE(read_label_file(file_, 3).empty());
  test::write_bytes(file_, "label,size\n1,2\n3,4\n5,6\n");
  try {
    read_label_file(file_, 3);
    ADD_FAILURE() << "a file of somebody else's was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("x.edited.csv: not a file of edited labels"));
  }
  test::write_bytes(file_, "label,label before\n1,2\n");
  EXPECT_THROW(read_label_file(file_, 3), Error);
}

TEST(LabelChange, IsOneThatAFileCanHold) {
  EXPECT_NO_THROW(check_label_change("label", {{0}, {0}, {"größer, \"=1\""}}));
  EXPECT_THROW(check_label_change("", {}), Error);
  EXPECT_THROW(check_label_change("a\tb", {}), Error);
  EXPECT_THROW(check_label_change("label", {{}, {}, {"a\nb"}}), Error);
  EXPECT_THROW(check_label_change("label", {{}, {}, {std::string(1001, 'x')}}), Error);
  EXPECT_THROW(check_label_change("label", {{1}, {}, {}}), Error);
}

}  // namespace
}  // namespace kindred::serving
