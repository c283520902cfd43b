// The tables of a journal, their checksums, and how journals of earlier versions get them.
//
// SQLite keeps no checksums: one flipped bit makes an ndcg of 0.13 into 0.53. So each row holds
// the XXH3 of its values, a trial's also over how many steps it has, and all are compared when a
// journal is opened. The tables are STRICT and have CHECKs for what a column may hold, so that
// nothing else is written either; and SQLite looks through its own pages (quick_check).
//
// Versions: 1 had neither warm starts nor parts of the data, 2 no checksums. Both are read: their
// rows are checked as far as they can be, copied into tables of version 3, and have checksums
// from then on. What was damaged before that cannot be known.
//
// Thread safety: one thread a database.

#pragma once

#include <cstdint>
#include <string>

#include "kindred/tuning/database.h"

namespace kindred::tuning {

inline constexpr int kJournalVersion = 3;
inline constexpr int kFirstSealedVersion = 3;

// SQL for the checksum of a row of "fact", "trial", "step" or "range_change".
std::string row_sum_of(const std::string& table);

// Throws Error(corrupt) for another program's database, Error(unsupported) for a newer version.
void check_version(const Database& database);

// The checksums of a trial, and of the last new range of a parameter, after a change.
void seal_trial(const Database& database, std::int64_t id);
void seal_last_range(const Database& database, const std::string& parameter);

// Makes the tables. Requires: an empty database.
void make_tables(const Database& database);

void add_columns_of_version_2(const Database& database);

// Makes a journal of version 2 one of this version. Throws Error(corrupt) where a value is
// of the wrong type or a row does not fit the tables.
void upgrade_tables(const Database& database);

// Throws Error(corrupt), naming the file and the trial, unless pages and references are whole
// and, where the rows are sealed, all checksums agree.
void check_tables(const Database& database, bool are_sealed);

}  // namespace kindred::tuning
