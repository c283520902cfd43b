#include "kindred/tuning/journal.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::tuning {
namespace {

constexpr int kVersion = 2;
constexpr int kLockWaitMs = 60'000;
// "Kndr": tells our files from other SQLite files.
constexpr int kApplicationId = 0x4B6E6472;

constexpr const char* kTables = R"(
CREATE TABLE fact(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE trial(id INTEGER PRIMARY KEY, proposal INTEGER NOT NULL, setting TEXT NOT NULL,
  seed INTEGER NOT NULL, state TEXT NOT NULL, worker TEXT NOT NULL, started REAL NOT NULL,
  heartbeat REAL NOT NULL, ended REAL NOT NULL, parameters INTEGER NOT NULL,
  memory INTEGER NOT NULL, message TEXT NOT NULL);
CREATE TABLE step(trial INTEGER NOT NULL REFERENCES trial, step INTEGER NOT NULL,
  seconds REAL NOT NULL, train REAL, validation REAL, standard_error REAL NOT NULL,
  PRIMARY KEY(trial, step)) WITHOUT ROWID;
CREATE TABLE range_change(id INTEGER PRIMARY KEY, parameter TEXT NOT NULL, low REAL NOT NULL,
  high REAL NOT NULL, after INTEGER NOT NULL, probe REAL NOT NULL, probe_proposal INTEGER,
  reason TEXT NOT NULL);
)";

// What version 2 added. A new file gets it in the same way.
constexpr const char* kColumnsOfVersion2 =
    "ALTER TABLE trial ADD COLUMN parent INTEGER;"
    "ALTER TABLE trial ADD COLUMN steps_before INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE step ADD COLUMN share REAL NOT NULL DEFAULT 1;"
    "ALTER TABLE step ADD COLUMN epochs INTEGER NOT NULL DEFAULT 1;";

[[noreturn]] void fail_journal(sqlite3* connection, const std::string& path) {
  const int code = connection == nullptr ? SQLITE_NOMEM : sqlite3_errcode(connection);
  const std::string message = connection == nullptr ? "out of memory" : sqlite3_errmsg(connection);
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  throw Error(damaged ? ErrorCode::corrupt : ErrorCode::io, fmt::format("{}: {}", path, message));
}

// One prepared statement; parameters and columns are counted from 1 and 0 as SQLite does,
// but callers only see the next one.
class Statement {
 public:
  Statement(sqlite3* connection, const std::string& path, const char* sql)
      : connection_(connection), path_(path) {
    if (sqlite3_prepare_v2(connection, sql, -1, &statement_, nullptr) != SQLITE_OK) {
      fail_journal(connection, path);
    }
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(std::string_view text) {
    require(sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()),
                              SQLITE_TRANSIENT));
    return *this;
  }
  Statement& bind(std::int64_t value) {
    require(sqlite3_bind_int64(statement_, ++bound_, value));
    return *this;
  }
  Statement& bind(double value) {
    require(sqlite3_bind_double(statement_, ++bound_, value));
    return *this;
  }
  template <typename T>
  Statement& bind(const std::optional<T>& value) {
    if (value) return bind(*value);
    require(sqlite3_bind_null(statement_, ++bound_));
    return *this;
  }

  // Whether there is another row.
  bool next() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail_journal(connection_, path_);
    column_ = 0;
    return code == SQLITE_ROW;
  }

  // The next column of the row.
  std::string text() {
    const auto* bytes = sqlite3_column_text(statement_, column_);
    const int size = sqlite3_column_bytes(statement_, column_++);
    if (bytes == nullptr) return "";
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  }
  std::int64_t integer() { return sqlite3_column_int64(statement_, column_++); }
  double number() { return sqlite3_column_double(statement_, column_++); }
  std::optional<double> optional_number() {
    if (is_null()) return std::nullopt;
    return number();
  }
  std::optional<std::int64_t> optional_integer() {
    if (is_null()) return std::nullopt;
    return integer();
  }

  // Runs it to its end; the number of rows that it changed.
  int run() {
    while (next()) {
    }
    return sqlite3_changes(connection_);
  }

 private:
  void require(int code) const {
    if (code != SQLITE_OK) fail_journal(connection_, path_);
  }
  // Skips the column where it is null.
  bool is_null() {
    if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) return false;
    ++column_;
    return true;
  }

  sqlite3* connection_;
  const std::string& path_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
  int column_ = 0;
};

// The columns of a row in the order of the queries below.
Trial read_trial(Statement& row) {
  Trial trial;
  trial.id = row.integer();
  trial.proposal = row.integer();
  trial.setting = setting_from_json(Json::parse(row.text()));
  trial.seed = static_cast<std::uint64_t>(row.integer());
  trial.state = parse_trial_state(row.text());
  trial.worker = row.text();
  trial.started = row.number();
  trial.heartbeat = row.number();
  trial.ended = row.number();
  trial.parameter_count = static_cast<std::size_t>(row.integer());
  trial.memory_bytes = static_cast<std::size_t>(row.integer());
  trial.message = row.text();
  trial.parent = row.optional_integer();
  trial.steps_before = static_cast<int>(row.integer());
  return trial;
}

StepRecord read_step(Statement& row) {
  StepRecord step;
  step.step = static_cast<int>(row.integer());
  step.seconds = row.number();
  step.train = row.optional_number();
  step.validation = row.optional_number();
  step.standard_error = row.number();
  step.share = row.number();
  step.epochs = static_cast<int>(row.integer());
  return step;
}

RangeChange read_range_change(Statement& row) {
  RangeChange change;
  change.parameter = row.text();
  change.low = row.number();
  change.high = row.number();
  change.after = row.integer();
  change.probe = row.number();
  change.probe_proposal = row.optional_integer();
  change.reason = row.text();
  return change;
}

}  // namespace

struct Journal::Database {
  std::string path;  // For messages.
  sqlite3* connection = nullptr;

  ~Database() { sqlite3_close(connection); }

  void run(const std::string& sql) const {
    if (sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      fail_journal(connection, path);
    }
  }

  Statement prepare(const char* sql) const { return {connection, path, sql}; }

  // The first number that a query gives; 0 where it gives none.
  std::int64_t integer(const char* sql) const {
    Statement statement = prepare(sql);
    return statement.next() ? statement.integer() : 0;
  }
};

Journal::Journal(const std::filesystem::path& path) : database_(std::make_unique<Database>()) {
  Database& database = *database_;
  database.path = path.empty() ? "the journal" : path.string();
  const std::string name = path.empty() ? ":memory:" : path.string();
  if (sqlite3_open(name.c_str(), &database.connection) != SQLITE_OK) {
    fail_journal(database.connection, database.path);
  }
  sqlite3_busy_timeout(database.connection, kLockWaitMs);
  // Every commit is on the disk when it returns: a trial may be an hour's work.
  database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  exclusively([&] {
    const std::int64_t version = database.integer("PRAGMA user_version");
    const bool is_new = version == 0 && database.integer("SELECT count(*) FROM sqlite_master") == 0;
    if (is_new) {
      database.run(kTables);
      database.run(kColumnsOfVersion2);
      database.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                               kApplicationId, kVersion));
      return;
    }
    if (database.integer("PRAGMA application_id") != kApplicationId) {
      throw Error(ErrorCode::corrupt, fmt::format("{}: not the journal of a study", database.path));
    }
    if (version > kVersion) {
      throw Error(ErrorCode::unsupported,
                  fmt::format("{}: written by a newer version ({}; this one reads {})",
                              database.path, version, kVersion));
    }
    if (version < 2) {
      database.run(kColumnsOfVersion2);
      database.run(fmt::format("PRAGMA user_version = {};", kVersion));
    }
  });
}

Journal::~Journal() = default;

void Journal::exclusively(const std::function<void()>& work) {
  database_->run("BEGIN IMMEDIATE");
  try {
    work();
    database_->run("COMMIT");
  } catch (...) {
    sqlite3_exec(database_->connection, "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

std::optional<std::string> Journal::fact(std::string_view key) const {
  Statement statement = database_->prepare("SELECT value FROM fact WHERE key = ?");
  statement.bind(key);
  if (!statement.next()) return std::nullopt;
  return statement.text();
}

void Journal::set_fact(std::string_view key, std::string_view value) {
  Statement statement = database_->prepare("INSERT OR REPLACE INTO fact VALUES(?, ?)");
  statement.bind(key).bind(value).run();
}

std::vector<Trial> Journal::trials() const {
  std::vector<Trial> trials;
  Statement rows = database_->prepare(
      "SELECT id, proposal, setting, seed, state, worker, started, heartbeat, ended, "
      "parameters, memory, message, parent, steps_before FROM trial ORDER BY id");
  while (rows.next()) trials.push_back(read_trial(rows));
  Statement steps = database_->prepare(
      "SELECT trial, step, seconds, train, validation, standard_error, share, epochs FROM step "
      "ORDER BY trial, step");
  auto trial = trials.begin();
  while (steps.next()) {
    const std::int64_t id = steps.integer();
    while (trial != trials.end() && trial->id < id) ++trial;
    if (trial == trials.end()) break;  // Begun by another process since the first query.
    trial->steps.push_back(read_step(steps));
  }
  return trials;
}

std::int64_t Journal::add(const Trial& trial) {
  Statement statement = database_->prepare(
      "INSERT INTO trial SELECT coalesce(max(id) + 1, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0 "
      "FROM trial");
  statement.bind(trial.proposal).bind(to_json(trial.setting).dump());
  statement.bind(static_cast<std::int64_t>(trial.seed)).bind(to_text(trial.state));
  statement.bind(trial.worker).bind(trial.started).bind(trial.heartbeat).bind(trial.ended);
  statement.bind(static_cast<std::int64_t>(trial.parameter_count));
  statement.bind(static_cast<std::int64_t>(trial.memory_bytes)).bind(trial.message).run();
  return sqlite3_last_insert_rowid(database_->connection);
}

bool Journal::add_step(std::int64_t trial, const std::string& worker, const StepRecord& step,
                       double now) {
  bool ours = false;
  exclusively([&] {
    Statement alive = database_->prepare(
        "UPDATE trial SET heartbeat = ? WHERE id = ? AND worker = ? AND "
        "state = 'running'");
    ours = alive.bind(now).bind(trial).bind(worker).run() == 1;
    if (!ours) return;
    Statement statement = database_->prepare("INSERT INTO step VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    statement.bind(trial).bind(std::int64_t{step.step}).bind(step.seconds).bind(step.train);
    statement.bind(step.validation).bind(step.standard_error);
    statement.bind(step.share).bind(std::int64_t{step.epochs}).run();
  });
  return ours;
}

bool Journal::end(const Trial& trial) {
  KINDRED_CHECK(trial.state != TrialState::running);
  Statement statement = database_->prepare(
      "UPDATE trial SET state = ?, ended = ?, parameters = ?, memory = ?, "
      "message = ?, parent = ?, steps_before = ? "
      "WHERE id = ? AND worker = ? AND state = 'running'");
  statement.bind(to_text(trial.state)).bind(trial.ended);
  statement.bind(static_cast<std::int64_t>(trial.parameter_count));
  statement.bind(static_cast<std::int64_t>(trial.memory_bytes)).bind(trial.message);
  statement.bind(trial.parent).bind(std::int64_t{trial.steps_before});
  return statement.bind(trial.id).bind(trial.worker).run() == 1;
}

std::vector<RangeChange> Journal::range_changes() const {
  std::vector<RangeChange> changes;
  Statement rows = database_->prepare(
      "SELECT parameter, low, high, after, probe, probe_proposal, reason "
      "FROM range_change ORDER BY id");
  while (rows.next()) changes.push_back(read_range_change(rows));
  return changes;
}

void Journal::add(const RangeChange& change) {
  Statement statement = database_->prepare(
      "INSERT INTO range_change(parameter, low, high, after, probe, reason) "
      "VALUES(?, ?, ?, ?, ?, ?)");
  statement.bind(change.parameter).bind(change.low).bind(change.high).bind(change.after);
  statement.bind(change.probe).bind(change.reason).run();
}

void Journal::set_probe(const std::string& parameter, std::int64_t proposal) {
  Statement statement = database_->prepare(
      "UPDATE range_change SET probe_proposal = ? WHERE id = "
      "(SELECT max(id) FROM range_change WHERE parameter = ?)");
  statement.bind(proposal).bind(parameter).run();
}

}  // namespace kindred::tuning
