// Which column of a ratings file says how much somebody liked something.
//
// By its name (value_scale.h): ratings come before yes and no, these before counts; two columns
// that both count, or both say yes or no, are a question, and so is a single further column of
// numbers whose name says nothing.
//
// Thread safety: pure functions of their arguments.

#pragma once

#include <string>

#include "kindred/data/dialect_recognition.h"
#include "kindred/data/ratings_format.h"

namespace kindred::data {

// Sets the rating column where a name says which it is; users, items and times are chosen
// already. Throws Error(invalid_argument) where two may be meant.
void take_value_column(RatingsFormat& format, const Sample& sample, const std::string& file);

// Throws Error(invalid_argument) where one further column holds numbers, or words such as yes.
// Requires: no rating column has been found.
void ask_about_values(const RatingsFormat& format, const Sample& sample, const std::string& file);

// What the rating column means, and whether words such as "yes" may stand in it: only where
// its numbers are those of yes and no too.
void describe_values(RatingsFormat& format, const Sample& sample);

}  // namespace kindred::data
