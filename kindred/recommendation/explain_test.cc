#include "kindred/recommendation/explain.h"

#include <gtest/gtest.h>

#include <vector>

#include "kindred/linalg/kernels/dot.h"
#include "tests/support/movie_model.h"

namespace kindred::recommendation {
namespace {

TEST(Explain, SharesAddUpToTheScoreAndReasonsComeLargestFirst) {
  const model::Model model = test::movie_model(200, 8);
  ThreadPool pool(1);
  const factorization::FoldIn fold_in(model.items.vectors, model::fold_in_options(model), pool);
  const Person person = known_person(model, 5);
  ASSERT_GT(person.liked.size(), 3U);
  const std::vector<float> vector = fold_in.solve(person.liked, person.weights);
  for (const std::uint32_t target : {0U, 17U, 100U}) {
    double total = 0.0;
    for (const auto& part : fold_in.explain(person.liked, person.weights, target)) {
      total += part.share;
    }
    EXPECT_NEAR(total, linalg::dot(vector, model.items.vectors.row(target)), 1e-4);

    const auto reasons = reasons_for(fold_in, person, target, 1000);
    double shares = 0.0;
    for (std::size_t i = 0; i < reasons.size(); ++i) {
      shares += reasons[i].share;
      EXPECT_TRUE(i == 0 || reasons[i - 1].share >= reasons[i].share);
    }
    EXPECT_NEAR(shares, 1.0, 1e-5);
    EXPECT_LE(reasons_for(fold_in, person, target, 3).size(), 3U);
  }
  EXPECT_TRUE(reasons_for(fold_in, Person(), 0, 3).empty());
}

}  // namespace
}  // namespace kindred::recommendation
