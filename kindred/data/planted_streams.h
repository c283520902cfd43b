// What the files of the planted world share: streams of random numbers, and its calendar.

#pragma once

#include <cstdint>

namespace kindred::data {

// One for each purpose; rows are users, items or tastes.
enum PlantedStream : std::uint32_t {
  kTasteStream = 11,
  kItemStream = 12,
  kRankStream = 13,
  kActivityStream = 14,
  kPersonStream = 15,
  kRatingStream = 16,
  kTicketStream = 17,
};

// Ratings are given from 2005 to the end of 2019, UTC.
inline constexpr std::int64_t kWorldBegin = 1104537600;
inline constexpr std::int64_t kWorldEnd = 1577836800;

}  // namespace kindred::data
