#include "kindred/tuning/journal_schema.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::tuning {
namespace {

// "Kndr": tells our files from other SQLite files.
constexpr int kApplicationId = 0x4B6E6472;

struct TableFacts {
  const char* name;
  const char* columns;  // All but the checksum.
  const char* key;      // SQL for what an error calls a row.
};

constexpr std::array<TableFacts, 4> kTables = {{
    {"fact", "key, value", "'what it says of its ' || key"},
    {"trial",
     "id, proposal, setting, seed, state, worker, started, heartbeat, ended, parameters, memory, "
     "message, parent, steps_before",
     "'trial ' || id"},
    {"step", "trial, step, seconds, train, validation, standard_error, share, epochs",
     "'step ' || step || ' of trial ' || trial"},
    {"range_change", "id, parameter, low, high, after, probe, probe_proposal, reason",
     "'the new range of ' || parameter"},
}};

constexpr const char* kSchema = R"(
CREATE TABLE fact(key TEXT PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE trial(id INTEGER PRIMARY KEY CHECK(id >= 0),
  proposal INTEGER NOT NULL CHECK(proposal >= 0),
  setting TEXT NOT NULL CHECK(setting LIKE '{%}'),
  seed INTEGER NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('running', 'finished', 'stopped', 'failed', 'lost')),
  worker TEXT NOT NULL, started REAL NOT NULL, heartbeat REAL NOT NULL, ended REAL NOT NULL,
  parameters INTEGER NOT NULL CHECK(parameters >= 0),
  memory INTEGER NOT NULL CHECK(memory >= 0), message TEXT NOT NULL,
  parent INTEGER REFERENCES trial CHECK(parent < id),
  steps_before INTEGER NOT NULL DEFAULT 0 CHECK(steps_before >= 0),
  sum INTEGER NOT NULL) STRICT;
CREATE TABLE step(trial INTEGER NOT NULL REFERENCES trial, step INTEGER NOT NULL CHECK(step >= 1),
  seconds REAL NOT NULL CHECK(seconds >= 0), train REAL, validation REAL,
  standard_error REAL NOT NULL CHECK(standard_error >= 0),
  share REAL NOT NULL DEFAULT 1 CHECK(share > 0 AND share <= 1),
  epochs INTEGER NOT NULL DEFAULT 1 CHECK(epochs >= 0), sum INTEGER NOT NULL,
  PRIMARY KEY(trial, step)) STRICT, WITHOUT ROWID;
CREATE TABLE range_change(id INTEGER PRIMARY KEY, parameter TEXT NOT NULL, low REAL NOT NULL,
  high REAL NOT NULL CHECK(low <= high), after INTEGER NOT NULL, probe REAL NOT NULL,
  probe_proposal INTEGER CHECK(probe_proposal >= 0), reason TEXT NOT NULL,
  sum INTEGER NOT NULL) STRICT;
)";

// What version 2 added to the first.
constexpr const char* kColumnsOfVersion2 =
    "ALTER TABLE trial ADD COLUMN parent INTEGER;"
    "ALTER TABLE trial ADD COLUMN steps_before INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE step ADD COLUMN share REAL NOT NULL DEFAULT 1;"
    "ALTER TABLE step ADD COLUMN epochs INTEGER NOT NULL DEFAULT 1;";

[[noreturn]] void damaged_journal(const Database& database, const std::string& problem) {
  throw Error(ErrorCode::corrupt,
              fmt::format("{}: the study is damaged: {}; put a copy of the file in its place, or "
                          "begin another study",
                          database.name(), problem));
}

void check_pages(const Database& database) {
  Statement pages(database, "PRAGMA quick_check(1)");
  if (!pages.next() || pages.text() != "ok") {
    damaged_journal(database, "a page of its trials is not as it was written");
  }
}

void check_references(const Database& database) {
  Statement lost(database,
                 "SELECT trial, count(*) FROM step WHERE trial NOT IN (SELECT id FROM trial) "
                 "GROUP BY trial ORDER BY trial LIMIT 1");
  if (lost.next()) {
    const std::int64_t trial = lost.integer();
    damaged_journal(database, fmt::format("there are {} steps of trial {}, but the trial is gone",
                                          lost.integer(), trial));
  }
  Statement gap(database, "SELECT count(*), max(id) FROM trial");
  if (gap.next()) {
    const std::int64_t count = gap.integer();
    const std::int64_t last = gap.integer();
    if (count > 0 && last != count - 1) {
      damaged_journal(database,
                      fmt::format("it has {} trials up to trial {}: some are gone", count, last));
    }
  }
}

void check_sums(const Database& database) {
  for (const TableFacts& table : kTables) {
    Statement wrong(database, fmt::format("SELECT {} FROM {} WHERE sum IS NOT {} LIMIT 1",
                                          table.key, table.name, row_sum_of(table.name)));
    if (wrong.next()) {
      damaged_journal(database, fmt::format("the checksum of {} does not agree", wrong.text()));
    }
  }
}

void seal_all(const Database& database) {
  for (const TableFacts& table : kTables) {
    database.run(fmt::format("UPDATE {} SET sum = {}", table.name, row_sum_of(table.name)));
  }
}

}  // namespace

std::string row_sum_of(const std::string& table) {
  for (const TableFacts& facts : kTables) {
    if (table != facts.name) continue;
    // A step that is gone leaves no row that could be wrong: the trial counts them.
    const char* steps =
        table == "trial" ? ", (SELECT count(*) FROM step WHERE step.trial = trial.id)" : "";
    return fmt::format("row_sum({}{})", facts.columns, steps);
  }
  KINDRED_CHECK(false);
  return "";
}

void check_version(const Database& database) {
  if (database.integer("PRAGMA application_id") != kApplicationId) {
    throw Error(ErrorCode::corrupt, fmt::format("{}: not the journal of a study", database.name()));
  }
  const std::int64_t version = database.integer("PRAGMA user_version");
  if (version > kJournalVersion) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: written by a newer version ({}; this one reads {})",
                            database.name(), version, kJournalVersion));
  }
}

void seal_trial(const Database& database, std::int64_t id) {
  Statement(database, "UPDATE trial SET sum = " + row_sum_of("trial") + " WHERE id = ?")
      .bind(id)
      .run();
}

void seal_last_range(const Database& database, const std::string& parameter) {
  Statement(database, "UPDATE range_change SET sum = " + row_sum_of("range_change") +
                          " WHERE id = (SELECT max(id) FROM range_change WHERE parameter = ?)")
      .bind(parameter)
      .run();
}

void make_tables(const Database& database) {
  database.run(kSchema);
  database.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", kApplicationId,
                           kJournalVersion));
}

void add_columns_of_version_2(const Database& database) { database.run(kColumnsOfVersion2); }

void upgrade_tables(const Database& database) {
  for (const TableFacts& table : kTables) {
    database.run(fmt::format("ALTER TABLE {0} RENAME TO old_{0}", table.name));
  }
  database.run(kSchema);
  for (const TableFacts& table : kTables) {
    database.run(fmt::format("INSERT INTO {0}({1}, sum) SELECT {1}, 0 FROM old_{0}{2}", table.name,
                             table.columns,
                             std::string_view(table.name) == "trial" ? " ORDER BY id" : ""));
  }
  for (const char* table : {"step", "trial", "fact", "range_change"}) {
    database.run(fmt::format("DROP TABLE old_{}", table));
  }
  seal_all(database);
  database.run(fmt::format("PRAGMA user_version = {};", kJournalVersion));
}

void check_tables(const Database& database, bool are_sealed) {
  check_pages(database);
  check_references(database);
  if (are_sealed) check_sums(database);
}

}  // namespace kindred::tuning
