// A planted world as files, streamed: memory does not grow with the number of ratings.
//
// For F = "world.csv":
//
//    world.csv                user,item,rating[,timestamp]; users in order, each by time
//    world.items.csv          item,title,year,genres,audience_age,tickets
//    world.users.csv          user,age
//    world.test.csv           further ratings of some users, held out; where asked for
//    world.user_truth.npy     users x (K + 1), float32: see planted_world.h
//    world.item_truth.npy     items x (K + 1)
//    world.json               the options, to make the same world again
//
// Users and items are numbered from 1. Blocks of users are made side by side and written
// in order, so the bytes do not depend on the number of threads.
//
// Each file appears whole, at the end, F last: where F is, all of them are.

#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "kindred/base/progress.h"
#include "kindred/data/planted_world.h"

namespace kindred::data {

struct PlantedFilesOptions {
  bool timestamps = true;
  bool truth = true;
  std::size_t test_user_count = 0;     // Spread evenly over the users.
  std::size_t test_ratings_each = 10;  // Held out of each of them, later than the others.
  int threads = 1;
  const std::atomic<bool>* cancelled = nullptr;
};

struct PlantedFiles {
  std::vector<std::filesystem::path> paths;
  std::uint64_t ratings_bytes = 0;
};

// The files that write_planted_world() makes, F last.
std::vector<std::filesystem::path> planted_paths(const std::filesystem::path& ratings_path,
                                                 const PlantedFilesOptions& options);

// Bytes of memory that the world and the writing of it need.
std::uint64_t planted_memory_bytes(const PlantedWorldOptions& world, int threads) noexcept;

// `progress` advances by ratings. Throws Error(invalid_argument) for options out of range,
// Error(io) when a file cannot be written, Error(cancelled).
PlantedFiles write_planted_world(const PlantedWorld& world,
                                 const std::filesystem::path& ratings_path,
                                 const PlantedFilesOptions& options, Progress& progress);

}  // namespace kindred::data
