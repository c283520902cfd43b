// What `kindred demo` teaches, computed once: the printing, the JSON, the picture and
// the files all show the same lesson.
//
//   movie world -> leave-one-out quality for several d -> iALS on all ratings
//               -> neighbours of a movie, recommendations for three people
//
// Nothing here sees a movie's attributes but the audience's simulation: the model is
// learned from who rated what. Deterministic in its options, times apart.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/movie_world.h"
#include "kindred/evaluation/result.h"
#include "kindred/factorization/fold_in.h"
#include "kindred/model/model.h"
#include "kindred/search/top_k.h"

namespace kindred::cli {

// The movies that the lesson follows through all of its spaces.
enum class Pair { cartoons, art_house, blockbusters, none };

struct MarkedMovie {
  std::string_view title;
  std::string_view label;  // Short, for pictures.
  Pair pair = Pair::none;
};

// Partners follow each other; the last has none.
inline constexpr std::array<MarkedMovie, 7> kMarkedMovies = {{
    {"Shrek (2001)", "Shrek", Pair::cartoons},
    {"The Incredibles (2004)", "The Incredibles", Pair::cartoons},
    {"Three Colours: Blue (1993)", "Bleu", Pair::art_house},
    {"Memento (2000)", "Memento", Pair::art_house},
    {"Star Wars (1977)", "Star Wars", Pair::blockbusters},
    {"The Dark Knight Rises (2012)", "The Dark Knight Rises", Pair::blockbusters},
    {"Harry Potter and the Philosopher's Stone (2001)", "Harry Potter", Pair::none},
}};
inline constexpr std::size_t kPairedCount = 6;

struct LessonOptions {
  int dimensions = 12;  // The best of those that the lesson tries on its own world.
  int epochs = 12;
  std::size_t people = 5000;
  std::uint64_t seed = 1;
};

// One way to rank movies, judged by the liked movie that was hidden of each person.
struct Quality {
  std::string name;
  int dimensions = 0;     // 0 where nothing is learned.
  double hit_rate = 0.0;  // HR@10: how often the hidden movie is among the first ten.
  evaluation::Interval hit_rate_interval = {};  // 95%.
  double ndcg = 0.0;     // NDCG@10: the same, with more credit nearer the top.
  double seconds = 0.0;  // To learn; not deterministic.
};

struct Suggestion {
  std::uint32_t movie = 0;
  float score = 0.0F;
  std::vector<factorization::Contribution> reasons;  // Of what they liked, most telling first.
};

struct Visitor {
  std::size_t person = 0;                 // Row of the people.
  std::vector<std::uint32_t> liked = {};  // Rows of the movies, best rated first.
  std::vector<Suggestion> suggestions = {};
};

// How near a marked movie's partner is in the learned space.
struct PartnerRank {
  std::size_t movie = 0;  // Index into kMarkedMovies; the partner is at movie ^ 1.
  std::size_t rank = 0;   // 1: no other movie is nearer.
  float cosine = 0.0F;
};

struct Lesson {
  LessonOptions options;
  data::MovieWorld world;
  model::Model model;
  std::size_t liked_count = 0;          // Ratings that count as positives.
  std::size_t hidden_count = 0;         // People of whom a liked movie was hidden.
  std::vector<Quality> trials;          // One for each d tried, ascending.
  std::vector<Quality> baselines;       // Popularity, then random.
  std::vector<search::Neighbor> shrek;  // Nearest to Shrek, by cosine.
  std::vector<search::Neighbor> star_wars;
  std::vector<PartnerRank> partners;
  std::vector<Visitor> visitors;

  const Quality& chosen_trial() const;
};

Lesson teach(const LessonOptions& options, ThreadPool& pool);

// "The Incredibles" for "The Incredibles (2004)".
std::string_view without_year(std::string_view title);

// The movies within a year of Star Wars on the axis of age, by row.
std::vector<std::size_t> same_age_as_star_wars();

}  // namespace kindred::cli
