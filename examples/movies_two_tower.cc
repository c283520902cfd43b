// Two towers: what is known of a person on one side, of a movie on the other, each turned
// into a vector by a network, so that a movie that nobody has rated gets one too.
//
//    movies_two_tower_example [ml-1m FOLDER] [--seed N] [--epochs N] [--json]
//
// A fifth of the movies is held out with all its ratings. Trained on the others, the
// towers rank the held-out movies for every person, beside ranking by how much a person
// has watched of the movie's genres. Without a folder: made-up people and movies.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "kindred/base/byte_source.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/features/adapt.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/nn/in_batch_softmax.h"
#include "kindred/nn/model.h"

namespace {

using namespace kindred;

// ---- The world.

struct World {
  data::Batch people;                                            // gender, age, occupation, region.
  data::Batch movies;                                            // genres, years, words.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> watched;  // Row of people, of movies.
};

std::vector<std::string> fields_of(const std::string& line, const std::string& separator) {
  std::vector<std::string> fields;
  std::size_t begin = 0;
  for (std::size_t end; (end = line.find(separator, begin)) != std::string::npos;) {
    fields.push_back(line.substr(begin, end - begin));
    begin = end + separator.size();
  }
  fields.push_back(line.substr(begin));
  return fields;
}

std::vector<std::vector<std::string>> read_lines(const std::filesystem::path& path,
                                                 const std::string& separator) {
  ByteSource source(path);
  std::istringstream text(read_to_end(source));
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(text, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(fields_of(line, separator));
  }
  return lines;
}

data::Tensor lists(const std::vector<std::vector<std::string>>& rows) {
  data::TextList texts;
  std::vector<std::size_t> offsets = {0};
  for (const auto& row : rows) {
    for (const std::string& word : row) texts.push_back(word);
    offsets.push_back(texts.size());
  }
  return data::ragged(std::move(texts), std::move(offsets));
}

World read_movielens(const std::filesystem::path& folder) {
  World world;
  std::map<std::string, std::uint32_t> person_of;
  std::map<std::string, std::uint32_t> movie_of;
  data::TextList gender;
  data::TextList age;
  data::TextList occupation;
  data::TextList region;
  for (const auto& line : read_lines(folder / "users.dat", "::")) {
    person_of.emplace(line[0], static_cast<std::uint32_t>(person_of.size()));
    gender.push_back(line[1]);
    age.push_back(line[2]);
    occupation.push_back(line[3]);
    region.push_back(line[4].substr(0, 2));
  }
  world.people.add("gender", data::column(std::move(gender)));
  world.people.add("age", data::column(std::move(age)));
  world.people.add("occupation", data::column(std::move(occupation)));
  world.people.add("region", data::column(std::move(region)));

  std::vector<std::vector<std::string>> genres;
  std::vector<std::vector<std::string>> words;
  std::vector<float> years;
  for (const auto& line : read_lines(folder / "movies.dat", "::")) {
    movie_of.emplace(line[0], static_cast<std::uint32_t>(movie_of.size()));
    const std::string& title = line[1];
    years.push_back(static_cast<float>(std::atoi(title.c_str() + title.size() - 5)));
    words.push_back(fields_of(title.substr(0, title.size() - 7), " "));
    genres.push_back(fields_of(line[2], "|"));
  }
  world.movies.add("genres", lists(genres));
  world.movies.add("words", lists(words));
  world.movies.add("year", data::column(std::move(years)));
  for (const auto& line : read_lines(folder / "ratings_uir.dat.gz", "::")) {
    const auto fields = line.size() >= 2 ? line : fields_of(line[0], "\t");
    world.watched.emplace_back(person_of.at(fields[0]), movie_of.at(fields[1]));
  }
  return world;
}

// People of four tastes, movies of four genres; everybody watches mostly their own.
World made_up_world(std::uint64_t seed) {
  constexpr std::size_t kPeople = 300;
  constexpr std::size_t kMovies = 200;
  Rng rng(seed);
  World world;
  const std::vector<std::string> names = {"Comedy", "Drama", "Horror", "War"};
  data::TextList age;
  data::TextList plain;
  for (std::size_t person = 0; person < kPeople; ++person) {
    age.push_back(std::to_string(person % 4));
    plain.push_back("x");
  }
  for (const char* key : {"gender", "occupation", "region"}) {
    world.people.add(key, data::column(plain));
  }
  world.people.add("age", data::column(std::move(age)));
  std::vector<std::vector<std::string>> genres;
  for (std::size_t movie = 0; movie < kMovies; ++movie) genres.push_back({names[movie % 4]});
  world.movies.add("genres", lists(genres));
  world.movies.add("words", lists(genres));
  world.movies.add("year", data::column(std::vector<float>(kMovies, 1999.0F)));
  for (std::uint32_t person = 0; person < kPeople; ++person) {
    for (std::uint32_t movie = 0; movie < kMovies; ++movie) {
      if (rng.uniform() < (movie % 4 == person % 4 ? 0.4 : 0.05)) {
        world.watched.emplace_back(person, movie);
      }
    }
  }
  return world;
}

// ---- The towers.

features::CategoricalColumn words(const char* key, std::size_t count_max = 1'000'000) {
  features::CategoricalColumn column = features::vocabulary(key, {}, 1);
  std::get<features::VocabularyColumn>(column.kind).word_count_max = count_max;
  return column;
}

std::vector<features::Column> person_columns() {
  return {features::embedding(features::identity("person", 10'000), 32),
          features::embedding(words("gender"), 2), features::embedding(words("age"), 4),
          features::embedding(words("occupation"), 6), features::embedding(words("region"), 6)};
}

std::vector<features::Column> movie_columns() {
  std::vector<float> fives;
  for (float year = 1925.0F; year <= 2000.0F; year += 5.0F) fives.push_back(year);
  return {features::embedding(words("genres"), 16),
          features::embedding(features::bucketized(features::numeric("year"), fives), 8),
          features::numeric("year", {features::ZScore{}}),
          features::embedding(
              features::crossed(
                  {words("genres"), features::bucketized(features::numeric("year"), fives)}, 400),
              8),
          features::embedding(features::hashed("words", 500), 4)};
}

struct TwoTowers {
  nn::FeatureInput person_input;
  nn::Sequential person_layers;
  nn::FeatureInput movie_input;
  nn::Sequential movie_layers;

  static std::vector<nn::LayerSpec> tower() {
    return {nn::dense(64, nn::Activation::relu), nn::dropout(0.2), nn::dense(32),
            nn::L2NormalizeSpec{}};
  }
  TwoTowers(nn::ParameterSet& parameters, std::span<const features::Encoder> inputs,
            std::uint64_t seed)
      : person_input(parameters, "person", inputs[0].layout(), seed),
        person_layers(parameters, "person", person_input, tower(), seed),
        movie_input(parameters, "movie", inputs[1].layout(), seed),
        movie_layers(parameters, "movie", movie_input, tower(), seed) {}

  nn::Var person(nn::Pass& pass, std::span<const features::FeatureBlock> blocks) const {
    return person_layers(pass, person_input(pass, blocks[0]));
  }
  nn::Var movie(nn::Pass& pass, std::span<const features::FeatureBlock> blocks) const {
    return movie_layers(pass, movie_input(pass, blocks[1]));
  }
};

// Unit vectors are at most 1 apart in score; the softmax needs more room than that.
constexpr float kSharpness = 10.0F;

// ---- Rows: a person and a movie side by side, or all of one with any of the other.

data::Batch pairs(const World& world, std::span<const std::size_t> people,
                  std::span<const std::size_t> movies) {
  data::Batch rows;
  std::vector<std::int64_t> ids(people.begin(), people.end());
  for (const data::NamedTensor& feature : world.people.features) {
    data::Tensor tensor = data::empty_like(feature.tensor);
    data::append_chosen_rows(tensor, feature.tensor, people);
    rows.add(feature.name, std::move(tensor));
  }
  for (const data::NamedTensor& feature : world.movies.features) {
    data::Tensor tensor = data::empty_like(feature.tensor);
    data::append_chosen_rows(tensor, feature.tensor, movies);
    rows.add(feature.name, std::move(tensor));
  }
  rows.add("person", data::column(std::move(ids)));
  return rows;
}

// What `layer` gives for the people, or the movies, with number 0 of the other side.
Matrix vectors(nn::Model& model, const World& world, std::size_t count, bool is_person,
               const nn::Network::Forward& layer, ThreadPool& pool) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::vector<std::size_t> none(count, 0);
  return model.predict(is_person ? pairs(world, all, none) : pairs(world, none, all), layer, {},
                       pool);
}

// ---- Quality: how well scores put what a person watched before what they did not.

struct Ranking {
  double auc = 0.0;
  double recall = 0.0;  // Among the first 20.
  double random_recall = 0.0;
};

template <typename Score>
Ranking judge(const std::vector<std::set<std::uint32_t>>& truth,
              const std::vector<std::uint32_t>& candidates, const Score& score) {
  Ranking mean;
  double people = 0.0;
  for (std::uint32_t person = 0; person < truth.size(); ++person) {
    const auto& liked = truth[person];
    if (liked.empty() || liked.size() == candidates.size()) continue;
    std::vector<std::pair<float, std::uint32_t>> ranked;
    for (const std::uint32_t movie : candidates) ranked.emplace_back(-score(person, movie), movie);
    std::ranges::sort(ranked);
    double misses_before = 0.0;
    double orders = 0.0;
    double hits = 0.0;
    for (std::size_t i = 0; i < ranked.size();) {
      // Equal scores count half.
      std::size_t end = i;
      double liked_here = 0.0;
      while (end < ranked.size() && ranked[end].first == ranked[i].first) {
        const bool is_hit = liked.contains(ranked[end].second);
        liked_here += is_hit ? 1.0 : 0.0;
        if (end < 20 && is_hit) hits += 1.0;
        ++end;
      }
      const double others = static_cast<double>(end - i) - liked_here;
      orders += liked_here * (misses_before + others / 2.0);
      misses_before += others;
      i = end;
    }
    const auto positives = static_cast<double>(liked.size());
    mean.auc += 1.0 - orders / (positives * misses_before);
    mean.recall += hits / std::min(positives, 20.0);
    mean.random_recall += std::min(20.0, static_cast<double>(candidates.size())) * positives /
                          static_cast<double>(candidates.size()) / std::min(positives, 20.0);
    people += 1.0;
  }
  return {mean.auc / people, mean.recall / people, mean.random_recall / people};
}

struct Result {
  Ranking towers;
  Ranking genres;
  std::size_t movie_count = 0;
};

Result run(const World& world, std::uint64_t seed, int epochs) {
  const std::size_t person_count = world.people.row_count;
  const std::size_t movie_count = world.movies.row_count;
  std::vector<std::uint32_t> order(movie_count);
  std::iota(order.begin(), order.end(), 0U);
  Rng rng(seed, 0x434F4C44);
  rng.shuffle(std::span(order));
  std::vector<std::uint32_t> cold(order.begin(),
                                  order.begin() + static_cast<std::ptrdiff_t>(movie_count / 5));
  const std::set<std::uint32_t> is_cold(cold.begin(), cold.end());

  std::vector<std::size_t> people;
  std::vector<std::size_t> movies;
  std::vector<std::set<std::uint32_t>> truth(person_count);
  std::vector<double> uses(movie_count, 0.0);
  for (const auto& [person, movie] : world.watched) {
    if (is_cold.contains(movie)) {
      truth[person].insert(movie);
    } else {
      people.push_back(person);
      movies.push_back(movie);
      uses[movie] += 1.0;
    }
  }
  // What the loss needs to know of the row's movie: its number, and the log of its share.
  data::Batch rows = pairs(world, people, movies);
  std::vector<float> label;
  for (const std::size_t movie : movies) {
    label.push_back(static_cast<float>(movie));
    label.push_back(static_cast<float>(std::log(uses[movie] / static_cast<double>(movies.size()))));
  }
  rows.label = data::matrix(std::move(label), 2);

  std::vector<features::Encoder> inputs;
  const data::Dataset stream = data::Dataset::from_batch(rows);
  inputs.emplace_back(features::adapt(person_columns(), stream).columns);
  inputs.emplace_back(features::adapt(movie_columns(), stream).columns);
  nn::Network network;
  const auto towers = std::make_shared<TwoTowers>(*network.parameters, inputs, seed);
  network.forward = [towers](nn::Pass& pass, std::span<const features::FeatureBlock> blocks) {
    const nn::Var scores = nn::matmul_transposed(pass.tape(), towers->person(pass, blocks),
                                                 towers->movie(pass, blocks));
    return nn::scale(pass.tape(), scores, kSharpness);
  };
  nn::Model model(std::move(inputs), std::move(network));
  model.compile(
      {.optimizer = nn::LazyAdam{.learning_rate = 0.002F},
       .objective = [](nn::Tape<float>& tape, nn::Var scores, const nn::EncodedBatch& batch) {
         std::vector<std::int64_t> items;
         std::vector<float> log_q;
         for (std::size_t row = 0; row < batch.row_count; ++row) {
           items.push_back(static_cast<std::int64_t>(batch.targets[2 * row]));
           log_q.push_back(batch.targets[2 * row + 1]);
         }
         return nn::in_batch_softmax<float>(tape, scores, items, log_q);
       }});
  ThreadPool pool(1);
  model.fit(rows, {.epochs = epochs, .batch_size = 512, .seed = seed}, pool);

  const Matrix of_people = vectors(
      model, world, person_count, true,
      [towers](nn::Pass& pass, auto blocks) { return towers->person(pass, blocks); }, pool);
  const Matrix of_movies = vectors(
      model, world, movie_count, false,
      [towers](nn::Pass& pass, auto blocks) { return towers->movie(pass, blocks); }, pool);

  // The baseline: how much a person has watched of each genre, averaged over the movie's.
  std::vector<std::map<std::string, float>> taste(person_count);
  const data::Tensor& genres = world.movies.at("genres");
  const auto genres_of = [&](std::size_t movie) {
    std::vector<std::string> found;
    for (std::size_t i = genres.row_begin(movie); i < genres.row_begin(movie + 1); ++i) {
      found.emplace_back(genres.texts()[i]);
    }
    return found;
  };
  for (std::size_t i = 0; i < people.size(); ++i) {
    for (const std::string& genre : genres_of(movies[i])) taste[people[i]][genre] += 1.0F;
  }
  std::vector<std::vector<std::string>> cold_genres(movie_count);
  for (const std::uint32_t movie : cold) cold_genres[movie] = genres_of(movie);

  Result result;
  result.movie_count = cold.size();
  result.towers = judge(truth, cold, [&](std::uint32_t person, std::uint32_t movie) {
    return linalg::dot(of_people.row(person), of_movies.row(movie));
  });
  result.genres = judge(truth, cold, [&](std::uint32_t person, std::uint32_t movie) {
    float total = 0.0F;
    for (const std::string& genre : cold_genres[movie]) total += taste[person][genre];
    return total / static_cast<float>(cold_genres[movie].size());
  });
  return result;
}

}  // namespace

int main(int count, char** values) {
  std::string folder;
  std::uint64_t seed = 1;
  int epochs = 10;
  bool json = false;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    if (word == "--json") {
      json = true;
    } else if (word == "--seed" && i + 1 < count) {
      seed = static_cast<std::uint64_t>(std::atoll(values[++i]));
    } else if (word == "--epochs" && i + 1 < count) {
      epochs = std::max(1, std::atoi(values[++i]));
    } else {
      folder = word;
    }
  }
  try {
    const World world = folder.empty() ? made_up_world(seed) : read_movielens(folder);
    const Result result = run(world, seed, epochs);
    if (json) {
      std::printf(
          "{\"auc\":%.6f,\"recall@20\":%.6f,\"recall_to_random\":%.6f,"
          "\"genre_auc\":%.6f,\"genre_recall@20\":%.6f}\n",
          result.towers.auc, result.towers.recall,
          result.towers.recall / result.towers.random_recall, result.genres.auc,
          result.genres.recall);
    } else {
      std::printf("%zu movies that nobody has rated, ranked for everybody:\n", result.movie_count);
      std::printf("  two towers       AUC %.4f  recall@20 %.4f\n", result.towers.auc,
                  result.towers.recall);
      std::printf("  watched genres   AUC %.4f  recall@20 %.4f\n", result.genres.auc,
                  result.genres.recall);
      std::printf("  chance           AUC 0.5000  recall@20 %.4f\n", result.towers.random_recall);
    }
    return result.towers.auc > 0.6 ? 0 : 1;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
