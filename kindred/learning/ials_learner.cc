#include "kindred/learning/ials_learner.h"

#include <utility>

#include "kindred/factorization/fold_in.h"
#include "kindred/learning/vector_ranker.h"
#include "kindred/model/parts.h"

namespace kindred::learning {

std::vector<std::pair<std::string, double>> named_losses(const factorization::IalsLoss& loss) {
  return {{"observed", loss.observed},
          {"unobserved", loss.unobserved},
          {"penalty", loss.regularization},
          {"total", loss.total()}};
}

IalsLearner::IalsLearner(const SparseMatrix& positives, const SparseMatrix& everybody,
                         const factorization::IalsOptions& options)
    : everybody_(everybody), ials_(positives, options) {}

Json IalsLearner::settings() const { return model::settings_of(ials_.options()); }

std::vector<std::pair<std::string, double>> IalsLearner::losses(ThreadPool& pool) const {
  return named_losses(ials_.epoch_loss(pool));
}

std::unique_ptr<Ranker> IalsLearner::ranker(const RankerOptions& options, ThreadPool& pool) const {
  const Vectors vectors{ials_.user_vectors(), ials_.item_vectors(), ials_.options()};
  return std::make_unique<VectorRanker>(vectors, options, pool);
}

void IalsLearner::save(model::Checkpoint& checkpoint) const {
  checkpoint.matrices["user.vectors"] = ials_.user_vectors();
  checkpoint.matrices["item.vectors"] = ials_.item_vectors();
  if (best_) checkpoint.matrices["best.item.vectors"] = *best_;
}

void IalsLearner::restore(model::Checkpoint checkpoint) {
  Matrix users = checkpoint.take_matrix("user.vectors");
  ials_.restore(std::move(users), checkpoint.take_matrix("item.vectors"), checkpoint.epoch);
  if (checkpoint.has_matrix("best.item.vectors")) {
    best_ = checkpoint.take_matrix("best.item.vectors");
  }
}

void IalsLearner::finish(model::Model& model, ThreadPool& pool) {
  model.watching = model::IalsPart{ials_.options()};
  model.items.vectors = best_ ? std::move(*best_) : ials_.item_vectors();
  const factorization::FoldIn fold_in(model.items.vectors, ials_.options(), pool);
  model.users.vectors = fold_in.solve_all(everybody_, pool);
}

}  // namespace kindred::learning
