// Somebody to recommend to: what they liked, and all that they have seen.
//
// Liked means positive by the model's rule ("rated 4 or more"); what was seen and rated
// lower tells nothing about taste to a model of watching, but is never recommended.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kindred/model/model.h"
#include "kindred/recommendation/history.h"
#include "kindred/recommendation/title_match.h"

namespace kindred::recommendation {

struct Person {
  std::vector<std::uint32_t> liked;  // Items, ascending.
  std::vector<float> weights;        // One for each of `liked`, as in training.
  std::vector<std::uint32_t> seen;   // Items, ascending; `liked` is part of it.
};

// Requires: user < model.users.size().
Person known_person(const model::Model& model, std::size_t user);

// A history with its titles found, in the order in which it was given.
struct FoundEntry {
  std::uint32_t item = 0;
  HistoryEntry entry;
  bool liked = false;
};

// Of several entries of one item only the last is kept.
// Throws what TitleMatcher::find_one throws, naming the entry's place.
std::vector<FoundEntry> find_entries(const model::Model& model, const TitleMatcher& titles,
                                     const std::vector<HistoryEntry>& history);

// An entry without a rating counts as liked.
Person made_up_person(const model::Model& model, const std::vector<FoundEntry>& entries);

}  // namespace kindred::recommendation
