// Lists: each line a user and the items, of changing lengths; half of them said to be lists, the
// others for the reader to find out, which it may do for whole numbers alone.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "kindred/base/printable.h"
#include "kindred/data/ratings_reader.h"
#include "tests/generated/kind.h"
#include "tests/generated/text_file.h"
#include "tests/generated/words.h"

namespace kindred::generated {
namespace {

using Baskets = std::map<std::string, std::set<std::string>>;

struct ListsTruth {
  std::string separator;
  bool asked = false;
  bool padded_short_lines = false;  // With empty cells, as spreadsheets do.
  Baskets baskets;
};

ListsTruth draw_lists(Rng& rng) {
  ListsTruth truth;
  truth.separator = pick(rng, std::vector<std::string>{" ", "\t", ",", ";", "|"});
  truth.asked = chance(rng, 0.5);
  std::vector<IdManner> manners = {IdManner::small_number, IdManner::code, IdManner::word};
  if (!truth.asked) manners = {IdManner::small_number};
  if (truth.asked && truth.separator != " ") manners.push_back(IdManner::two_words);
  truth.padded_short_lines = truth.separator != " " && chance(rng, 0.3);
  const IdManner manner = pick(rng, manners);
  const auto users = draw_ids(rng, manner, static_cast<std::size_t>(between(rng, 6, 30)));
  const auto items = draw_ids(rng, manner, 40);
  for (const std::string& user : users) {
    const auto wanted = static_cast<std::size_t>(between(rng, 1, 12));
    std::set<std::string>& basket = truth.baskets[user];
    while (basket.size() < wanted) basket.insert(pick(rng, items));
  }
  return truth;
}

std::string render(const ListsTruth& truth) {
  std::size_t longest = 0;
  for (const auto& [user, items] : truth.baskets) longest = std::max(longest, items.size());
  std::string text;
  for (const auto& [user, items] : truth.baskets) {
    text += user;
    for (const std::string& item : items) text += truth.separator + item;
    for (std::size_t i = items.size(); truth.padded_short_lines && i < longest; ++i) {
      text += truth.separator;
    }
    text += "\n";
  }
  return text;
}

Baskets baskets_of(const data::Interactions& all) {
  Baskets baskets;
  for (std::size_t user = 0; user < all.by_user.rows; ++user) {
    for (const std::uint32_t item : all.by_user.row_columns(user)) {
      baskets[std::string(all.users.label(user))].insert(std::string(all.items.label(item)));
    }
  }
  return baskets;
}

}  // namespace

std::string try_lists(Rng& rng, Bench& bench, std::string& truth) {
  const ListsTruth lists = draw_lists(rng);
  truth = fmt::format("lists, '{}', {}{}, {} users", printable(lists.separator),
                      lists.asked ? "asked for" : "not asked for",
                      lists.padded_short_lines ? ", padded" : "", lists.baskets.size());
  const auto file = bench.write("lists.txt", render(lists));
  data::RatingsOptions options;
  options.item_lists = lists.asked;
  const data::Ratings read = data::read_ratings(file, options, bench.pool());
  if (baskets_of(read.interactions) == lists.baskets) return "";
  return "other baskets: " + read.summary.format;
}

}  // namespace kindred::generated
