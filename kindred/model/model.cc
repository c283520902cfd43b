#include "kindred/model/model.h"

#include <fmt/format.h>

#include <cmath>

#include "kindred/base/error.h"

namespace kindred::model {

void validate(const Model& model) {
  embedding::validate(model.items, "items");
  embedding::validate(model.users, "users");
  kindred::validate(model.seen, "seen");
  const auto d = static_cast<std::size_t>(model.options.dimensions);
  if (model.items.dimensions() != d || model.users.dimensions() != d) {
    throw Error(ErrorCode::corrupt,
                fmt::format("item vectors have {} dimensions, user vectors {}, the options say {}",
                            model.items.dimensions(), model.users.dimensions(), d));
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
