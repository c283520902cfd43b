// kindred import: a ratings file of any form becomes Kindred's own, which needs no parsing.

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/ratings_flags.h"
#include "cli/verbs.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/json.h"
#include "kindred/model/ratings_store.h"

namespace kindred::cli {
namespace {

struct ImportFlags {
  CommonOptions common;
  std::filesystem::path ratings_file;
  RatingsFlags ratings;
  std::filesystem::path output;
};

void print_result(const ImportFlags& flags, const data::RatingsSummary& summary, double seconds) {
  const auto bytes = std::filesystem::file_size(flags.output);
  note(flags.common, fmt::format("wrote {} ({:.1f} MB) in {}", flags.output.string(),
                                 static_cast<double>(bytes) / 1e6, format_duration(seconds)));
  note(flags.common, fmt::format("next: kindred train {} -o MODEL.kindred", flags.output.string()));
  if (!flags.common.json) return;
  Json json;
  json.set("file", flags.output.string());
  json.set("bytes", std::uint64_t{bytes});
  json.set("ratings", data::to_json(summary));
  json.set("seconds", seconds);
  fmt::print("{}\n", with_guesses(flags.common, std::move(json)).dump(2));
}

void run(const ImportFlags& flags) {
  const auto start = std::chrono::steady_clock::now();
  refuse_to_overwrite(flags.output, flags.ratings_file);
  require_writable(flags.output);
  ThreadPool pool(flags.common.threads);
  const data::Ratings ratings = load_pairs(flags.ratings_file, flags.ratings, flags.common, pool);
  Json facts;
  facts.set("program", "kindred " KINDRED_VERSION);
  facts.set("ratings", data::to_json(ratings.summary));
  model::save_ratings(flags.output, ratings.interactions, transpose(ratings.interactions.by_user),
                      facts);
  print_result(flags, ratings.summary,
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

}  // namespace

void add_import(Command& app) {
  auto flags = std::make_shared<ImportFlags>();
  Command* verb = app.add_subcommand(
      "import", "Turn a ratings file into Kindred's own, to read it faster and in blocks");
  verb->add_option("ratings", flags->ratings_file, "The ratings file")->required();
  add_ratings_format_options(*verb, flags->ratings);
  verb->add_option("-o,--output", flags->output, "The file to write")->required();
  add_common_options(*verb, flags->common);
  verb->footer(
      "Every verb that takes a ratings file takes what this writes.\n\n"
      "Example:\n"
      "  kindred import ratings.csv -o ratings.kindred\n"
      "  kindred train ratings.kindred -o movies.kindred --out-of-core");
  verb->callback([flags] { run(*flags); });
}

}  // namespace kindred::cli
