// Wrong labels among handwritten digits, found by networks that were never shown them.
//
//    label_errors_example [FOLDER] [--networks N] [--epochs N] [--seed N] [--threads N]
//                         [--probabilities FILE.npy] [--checked FILE.json] [--json]
//
// Several networks learn the 60,000 training digits of FOLDER (MNIST's idx files, .gz or not),
// each epoch from copies that are shifted by up to two pixels. What they say of the test digits
// is averaged: their own probabilities, and the vote of the nearest training digits in the space
// of their last hidden layer. The labels that are least probable are listed first.
//
//    kindred view FOLDER/t10k-images-idx3-ubyte.gz --probabilities FILE.npy
//
// shows them. --checked names a file in which people say whether a label is right, and counts
// how many of those that they reject are among the first. Without a folder: made-up patterns, of
// which some get a wrong label.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "examples/digits.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/size.h"
#include "kindred/data/npy.h"
#include "kindred/insight/suspects.h"
#include "kindred/search/neighbor_graph.h"

namespace {

using namespace kindred;

constexpr std::size_t kBlock = 512;  // Rows that are made at a time.
constexpr std::size_t kVoters = 15;  // Nearest training digits that vote.
constexpr std::size_t kMadeUpWrong = 10;

struct Options {
  std::string folder;
  std::string probabilities;
  std::string checked;
  std::uint64_t seed = 1;
  int networks = 5;
  int epochs = 20;
  int shift = 2;  // Pixels, in either direction.
  int threads = 0;
  bool json = false;
};

Options parse(int count, char** values) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    const bool has_next = i + 1 < count;
    if (word == "--json") {
      options.json = true;
    } else if (word == "--networks" && has_next) {
      options.networks = std::max(1, std::atoi(values[++i]));
    } else if (word == "--epochs" && has_next) {
      options.epochs = std::max(1, std::atoi(values[++i]));
    } else if (word == "--seed" && has_next) {
      options.seed = static_cast<std::uint64_t>(std::atoll(values[++i]));
    } else if (word == "--threads" && has_next) {
      options.threads = std::atoi(values[++i]);
    } else if (word == "--probabilities" && has_next) {
      options.probabilities = values[++i];
    } else if (word == "--checked" && has_next) {
      options.checked = values[++i];
    } else {
      options.folder = word;
    }
  }
  return options;
}

data::Labels labels_of(const data::Batch& rows) {
  data::Labels labels;
  for (const float digit : std::get<std::vector<float>>(rows.label->values)) {
    labels.of_row.push_back(static_cast<std::uint32_t>(digit));
  }
  for (std::size_t digit = 0; digit < examples::kClasses; ++digit) {
    labels.names.push_back(std::to_string(digit));
  }
  return labels;
}

// Image `from`, moved to the right by dx and down by dy; what comes in is empty.
void shift(std::span<const float> from, int side, int dx, int dy, std::span<float> to) {
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const int sx = x - dx;
      const int sy = y - dy;
      const bool is_inside = sx >= 0 && sx < side && sy >= 0 && sy < side;
      to[static_cast<std::size_t>(y * side + x)] =
          is_inside ? from[static_cast<std::size_t>(sy * side + sx)] : 0.0F;
    }
  }
}

// The rows of one pass, in a random order, each shifted by another amount.
class ShiftedRows {
 public:
  // `rows` must outlive *this.
  ShiftedRows(const data::Batch& rows, int shift_max, Rng rng)
      : pixels_(std::get<std::vector<float>>(rows.at("pixels").values)),
        labels_(std::get<std::vector<float>>(rows.label->values)),
        width_(rows.at("pixels").row_width()),
        side_(static_cast<int>(std::lround(std::sqrt(static_cast<double>(width_))))),
        shift_max_(shift_max),
        rng_(rng),
        order_(rows.row_count) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    rng_.shuffle(std::span(order_));
  }

  std::optional<data::Batch> next() {
    if (at_ == order_.size()) return std::nullopt;
    const std::size_t begin = std::exchange(at_, std::min(order_.size(), at_ + kBlock));
    std::vector<float> block((at_ - begin) * width_);
    std::vector<float> labels;
    for (std::size_t i = begin; i < at_; ++i) {
      const int dx = amount();
      const int dy = amount();
      shift(pixels_.subspan(order_[i] * width_, width_), side_, dx, dy,
            std::span(block).subspan((i - begin) * width_, width_));
      labels.push_back(labels_[order_[i]]);
    }
    data::Batch rows;
    rows.add("pixels", data::matrix(std::move(block), width_));
    rows.label = data::column(std::move(labels));
    return rows;
  }

 private:
  int amount() {
    return static_cast<int>(rng_.below(2 * static_cast<std::uint64_t>(shift_max_) + 1)) -
           shift_max_;
  }

  std::span<const float> pixels_;
  std::span<const float> labels_;
  std::size_t width_;
  int side_;
  int shift_max_;
  Rng rng_;
  std::vector<std::size_t> order_;
  std::size_t at_ = 0;
};

data::Dataset shifted(const data::Batch& rows, int shift_max, std::uint64_t seed) {
  return data::Dataset::generate(
      [&rows, shift_max, seed](std::uint64_t pass) {
        const auto source = std::make_shared<ShiftedRows>(rows, shift_max, Rng(seed, 1, pass));
        return [source] { return source->next(); };
      },
      static_cast<std::int64_t>(rows.row_count));
}

// Half of it what a network says of the test digits, half the vote of their nearest training
// digits in the space that it has learned.
void add_opinion(const Options& options, std::uint64_t seed, const data::Batch& train,
                 const data::Batch& test, ThreadPool& pool, Matrix& opinions) {
  auto [model, hidden] = examples::digit_network(train, {.epochs = options.epochs, .seed = seed});
  nn::FitOptions fit{.epochs = options.epochs, .batch_size = examples::kBatch, .seed = seed};
  fit.progress = stderr;
  fit.progress_style = options.json ? ProgressStyle::silent : progress_style_for(stderr);
  model.fit(shifted(train, options.shift, seed).batch(examples::kBatch).prefetch(2), fit, pool);
  const Matrix said = model.predict(test, {}, pool);
  const search::NeighborGraph near =
      search::neighbors_among(model.predict(test, hidden, {}, pool),
                              model.predict(train, hidden, {}, pool), {.neighbors = kVoters}, pool);
  const Matrix votes = insight::vote_probabilities(near, labels_of(train));
  const float share = 0.5F / static_cast<float>(options.networks);
  for (std::size_t i = 0; i < opinions.values().size(); ++i) {
    opinions.values()[i] += share * (said.values()[i] + votes.values()[i]);
  }
}

// The rows of which fewer than three of five people would say what their label says.
std::set<std::uint32_t> rejected_by_people(const std::string& path) {
  ByteSource source{std::filesystem::path(path)};
  const Json file = Json::parse(read_to_end(source));
  std::set<std::uint32_t> rows;
  for (const Json& checked : file.as_array()) {
    if (checked.at("mturk").at("given").as_int() >= 3) continue;
    rows.insert(static_cast<std::uint32_t>(read_size(checked, "id", "id")));
  }
  return rows;
}

// Gives some made-up digits the label of another one; says which.
std::set<std::uint32_t> spoil(data::Batch& rows) {
  auto& labels = std::get<std::vector<float>>(rows.label->values);
  std::set<std::uint32_t> wrong;
  for (std::uint32_t row = 7; wrong.size() < kMadeUpWrong; row += 40) {
    labels[row] = labels[row] < 5.0F ? labels[row] + 3.0F : labels[row] - 4.0F;
    wrong.insert(row);
  }
  return wrong;
}

std::size_t count_wrong(const std::vector<insight::Suspect>& suspects,
                        const std::set<std::uint32_t>& wrong, std::size_t first) {
  const auto end = suspects.begin() + static_cast<std::ptrdiff_t>(std::min(first, suspects.size()));
  return static_cast<std::size_t>(std::count_if(
      suspects.begin(), end, [&](const auto& suspect) { return wrong.contains(suspect.row); }));
}

void print(const Options& options, const std::vector<insight::Suspect>& suspects,
           const std::set<std::uint32_t>& wrong) {
  if (options.json) {
    std::printf("{\"suspects\":%zu,\"wrong\":%zu,\"in_first_50\":%zu,\"in_first_100\":%zu}\n",
                suspects.size(), wrong.size(), count_wrong(suspects, wrong, 50),
                count_wrong(suspects, wrong, 100));
    return;
  }
  std::printf("row    given  looks like\n");
  for (std::size_t i = 0; i < std::min<std::size_t>(10, suspects.size()); ++i) {
    const insight::Suspect& suspect = suspects[i];
    std::printf("%-6u %u %.3f  %u %.3f\n", suspect.row, suspect.given,
                static_cast<double>(suspect.given_probability), suspect.suggested,
                static_cast<double>(suspect.suggested_probability));
  }
  if (wrong.empty()) return;
  std::printf("of %zu wrong labels, %zu are among the first 50 of %zu suspects, %zu among 100\n",
              wrong.size(), count_wrong(suspects, wrong, 50), suspects.size(),
              count_wrong(suspects, wrong, 100));
}

}  // namespace

int main(int count, char** values) {
  Options options = parse(count, values);
  try {
    const bool is_real = !options.folder.empty();
    if (!is_real) {
      options.networks = 2;
      options.epochs = 10;
      options.shift = 0;  // Patterns of noise have no neighbourhood.
    }
    const data::Batch train = is_real ? examples::read_digits(options.folder, "train")
                                      : examples::made_up_digits(3000, options.seed);
    data::Batch test = is_real ? examples::read_digits(options.folder, "t10k")
                               : examples::made_up_digits(500, options.seed + 1);
    std::set<std::uint32_t> wrong;
    if (!is_real) wrong = spoil(test);
    if (!options.checked.empty()) wrong = rejected_by_people(options.checked);

    ThreadPool pool(options.threads);
    Matrix opinions(test.row_count, examples::kClasses);
    for (int network = 0; network < options.networks; ++network) {
      const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(network);
      add_opinion(options, seed, train, test, pool, opinions);
    }
    if (!options.probabilities.empty()) {
      data::NpyWriter file(options.probabilities, opinions.cols());
      file.append(opinions.values());
      file.commit();
    }
    const auto suspects =
        insight::suspects(opinions, labels_of(test), insight::SuspectOrder::given_probability);
    print(options, suspects, wrong);
    return is_real || count_wrong(suspects, wrong, kMadeUpWrong) == kMadeUpWrong ? 0 : 1;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
