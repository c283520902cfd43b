// The names that people give to the columns of ratings, items and users files.
//
// From public rating data sets, shops' exports and logs. Names are compared as
// normalized_name() gives them: "User_ID" and "userId" are "userid".
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <string_view>

namespace kindred::data {

enum class ColumnRole { user, item, rating, timestamp };

struct KnownColumn {
  ColumnRole role = ColumnRole::user;
  // Names that may be a description beside an id ("title", "name") yield to those that are not.
  bool yields = false;
};

// What a column of a ratings file with this name holds.
std::optional<KnownColumn> known_column(std::string_view normalized);

// Whether a column of an items or users file may have this name.
bool is_attribute_name(std::string_view normalized);

}  // namespace kindred::data
