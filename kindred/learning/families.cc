#include "kindred/learning/families.h"

#include <fmt/format.h>

#include "kindred/data/positives.h"
#include "kindred/learning/ials_learner.h"
#include "kindred/learning/vector_ranker.h"

namespace kindred::learning {
namespace {

std::string text_of(const factorization::IalsOptions& options) {
  return fmt::format(
      "iALS with {} dimensions, {} epochs, unobserved weight {:g}, "
      "regularization {:g} (exponent {:g}), seed {}",
      options.dimensions, options.epochs, options.unobserved_weight, options.regularization,
      options.regularization_exponent, options.seed);
}

std::string text_of(const ItemItemOptions& options) {
  return fmt::format("item by item, by cosine: {} neighbours an item, shrinkage {:g}",
                     options.neighbors, options.shrinkage);
}

std::string name_of(const factorization::IalsOptions&) { return "ials"; }
std::string name_of(const ItemItemOptions&) { return "item-item"; }

}  // namespace

void validate(const WatchOptions& options) {
  std::visit([](const auto& family) { validate(family); }, options);
}

std::string family_of(const WatchOptions& options) {
  return std::visit([](const auto& family) { return name_of(family); }, options);
}

std::string describe(const WatchOptions& options) {
  return std::visit([](const auto& family) { return text_of(family); }, options);
}

std::unique_ptr<Learner> make_watch_learner(const WatchOptions& options,
                                            const SparseMatrix& positives,
                                            const SparseMatrix& everybody) {
  if (const auto* ials = std::get_if<factorization::IalsOptions>(&options)) {
    return std::make_unique<IalsLearner>(positives, everybody, *ials);
  }
  return std::make_unique<ItemItemLearner>(positives, std::get<ItemItemOptions>(options));
}

std::unique_ptr<Ranker> make_ranker(const model::Model& model, const RankerOptions& options,
                                    ThreadPool& pool) {
  if (const auto* items = std::get_if<model::ItemItemPart>(&model.watching)) {
    return std::make_unique<ItemItemRanker>(
        items->rows, data::positives(model.seen, model.positive_rule), options);
  }
  const Vectors vectors{.users = model.users.vectors,
                        .items = model.items.vectors,
                        .fold_in = model::fold_in_options(model),
                        .has_reasons = !std::holds_alternative<model::TowerPart>(model.watching)};
  return std::make_unique<VectorRanker>(vectors, options, pool);
}

}  // namespace kindred::learning
