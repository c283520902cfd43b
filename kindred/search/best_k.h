// The best k of a stream of neighbours, in whatever order they come.
//
// A heap with the worst kept neighbour on top. The result depends on the set that was
// offered and not on the order, because no two neighbours of one query are equal.
//
// Cost: O(log k) an accepted neighbour, O(1) a rejected one.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "kindred/search/neighbor.h"

namespace kindred::search {

class BestK {
 public:
  // Requires: k > 0.
  explicit BestK(std::size_t k) : k_(k) { heap_.reserve(std::min(k, kReservedMax)); }

  // What a score must reach to have a chance (an equal one wins by a smaller id).
  float threshold() const noexcept {
    return heap_.size() < k_ ? -std::numeric_limits<float>::infinity() : heap_.front().score;
  }

  // NaN is never kept.
  void offer(const Neighbor& neighbor) {
    if (std::isnan(neighbor.score)) return;
    if (heap_.size() < k_) {
      heap_.push_back(neighbor);
      std::push_heap(heap_.begin(), heap_.end(), kBetter);
    } else if (better(neighbor, heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), kBetter);
      heap_.back() = neighbor;
      std::push_heap(heap_.begin(), heap_.end(), kBetter);
    }
  }

  // Best first. Leaves *this empty.
  std::vector<Neighbor> take() {
    std::sort_heap(heap_.begin(), heap_.end(), kBetter);
    return std::exchange(heap_, {});
  }

 private:
  // Not the function itself: an algorithm would call it through a pointer.
  static constexpr auto kBetter = [](const Neighbor& a, const Neighbor& b) { return better(a, b); };

  static constexpr std::size_t kReservedMax = 1024;

  std::size_t k_;
  std::vector<Neighbor> heap_;
};

}  // namespace kindred::search
