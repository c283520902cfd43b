#include "kindred/learning/ranker.h"

#include <algorithm>

namespace kindred::learning {

std::vector<Reason> largest_reasons(std::vector<Reason> terms, std::size_t count) {
  std::erase_if(terms, [](const Reason& term) { return !(term.share > 0.0F); });
  double raising = 0.0;
  for (const Reason& term : terms) raising += term.share;
  for (Reason& term : terms) term.share = static_cast<float>(term.share / raising);
  std::ranges::sort(terms, [](const Reason& a, const Reason& b) {
    return a.share != b.share ? a.share > b.share : a.item < b.item;
  });
  terms.resize(std::min(count, terms.size()));
  return terms;
}

}  // namespace kindred::learning
