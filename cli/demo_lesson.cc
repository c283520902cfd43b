#include "cli/demo_lesson.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "cli/demo_quality.h"
#include "kindred/base/check.h"
#include "kindred/data/positives.h"
#include "kindred/embedding/dimension_rule.h"
#include "kindred/factorization/ials.h"
#include "kindred/search/exact.h"
#include "kindred/training/training_loop.h"

namespace kindred::cli {
namespace {

constexpr std::size_t kNeighborCount = 10;
constexpr std::size_t kSuggestionCount = 10;
constexpr std::size_t kReasonCount = 2;

// Set by leave-one-out on the demo's own world; the search over d is part of the lesson.
factorization::IalsOptions ials_options(const LessonOptions& options, int dimensions) {
  return {.dimensions = dimensions,
          .epochs = options.epochs,
          .unobserved_weight = 0.3F,
          .regularization = 0.01F,
          .regularization_exponent = 1.0F,
          .seed = options.seed};
}

// The fourth root's starting point, both sides of it, and what was asked for.
std::set<int> dimensions_to_try(const LessonOptions& options) {
  const int start = embedding::starting_dimensions(data::movies().size());
  return {std::max(1, start / 2), start, 2 * start, 3 * start, 6 * start, options.dimensions};
}

void learn(Lesson& lesson, const SparseMatrix& liked, ThreadPool& pool) {
  factorization::Ials ials(liked, model::fold_in_options(lesson.model));
  training::Trainee trainee;
  trainee.run_epoch = [&] { ials.run_epoch(pool); };
  trainee.losses = [&]() -> std::vector<std::pair<std::string, double>> {
    const factorization::IalsLoss loss = ials.loss(pool);
    return {{"observed", loss.observed},
            {"unobserved", loss.unobserved},
            {"regularization", loss.regularization},
            {"total", loss.total()}};
  };
  lesson.model.history =
      training::run_training(trainee, {.epochs = lesson.options.epochs}, {}, {}).history;
  ials.finish(pool);

  const data::Interactions& ratings = lesson.world.ratings;
  lesson.model.items = {ratings.items, ials.item_vectors(), lesson.world.movies};
  lesson.model.users = {ratings.users, ials.user_vectors(), lesson.world.people};
  lesson.model.has_values = true;
  lesson.model.seen = ratings.by_user;
  lesson.model.facts.set("source", "the movie world of `kindred demo`");
  lesson.model.facts.set("people", static_cast<std::uint64_t>(lesson.options.people));
  lesson.model.facts.set("seed", lesson.options.seed);
}

// All other movies, nearest first.
std::vector<search::Neighbor> neighbors(const Lesson& lesson, const search::ExactIndex& index,
                                        std::string_view title, ThreadPool& pool) {
  const std::size_t row = data::movie_row(title);
  search::TopKFilter filter;
  filter.allowed.assign(index.size(), true);
  filter.allowed[row] = false;
  const MatrixView query = lesson.model.items.vectors.view().slice(row, row + 1);
  return index.search(query, index.size(), filter, pool).front();
}

void look_around(Lesson& lesson, ThreadPool& pool) {
  const search::ExactIndex index(lesson.model.items.vectors, search::Metric::cosine);
  for (std::size_t i = 0; i < kPairedCount; ++i) {
    const auto nearest = neighbors(lesson, index, kMarkedMovies[i].title, pool);
    const std::size_t partner = data::movie_row(kMarkedMovies[i ^ 1U].title);
    const auto found =
        std::find_if(nearest.begin(), nearest.end(),
                     [&](const search::Neighbor& neighbor) { return neighbor.id == partner; });
    KINDRED_CHECK(found != nearest.end());
    lesson.partners.push_back(
        {i, static_cast<std::size_t>(found - nearest.begin()) + 1, found->score});
  }
  const auto first = [](std::vector<search::Neighbor> all) {
    all.resize(std::min(all.size(), kNeighborCount));
    return all;
  };
  lesson.shrek = first(neighbors(lesson, index, "Shrek (2001)", pool));
  lesson.star_wars = first(neighbors(lesson, index, "Star Wars (1977)", pool));
}

// The person with eight to sixteen liked movies of which the largest share is of this
// genre, and who is not among `taken`; the first of them where several are level.
std::size_t devotee(const SparseMatrix& liked, std::string_view genre,
                    const std::vector<Visitor>& taken) {
  std::size_t best = 0;
  double best_share = -1.0;
  for (std::size_t person = 0; person < liked.rows; ++person) {
    const auto movies = liked.row_columns(person);
    const bool met = std::any_of(taken.begin(), taken.end(),
                                 [&](const Visitor& visitor) { return visitor.person == person; });
    if (met || movies.size() < 8 || movies.size() > 16) continue;
    const auto count = std::count_if(movies.begin(), movies.end(), [&](std::uint32_t movie) {
      return data::has_genre(data::movies()[movie], genre);
    });
    const double share = static_cast<double>(count) / static_cast<double>(movies.size());
    if (share > best_share) {
      best_share = share;
      best = person;
    }
  }
  return best;
}

Visitor advise(const Lesson& lesson, const factorization::FoldIn& fold_in,
               const SparseMatrix& liked, std::size_t person, ThreadPool& pool) {
  Visitor visitor{.person = person};
  const auto positives = liked.row_columns(person);
  const SparseMatrix& seen = lesson.world.ratings.by_user;
  const auto watched = seen.row_columns(person);
  const auto stars = [&](std::uint32_t movie) {
    const auto place = std::lower_bound(watched.begin(), watched.end(), movie) - watched.begin();
    return seen.row_values(person)[static_cast<std::size_t>(place)];
  };
  visitor.liked.assign(positives.begin(), positives.end());
  std::stable_sort(visitor.liked.begin(), visitor.liked.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return stars(a) > stars(b); });

  search::TopKFilter filter;
  filter.excluded = [&](std::size_t) { return watched; };
  const Matrix vector(1, lesson.model.items.dimensions(), fold_in.solve(positives));
  const auto found =
      search::top_k(vector, lesson.model.items.vectors, kSuggestionCount, filter, pool);
  for (const search::Neighbor& item : found.front()) {
    auto reasons = fold_in.explain(positives, {}, item.id);
    std::stable_sort(reasons.begin(), reasons.end(),
                     [](const auto& a, const auto& b) { return a.share > b.share; });
    reasons.resize(std::min(reasons.size(), kReasonCount));
    visitor.suggestions.push_back({item.id, item.score, std::move(reasons)});
  }
  return visitor;
}

}  // namespace

const Quality& Lesson::chosen_trial() const {
  const auto found = std::find_if(trials.begin(), trials.end(), [&](const Quality& trial) {
    return trial.dimensions == options.dimensions;
  });
  KINDRED_CHECK(found != trials.end());
  return *found;
}

Lesson teach(const LessonOptions& options, ThreadPool& pool) {
  Lesson lesson;
  lesson.options = options;
  const factorization::IalsOptions ials = ials_options(options, options.dimensions);
  factorization::validate(ials);
  lesson.model.watching = model::IalsPart{ials};
  lesson.world = data::simulate_movie_world({.people = options.people, .seed = options.seed});
  const data::Interactions& ratings = lesson.world.ratings;
  lesson.model.positive_rule = data::default_positive_rule(ratings);
  const SparseMatrix liked = data::positives(ratings.by_user, lesson.model.positive_rule);
  lesson.liked_count = liked.entry_count();

  const HiddenMovies hidden(ratings.by_user, liked, options.seed);
  for (const int dimensions : dimensions_to_try(options)) {
    lesson.trials.push_back(hidden.learned(ials_options(options, dimensions), pool));
  }
  lesson.hidden_count = hidden.count();
  lesson.baselines = {hidden.popularity(pool), hidden.random(pool)};

  learn(lesson, liked, pool);
  look_around(lesson, pool);
  const factorization::FoldIn fold_in(lesson.model.items.vectors,
                                      model::fold_in_options(lesson.model), pool);
  for (const std::string_view genre : {"Animation", "Art-house", "Adventure"}) {
    const std::size_t person = devotee(liked, genre, lesson.visitors);
    lesson.visitors.push_back(advise(lesson, fold_in, liked, person, pool));
  }
  return lesson;
}

std::string_view without_year(std::string_view title) { return title.substr(0, title.rfind(" (")); }

std::vector<std::size_t> same_age_as_star_wars() {
  const std::size_t star_wars = data::movie_row("Star Wars (1977)");
  const double age = data::movies()[star_wars].audience_age;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < data::movies().size(); ++row) {
    const bool near = std::abs(data::movies()[row].audience_age - age) <= 1.0;
    if (near && row != star_wars) rows.push_back(row);
  }
  return rows;
}

}  // namespace kindred::cli
