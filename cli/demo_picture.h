// The lesson as one picture (SVG): the movies by age and tickets, and as learned.

#pragma once

#include <filesystem>
#include <string>

#include "cli/demo_lesson.h"

namespace kindred::cli {

// Two panels side by side, on a card that suits light and dark pages. Left: age of the
// audience and tickets sold. Right: the learned directions seen from where they spread
// most, their two first principal components. The same lesson gives the same bytes.
std::string picture(const Lesson& lesson);

// Throws Error(io) naming the path and the cause.
void write_picture(const Lesson& lesson, const std::filesystem::path& path);

}  // namespace kindred::cli
