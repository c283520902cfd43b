#include "kindred/api/ratings.h"

#include <fmt/format.h>

#include <cmath>

#include "kindred/base/error.h"
#include "kindred/model/ratings_store.h"

namespace kindred::api {
namespace {

data::Table attributes_of(const std::filesystem::path& file, data::AttributesOptions options,
                          data::Encoding encoding, const data::Vocabulary& labels) {
  if (file.empty()) return data::Table(labels.size());
  options.encoding = encoding;
  return data::read_attributes(file, options, labels).table;
}

void require_rows(const data::Table& table, std::size_t rows, const char* side) {
  if (table.columns().empty() || table.row_count() == rows) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} rows of attributes for {} {}", table.row_count(), rows, side));
}

}  // namespace

Ratings read_ratings(const std::filesystem::path& path, const ReadOptions& options,
                     ThreadPool& pool) {
  Ratings ratings;
  ratings.interactions = model::is_ratings_store(path)
                             ? model::load_ratings(path).interactions
                             : data::read_ratings(path, options.ratings, pool).interactions;
  const data::Encoding encoding = options.ratings.encoding;
  ratings.users =
      attributes_of(options.users_file, options.users, encoding, ratings.interactions.users);
  ratings.items =
      attributes_of(options.items_file, options.items, encoding, ratings.interactions.items);
  data::add_derived_attributes(ratings.interactions, ratings.users, ratings.items);
  return ratings;
}

void check(const Ratings& ratings) {
  const data::Interactions& all = ratings.interactions;
  const SparseMatrix& pairs = all.by_user;
  try {
    kindred::validate(pairs, "the ratings");
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, error.what());
  }
  if (pairs.rows != all.users.size() || pairs.cols != all.items.size()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the ratings are {} x {}, but {} users and {} items have names",
                            pairs.rows, pairs.cols, all.users.size(), all.items.size()));
  }
  if (!all.timestamps.empty() && all.timestamps.size() != pairs.entry_count()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} times for {} ratings", all.timestamps.size(), pairs.entry_count()));
  }
  for (std::size_t user = 0; user < pairs.rows; ++user) {
    for (std::size_t n = 0; n < pairs.row_size(user); ++n) {
      if (std::isfinite(pairs.row_values(user)[n])) continue;
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("user '{}' has rated '{}' {}", all.users.label(user),
                      all.items.label(pairs.row_columns(user)[n]), pairs.row_values(user)[n]));
    }
  }
  require_rows(ratings.items, all.items.size(), "items");
  require_rows(ratings.users, all.users.size(), "users");
}

}  // namespace kindred::api
