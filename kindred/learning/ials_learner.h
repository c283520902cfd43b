// iALS (factorization/ials.h) as a Learner, and the terms of its loss by name.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kindred/factorization/ials.h"
#include "kindred/learning/learner.h"
#include "kindred/linalg/sparse.h"

namespace kindred::learning {

// The terms of the loss as the epoch loop records them.
std::vector<std::pair<std::string, double>> named_losses(const factorization::IalsLoss& loss);

class IalsLearner final : public Learner {
 public:
  // Learns from `positives`. At the end everybody, those whom it did not learn from included, is
  // solved from all that they liked, `everybody`, against the items. Looks at both, which must
  // outlive *this.
  IalsLearner(const SparseMatrix& positives, const SparseMatrix& everybody,
              const factorization::IalsOptions& options);

  std::string family() const override { return "ials"; }
  Json settings() const override;
  int epoch() const override { return ials_.epoch(); }
  int epoch_count() const override { return ials_.options().epochs; }
  void run_epoch(ThreadPool& pool) override { ials_.run_epoch(pool); }
  std::vector<std::pair<std::string, double>> losses(ThreadPool& pool) const override;
  // By the items as they are now; the users' vectors are those before their last half-epoch.
  std::unique_ptr<Ranker> ranker(const RankerOptions& options, ThreadPool& pool) const override;
  void keep_best() override { best_ = ials_.item_vectors(); }
  void save(model::Checkpoint& checkpoint) const override;
  void restore(model::Checkpoint checkpoint) override;
  void finish(model::Model& model, ThreadPool& pool) override;

 private:
  const SparseMatrix& everybody_;
  factorization::Ials ials_;
  std::optional<Matrix> best_;  // The items of the best epoch so far.
};

}  // namespace kindred::learning
