#include "kindred/model/label_coding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"

namespace kindred::model {
namespace {

constexpr auto kObjectives = std::to_array<std::pair<Objective, std::string_view>>({
    {Objective::regression, "regression"},
    {Objective::binary, "binary"},
    {Objective::multiclass, "multiclass"},
});

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, message);
}

// The cells of a label, each as a number or a word, or nothing where it is missing.
class LabelCells {
 public:
  LabelCells(const data::Tensor& tensor, const std::string& name) : tensor_(tensor) {
    if (!tensor.is_ragged() && tensor.row_width() != 1) {
      refuse(fmt::format("the label '{}' holds {} values a row; one is needed", printable(name),
                         tensor.row_width()));
    }
  }

  bool is_text() const noexcept { return tensor_.is_text(); }
  std::size_t size() const noexcept { return tensor_.row_count(); }

  std::optional<double> number(std::size_t row) const {
    const std::optional<std::size_t> at = place(row);
    if (!at) return std::nullopt;
    double value = 0.0;
    switch (tensor_.type()) {
      case data::ElementType::float32:
        value = static_cast<double>(tensor_.floats()[*at]);
        break;
      case data::ElementType::float64:
        value = tensor_.doubles()[*at];
        break;
      case data::ElementType::int64:
        value = static_cast<double>(tensor_.integers()[*at]);
        break;
      case data::ElementType::text:
        return std::nullopt;
    }
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  }

  // As people write it.
  std::optional<std::string> word(std::size_t row) const {
    const std::optional<std::size_t> at = place(row);
    if (at && tensor_.type() == data::ElementType::int64) {
      return fmt::format("{}", tensor_.integers()[*at]);  // With all digits of an id.
    }
    if (at && tensor_.type() == data::ElementType::float32) {
      const float value = tensor_.floats()[*at];  // As it was read: 0.1, and not what is stored.
      return std::isfinite(value) ? std::optional(fmt::format("{}", value)) : std::nullopt;
    }
    if (!is_text()) {
      const std::optional<double> value = number(row);
      return value ? std::optional(fmt::format("{}", *value)) : std::nullopt;
    }
    if (!at || tensor_.texts()[*at].empty()) return std::nullopt;
    return std::string(tensor_.texts()[*at]);
  }

  bool is_missing(std::size_t row) const { return is_text() ? !word(row) : !number(row); }

 private:
  // Of the row's one value; whole numbers that are missing are empty lists.
  std::optional<std::size_t> place(std::size_t row) const {
    if (!tensor_.is_ragged()) return row;
    const std::size_t count = tensor_.row_offsets[row + 1] - tensor_.row_offsets[row];
    return count == 1 ? std::optional(tensor_.row_offsets[row]) : std::nullopt;
  }

  const data::Tensor& tensor_;
};

// The distinct words in their order: by value where the label is a number.
std::vector<std::string> distinct_words(const LabelCells& cells) {
  std::set<std::pair<double, std::string>> seen;  // Texts have no number: all the same one.
  for (std::size_t row = 0; row < cells.size() && seen.size() <= kClassesMax; ++row) {
    auto word = cells.word(row);
    if (word) seen.emplace(cells.number(row).value_or(0.0), std::move(*word));
  }
  std::vector<std::string> words;
  for (const auto& [value, word] : seen) words.push_back(word);
  return words;
}

// Whether they are 0, 1, 2, ....
bool counts_up(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] != fmt::format("{}", i)) return false;
  }
  return true;
}

Objective guess(const LabelCells& cells, const std::vector<std::string>& words) {
  if (words.size() == 2) return Objective::binary;
  if (cells.is_text()) return Objective::multiclass;
  return words.size() <= kGuessedClassesMax && counts_up(words) ? Objective::multiclass
                                                                : Objective::regression;
}

void check_classes(const LabelCoding& coding) {
  const std::size_t count = coding.classes.size();
  if (count > kClassesMax) {
    refuse(
        fmt::format("the label '{}' has more than {} different values; if it is a number, read "
                    "it as one (--type {}=float64)",
                    printable(coding.name), kClassesMax, printable(coding.name)));
  }
  if (count < 2) {
    refuse(fmt::format("the label '{}' has {}; there is nothing to learn", printable(coding.name),
                       count == 0
                           ? "no values"
                           : fmt::format("only the value '{}'", printable(coding.classes[0]))));
  }
  if (coding.objective == Objective::binary && count != 2) {
    refuse(fmt::format("the label '{}' has {} different values; binary needs two",
                       printable(coding.name), count));
  }
}

}  // namespace

Objective parse_objective(std::string_view name) {
  for (const auto& [objective, known] : kObjectives) {
    if (known == name) return objective;
  }
  refuse(fmt::format("there is no objective '{}'; there are regression, binary, multiclass",
                     printable(name)));
}

std::string_view name_of(Objective objective) noexcept {
  for (const auto& [known, name] : kObjectives) {
    if (known == objective) return name;
  }
  return "";
}

LabelCoding learn_label(const std::string& name, const data::Tensor& label,
                        std::optional<Objective> objective) {
  const LabelCells cells(label, name);
  std::vector<std::string> words = distinct_words(cells);
  LabelCoding coding;
  coding.name = name;
  coding.objective = objective ? *objective : guess(cells, words);
  if (coding.objective != Objective::regression) {
    coding.classes = std::move(words);
    check_classes(coding);
  } else if (cells.is_text()) {
    refuse(fmt::format("the label '{}' is text, as '{}'; a regression needs numbers",
                       printable(name), words.empty() ? "" : printable(words.front())));
  } else if (words.size() < 2) {
    refuse(words.empty() ? fmt::format("the label '{}' has no values", printable(name))
                         : fmt::format("the label '{}' is {} in every row; there is nothing to "
                                       "learn",
                                       printable(name), printable(words.front())));
  }
  return coding;
}

void learn_scale(LabelCoding& coding, const std::vector<float>& targets) {
  if (coding.objective != Objective::regression || targets.empty()) return;
  double sum = 0.0;
  for (const float target : targets) sum += static_cast<double>(target);
  coding.mean = sum / static_cast<double>(targets.size());
  double squares = 0.0;
  for (const float target : targets) {
    const double difference = static_cast<double>(target) - coding.mean;
    squares += difference * difference;
  }
  coding.scale = std::sqrt(squares / static_cast<double>(targets.size()));
  if (!(coding.scale > 0.0)) coding.scale = 1.0;
}

std::vector<std::size_t> labelled_rows(const data::Tensor& label) {
  const LabelCells cells(label, "label");
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < cells.size(); ++row) {
    if (!cells.is_missing(row)) rows.push_back(row);
  }
  return rows;
}

std::vector<float> encode_label(const LabelCoding& coding, const data::Tensor& label) {
  const LabelCells cells(label, coding.name);
  std::vector<float> targets(cells.size());
  std::map<std::string, float, std::less<>> ids;
  for (std::size_t i = 0; i < coding.classes.size(); ++i) {
    ids.emplace(coding.classes[i], static_cast<float>(i));
  }
  for (std::size_t row = 0; row < cells.size(); ++row) {
    if (coding.objective == Objective::regression) {
      const std::optional<double> value = cells.number(row);
      if (!value) {
        refuse(fmt::format("the label '{}' of row {} is {}", printable(coding.name), row + 1,
                           cells.is_text() ? "text" : "missing"));
      }
      targets[row] = static_cast<float>(*value);
      continue;
    }
    const std::optional<std::string> word = cells.word(row);
    auto found = word ? ids.find(*word) : ids.end();
    // Models of older versions name the classes of decimals by the float's own digits.
    if (word && found == ids.end() && cells.number(row)) {
      found = ids.find(fmt::format("{}", *cells.number(row)));
    }
    if (found == ids.end()) {
      refuse(fmt::format("the label '{}' of row {} is {}; the classes are {}",
                         printable(coding.name), row + 1,
                         word ? "'" + printable(*word) + "'" : "missing",
                         printable(fmt::format("{}", fmt::join(coding.classes, ", ")), 200)));
    }
    targets[row] = found->second;
  }
  return targets;
}

Json to_json(const LabelCoding& coding) {
  Json json;
  json.set("objective", name_of(coding.objective));
  json.set("name", coding.name);
  Json classes{Json::Array{}};
  for (const std::string& word : coding.classes) classes.push(word);
  json.set("classes", std::move(classes));
  json.set("mean", coding.mean);
  json.set("scale", coding.scale);
  return json;
}

LabelCoding label_coding_from_json(const Json& json) {
  LabelCoding coding;
  try {
    coding.objective = parse_objective(json.at("objective").as_string());
  } catch (const Error& error) {
    throw Error(ErrorCode::corrupt, error.what());
  }
  coding.name = json.at("name").as_string();
  for (const Json& word : json.at("classes").as_array()) coding.classes.push_back(word.as_string());
  coding.mean = json.at("mean").as_double();
  coding.scale = json.at("scale").as_double();
  validate(coding);
  return coding;
}

void validate(const LabelCoding& coding) {
  const std::size_t count = coding.classes.size();
  const bool fits = coding.objective == Objective::regression ? count == 0
                    : coding.objective == Objective::binary   ? count == 2
                                                              : count >= 2 && count <= kClassesMax;
  if (!fits) {
    throw Error(ErrorCode::corrupt, fmt::format("the label has {} classes, which do not suit {}",
                                                count, name_of(coding.objective)));
  }
  std::set<std::string_view> seen;
  for (const std::string& word : coding.classes) {
    if (seen.insert(word).second) continue;
    throw Error(ErrorCode::corrupt,
                fmt::format("the label has the class '{}' twice", printable(word)));
  }
  constexpr auto kLargest = static_cast<double>(std::numeric_limits<float>::max());
  constexpr auto kSmallest = static_cast<double>(std::numeric_limits<float>::min());
  if (std::abs(coding.mean) <= kLargest && coding.scale >= kSmallest && coding.scale <= kLargest) {
    return;
  }
  throw Error(ErrorCode::corrupt,
              fmt::format("the label has the mean {} and the scale {}, which make no sense",
                          coding.mean, coding.scale));
}

}  // namespace kindred::model
