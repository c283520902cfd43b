#include "tests/generated/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "tests/generated/text_file.h"

namespace kindred::generated {
namespace {

const std::vector<std::string> kFirst = {"Anna", "Ben",   "Cleo", "Dan",  "Eve",   "Finn",
                                         "Gus",  "Hanna", "Ida",  "Jack", "Kim",   "Leo",
                                         "Mia",  "Nils",  "Olga", "Paul", "Quinn", "Rosa"};
const std::vector<std::string> kLast = {"Smith", "Jones", "Moss",  "Weber", "Rossi", "Garcia",
                                        "Novak", "Silva", "Brown", "Evans", "Khan",  "Lind"};
const std::vector<std::string> kThings = {"bread", "milk",  "tea",    "salt", "lamp", "chair",
                                          "soap",  "paper", "candle", "cup",  "rope", "nail",
                                          "apple", "pear",  "plum",   "rice", "oil",  "honey"};
const std::vector<std::string> kAccented = {"Zoë",  "Müller", "Øre",  "Čapek", "Łódź",  "naïve",
                                            "東京", "Москва", "café", "Ærø",   "Şirin", "señor"};
const std::vector<std::string> kSyllables = {"ka", "lo", "mi", "ru", "se", "to", "va", "ne"};

std::string syllables(Rng& rng, std::size_t count) {
  std::string word;
  for (std::size_t i = 0; i < count; ++i) word += pick(rng, kSyllables);
  return word;
}

std::string draw_id(Rng& rng, IdManner manner, const std::string& prefix) {
  switch (manner) {
    case IdManner::small_number:
      return fmt::format("{}", between(rng, 1, 400));
    case IdManner::large_number:
      return fmt::format("{}", between(rng, 100'000'000, 9'999'999'999));
    case IdManner::leading_zero:
      return fmt::format("{:05}", between(rng, 1, 9999));
    case IdManner::code:
      return fmt::format("{}{}", prefix, between(rng, 1, 999));
    case IdManner::word:
      return chance(rng, 0.5) ? pick(rng, kThings) + syllables(rng, 1) : syllables(rng, 3);
    case IdManner::two_words:
      return pick(rng, kFirst) + " " + pick(rng, kLast) + (chance(rng, 0.2) ? " Jr" : "");
    case IdManner::last_first:
      return pick(rng, kLast) + ", " + pick(rng, kFirst);
    case IdManner::unicode:
      return pick(rng, kAccented) + syllables(rng, 1);
    case IdManner::quoted_title:
      return fmt::format("The \"{}\" of {}", pick(rng, kThings), syllables(rng, 2));
    case IdManner::title:
      break;
  }
  return fmt::format("{} {} ({})", pick(rng, kThings), syllables(rng, 2), between(rng, 1950, 2020));
}

}  // namespace

std::vector<std::string> draw_ids(Rng& rng, IdManner manner, std::size_t count) {
  const std::string prefix =
      pick(rng, std::vector<std::string>{"A", "u", "sku-", "item_", "B00", "X-"});
  std::set<std::string> seen;
  std::vector<std::string> ids;
  for (std::size_t tries = 0; ids.size() < count && tries < 50 * count; ++tries) {
    std::string id = draw_id(rng, manner, prefix);
    if (seen.insert(id).second) ids.push_back(std::move(id));
  }
  return ids;
}

std::string draw_name(Rng& rng, NameOf what) {
  static const std::vector<std::string> kUsers = {
      "user",       "userId",  "user_id", "customer",   "CustomerID", "customer_id",
      "member",     "client",  "account", "visitorid",  "buyer",      "Member_number",
      "reviewerID", "User-ID", "uid",     "session_id", "user_name",  "person"};
  static const std::vector<std::string> kItems = {
      "item",  "itemId", "item_id", "movieId", "product",   "product_id",      "sku",
      "ISBN",  "asin",   "goods",   "article", "game",      "itemDescription", "StockCode",
      "track", "artist", "song",    "book",    "article_id"};
  static const std::vector<std::string> kRatings = {"rating", "stars",       "score",
                                                    "Rating", "Book-Rating", "overall"};
  static const std::vector<std::string> kTimes = {"timestamp", "time",       "date",       "ts",
                                                  "datetime",  "event_time", "created_at", "Date"};
  switch (what) {
    case NameOf::user:
      return pick(rng, kUsers);
    case NameOf::item:
      return pick(rng, kItems);
    case NameOf::rating:
      return pick(rng, kRatings);
    case NameOf::time:
      break;
  }
  return pick(rng, kTimes);
}

}  // namespace kindred::generated
