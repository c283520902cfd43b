// Saving edited labels while the disk misbehaves: the file is the old one or the new one, what is
// shown as saved is what was saved, and once the disk is well again the next save succeeds.

#include <gtest/gtest.h>

#include <cerrno>

#include "kindred/base/error.h"
#include "kindred/serving/label_edits.h"
#include "tests/fault/system_faults.h"
#include "tests/support/temporary_folder.h"

namespace kindred::serving {
namespace {

using test::FaultPlan;

data::Table digits() {
  data::Table table(4);
  table.add({"label", data::NumberColumn{1.0, 2.0, 3.0, 4.0}});
  return table;
}

// Full, over quota, read-only, broken: at every call of the save.
TEST(LabelFaults, AFailedSaveLosesNothingAndTheNextOneSucceeds) {
  for (const std::string call : {"open", "openat", "write", "fsync", "renameat"}) {
    for (const int error : {ENOSPC, EDQUOT, EROFS, EIO}) {
      bool failed = true;
      for (int at = 1; failed; ++at) {
        const test::TemporaryFolder folder;
        const auto file = folder / "x.edited.csv";
        LabelEdits edits(digits(), file, {});
        ASSERT_EQ(edits.save("label", 0, {{0}, {0}, {"7"}}), LabelEdits::Outcome::saved);
        const std::string old_bytes = test::read_bytes(file);
        bool refused = false;
        {
          const FaultPlan plan({.fail_call = call, .fail_at = at, .error = error});
          try {
            EXPECT_EQ(edits.save("label", 1, {{1}, {0}, {"8"}}), LabelEdits::Outcome::saved);
          } catch (const Error& problem) {
            EXPECT_EQ(problem.code(), ErrorCode::io);
            refused = true;
          }
          failed = FaultPlan::has_failed();
        }
        EXPECT_EQ(folder.names().size(), 1U);
        EXPECT_EQ(edits.version("label"), refused ? 1U : 2U);
        EXPECT_EQ(edits.table()->at("label").numbers()[1], refused ? 2.0 : 8.0);
        if (refused && call != "fsync") {
          EXPECT_EQ(test::read_bytes(file), old_bytes);
        }
        if (!refused) continue;
        EXPECT_EQ(edits.save("label", 1, {{1}, {0}, {"8"}}), LabelEdits::Outcome::saved);
        EXPECT_EQ(read_label_file(file, 4).at("label").now[1], "8");
      }
    }
  }
}

TEST(LabelFaults, AFolderThatIsGoneIsAnErrorThatNamesTheFile) {
  const test::TemporaryFolder folder;
  LabelEdits edits(digits(), folder / "gone" / "x.edited.csv", {});
  try {
    edits.save("label", 0, {{0}, {0}, {"7"}});
    ADD_FAILURE() << "saved into a folder that does not exist";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("x.edited.csv"), std::string::npos);
  }
  EXPECT_EQ(edits.version("label"), 0U);
}

}  // namespace
}  // namespace kindred::serving
