#include "kindred/recommendation/explain.h"

#include <algorithm>

namespace kindred::recommendation {

std::vector<Reason> reasons_for(const factorization::FoldIn& fold_in, const Person& person,
                                std::uint32_t item, std::size_t count) {
  std::vector<Reason> reasons;
  if (person.liked.empty()) return reasons;
  double raising = 0.0;
  for (const auto& part : fold_in.explain(person.liked, person.weights, item)) {
    if (!(part.share > 0.0F)) continue;
    reasons.push_back({part.item, part.share});
    raising += part.share;
  }
  for (Reason& reason : reasons) reason.share = static_cast<float>(reason.share / raising);
  std::ranges::sort(reasons, [](const Reason& a, const Reason& b) {
    return a.share != b.share ? a.share > b.share : a.item < b.item;
  });
  reasons.resize(std::min(count, reasons.size()));
  return reasons;
}

}  // namespace kindred::recommendation
