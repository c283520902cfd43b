// How fast the exact search is on the vectors of a model, how much of the work the data let it
// skip, and that its lists are those of the plain loop.
//
//   top_k_bench MODEL [--queries N] [--k 10] [--threads 0] [--repetitions 5] [--exclude yes|no]
//               [--single N] [--verify N|all] [--lists FILE]
//   top_k_bench --make FILE [--items 500000] [--users 32768] [--dim 32] [--skew 0]
//
// Prints:
//   norms          standard deviation of the logarithm of the items' norms, and the largest by
//                  the median: the skew on which all else depends
//   batch          seconds to prepare the items and to search for N users, what they have seen
//                  left out; the share of pairs that the first pass looked at, and how many
//                  pairs a user were scored in full
//   single         one user at a time on one thread, items prepared: median and 99th percentile
//                  --lists writes the lists found, for rivals/faiss_flat.py to compare
//   exactness      how many of the users' lists differ in an id, a score or the order from those
//                  of the plain loop over linalg::dot; exits with 1 if any does
//
// --make writes a model with random vectors instead: isotropic, with norms exp(skew z), z
// normal, and for every user 50 random items that they have seen.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/arguments.h"
#include "benchmarks/measure.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/linalg/kernels/target.h"
#include "kindred/model/io.h"
#include "kindred/search/best_k.h"
#include "kindred/search/top_k.h"

namespace kindred {
namespace {

using benchmarks::Arguments;
using benchmarks::processor_name;
using benchmarks::processor_seconds;
using benchmarks::wall_seconds;
using Lists = std::vector<std::vector<search::Neighbor>>;

constexpr std::size_t kSeenOfMadeUsers = 50;

embedding::Embeddings random_embeddings(std::size_t rows, std::size_t dimensions, double skew,
                                        std::uint64_t seed) {
  embedding::Embeddings embeddings;
  embeddings.vectors = Matrix(rows, dimensions);
  embeddings.metadata = data::Table(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    embeddings.labels.insert(std::to_string(row));
    Rng rng(seed, 0, row);
    const double scale = std::exp(skew * rng.normal());
    for (float& value : embeddings.vectors.row(row)) {
      value = static_cast<float>(scale * rng.normal());
    }
  }
  return embeddings;
}

void make(const Arguments& arguments) {
  model::Model model;
  const std::size_t dimensions = arguments.count("dim");
  factorization::IalsOptions options;
  options.dimensions = static_cast<int>(dimensions);
  model.watching = model::IalsPart{options};
  const double skew = arguments.real("skew");
  model.items = random_embeddings(arguments.count("items"), dimensions, skew, 1);
  model.users = random_embeddings(arguments.count("users"), dimensions, 0.0, 2);
  model.seen.cols = model.items.size();
  const std::vector<float> ones(kSeenOfMadeUsers, 1.0F);
  for (std::size_t user = 0; user < model.users.size(); ++user) {
    Rng rng(3, 0, user);
    std::vector<std::uint32_t> seen;
    for (std::size_t i = 0; i < kSeenOfMadeUsers; ++i) {
      seen.push_back(static_cast<std::uint32_t>(rng.below(model.items.size())));
    }
    std::ranges::sort(seen);
    seen.erase(std::ranges::unique(seen).begin(), seen.end());
    model.seen.append_row(seen, std::span(ones).first(seen.size()));
  }
  model::save(model, arguments.text("make"));
}

// The users asked for, evenly spread over those about whom something was learned.
struct Queries {
  Matrix vectors;
  std::vector<std::uint32_t> users;
  const model::Model& model;
  search::TopKFilter filter;

  Queries(const model::Model& from, const std::string& wanted, bool exclude) : model(from) {
    std::vector<std::uint32_t> learned;
    for (std::uint32_t user = 0; user < from.users.size(); ++user) {
      if (embedding::is_learned(from.users.vectors.row(user))) learned.push_back(user);
    }
    const std::size_t count =
        wanted == "all"
            ? learned.size()
            : std::min<std::size_t>(learned.size(), std::strtoull(wanted.c_str(), nullptr, 10));
    vectors = Matrix(count, from.users.dimensions());
    for (std::size_t i = 0; i < count; ++i) {
      users.push_back(learned[i * learned.size() / count]);
      std::ranges::copy(from.users.vectors.row(users[i]), vectors.row(i).begin());
    }
    if (exclude) {
      filter.excluded = [this](std::size_t i) { return model.seen.row_columns(users[i]); };
    }
  }
  Queries(const Queries&) = delete;  // The filter looks at *this.

  std::span<const std::uint32_t> excluded(std::size_t i) const {
    return filter.excluded ? filter.excluded(i) : std::span<const std::uint32_t>();
  }
};

void print_norms(MatrixView items) {
  std::vector<double> norms;
  for (std::size_t row = 0; row < items.rows; ++row) {
    const double norm = search::norm_rounded_up(items.row(row));
    if (norm > 0.0) norms.push_back(norm);
  }
  std::ranges::sort(norms);
  double sum = 0.0;
  double squares = 0.0;
  for (const double norm : norms) {
    sum += std::log(norm);
    squares += std::log(norm) * std::log(norm);
  }
  const auto count = static_cast<double>(norms.size());
  std::printf("norms: standard deviation of ln |h| %.2f, largest / median %.1f\n",
              std::sqrt(std::max(0.0, squares / count - sum * sum / count / count)),
              norms.back() / norms[norms.size() / 2]);
}

// For other programs to compare: k pairs of a 32-bit id and a 32-bit score for each user.
void write_lists(const Lists& found, std::size_t k, const std::string& path) {
  if (path.empty()) return;
  std::ofstream file(path, std::ios::binary);
  for (std::vector<search::Neighbor> list : found) {
    list.resize(k);
    file.write(reinterpret_cast<const char*>(list.data()),
               static_cast<std::streamsize>(k * sizeof(search::Neighbor)));
  }
}

void measure_batch(const Queries& queries, const Arguments& arguments, ThreadPool& pool) {
  const MatrixView items = queries.model.items.vectors;
  const std::size_t k = arguments.count("k");
  std::vector<double> totals;
  for (std::size_t repetition = 0; repetition < arguments.count("repetitions"); ++repetition) {
    const double processor_start = processor_seconds();
    const double start = wall_seconds();
    const search::BatchTopK prepared(items, {}, pool);
    const double ready = wall_seconds();
    search::TopKCounts counts;
    const Lists found = prepared.search(queries.vectors, k, queries.filter, pool, &counts);
    const double processor = processor_seconds() - processor_start;
    const double end = wall_seconds();
    totals.push_back(end - start);
    const auto users = static_cast<double>(found.size());
    if (repetition == 0) {
      write_lists(found, k, arguments.text("lists"));
      std::printf(
          "batch: %.2f%% of the pairs scanned, %.0f scored a user\n",
          100.0 * static_cast<double>(counts.scanned) / users / static_cast<double>(items.rows),
          static_cast<double>(counts.scored) / users);
    }
    std::printf("batch: prepare %.4f s, search %.4f s, total %.4f s; %.4f s of processor\n",
                ready - start, end - ready, end - start, processor);
  }
  if (totals.empty()) return;
  std::ranges::sort(totals);
  std::printf("batch: median total %.4f s (%.4f - %.4f)\n", totals[totals.size() / 2],
              totals.front(), totals.back());
}

void measure_single(const Queries& queries, const Arguments& arguments) {
  ThreadPool alone(1);
  const search::BatchTopK prepared(queries.model.items.vectors, {}, alone);
  std::vector<double> seconds;
  const std::size_t count = arguments.count("single", queries.users.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t query = i * queries.users.size() / count;
    search::TopKFilter filter;
    filter.excluded = [&](std::size_t) { return queries.excluded(query); };
    const double start = wall_seconds();
    const Lists found = prepared.search(queries.vectors.view().slice(query, query + 1),
                                        arguments.count("k"), filter, alone);
    seconds.push_back(wall_seconds() - start);
  }
  std::ranges::sort(seconds);
  if (count == 0) return;
  std::printf("single: %zu users one by one, one thread: median %.3f ms, 99th percentile %.3f ms\n",
              count, 1e3 * seconds[count / 2], 1e3 * seconds[count * 99 / 100]);
}

// How many lists differ from those of the plain loop.
std::size_t difference_count(const Queries& queries, const Arguments& arguments, ThreadPool& pool) {
  const std::size_t count = arguments.count("verify", queries.users.size());
  if (count == 0) return 0;
  const MatrixView items = queries.model.items.vectors;
  const std::size_t k = arguments.count("k");
  const Lists found =
      search::BatchTopK(items, {}, pool).search(queries.vectors, k, queries.filter, pool);
  std::vector<char> differs(count);
  const double start = wall_seconds();
  pool.parallel_for(count, [&](std::size_t i, int) {
    const std::size_t query = i * queries.users.size() / count;
    search::BestK best(k);
    for (std::uint32_t id = 0; id < items.rows; ++id) {
      if (std::ranges::binary_search(queries.excluded(query), id)) continue;
      best.offer({id, linalg::dot(queries.vectors.row(query), items.row(id))});
    }
    differs[i] = best.take() == found[query] ? 0 : 1;
  });
  const auto differing = static_cast<std::size_t>(std::ranges::count(differs, 1));
  std::printf("exactness: %zu differences to the plain loop in the lists of %zu users (%.1f s)\n",
              differing, count, wall_seconds() - start);
  return differing;
}

int run(const Arguments& arguments) {
  if (!arguments.text("make").empty()) {
    make(arguments);
    return 0;
  }
  ThreadPool pool(static_cast<int>(arguments.count("threads")));
  const model::Model model = model::load(arguments.required_word());
  const Queries queries(model, arguments.text("queries"), arguments.text("exclude") == "yes");
  const std::string simd(linalg::simd_target());
  std::printf("machine: %s, %d thread(s), kernels %s\n", processor_name().c_str(),
              pool.thread_count(), simd.c_str());
  std::printf("data: %s, %zu of %zu users x %zu items, d %zu, k %zu, seen items %s\n",
              arguments.word().c_str(), queries.users.size(), model.users.size(),
              model.items.size(), model.items.dimensions(), arguments.count("k"),
              queries.filter.excluded ? "left out" : "allowed");
  print_norms(model.items.vectors);
  measure_batch(queries, arguments, pool);
  measure_single(queries, arguments);
  return difference_count(queries, arguments, pool) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace kindred

int main(int count, char** values) {
  try {
    return kindred::run({count,
                         values,
                         "top_k_bench MODEL [...], or top_k_bench --make FILE [...]",
                         {.flags = {{"queries", "all"},
                                    {"k", "10"},
                                    {"threads", "0"},
                                    {"repetitions", "5"},
                                    {"exclude", "yes"},
                                    {"single", "500"},
                                    {"verify", "0"},
                                    {"make", ""},
                                    {"items", "500000"},
                                    {"users", "32768"},
                                    {"dim", "32"},
                                    {"skew", "0"},
                                    {"lists", ""}},
                          .switches = {}}});
  } catch (const kindred::Error& error) {
    std::fprintf(stderr, "top_k_bench: %s\n", error.what());
    return 2;
  }
}
