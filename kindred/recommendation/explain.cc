#include "kindred/recommendation/explain.h"

#include <utility>

namespace kindred::recommendation {

std::vector<Reason> reasons_for(const factorization::FoldIn& fold_in, const Person& person,
                                std::uint32_t item, std::size_t count) {
  if (person.liked.empty()) return {};
  std::vector<Reason> terms;
  for (const auto& part : fold_in.explain(person.liked, person.weights, item)) {
    terms.push_back({part.item, part.share});
  }
  return learning::largest_reasons(std::move(terms), count);
}

}  // namespace kindred::recommendation
