// SQLite as this module uses it, and the only place that knows it: a database, statements whose
// values are bound in order, a checksum of rows, and errors that name the file and what to do
// about it instead of the database's own words.
//
// Thread safety: one thread a database.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace kindred::tuning {

class Database;

// One prepared statement; parameters and columns are counted from 1 and 0 as SQLite does,
// but callers only see the next one. The database must outlive *this.
class Statement {
 public:
  Statement(const Database& database, const std::string& sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  template <typename T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  // Whether there is another row.
  bool next();

  // The next column of the row.
  std::string text();
  std::int64_t integer();
  double number();
  std::optional<double> optional_number();
  std::optional<std::int64_t> optional_integer();

  // Runs it to its end; the number of rows that it changed.
  int run();

 private:
  Statement& bind_null();
  void require(int code) const;
  // Skips the column where it is null.
  bool is_null();

  const Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
  int column_ = 0;
};

class Database {
 public:
  // Opens or makes the file; an empty path keeps it in memory. Others that lock the file are
  // waited for, a minute at most. SQL has the function row_sum(VALUE, ...): the XXH3 of the
  // values with their types.
  // Throws, here and below, Error(io), or Error(corrupt) for a file that is damaged or is no
  // database, or whose tables are not what the statement expects.
  explicit Database(const std::filesystem::path& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::string& name() const noexcept { return name_; }  // For messages.

  // Runs statements that give nothing.
  void run(const std::string& sql) const;
  // The first number that a query gives; 0 where it gives none.
  std::int64_t integer(const std::string& sql) const;
  // The id of the row that was inserted last.
  std::int64_t last_row() const;

  // Runs `work` so that all of it is kept or, where it throws, none; inside a transaction or not.
  void atomically(const std::function<void()>& work) const;
  // The same as a transaction that nobody else writes beside. Requires: not inside another.
  void exclusively(const std::function<void()>& work) const;

 private:
  friend class Statement;
  void run_between(const char* begin, const char* end, const char* undo,
                   const std::function<void()>& work) const;
  [[noreturn]] void fail() const;

  std::string name_;
  sqlite3* connection_ = nullptr;
};

}  // namespace kindred::tuning
