#include "kindred/model/model.h"

#include <fmt/format.h>

#include <cmath>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"

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
    if (std::isfinite(value)) continue;
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
  require_utf8(model.items.labels, "items");
  require_utf8(model.users.labels, "users");
  kindred::validate(model.seen, "seen");
  require_dimensions(model);
  if (const auto* part = std::get_if<ItemItemPart>(&model.watching)) {
    require_item_rows(*part, model.items.size());
  }
  if (model.ratings) validate(*model.ratings, model.users.size(), model.items.size());
  if (!model.knows_watching() && !model.ratings) {
    throw Error(ErrorCode::corrupt, "a model of ratings without any");
  }
  if (model.seen.rows != model.users.size() || model.seen.cols != model.items.size()) {
    throw Error(ErrorCode::corrupt,
                fmt::format("seen is {} x {} but there are {} users and {} items", model.seen.rows,
                            model.seen.cols, model.users.size(), model.items.size()));
  }
  for (const float value : model.seen.values) {
    if (std::isfinite(value)) continue;
    throw Error(ErrorCode::corrupt, fmt::format("seen holds the rating {}", value));
  }
}

}  // namespace kindred::model
