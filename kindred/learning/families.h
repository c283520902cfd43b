// Every family of models of watching, in one place: a member of WatchOptions, a branch of
// make_watch_learner(), and of make_ranker() where its part of a model is of a new kind.

#pragma once

#include <memory>
#include <string>
#include <variant>

#include "kindred/factorization/ials.h"
#include "kindred/learning/item_item.h"
#include "kindred/learning/learner.h"
#include "kindred/learning/ranker.h"
#include "kindred/linalg/sparse.h"
#include "kindred/model/model.h"

namespace kindred::learning {

// How to learn what people will watch.
using WatchOptions = std::variant<factorization::IalsOptions, ItemItemOptions>;

// Throws Error(invalid_argument) naming the option that is out of range.
void validate(const WatchOptions& options);

// "ials", "item-item": what --model, model files and checkpoints say.
std::string family_of(const WatchOptions& options);

// One line for people: "iALS with 64 dimensions, 16 epochs, ...".
std::string describe(const WatchOptions& options);

// Learns from `positives`; `everybody` are those of all people, held out ones included. Looks
// at both, which must outlive the learner.
// Throws Error(invalid_argument) for options out of range.
std::unique_ptr<Learner> make_watch_learner(const WatchOptions& options,
                                            const SparseMatrix& positives,
                                            const SparseMatrix& everybody);

// What the model knows of watching; of a model of ratings alone, whose vectors are the best
// there is, by these. Looks at the model, which must outlive the ranker, unchanged.
std::unique_ptr<Ranker> make_ranker(const model::Model& model, const RankerOptions& options,
                                    ThreadPool& pool);

}  // namespace kindred::learning
