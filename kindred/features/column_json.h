// Columns as JSON: in model files, and, written as TOML, in the files people edit.
//
//    {"kind": "numeric", "key": "age", "normalizers": ["zscore"]}
//    {"kind": "indicator", "of": {"kind": "vocabulary", "key": "city", "oov_buckets": 1}}
//    {"kind": "embedding", "dimensions": 8, "of": {"kind": "crossed", "buckets": 1000,
//       "keys": ["city", {"kind": "bucketized", "key": "age", "boundaries": [18, 65]}]}}
//
// docs/guide/columns.md lists the settings. What to_json() writes, column_from_json() reads
// back to an equal column, whatever was learned included. Settings that are not given keep
// their defaults; one that does not exist is an error, so that no typing mistake is lost.
//
// Thread safety: pure functions.

#pragma once

#include <array>
#include <utility>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/features/column.h"

namespace kindred::features {

inline constexpr std::array<std::pair<Combiner, const char*>, 5> kCombinerNames = {
    {{Combiner::sum, "sum"},
     {Combiner::mean, "mean"},
     {Combiner::sqrtn, "sqrtn"},
     {Combiner::last, "last"},
     {Combiner::max, "max"}}};

Json to_json(const Column& column);
Json to_json(const std::vector<Column>& columns);

// Throws Error(invalid_argument) that names the column and the setting: one that is missing,
// unknown, of the wrong type, or refused by check_column().
Column column_from_json(const Json& json);
// Errors begin with the number of the column, from 1.
std::vector<Column> columns_from_json(const Json& json);

}  // namespace kindred::features
