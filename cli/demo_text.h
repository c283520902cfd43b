// The lesson of `kindred demo` as text for a terminal, and as JSON.

#pragma once

#include <string>

#include "cli/demo_lesson.h"
#include "cli/demo_plot.h"
#include "kindred/base/json.h"

namespace kindred::cli {

// All steps in order, in lines of at most about 92 columns.
std::string to_text(const Lesson& lesson, const Paint& paint);

Json to_json(const Lesson& lesson);

}  // namespace kindred::cli
