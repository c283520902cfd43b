// Names of columns that hold values, from public data sets, shops, players and surveys.

#include <algorithm>
#include <array>

#include "kindred/data/value_scale.h"

namespace kindred::data {
namespace {

constexpr auto kRatingNames = std::to_array<std::string_view>(
    {"rating",       "ratings",    "ratingvalue",   "ratingscore", "userrating", "movierating",
     "bookrating",   "itemrating", "score",         "scores",      "userscore",  "reviewscore",
     "reviewrating", "overall",    "overallrating", "stars",       "star",       "starrating",
     "starratings",  "numstars",   "preference",    "preferences", "pref",       "grade",
     "grades",       "mark",       "marks",         "evaluation",  "opinion",    "enjoyment",
     "satisfaction", "sentiment",  "affinity",      "relevance",   "points",     "voteaverage",
     "responsevalue"});

// Names of the opposite (dislike, skipped, returned) are not among them: these are asked about.
constexpr auto kFlagNames = std::to_array<std::string_view>(
    {"liked",      "like",         "isliked",     "islike",        "haslike",
     "hasliked",   "doeslike",     "feedback",    "userfeedback",  "clicked",
     "click",      "isclick",      "isclicked",   "hasclicked",    "purchased",
     "purchase",   "ispurchased",  "ispurchase",  "haspurchased",  "bought",
     "isbought",   "buy",          "ordered",     "isordered",     "converted",
     "conversion", "isconverted",  "favorite",    "favourite",     "favorited",
     "favourited", "isfavorite",   "isfavourite", "fav",           "watched",
     "iswatched",  "haswatched",   "viewed",      "isviewed",      "seen",
     "read",       "isread",       "listened",    "played",        "isplayed",
     "owned",      "owns",         "downloaded",  "installed",     "subscribed",
     "followed",   "follows",      "shared",      "saved",         "bookmarked",
     "wishlisted", "wishlist",     "added",       "addtocart",     "addedtocart",
     "incart",     "recommend",    "recommended", "isrecommended", "wouldrecommend",
     "interested", "isinterested", "interaction", "interacted",    "label",
     "target",     "thumb",        "thumbs",      "thumbsup",      "thumbup",
     "upvote",     "upvoted",      "vote",        "voted",         "reaction",
     "response",   "accepted",     "accept",      "positive",      "ispositive",
     "engaged",    "engagement",   "reordered",   "rented",        "attended",
     "joined",     "helpful",      "relevant",    "approved",      "love",
     "loved",      "success",      "swipe",       "swiped",        "swipedright",
     "match"});

constexpr auto kCountNames = std::to_array<std::string_view>({"count",
                                                              "counts",
                                                              "cnt",
                                                              "plays",
                                                              "playcount",
                                                              "playcounts",
                                                              "numplays",
                                                              "nplays",
                                                              "totalplays",
                                                              "listens",
                                                              "listencount",
                                                              "numlistens",
                                                              "scrobbles",
                                                              "streams",
                                                              "streamcount",
                                                              "quantity",
                                                              "quantities",
                                                              "qty",
                                                              "orderqty",
                                                              "orderquantity",
                                                              "itemquantity",
                                                              "purchasequantity",
                                                              "units",
                                                              "unitssold",
                                                              "pieces",
                                                              "amount",
                                                              "amounts",
                                                              "purchases",
                                                              "purchasecount",
                                                              "numpurchases",
                                                              "orders",
                                                              "ordercount",
                                                              "numorders",
                                                              "clicks",
                                                              "clickcount",
                                                              "numclicks",
                                                              "views",
                                                              "viewcount",
                                                              "numviews",
                                                              "pageviews",
                                                              "visits",
                                                              "visitcount",
                                                              "numvisits",
                                                              "sessions",
                                                              "times",
                                                              "timesplayed",
                                                              "timeswatched",
                                                              "timesbought",
                                                              "timesviewed",
                                                              "timespurchased",
                                                              "hours",
                                                              "hoursplayed",
                                                              "hoursonrecord",
                                                              "playtime",
                                                              "playtimeforever",
                                                              "minutes",
                                                              "minutesplayed",
                                                              "minuteswatched",
                                                              "secondsplayed",
                                                              "watchtime",
                                                              "watchcount",
                                                              "listentime",
                                                              "listeningtime",
                                                              "dwelltime",
                                                              "viewtime",
                                                              "timespent",
                                                              "frequency",
                                                              "freq",
                                                              "freqs",
                                                              "n",
                                                              "num",
                                                              "number",
                                                              "occurrences",
                                                              "total",
                                                              "totalquantity",
                                                              "totalcount",
                                                              "totalhours",
                                                              "downloads",
                                                              "downloadcount",
                                                              "installs",
                                                              "sales",
                                                              "sold",
                                                              "rentals",
                                                              "checkouts",
                                                              "borrows",
                                                              "loans",
                                                              "reads",
                                                              "readcount",
                                                              "likes",
                                                              "likecount",
                                                              "shares",
                                                              "comments",
                                                              "upvotes",
                                                              "events",
                                                              "eventcount",
                                                              "interactions",
                                                              "interactioncount",
                                                              "hits",
                                                              "repeats",
                                                              "spend",
                                                              "spent",
                                                              "revenue"});

constexpr auto kOpenNames =
    std::to_array<std::string_view>({"value", "values", "weight", "weights", "strength", "val"});

constexpr auto kYesWords =
    std::to_array<std::string_view>({"true", "t", "yes", "y", "on", "like", "liked", "likes", "up",
                                     "thumbs up", "thumbs_up", "positive", "pos"});
constexpr auto kNoWords = std::to_array<std::string_view>(
    {"false", "f", "no", "n", "off", "dislike", "disliked", "dislikes", "down", "thumbs down",
     "thumbs_down", "negative", "neg"});

// Longer than any word of the lists.
constexpr std::size_t kWordMax = 15;

template <std::size_t N>
bool name_list_holds(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

const char* name(ValueMeaning meaning) noexcept {
  switch (meaning) {
    case ValueMeaning::rating:
      return "rating";
    case ValueMeaning::flag:
      return "flag";
    case ValueMeaning::count:
      return "count";
    case ValueMeaning::unknown:
      break;
  }
  return "unknown";
}

ValueMeaning value_meaning(std::string_view name) noexcept {
  if (name == "rating") return ValueMeaning::rating;
  if (name == "flag") return ValueMeaning::flag;
  return name == "count" ? ValueMeaning::count : ValueMeaning::unknown;
}

std::optional<ValueMeaning> meaning_of_name(std::string_view normalized) noexcept {
  if (name_list_holds(kRatingNames, normalized)) return ValueMeaning::rating;
  if (name_list_holds(kFlagNames, normalized)) return ValueMeaning::flag;
  if (name_list_holds(kCountNames, normalized)) return ValueMeaning::count;
  if (name_list_holds(kOpenNames, normalized)) return ValueMeaning::unknown;
  return std::nullopt;
}

std::optional<float> value_of_word(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  std::array<char, kWordMax> lower{};
  if (text.size() > lower.size()) return std::nullopt;
  std::ranges::transform(text, lower.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  });
  const std::string_view word(lower.data(), text.size());
  if (name_list_holds(kYesWords, word)) return 1.0F;
  if (name_list_holds(kNoWords, word)) return 0.0F;
  return std::nullopt;
}

}  // namespace kindred::data
