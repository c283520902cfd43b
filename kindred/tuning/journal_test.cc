#include "kindred/tuning/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/tuning/database.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace kindred::tuning {
namespace {

using test::error_of;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// As the last program without checksums wrote it, `.dump` and two pragmas; a trial left out.
constexpr const char* kJournalOfVersion2 = R"(
PRAGMA application_id = 1265525874;
PRAGMA user_version = 2;
CREATE TABLE fact(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO fact VALUES('space','{"dim":{"choices":[4,8]}}');
CREATE TABLE trial(id INTEGER PRIMARY KEY, proposal INTEGER NOT NULL, setting TEXT NOT NULL,
  seed INTEGER NOT NULL, state TEXT NOT NULL, worker TEXT NOT NULL, started REAL NOT NULL,
  heartbeat REAL NOT NULL, ended REAL NOT NULL, parameters INTEGER NOT NULL,
  memory INTEGER NOT NULL, message TEXT NOT NULL, parent INTEGER,
  steps_before INTEGER NOT NULL DEFAULT 0);
INSERT INTO trial VALUES(0,0,'{"dim":4,"regularization":0.01}',1,'finished','here',1795974057.25,
  1795974057.5,1795974057.75,400,16941056,'',NULL,0);
INSERT INTO trial VALUES(1,1,'{"dim":8,"regularization":0.002115}',1,'finished','here',
  1795974058.25,1795974058.5,1795974058.75,800,16941056,'',0,2);
CREATE TABLE step(trial INTEGER NOT NULL REFERENCES trial, step INTEGER NOT NULL,
  seconds REAL NOT NULL, train REAL, validation REAL, standard_error REAL NOT NULL,
  share REAL NOT NULL DEFAULT 1, epochs INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY(trial, step)) WITHOUT ROWID;
INSERT INTO step VALUES(0,1,0.00034,0.2696,0.1026,0.042,1.0,1);
INSERT INTO step VALUES(0,2,0.00011,0.2840,0.1031,0.042,1.0,1);
INSERT INTO step VALUES(1,1,0.00012,0.3098,0.1137,0.048,1.0,1);
INSERT INTO step VALUES(1,2,0.00009,0.3153,0.1234,0.052,1.0,1);
CREATE TABLE range_change(id INTEGER PRIMARY KEY, parameter TEXT NOT NULL, low REAL NOT NULL,
  high REAL NOT NULL, after INTEGER NOT NULL, probe REAL NOT NULL, probe_proposal INTEGER,
  reason TEXT NOT NULL);
)";

class JournalTest : public ::testing::Test {
 protected:
  // Runs SQL as somebody with another program would, without our checks.
  void change(const std::string& sql) {
    const Database database(path_);
    database.run("PRAGMA ignore_check_constraints = ON;" + sql);
  }
  void make_version_2() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_.string() + end);
    change(kJournalOfVersion2);
  }
  void make_sealed() {
    make_version_2();
    const Journal journal(path_);
  }
  std::string problem() {
    return error_of([&] { const Journal journal(path_); });
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "study.sqlite";
};

TEST_F(JournalTest, AJournalWithoutChecksumsIsReadAndHasThemFromThenOn) {
  make_version_2();
  std::vector<Trial> trials;
  {
    const Journal journal(path_);
    EXPECT_TRUE(journal.was_unsealed());
    EXPECT_EQ(journal.fact("space"), R"({"dim":{"choices":[4,8]}})");
    trials = journal.trials();
    ASSERT_EQ(trials.size(), 2U);
    EXPECT_EQ(trials[1].setting.integer("dim"), 8);
    EXPECT_EQ(trials[1].parent, 0);
    EXPECT_EQ(trials[1].value(), 0.1234);
    EXPECT_EQ(trials[0].steps.size(), 2U);
  }
  const Journal again(path_);
  EXPECT_FALSE(again.was_unsealed());
  EXPECT_EQ(again.trials(), trials);
}

TEST_F(JournalTest, AnyChangedValueIsNoticedAndItsTrialNamed) {
  const std::vector<std::string> columns = {
      "trial.proposal = 0",      "trial.setting = '{\"dim\":4}'",
      "trial.seed = 2",          "trial.state = 'stopped'",
      "trial.worker = 'there'",  "trial.started = 1",
      "trial.heartbeat = 2",     "trial.ended = 3",
      "trial.parameters = 801",  "trial.memory = 1",
      "trial.message = 'x'",     "trial.parent = NULL",
      "trial.steps_before = 1",  "step.seconds = 1",
      "step.train = NULL",       "step.validation = 0.5",
      "step.standard_error = 0", "step.share = 0.5",
      "step.epochs = 2"};
  for (const std::string& column : columns) {
    make_sealed();
    const bool is_trial = column.starts_with("trial.");
    change("UPDATE " + std::string(is_trial ? "trial" : "step") + " SET " +
           column.substr(column.find('.') + 1) + " WHERE " +
           (is_trial ? "id = 1" : "trial = 1 AND step = 2"));
    EXPECT_THAT(problem(), AllOf(HasSubstr("study.sqlite"), HasSubstr("trial 1"))) << column;
  }
  make_sealed();
  change("UPDATE fact SET value = '{}'");
  EXPECT_THAT(problem(), HasSubstr("space"));
  make_sealed();
  change("DELETE FROM step WHERE trial = 1 AND step = 2");
  EXPECT_THAT(problem(), HasSubstr("trial 1"));
}

// Pages that SQLite checks, rows that our checksums check, and the rest of the file, which says
// nothing: a flipped bit is an error or changes nothing.
TEST_F(JournalTest, AFlippedBitIsAnErrorOrChangesNothing) {
  make_sealed();
  change("PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string good = test::read_bytes(path_);
  const std::vector<Trial> trials = Journal(path_).trials();
  Rng rng(9);
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::string bad = good;
    std::size_t at = rng.below(good.size());
    // Nearly all of the file is empty space; every other flip hits what is written.
    while (i % 2 == 0 && good[at] == '\0') at = rng.below(good.size());
    bad[at] = static_cast<char>(bad[at] ^ static_cast<char>(1U << rng.below(8)));
    for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(path_.string() + end);
    test::write_bytes(path_, bad);
    std::vector<Trial> found;
    const std::string said = error_of([&] { found = Journal(path_).trials(); });
    if (said == "no error") {
      ASSERT_EQ(found, trials) << "byte " << at;
    } else {
      ++refused;
      ASSERT_THAT(said, AllOf(HasSubstr("study.sqlite"), Not(HasSubstr("constraint")),
                              Not(HasSubstr("malformed"))));
    }
  }
  // One bit of each byte flipped in turn: 1926 of the 2109 bytes that are not 0 are refused, and
  // 81 of the 34755 others; the rest change nothing that is read.
  EXPECT_GT(refused, 160) << "193 of 400 are expected";
}

TEST_F(JournalTest, TrialsThatCannotHaveComeAboutAreNamed) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"DELETE FROM trial", "steps of trial 0"},
      {"DELETE FROM trial WHERE id = 0; DELETE FROM step WHERE trial = 0", "some are gone"},
      {"UPDATE trial SET setting = '{}' WHERE id = 1", "trial 1"},
      {"UPDATE trial SET setting = '{\"dim\":' WHERE id = 1", "trial 1"},
      {"UPDATE trial SET state = 'won' WHERE id = 1", "won"},
      {"UPDATE trial SET parent = 1 WHERE id = 1", "trial 1"},
      {"UPDATE trial SET parameters = -1 WHERE id = 1", "do not fit together"},
      {"UPDATE trial SET seed = 'x' WHERE id = 1", "do not fit together"},
      {"DELETE FROM step WHERE trial = 1", "trial 1"},
      {"UPDATE step SET validation = 9e999 WHERE trial = 1 AND step = 2", "trial 1: step 2"},
      {"UPDATE step SET standard_error = -1 WHERE trial = 1 AND step = 2", "trial 1: step 2"},
      {"UPDATE step SET share = 2 WHERE trial = 1 AND step = 2", "trial 1: step 2"},
      {"UPDATE step SET seconds = -1 WHERE trial = 1 AND step = 2", "trial 1: step 2"},
      {"UPDATE step SET step = 0 WHERE trial = 1 AND step = 1", "trial 1"}};
  for (const auto& [sql, expected] : changes) {
    make_version_2();  // Without checksums: what is said must itself be impossible.
    change(sql);
    EXPECT_THAT(problem(), AllOf(HasSubstr("study.sqlite"), HasSubstr(expected))) << sql;
    EXPECT_THAT(problem(), HasSubstr(expected)) << "taken the second time: " << sql;
  }
}

TEST_F(JournalTest, ADoubtfulScoreOfAnOldJournalIsTakenOnRequestAlone) {
  make_version_2();
  // A fall of 0.7862, where five standard errors are 5 hypot(0.048, 0.052) = 0.354.
  change("UPDATE step SET validation = 0.1137 * 8 WHERE trial = 1 AND step = 1");
  EXPECT_THAT(problem(),
              AllOf(HasSubstr("trial 1 has the validation 0.9096"), HasSubstr("--trust-study")));
  EXPECT_THAT(problem(), HasSubstr("trial 1")) << "sealed though it was refused";
  EXPECT_EQ(Journal(path_, true).trials()[1].value(), 0.1137 * 8);
  EXPECT_EQ(problem(), "no error");
}

TEST_F(JournalTest, ErrorsAreInWordsOfOurs) {
  test::write_bytes(folder_ / "file", "x");
  EXPECT_THAT(error_of([&] { const Journal journal(folder_ / "file" / "s.sqlite"); }),
              AllOf(HasSubstr("file/s.sqlite"), HasSubstr("cannot open or make")));
  EXPECT_THAT(error_of([&] { const Journal journal("/dev/full"); }), HasSubstr("/dev/full"));
  make_sealed();
  change("PRAGMA user_version = 9");
  EXPECT_THAT(problem(), HasSubstr("newer version"));
  make_sealed();
  change("DROP TABLE range_change");
  EXPECT_THAT(problem(), AnyOf(HasSubstr("its tables are not those of a study")));
}

}  // namespace
}  // namespace kindred::tuning
