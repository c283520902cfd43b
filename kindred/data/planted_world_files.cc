#include "kindred/data/planted_world_files.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/ordered_stage.h"
#include "kindred/data/csv_writer.h"
#include "kindred/data/npy.h"

namespace kindred::data {
namespace {

// A block ends with the user who fills it: about a megabyte of text.
constexpr std::uint64_t kBlockRatings = std::uint64_t{1} << 16U;
constexpr std::size_t kBlockUsers = 4096;
constexpr std::size_t kBlockItems = 4096;

constexpr std::array<std::string_view, 11> kStars = {"",     ",0.5", ",1.0", ",1.5", ",2.0", ",2.5",
                                                     ",3.0", ",3.5", ",4.0", ",4.5", ",5.0"};
// "4294967295," twice, stars, and a time of up to 20 digits.
constexpr std::size_t kRowBytesMax = 64;

std::filesystem::path beside(const std::filesystem::path& ratings_path, const char* suffix) {
  std::filesystem::path path = ratings_path;
  return path.replace_extension(suffix);
}

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// What a block of users comes to.
struct Block {
  std::string ratings;
  std::string test;
  std::string users;
  std::vector<float> truth;
  std::uint64_t rating_count = 0;
};

// Appends rows in a buffer that is made long enough beforehand.
class RowWriter {
 public:
  RowWriter(std::string& text, std::size_t row_count) : text_(text), begin_(text.size()) {
    text_.resize(begin_ + row_count * kRowBytesMax);
    at_ = text_.data() + begin_;
  }
  ~RowWriter() { text_.resize(static_cast<std::size_t>(at_ - text_.data())); }
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  void put(std::string_view part) {
    std::memcpy(at_, part.data(), part.size());
    at_ += part.size();
  }
  template <typename Number>
  void put_number(Number value) {
    at_ = std::to_chars(at_, at_ + 20, value).ptr;
  }

 private:
  std::string& text_;
  std::size_t begin_;
  char* at_ = nullptr;
};

void write_rows(std::size_t user, std::span<const PlantedRating> ratings, bool timestamps,
                std::string& text) {
  const std::string label = std::to_string(user + 1) + ",";
  RowWriter rows(text, ratings.size());
  for (const PlantedRating& rating : ratings) {
    rows.put(label);
    rows.put_number(rating.item + 1);
    rows.put(kStars[rating.half_stars]);
    if (timestamps) {
      rows.put(",");
      rows.put_number(rating.time);
    }
    rows.put("\n");
  }
}

// Where test user number n is among the users, and which number a user has, if any.
class TestUsers {
 public:
  TestUsers(std::size_t test_count, std::size_t user_count)
      : test_count_(test_count), user_count_(user_count) {}

  bool contains(std::size_t user) const noexcept {
    if (test_count_ == 0) return false;
    // User u is the one at which floor(u T / U) steps up.
    return user == 0 || number(user) != number(user - 1);
  }

 private:
  std::size_t number(std::size_t user) const noexcept {
    // Both are below 2^32, so the product fits.
    return user * test_count_ / user_count_;
  }
  std::size_t test_count_;
  std::size_t user_count_;
};

Block make_block(const PlantedWorld& world, const PlantedFilesOptions& options, Range users) {
  const TestUsers test_users(options.test_user_count, world.options().user_count);
  const std::size_t columns = world.truth_columns();
  Block block;
  if (options.truth) block.truth.resize((users.end - users.begin) * columns);
  std::vector<PlantedRating> ratings;
  for (std::size_t user = users.begin; user < users.end; ++user) {
    const PlantedPerson person = world.person(user);
    const std::size_t held_out = test_users.contains(user) ? options.test_ratings_each : 0;
    world.rate(user, person, held_out, ratings);
    const std::size_t known = world.rating_counts()[user];
    write_rows(user, std::span(ratings).first(known), options.timestamps, block.ratings);
    write_rows(user, std::span(ratings).subspan(known), options.timestamps, block.test);
    fmt::format_to(std::back_inserter(block.users), "{},{}\n", user + 1, person.age);
    if (options.truth) {
      world.user_truth(person,
                       std::span(block.truth).subspan((user - users.begin) * columns, columns));
    }
    block.rating_count += known;
  }
  return block;
}

// Hands out the users in blocks of about equally many ratings.
class UserBlocks {
 public:
  UserBlocks(const PlantedWorld& world, const std::atomic<bool>* cancelled)
      : counts_(world.rating_counts()), cancelled_(cancelled) {}

  std::optional<Range> next() {
    if (cancelled_ != nullptr && *cancelled_) {
      throw Error(ErrorCode::cancelled, "stopped; nothing was written");
    }
    if (begin_ == counts_.size()) return std::nullopt;
    Range range{begin_, begin_};
    std::uint64_t ratings = 0;
    while (range.end < counts_.size() && ratings < kBlockRatings &&
           range.end - range.begin < kBlockUsers) {
      ratings += counts_[range.end++];
    }
    begin_ = range.end;
    return range;
  }

 private:
  std::span<const std::uint32_t> counts_;
  const std::atomic<bool>* cancelled_;
  std::size_t begin_ = 0;
};

std::string item_rows(const PlantedWorld& world, Range items) {
  std::string text;
  for (std::size_t item = items.begin; item < items.end; ++item) {
    const PlantedMovie movie = world.movie(item);
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{:.1f},{}\n", item + 1,
                   csv_field(movie.title), movie.year, movie.genres, movie.audience_age,
                   movie.tickets);
  }
  return text;
}

void write_items(const PlantedWorld& world, AtomicFile& file, NpyWriter* truth) {
  const std::size_t count = world.options().item_count;
  std::vector<float> rows;
  file.append("item,title,year,genres,audience_age,tickets\n");
  for (std::size_t begin = 0; begin < count; begin += kBlockItems) {
    const Range items{begin, std::min(begin + kBlockItems, count)};
    file.append(item_rows(world, items));
    if (truth == nullptr) continue;
    rows.resize((items.end - items.begin) * world.truth_columns());
    for (std::size_t item = items.begin; item < items.end; ++item) {
      world.item_truth(item, std::span(rows).subspan((item - items.begin) * world.truth_columns(),
                                                     world.truth_columns()));
    }
    truth->append(rows);
  }
}

std::string facts(const PlantedWorld& world, const PlantedFilesOptions& options) {
  const PlantedWorldOptions& made = world.options();
  Json json;
  json.set("users", std::uint64_t{made.user_count});
  json.set("items", std::uint64_t{made.item_count});
  json.set("ratings", made.rating_count);
  json.set("tastes", made.taste_count);
  json.set("popularity_exponent", made.popularity_exponent);
  json.set("norm_skew", made.norm_skew);
  json.set("taste_strength", made.taste_strength);
  json.set("star_noise", made.star_noise);
  json.set("drift", made.drift);
  json.set("seed", made.seed);
  json.set("test_users", std::uint64_t{options.test_user_count});
  json.set("test_ratings_each", std::uint64_t{options.test_ratings_each});
  return json.dump(2) + "\n";
}

}  // namespace

std::vector<std::filesystem::path> planted_paths(const std::filesystem::path& ratings_path,
                                                 const PlantedFilesOptions& options) {
  std::vector<std::filesystem::path> paths = {beside(ratings_path, ".items.csv"),
                                              beside(ratings_path, ".users.csv"),
                                              beside(ratings_path, ".json")};
  if (options.test_user_count > 0) paths.push_back(beside(ratings_path, ".test.csv"));
  if (options.truth) {
    paths.push_back(beside(ratings_path, ".user_truth.npy"));
    paths.push_back(beside(ratings_path, ".item_truth.npy"));
  }
  paths.push_back(ratings_path);
  return paths;
}

std::uint64_t planted_memory_bytes(const PlantedWorldOptions& world, int threads) noexcept {
  // A movie: facts and rank 28, its slots in the alias tables up to 48, and while those are
  // built ids, weights and shares 60. A user: a count and, for a moment, an activity.
  constexpr std::uint64_t kFixed = std::uint64_t{24} << 20U;
  constexpr std::uint64_t kBlock = std::uint64_t{5} << 20U;
  return kFixed + 136 * world.item_count + 8 * world.user_count +
         4 * static_cast<std::uint64_t>(threads) * kBlock;
}

PlantedFiles write_planted_world(const PlantedWorld& world,
                                 const std::filesystem::path& ratings_path,
                                 const PlantedFilesOptions& options, Progress& progress) {
  const PlantedWorldOptions& made = world.options();
  if (options.test_user_count > made.user_count) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("test users are {}, more than the {} users", options.test_user_count,
                            made.user_count));
  }
  if (options.test_user_count > 0 && options.test_ratings_each > made.item_count / 2) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} test ratings each are more than half of the {} items",
                            options.test_ratings_each, made.item_count));
  }
  PlantedFiles result{.paths = planted_paths(ratings_path, options)};
  AtomicFile ratings(ratings_path);
  AtomicFile items(beside(ratings_path, ".items.csv"));
  AtomicFile users(beside(ratings_path, ".users.csv"));
  std::optional<AtomicFile> test;
  std::optional<NpyWriter> user_truth;
  std::optional<NpyWriter> item_truth;
  if (options.test_user_count > 0) test.emplace(beside(ratings_path, ".test.csv"));
  if (options.truth) {
    user_truth.emplace(beside(ratings_path, ".user_truth.npy"), world.truth_columns());
    item_truth.emplace(beside(ratings_path, ".item_truth.npy"), world.truth_columns());
  }
  write_items(world, items, item_truth ? &*item_truth : nullptr);

  const std::string header =
      options.timestamps ? "user,item,rating,timestamp\n" : "user,item,rating\n";
  ratings.append(header);
  result.ratings_bytes = header.size();
  if (test) test->append(header);
  users.append("user,age\n");
  UserBlocks blocks(world, options.cancelled);
  const auto threads = static_cast<std::size_t>(std::max(1, options.threads));
  OrderedStage<Range, Block> stage(
      {.thread_count = static_cast<int>(threads), .ahead = 2 * threads},
      [&] { return blocks.next(); },
      [&](Range range) { return make_block(world, options, range); });
  while (const std::optional<Block> block = stage.next()) {
    ratings.append(block->ratings);
    users.append(block->users);
    if (test) test->append(block->test);
    if (user_truth) user_truth->append(block->truth);
    result.ratings_bytes += block->ratings.size();
    progress.advance(block->rating_count);
  }

  items.commit();
  users.commit();
  if (test) test->commit();
  if (user_truth) user_truth->commit();
  if (item_truth) item_truth->commit();
  write_file_atomically(beside(ratings_path, ".json"), facts(world, options));
  ratings.commit();
  return result;
}

}  // namespace kindred::data
