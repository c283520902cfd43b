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

}  // namespace

void validate(const Model& model) {
  embedding::validate(model.items, "items");
  embedding::validate(model.users, "users");
  require_utf8(model.items.labels, "items");
  require_utf8(model.users.labels, "users");
  kindred::validate(model.seen, "seen");
  const auto d = static_cast<std::size_t>(model.options.dimensions);
  if (model.items.dimensions() != d || model.users.dimensions() != d) {
    throw Error(ErrorCode::corrupt,
                fmt::format("item vectors have {} dimensions, user vectors {}, the options say {}",
                            model.items.dimensions(), model.users.dimensions(), d));
  }
  if (model.ratings) validate(*model.ratings, model.users.size(), model.items.size());
  if (model.kind == kRatingKind && !model.ratings) {
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
