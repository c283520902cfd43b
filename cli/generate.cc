// kindred generate: a made-up world of any size, with its truth beside it.

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/verbs.h"
#include "kindred/base/error.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/json.h"
#include "kindred/base/machine.h"
#include "kindred/data/planted_world_files.h"

namespace kindred::cli {
namespace {

struct GenerateFlags {
  CommonOptions common;
  data::PlantedWorldOptions world;
  data::PlantedFilesOptions files;
  bool no_timestamps = false;
  bool no_truth = false;
  std::filesystem::path output;
};

// A Check's contract: an empty text accepts, any other is the message of the usage error.
std::string check_ratings_output(const std::string& path) {
  if (std::filesystem::path(path).extension() == ".csv") return "";
  return fmt::format("'{}' does not end in .csv", path);
}

void print_result(const GenerateFlags& flags, const data::PlantedFiles& files, double seconds) {
  if (!flags.common.json) {
    for (const auto& path : files.paths) {
      note(flags.common, fmt::format("wrote {} ({:.1f} MB)", path.string(),
                                     static_cast<double>(std::filesystem::file_size(path)) / 1e6));
    }
    note(flags.common, fmt::format("{} ratings in {}", format_count(flags.world.rating_count),
                                   format_duration(seconds)));
    return;
  }
  Json paths = Json::Array{};
  for (const auto& path : files.paths) paths.push(path.string());
  Json json;
  json.set("files", std::move(paths));
  json.set("ratings", flags.world.rating_count);
  json.set("ratings_bytes", files.ratings_bytes);
  json.set("seconds", seconds);
  fmt::print("{}\n", json.dump(2));
}

void run(GenerateFlags& flags) {
  const auto start = std::chrono::steady_clock::now();
  flags.world.seed = flags.common.seed;
  flags.files.timestamps = !flags.no_timestamps;
  flags.files.truth = !flags.no_truth;
  flags.files.threads =
      flags.common.threads > 0 ? flags.common.threads : machine_limits().core_count;
  data::validate(flags.world);
  require_memory(flags.common, data::planted_memory_bytes(flags.world, flags.files.threads),
                 "making this world");
  const data::PlantedWorld world(flags.world);
  const Interrupt interrupt("\nstopping\n");
  flags.files.cancelled = &interrupt.requested();
  data::PlantedFiles files;
  {
    Progress progress(stderr, progress_style(flags.common), "generating", flags.world.rating_count,
                      "ratings");
    files = data::write_planted_world(world, flags.output, flags.files, progress);
  }
  print_result(flags, files,
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

void add_world_options(Command& verb, data::PlantedWorldOptions& world) {
  verb.add_option("--users", world.user_count, "How many people")->capture_default_str();
  verb.add_option("--items", world.item_count, "How many movies")->capture_default_str();
  verb.add_option("--ratings", world.rating_count, "How many ratings")->capture_default_str();
  const std::string group = "World";
  verb.add_option("--tastes", world.taste_count, "Dimensions of the planted taste")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--popularity", world.popularity_exponent,
                  "Popularity falls as 1 / rank to this power")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--norm-skew", world.norm_skew,
                  "The planted vectors of movies are as long as popularity to this power")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--taste-strength", world.taste_strength,
                  "Share of the ratings that follow taste, not popularity alone")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--noise", world.star_noise, "Standard deviation of the stars' noise")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--drift", world.drift, "Share of everybody's taste that changes over the years")
      ->capture_default_str()
      ->group(group);
}

}  // namespace

void add_generate(Command& app) {
  auto flags = std::make_shared<GenerateFlags>();
  Command* verb = app.add_subcommand(
      "generate", "Make up a world of any size: ratings, movies, people, and the truth");
  add_world_options(*verb, flags->world);
  verb->add_option("-o,--output", flags->output, "The ratings file to write, F.csv")
      ->required()
      ->check(Check(check_ratings_output, "FILE"));
  const std::string group = "Files";
  verb->add_option("--test-users", flags->files.test_user_count,
                   "Hold out later ratings of so many users in F.test.csv")
      ->capture_default_str()
      ->group(group);
  verb->add_option("--test-ratings", flags->files.test_ratings_each, "How many of each of them")
      ->check(positive_number())
      ->capture_default_str()
      ->group(group);
  verb->add_flag("--no-timestamps", flags->no_timestamps, "Leave out the time of each rating")
      ->group(group);
  verb->add_flag("--no-truth", flags->no_truth, "Do not write the planted vectors")->group(group);
  add_common_options(*verb, flags->common);
  verb->footer(
      "Beside F.csv: F.items.csv (title, year, genres, audience age, tickets), F.users.csv\n"
      "(age), F.user_truth.npy and F.item_truth.npy (their product is the chance that a user's\n"
      "next movie is this one), F.json (the options). Same options and seed, same bytes.\n\n"
      "Examples:\n"
      "  kindred generate --users 10000 --items 5000 --ratings 1000000 -o world.csv\n"
      "  kindred generate --users 1000000 --items 500000 --ratings 100000000 -o big.csv\n\n"
      "Then: kindred train world.csv --items world.items.csv -o world.kindred");
  verb->callback([flags] { run(*flags); });
}

}  // namespace kindred::cli
