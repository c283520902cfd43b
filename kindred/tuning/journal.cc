#include "kindred/tuning/journal.h"

#include <fmt/format.h>

#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/tuning/database.h"
#include "kindred/tuning/journal_schema.h"
#include "kindred/tuning/trial_check.h"

namespace kindred::tuning {
namespace {

Setting read_setting(const std::string& text, std::int64_t trial, const std::string& path) {
  try {
    return setting_from_json(Json::parse(text));
  } catch (const Error& error) {
    throw Error(ErrorCode::corrupt,
                fmt::format("{}: trial {}: its setting is damaged: {}", path, trial, error.what()));
  }
}

TrialState read_state(const std::string& text, std::int64_t trial, const std::string& path) {
  if (const auto state = parse_trial_state(text)) return *state;
  throw Error(ErrorCode::corrupt,
              fmt::format("{}: trial {}: its state is '{}'; the study is damaged: put a copy of "
                          "the file in its place, or begin another study",
                          path, trial, printable(text)));
}

// Once its rows are sealed nobody would doubt them any more.
void refuse_doubtful(const std::vector<Trial>& trials, const std::string& path) {
  const auto doubt = doubtful_score(trials);
  if (!doubt) return;
  throw Error(ErrorCode::corrupt,
              fmt::format("{}: {}; an earlier version wrote this study without checksums, and a "
                          "damaged file is likelier than such a fall. Put a copy in its place or "
                          "begin another study; --trust-study takes it as it is",
                          path, *doubt));
}

// The columns of a row in the order of the queries below.
Trial read_trial(Statement& row, const std::string& path) {
  Trial trial;
  trial.id = row.integer();
  trial.proposal = row.integer();
  trial.setting = read_setting(row.text(), trial.id, path);
  trial.seed = static_cast<std::uint64_t>(row.integer());
  trial.state = read_state(row.text(), trial.id, path);
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

Journal::Journal(const std::filesystem::path& path, bool trusts_unsealed)
    : database_(std::make_unique<Database>(path)) {
  const Database& database = *database_;
  // Every commit is on the disk when it returns: a trial may be an hour's work.
  database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  exclusively([&] {
    const std::int64_t version = database.integer("PRAGMA user_version");
    if (version == 0 && database.integer("SELECT count(*) FROM sqlite_master") == 0) {
      return make_tables(database);
    }
    check_version(database);
    was_unsealed_ = version < kFirstSealedVersion;
    check_tables(database, !was_unsealed_);
    if (version < 2) add_columns_of_version_2(database);
    check_trials(trials(), database.name());
    if (!was_unsealed_) return;
    if (!trusts_unsealed) refuse_doubtful(trials(), database.name());
    upgrade_tables(database);
  });
}

const std::string& Journal::name() const noexcept { return database_->name(); }

Journal::~Journal() = default;

void Journal::exclusively(const std::function<void()>& work) { database_->exclusively(work); }

std::optional<std::string> Journal::fact(std::string_view key) const {
  Statement statement(*database_, "SELECT value FROM fact WHERE key = ?");
  statement.bind(key);
  if (!statement.next()) return std::nullopt;
  return statement.text();
}

void Journal::set_fact(std::string_view key, std::string_view value) {
  Statement statement(*database_, "INSERT OR REPLACE INTO fact VALUES(?1, ?2, row_sum(?1, ?2))");
  statement.bind(key).bind(value).run();
}

std::vector<Trial> Journal::trials() const {
  std::vector<Trial> trials;
  Statement rows(*database_,
                 "SELECT id, proposal, setting, seed, state, worker, started, heartbeat, ended, "
                 "parameters, memory, message, parent, steps_before FROM trial ORDER BY id");
  while (rows.next()) trials.push_back(read_trial(rows, database_->name()));
  Statement steps(
      *database_,
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
  std::int64_t id = 0;
  database_->atomically([&] {
    Statement statement(
        *database_,
        "INSERT INTO trial SELECT coalesce(max(id) + 1, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "NULL, 0, 0 FROM trial");
    statement.bind(trial.proposal).bind(to_json(trial.setting).dump());
    statement.bind(static_cast<std::int64_t>(trial.seed)).bind(to_text(trial.state));
    statement.bind(trial.worker).bind(trial.started).bind(trial.heartbeat).bind(trial.ended);
    statement.bind(static_cast<std::int64_t>(trial.parameter_count));
    statement.bind(static_cast<std::int64_t>(trial.memory_bytes)).bind(trial.message).run();
    id = database_->last_row();
    seal_trial(*database_, id);
  });
  return id;
}

bool Journal::add_step(std::int64_t trial, const std::string& worker, const StepRecord& step,
                       double now) {
  bool ours = false;
  exclusively([&] {
    Statement alive(*database_,
                    "UPDATE trial SET heartbeat = ? WHERE id = ? AND worker = ? AND "
                    "state = 'running'");
    ours = alive.bind(now).bind(trial).bind(worker).run() == 1;
    if (!ours) return;
    Statement statement(*database_,
                        "INSERT INTO step VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                        "row_sum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))");
    statement.bind(trial).bind(std::int64_t{step.step}).bind(step.seconds).bind(step.train);
    statement.bind(step.validation).bind(step.standard_error);
    statement.bind(step.share).bind(std::int64_t{step.epochs}).run();
    seal_trial(*database_, trial);
  });
  return ours;
}

bool Journal::end(const Trial& trial) {
  KINDRED_CHECK(trial.state != TrialState::running);
  bool ours = false;
  database_->atomically([&] {
    Statement statement(*database_,
                        "UPDATE trial SET state = ?, ended = ?, parameters = ?, memory = ?, "
                        "message = ?, parent = ?, steps_before = ? "
                        "WHERE id = ? AND worker = ? AND state = 'running'");
    statement.bind(to_text(trial.state)).bind(trial.ended);
    statement.bind(static_cast<std::int64_t>(trial.parameter_count));
    statement.bind(static_cast<std::int64_t>(trial.memory_bytes)).bind(trial.message);
    statement.bind(trial.parent).bind(std::int64_t{trial.steps_before});
    ours = statement.bind(trial.id).bind(trial.worker).run() == 1;
    if (ours) seal_trial(*database_, trial.id);
  });
  return ours;
}

std::vector<RangeChange> Journal::range_changes() const {
  std::vector<RangeChange> changes;
  Statement rows(*database_,
                 "SELECT parameter, low, high, after, probe, probe_proposal, reason "
                 "FROM range_change ORDER BY id");
  while (rows.next()) changes.push_back(read_range_change(rows));
  return changes;
}

void Journal::add(const RangeChange& change) {
  database_->atomically([&] {
    Statement statement(*database_,
                        "INSERT INTO range_change(parameter, low, high, after, probe, reason, sum) "
                        "VALUES(?, ?, ?, ?, ?, ?, 0)");
    statement.bind(change.parameter).bind(change.low).bind(change.high).bind(change.after);
    statement.bind(change.probe).bind(change.reason).run();
    seal_last_range(*database_, change.parameter);
  });
}

void Journal::set_probe(const std::string& parameter, std::int64_t proposal) {
  database_->atomically([&] {
    Statement statement(*database_,
                        "UPDATE range_change SET probe_proposal = ? WHERE id = "
                        "(SELECT max(id) FROM range_change WHERE parameter = ?)");
    statement.bind(proposal).bind(parameter).run();
    seal_last_range(*database_, parameter);
  });
}

}  // namespace kindred::tuning
