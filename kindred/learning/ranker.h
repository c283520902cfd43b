// What somebody who recommends, explains or judges asks of a model, whatever learned it.
//
// A person is either known, by a row of the training data, or made up, by what they liked;
// the answer is the best k items that they have not seen, any score, or the reasons of a score:
// which of the things they liked raised it, and by how much.
//
//   recommend   best()            evaluate   best(), score()
//   explain     reasons()         similar    similar_items()
//
// Every family has one (families.h makes it from a model); vector_ranker.h serves all whose
// score is a dot product.
//
// Thread safety: const members from any number of threads, each with a pool of its own.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"
#include "kindred/search/neighbor.h"

namespace kindred::learning {

// Somebody to rank for. Looks at all it is given.
struct Asked {
  // A row of the training data: what was learned of them is used. None: a made-up person, of
  // whom `liked` is all that is known.
  std::optional<std::uint32_t> user;
  std::span<const std::uint32_t> liked;  // Items, ascending.
  std::span<const float> weights;        // One for each of `liked`, as in training.
  std::span<const std::uint32_t> seen;   // Items, ascending: never among the answers.
};

// One of the things somebody liked, and its share of what raises a score.
struct Reason {
  std::uint32_t item = 0;
  float share = 0.0F;  // In (0, 1].

  bool operator==(const Reason&) const = default;
};

using RankedItems = std::vector<search::Neighbor>;  // Best first.

struct RankerOptions {
  std::vector<bool> allowed = {};  // One flag an item; empty: all.
  bool only_learned = true;        // Leaves out items about which nothing was learned.
  bool many_people = false;        // Prepares once what makes best() fast for many people.
  bool folds_in = true;            // False where every person asked about is known, and no
                                   // reasons are: spares what folding in has to prepare.
};

class Ranker {
 public:
  virtual ~Ranker() = default;

  // One flag an item: whether best() may return it.
  virtual const std::vector<bool>& candidates() const = 0;

  // Whether anything is known of their taste: without it every item scores alike.
  virtual bool knows(const Asked& person) const = 0;

  // One list for each person, best first; shorter than k only where fewer items are left, or,
  // in families that relate few items to each other, fewer have any score.
  // Requires: k > 0.
  virtual std::vector<RankedItems> best(std::span<const Asked> people, std::size_t k,
                                        ThreadPool& pool) const = 0;

  // out[n] is the score of items[n]. Requires: out.size() == items.size().
  virtual void scores(const Asked& person, std::span<const std::uint32_t> items,
                      std::span<float> out) const = 0;

  // The `count` things of `liked` that raise the score of `item` most, largest first, with
  // their shares of all that raises it: exact, since a score is a sum with one term for each.
  // Empty where the family's score is no such sum, or nothing raises it.
  virtual std::vector<Reason> reasons(const Asked& person, std::uint32_t item,
                                      std::size_t count) const = 0;

  // The candidates that go with the item best. Requires: k > 0.
  virtual RankedItems similar_items(std::uint32_t item, std::size_t k, ThreadPool& pool) const = 0;
};

// Turns terms into reasons: those above 0, as shares of their sum, the `count` largest, equal
// ones by the smaller item.
std::vector<Reason> largest_reasons(std::vector<Reason> terms, std::size_t count);

}  // namespace kindred::learning
