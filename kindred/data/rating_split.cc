#include "kindred/data/rating_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/progress.h"
#include "kindred/base/rng.h"

namespace kindred::data {
namespace {

// The ratings [begin, end) of a random order are the test.
RatingSplit split_by_lot(const Interactions& ratings, std::size_t begin, std::size_t end,
                         std::uint64_t seed) {
  require_ratings(ratings, "the data");
  const SparseMatrix& pairs = ratings.by_user;
  std::vector<std::uint64_t> order(pairs.entry_count());
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  Rng rng(seed);
  rng.shuffle(std::span(order));
  std::vector<bool> tested(order.size());
  for (std::size_t i = begin; i < end; ++i) tested[order[i]] = true;

  RatingSplit split;
  split.train.users = ratings.users;
  split.train.items = ratings.items;
  split.train.has_values = true;
  split.train.meaning = ratings.meaning;
  split.train.by_user.cols = pairs.cols;
  for (std::uint32_t user = 0; user < pairs.rows; ++user) {
    for (std::uint64_t entry = pairs.offsets[user]; entry < pairs.offsets[user + 1]; ++entry) {
      if (tested[entry]) {
        split.test.push_back({user, pairs.columns[entry], pairs.values[entry],
                              ratings.timestamps.empty() ? 0 : ratings.timestamps[entry]});
        continue;
      }
      split.train.by_user.columns.push_back(pairs.columns[entry]);
      split.train.by_user.values.push_back(pairs.values[entry]);
      if (!ratings.timestamps.empty()) {
        split.train.timestamps.push_back(ratings.timestamps[entry]);
      }
    }
    split.train.by_user.close_row();
  }
  return split;
}

}  // namespace

void require_ratings(const Interactions& interactions, const std::string& what) {
  if (interactions.has_values) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} has no ratings, only pairs: what people would rate cannot be "
                          "learned from it",
                          what));
}

RatingSplit split_rating_ratio(const Interactions& ratings, double share, std::uint64_t seed) {
  const std::size_t count = ratings.by_user.entry_count();
  if (!(share > 0.0 && share < 1.0) || count < 2) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("a share of {} of {} ratings cannot be split off", share, count));
  }
  const auto wanted = static_cast<std::size_t>(std::llround(share * static_cast<double>(count)));
  RatingSplit split = split_by_lot(ratings, 0, std::clamp<std::size_t>(wanted, 1, count - 1), seed);
  split.description =
      fmt::format("ratio: {:g} of all ratings by lot are predicted from the others", share);
  return split;
}

RatingSplit split_rating_fold(const Interactions& ratings, std::size_t fold_count, std::size_t fold,
                              std::uint64_t seed) {
  const std::size_t count = ratings.by_user.entry_count();
  if (fold_count < 2 || fold >= fold_count || count < fold_count) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("part {} of {} cannot be taken of {} ratings", fold + 1, fold_count, count));
  }
  RatingSplit split =
      split_by_lot(ratings, count * fold / fold_count, count * (fold + 1) / fold_count, seed);
  split.description =
      fmt::format("k-fold: part {} of {} is predicted from the others", fold + 1, fold_count);
  return split;
}

RatingSplit split_rating_given(Interactions train, const Interactions& test) {
  require_ratings(train, "the training file");
  require_ratings(test, "the test file");
  RatingSplit split;
  std::size_t leaks = 0;
  for (std::size_t row = 0; row < test.users.size(); ++row) {
    const std::uint32_t user = train.users.insert(test.users.label(row));
    const auto columns = test.by_user.row_columns(row);
    for (std::size_t n = 0; n < columns.size(); ++n) {
      const std::uint32_t item = train.items.insert(test.items.label(columns[n]));
      const bool known = user < train.by_user.rows &&
                         std::ranges::binary_search(train.by_user.row_columns(user), item);
      if (known) {
        ++leaks;
      } else {
        split.test.push_back(
            {user, item, test.by_user.row_values(row)[n],
             test.timestamps.empty() ? 0 : test.timestamps[test.by_user.offsets[row] + n]});
      }
    }
  }
  if (test.timestamps.empty()) train.timestamps.clear();
  while (train.by_user.rows < train.users.size()) train.by_user.close_row();
  train.by_user.cols = train.items.size();
  split.train = std::move(train);
  std::ranges::sort(split.test, {},
                    [](const RatedPair& pair) { return std::pair(pair.user, pair.item); });
  if (split.test.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "nothing to evaluate: no rating of the test file is new to the training file");
  }
  split.description = "given test set: its ratings are predicted from the training file";
  if (leaks > 0) {
    split.description +=
        fmt::format("; {} that are in both files are left out", format_count(leaks));
  }
  return split;
}

}  // namespace kindred::data
