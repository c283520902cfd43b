// The movie world as files, so that every other verb can be tried on it.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/demo_lesson.h"

namespace kindred::cli {

// Writes ratings.csv (user,item,rating), movies.csv, people.csv and demo.kindred into
// `folder`, which is made if need be; files of these names are replaced. Returns the
// paths. Throws Error(io) naming the path and the cause.
std::vector<std::filesystem::path> write_files(const Lesson& lesson,
                                               const std::filesystem::path& folder);

}  // namespace kindred::cli
