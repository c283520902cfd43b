// What is to be predicted, as a network needs it: a number, or the number of a class.
//
//    regression   the label itself; a network on top gives scale x output + mean, so that it
//                 works with numbers around 0 whatever the label is measured in
//    binary       0 or 1 for the first and second of two classes, in their order
//    multiclass   0, 1, ... for the classes in their order
//
// Classes are ordered as numbers where all of them are, as bytes otherwise; of "<=50K" and
// ">50K" the second is the positive one.
//
// Thread safety: plain values and pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/tensor.h"

namespace kindred::model {

enum class Objective { regression, binary, multiclass };

// "regression", ...; Throws Error(invalid_argument), listing the names, for anything else.
Objective parse_objective(std::string_view name);
std::string_view name_of(Objective objective) noexcept;

// More classes than this are taken for a mistake: a number read as text, a key.
inline constexpr std::size_t kClassesMax = 10'000;

struct LabelCoding {
  Objective objective = Objective::regression;
  std::string name;                  // Of the column.
  std::vector<std::string> classes;  // Empty for regression; two for binary.
  double mean = 0.0;                 // Regression: of the training rows,
  double scale = 1.0;                // and their standard deviation; 1 where that is 0.

  // Columns of a network's output.
  std::size_t outputs() const noexcept {
    return objective == Objective::multiclass ? classes.size() : 1;
  }
  bool operator==(const LabelCoding&) const = default;
};

// Without an objective it is guessed: classes for text, for two distinct numbers, and for
// whole numbers 0, 1, ... of which there are at most kGuessedClassesMax; else regression.
// `label` is a column of numbers or text; rows without a value are passed over.
// Throws Error(invalid_argument) when the label does not suit the objective, naming what was
// found: text for regression, one class, three for binary.
inline constexpr std::size_t kGuessedClassesMax = 20;
LabelCoding learn_label(const std::string& name, const data::Tensor& label,
                        std::optional<Objective> objective);

// Mean and scale of the rows that are trained on. Nothing happens unless it is a regression.
void learn_scale(LabelCoding& coding, const std::vector<float>& targets);

// The rows that have a label.
std::vector<std::size_t> labelled_rows(const data::Tensor& label);

// One float for each row: the number, or that of the class. Throws Error(invalid_argument)
// that names the row and the value when there is none, or it is no class of the coding.
std::vector<float> encode_label(const LabelCoding& coding, const data::Tensor& label);

// Throws Error(corrupt) unless classes suit the objective, differ, and mean and scale are numbers
// of 32 bits.
void validate(const LabelCoding& coding);

Json to_json(const LabelCoding& coding);
// Throws Error(corrupt) for anything that to_json() does not write.
LabelCoding label_coding_from_json(const Json& json);

}  // namespace kindred::model
