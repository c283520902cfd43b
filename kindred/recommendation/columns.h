// Finding what people mean in a metadata table: columns by name, titles of rows.
//
// A column is found by its exact name, else without regard to case, singular or plural
// ("genre" finds "genres"), else by its everyday name: "age" is audience_age, and
// "tickets" is popularity, the number of ratings.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "kindred/data/table.h"
#include "kindred/embedding/embeddings.h"

namespace kindred::recommendation {

// Throws Error(not_found) that lists the columns there are.
const data::Column& column_named(const data::Table& table, std::string_view name);

// The title in the metadata, else the name there, else the label.
std::string title_of(const embedding::Embeddings& things, std::size_t row);

}  // namespace kindred::recommendation
