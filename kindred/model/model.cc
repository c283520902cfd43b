#include "kindred/model/model.h"

#include <fmt/format.h>

#include <cmath>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/model/parts.h"

namespace kindred::model {
namespace {

// Labels go into JSON, tables and terminals, so they are text and not just bytes.
void require_utf8(const data::Vocabulary& labels, const char* what) {
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (find_invalid_utf8(labels.label(row)) == std::string_view::npos) continue;
    throw Error(ErrorCode::corrupt,
                fmt::format("{}: the label '{}' is not UTF-8", what, printable(labels.label(row))));
  }
}

// Titles, too: the reader of a file has looked already, who saves has not.
void require_utf8(const data::Table& table, const char* what) {
  for (const data::Column& column : table.columns()) {
    if (!column.is_text()) continue;
    for (const std::string& text : column.text()) {
      if (find_invalid_utf8(text) == std::string_view::npos) continue;
      throw Error(ErrorCode::corrupt, fmt::format("{}: '{}' in the column '{}' is not UTF-8", what,
                                                  printable(text), printable(column.name)));
    }
  }
}

void require_ratings(const Model& model) {
  for (const float value : model.seen.values) {
    if (!std::isfinite(value)) {
      throw Error(ErrorCode::corrupt, fmt::format("seen holds the rating {}", value));
    }
    if (model.has_values || value == 1.0F) continue;
    throw Error(ErrorCode::corrupt,
                fmt::format("has_values is false, but seen holds the rating {}", value));
  }
  if (model.ratings && !model.has_values) {
    throw Error(ErrorCode::corrupt, "has_values is false, but there is a model of ratings");
  }
}

void require_rule(const data::PositiveRule& rule) {
  const bool has_threshold = !rule.threshold || std::isfinite(*rule.threshold);
  if (has_threshold && std::isfinite(rule.weight_per_value) && rule.weight_per_value >= 0.0F) {
    return;
  }
  throw Error(ErrorCode::corrupt,
              fmt::format("positive_rule: weight_per_value is {}, not a number from 0 on",
                          rule.weight_per_value));
}

void require_dimensions(const Model& model) {
  const std::size_t d = model.items.dimensions();
  const auto* ials = std::get_if<IalsPart>(&model.watching);
  const std::size_t expected =
      ials != nullptr ? static_cast<std::size_t>(ials->options.dimensions) : d;
  if (d == expected && model.users.dimensions() == expected) return;
  throw Error(ErrorCode::corrupt,
              fmt::format("item vectors have {} dimensions, user vectors {}, the options say {}", d,
                          model.users.dimensions(), expected));
}

void require_item_rows(const ItemItemPart& part, std::size_t item_count) {
  kindred::validate(part.rows, "item_item");
  if (part.rows.rows != item_count || part.rows.cols != item_count) {
    throw Error(ErrorCode::corrupt, fmt::format("item_item is {} x {} but there are {} items",
                                                part.rows.rows, part.rows.cols, item_count));
  }
  for (const float value : part.rows.values) {
    if (std::abs(value) <= kVectorValueMax) continue;
    throw Error(ErrorCode::corrupt, fmt::format("item_item holds {}", value));
  }
}

}  // namespace

const char* kind_of(const Model& model) noexcept {
  if (std::holds_alternative<IalsPart>(model.watching)) return "ials";
  if (std::holds_alternative<TowerPart>(model.watching)) return "towers";
  if (std::holds_alternative<ItemItemPart>(model.watching)) return "item-item";
  return "rating";
}

factorization::IalsOptions fold_in_options(const Model& model) {
  if (const auto* ials = std::get_if<IalsPart>(&model.watching)) return ials->options;
  factorization::IalsOptions options;
  options.dimensions = static_cast<int>(model.items.dimensions());
  if (const auto* towers = std::get_if<TowerPart>(&model.watching)) {
    options.epochs = towers->epochs;
    options.seed = towers->seed;
  }
  return options;
}

void require_vectors(const Model& model, const std::string& purpose) {
  if (model.has_vectors()) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} needs vectors, and a model of the kind '{}' has none: it says which "
                          "items go together; train with another --model",
                          purpose, kind_of(model)));
}

void validate(const Model& model) {
  embedding::validate(model.items, "items");
  embedding::validate(model.users, "users");
  require_moderate(model.items.vectors, "item.vectors");
  require_moderate(model.users.vectors, "user.vectors");
  require_utf8(model.items.metadata, "items");
  require_utf8(model.users.metadata, "users");
  require_utf8(model.items.labels, "items");
  require_utf8(model.users.labels, "users");
  kindred::validate(model.seen, "seen");
  require_dimensions(model);
  if (const auto* part = std::get_if<ItemItemPart>(&model.watching)) {
    require_item_rows(*part, model.items.size());
  }
  if (model.ratings) validate(*model.ratings, model.users.size(), model.items.size());
  if (std::holds_alternative<TowerPart>(model.watching) && model.ratings) {
    throw Error(ErrorCode::corrupt, "two towers with a model of ratings");
  }
  if (!model.knows_watching() && !model.ratings) {
    throw Error(ErrorCode::corrupt, "a model of ratings without any");
  }
  if (model.seen.rows != model.users.size() || model.seen.cols != model.items.size()) {
    throw Error(ErrorCode::corrupt,
                fmt::format("seen is {} x {} but there are {} users and {} items", model.seen.rows,
                            model.seen.cols, model.users.size(), model.items.size()));
  }
  require_ratings(model);
  require_rule(model.positive_rule);
  check_history(model.history);
  if (!model.facts.is_null() && !model.facts.is_object()) {
    throw Error(ErrorCode::corrupt, "facts is no object");
  }
}

}  // namespace kindred::model
