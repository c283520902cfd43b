#include "kindred/tuning/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <bit>
#include <cstddef>
#include <cstring>
#include <exception>
#include <span>

#include "kindred/base/error.h"
#include "kindred/storage/checksum.h"

namespace kindred::tuning {
namespace {

constexpr int kLockWaitMs = 60'000;

// What went wrong, and what to do, for whoever has never heard of SQLite.
std::string words_of(int code, int system_error) {
  const std::string cause =
      system_error == 0 ? std::string() : fmt::format(": {}", std::strerror(system_error));
  switch (code) {
    case SQLITE_CORRUPT:
      return "the file is damaged; put a copy of it in its place, or begin another study";
    case SQLITE_NOTADB:
      return "not the journal of a study, or the file is damaged; choose another folder";
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
      return "its tables are not those of a study: the file is damaged, or another program's";
    case SQLITE_CONSTRAINT:
      return "its rows do not fit together: the file is damaged, or another program has changed "
             "it; put a copy in its place, or begin another study";
    case SQLITE_CANTOPEN:
      return "cannot open or make the journal of the study" + cause;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "cannot write: the file or its folder is read-only";
    case SQLITE_FULL:
      return "cannot write: no space left on the device";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process has kept it locked for a minute; run again when that has ended";
    case SQLITE_NOMEM:
      return "not enough memory to open it";
    case SQLITE_TOOBIG:
      return "a text is too long to keep";
    case SQLITE_IOERR:
      return "cannot read or write it" + cause;
    default:
      return fmt::format("the database gives error {}{}", code, cause);
  }
}

template <typename T>
void add_value(storage::Checksum& checksum, const T& value) {
  checksum.update(std::as_bytes(std::span(&value, 1)));
}

// SQLite's way of calling us; it knows no exceptions.
void row_sum(sqlite3_context* context, int count, sqlite3_value** values) noexcept {
  try {
    storage::Checksum checksum;
    for (sqlite3_value* value : std::span(values, static_cast<std::size_t>(count))) {
      const int type = sqlite3_value_type(value);
      add_value(checksum, static_cast<std::uint8_t>(type));
      if (type == SQLITE_INTEGER) {
        add_value(checksum, sqlite3_value_int64(value));
      } else if (type == SQLITE_FLOAT) {
        add_value(checksum, sqlite3_value_double(value));
      } else if (type != SQLITE_NULL) {
        const auto* bytes = static_cast<const std::byte*>(sqlite3_value_blob(value));
        const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
        add_value(checksum, std::uint64_t{size});
        if (size > 0) checksum.update({bytes, size});
      }
    }
    sqlite3_result_int64(context, std::bit_cast<std::int64_t>(checksum.value()));
  } catch (const std::exception&) {
    sqlite3_result_error_nomem(context);
  }
}

}  // namespace

Statement::Statement(const Database& database, const std::string& sql) : database_(database) {
  require(sqlite3_prepare_v2(database.connection_, sql.c_str(), -1, &statement_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::require(int code) const {
  if (code != SQLITE_OK) database_.fail();
}

Statement& Statement::bind(std::string_view text) {
  require(sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()),
                            SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind(std::int64_t value) {
  require(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

Statement& Statement::bind(double value) {
  require(sqlite3_bind_double(statement_, ++bound_, value));
  return *this;
}

Statement& Statement::bind_null() {
  require(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

bool Statement::next() {
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) database_.fail();
  column_ = 0;
  return code == SQLITE_ROW;
}

std::string Statement::text() {
  const auto* bytes = sqlite3_column_text(statement_, column_);
  const int size = sqlite3_column_bytes(statement_, column_++);
  if (bytes == nullptr) return "";
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::int64_t Statement::integer() { return sqlite3_column_int64(statement_, column_++); }

double Statement::number() { return sqlite3_column_double(statement_, column_++); }

std::optional<double> Statement::optional_number() {
  if (is_null()) return std::nullopt;
  return number();
}

std::optional<std::int64_t> Statement::optional_integer() {
  if (is_null()) return std::nullopt;
  return integer();
}

int Statement::run() {
  while (next()) {
  }
  return sqlite3_changes(database_.connection_);
}

bool Statement::is_null() {
  if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) return false;
  ++column_;
  return true;
}

Database::Database(const std::filesystem::path& path)
    : name_(path.empty() ? "the journal" : path.string()) {
  const std::string file = path.empty() ? ":memory:" : path.string();
  try {
    if (sqlite3_open(file.c_str(), &connection_) != SQLITE_OK) fail();
    sqlite3_busy_timeout(connection_, kLockWaitMs);
    if (sqlite3_create_function(connection_, "row_sum", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                nullptr, row_sum, nullptr, nullptr) != SQLITE_OK) {
      fail();
    }
  } catch (...) {
    sqlite3_close(connection_);
    throw;
  }
}

Database::~Database() { sqlite3_close(connection_); }

void Database::fail() const {
  const int code = connection_ == nullptr ? SQLITE_NOMEM : sqlite3_errcode(connection_) & 0xFF;
  const int system_error = connection_ == nullptr ? 0 : sqlite3_system_errno(connection_);
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR ||
                       code == SQLITE_SCHEMA || code == SQLITE_MISMATCH ||
                       code == SQLITE_CONSTRAINT;
  throw Error(damaged ? ErrorCode::corrupt : ErrorCode::io,
              fmt::format("{}: {}", name_, words_of(code, system_error)));
}

void Database::run(const std::string& sql) const {
  if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

std::int64_t Database::integer(const std::string& sql) const {
  Statement statement(*this, sql);
  return statement.next() ? statement.integer() : 0;
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(connection_); }

void Database::run_between(const char* begin, const char* end, const char* undo,
                           const std::function<void()>& work) const {
  run(begin);
  try {
    work();
    run(end);
  } catch (...) {
    sqlite3_exec(connection_, undo, nullptr, nullptr, nullptr);
    throw;
  }
}

void Database::atomically(const std::function<void()>& work) const {
  // Outside of a transaction the lock is taken first, as whoever reads before may be too late.
  if (sqlite3_get_autocommit(connection_) != 0) return exclusively(work);
  run_between("SAVEPOINT change", "RELEASE change", "ROLLBACK TO change; RELEASE change", work);
}

void Database::exclusively(const std::function<void()>& work) const {
  run_between("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", work);
}

}  // namespace kindred::tuning
