// Ratings, and what is known of those who rate and of what they rate.
//
// A plain value, which a program reads from files or makes itself. Every call of this module
// that takes one checks it first: whatever was put into it, the worst that comes of it is an
// Error that says what is wrong.

#pragma once

#include <filesystem>

#include "kindred/base/thread_pool.h"
#include "kindred/data/attributes.h"
#include "kindred/data/interactions.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/data/table.h"

namespace kindred::api {

struct Ratings {
  data::Interactions interactions;
  data::Table items;  // A row for each item, in their order, or no columns.
  data::Table users;  // The same of the users.
};

struct ReadOptions {
  data::RatingsOptions ratings = {};
  std::filesystem::path items_file = {};  // Attributes by id; empty: none.
  data::AttributesOptions items = {};
  std::filesystem::path users_file = {};
  data::AttributesOptions users = {};
};

// Reads a ratings file, in any of the formats that data/ratings_reader.h recognises, or what
// `kindred import` has written, and the attributes. Items get what the ratings say of them too
// (data/attributes.h).
// Throws Error naming file, line, column and value.
Ratings read_ratings(const std::filesystem::path& path, const ReadOptions& options,
                     ThreadPool& pool);

// Throws Error(invalid_argument) unless all parts fit together: rows and labels, ascending items
// for each user, finite ratings, as many times as pairs, or none.
void check(const Ratings& ratings);

}  // namespace kindred::api
