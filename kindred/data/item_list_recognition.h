// Whether a text is lists: each line a user and the items, "user item item ...".
//
// A ratings file has a handful of columns and as many in every line; lists of what people
// took hardly ever do. Lines of whole numbers of changing lengths are taken for lists, of other
// words only where the caller says so (--item-lists).
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kindred/data/ratings_format.h"

namespace kindred::data {

// The format of the lists, or nothing where the text is rows of columns.
// Throws Error(invalid_argument) where it may be either.
std::optional<RatingsFormat> recognize_item_lists(std::string_view head, bool head_is_all,
                                                  const RatingsOptions& options,
                                                  const std::string& file);

}  // namespace kindred::data
