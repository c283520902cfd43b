#include "kindred/learning/watching.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/learning/validation.h"
#include "kindred/model/checkpoint.h"

namespace kindred::learning {
namespace {

SparseMatrix positives_of(const data::Interactions& interactions, const data::PositiveRule& rule) {
  if (interactions.by_user.entry_count() == 0) {
    throw Error(ErrorCode::invalid_argument, "there are no ratings to learn from");
  }
  SparseMatrix positives = data::positives(interactions.by_user, rule);
  if (positives.entry_count() > 0) return positives;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("none of the {} ratings is positive ({}); choose another threshold",
                          interactions.by_user.entry_count(), data::describe(rule)));
}

// Who is held out of what everybody liked.
struct People {
  People(const SparseMatrix& positives, const WatchTraining& training) {
    if (training.test_users > 0) test.emplace(positives, training.test_users, training.seed);
    const SparseMatrix& known = test ? test->training_positives() : positives;
    if (training.validation_users > 0) {
      validation.emplace(known, training.validation_users, training.seed);
    }
    learned_from = validation ? &validation->training_positives() : &known;
  }
  People(const People&) = delete;  // `learned_from` looks at our own.
  People& operator=(const People&) = delete;

  std::optional<Validation> test;
  std::optional<Validation> validation;
  const SparseMatrix* learned_from = nullptr;
};

// What shapes the result beside the family's settings.
Json settings_of(const WatchTraining& training) {
  Json settings;
  settings.set("validation_users", std::uint64_t{training.validation_users});
  if (training.test_users > 0) settings.set("test_users", std::uint64_t{training.test_users});
  return settings;
}

void add_data(const data::Interactions& interactions, model::Model& model) {
  model.items.labels = interactions.items;
  model.items.metadata = data::Table(interactions.items.size());
  model.users.labels = interactions.users;
  model.users.metadata = data::Table(interactions.users.size());
  model.has_values = interactions.has_values;
  model.seen = interactions.by_user;
}

}  // namespace

std::vector<MemoryPart> training_memory(const data::Interactions& interactions,
                                        const WatchTraining& training) {
  const auto* ials = std::get_if<factorization::IalsOptions>(&training.family);
  const auto* item_item = std::get_if<ItemItemOptions>(&training.family);
  const std::size_t rows = interactions.users.size() + interactions.items.size();
  const std::size_t vectors =
      ials == nullptr ? 0 : rows * static_cast<std::size_t>(ials->dimensions) * sizeof(float);
  const auto& values = interactions.by_user.values;
  const auto positives = static_cast<std::size_t>(std::ranges::count_if(
      values, [&](float value) { return training.positive_rule.accepts(value); }));
  // A column and a value an entry.
  const std::size_t copies =
      2 + (training.validation_users > 0 ? 1 : 0) + (training.test_users > 0 ? 1 : 0);
  if (item_item != nullptr) {
    const std::size_t kept =
        interactions.items.size() *
        std::min(static_cast<std::size_t>(item_item->neighbors), interactions.items.size());
    return {{"pairs as read and as kept in the model", 2 * 8 * interactions.by_user.entry_count()},
            {"times", 8 * interactions.timestamps.size()},
            {"positives by user and by item", copies * 8 * positives},
            {"the nearest of each item, as found and as kept", 2 * 8 * kept},
            {"rows", 32 * rows}};
  }
  return {{"pairs as read and as kept in the model", 2 * 8 * interactions.by_user.entry_count()},
          {"times", 8 * interactions.timestamps.size()},
          {copies > 2 ? "positives by user, by item and without the people held out"
                      : "positives by user and by item",
           copies * 8 * positives},
          {"vectors, the best so far, one side rotated, and a checkpoint's copy", 4 * vectors},
          {"rows", 32 * rows}};
}

WatchResult train_watching(const data::Interactions& interactions, const WatchTraining& training,
                           const training::Run& run) {
  std::optional<CancelScope> scope(std::in_place, run.pool, run.cancelled);
  const SparseMatrix positives = positives_of(interactions, training.positive_rule);
  const People people(positives, training);
  const std::unique_ptr<Learner> learner =
      make_watch_learner(training.family, *people.learned_from, positives);
  scope.reset();  // The loop finishes an epoch that takes but a moment.
  LearnOptions options;
  options.patience = training.patience;
  options.settings = settings_of(training);
  if (people.validation && people.validation->user_count() > 0) {
    options.validate = [&](const Learner& now) {
      return people.validation->score(*now.ranker({.only_learned = false}, run.pool), run.pool);
    };
  }
  if (run.checkpoint.is_wanted()) {
    options.fingerprint =
        model::training_fingerprint(positives, interactions.users, interactions.items);
  }
  LearnResult learned = learn(*learner, options, run);
  WatchResult result;
  result.ended = learned.ended;
  result.best_epoch = learned.best_epoch;
  result.resumed_from = learned.resumed_from;
  result.model.positive_rule = training.positive_rule;
  result.model.history = std::move(learned.history);
  if (result.ended == training::Ended::cancelled) return result;
  scope.emplace(run.pool, run.cancelled);
  learner->finish(result.model, run.pool);
  add_data(interactions, result.model);
  return result;
}

}  // namespace kindred::learning
