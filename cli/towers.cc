// kindred towers: ratings and what is known of both sides to a model that knows new items.

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/ials_flags.h"
#include "cli/ratings_flags.h"
#include "cli/verbs.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/json.h"
#include "kindred/base/printable.h"
#include "kindred/features/table_recipe.h"
#include "kindred/model/checkpoint.h"
#include "kindred/model/io.h"
#include "kindred/recommendation/attribute_rows.h"
#include "kindred/recommendation/two_towers.h"

namespace kindred::cli {
namespace {

struct TowersFlags {
  CommonOptions common;
  std::filesystem::path ratings_file;
  RatingsFlags ratings;
  IalsFlags positives;
  std::filesystem::path item_config;
  std::filesystem::path user_config;
  recommendation::TwoTowerOptions towers;
  std::filesystem::path output;
  bool resume = false;
};

// What ratings tell of an item tells nothing of one that has none yet.
const std::array<std::string, 2> kFromRatings = {"popularity", "audience_age"};

// The ids of the file that the ratings do not name, at the end of the labels.
std::size_t add_unrated(const std::filesystem::path& file, const data::AttributesOptions& options,
                        data::Vocabulary& labels) {
  if (file.empty()) return 0;
  const data::Vocabulary unrated = data::read_attributes(file, options, labels).unmatched;
  for (std::size_t i = 0; i < unrated.size(); ++i) labels.insert(unrated.label(i));
  return unrated.size();
}

// The pairs, and all users and items of the attribute files.
data::Interactions load_everybody(const TowersFlags& flags, ThreadPool& pool) {
  data::Interactions all =
      load_pairs(flags.ratings_file, flags.ratings, flags.common, pool).interactions;
  const RatingsFlags& ratings = flags.ratings;
  const std::size_t items = add_unrated(ratings.items_file, items_options(ratings), all.items);
  const std::size_t users = add_unrated(ratings.users_file, users_options(ratings), all.users);
  all.by_user.cols = all.items.size();
  while (all.by_user.rows < all.users.size()) all.by_user.close_row();
  note(flags.common, fmt::format("{} items and {} users of the files have no ratings",
                                 format_count(items), format_count(users)));
  return all;
}

std::vector<features::Column> columns_of(const TowersFlags& flags,
                                         const std::filesystem::path& config,
                                         const data::Table& table, const char* side) {
  std::vector<features::Column> columns =
      config.empty() ? recommendation::attribute_columns(table, kFromRatings)
                     : features::read_recipe(config).columns;
  std::string names;
  for (const features::Column& column : columns) {
    names += (names.empty() ? "" : ", ") + printable(features::name_of(column));
  }
  note(flags.common, fmt::format("{} tower: {}", side, names.empty() ? "the id alone" : names));
  return columns;
}

recommendation::TwoTowerOptions tower_options(const TowersFlags& flags,
                                              const data::Interactions& interactions,
                                              const AttributeTables& tables) {
  recommendation::TwoTowerOptions options = flags.towers;
  options.item_columns = columns_of(flags, flags.item_config, tables.items, "item");
  options.user_columns = columns_of(flags, flags.user_config, tables.users, "user");
  options.positive_rule = positive_rule(flags.common, flags.positives, interactions);
  options.seed = flags.common.seed;
  options.progress = stderr;
  options.progress_style = progress_style(flags.common);
  return options;
}

model::Model train(const TowersFlags& flags, const data::Interactions& interactions,
                   const AttributeTables& tables, ThreadPool& pool) {
  const Interrupt interrupt("\nstopping; again to stop at once\n");
  const recommendation::TwoTowerOptions options = tower_options(flags, interactions, tables);
  const training::Run run{
      .pool = pool,
      .cancelled = &interrupt.requested(),
      .checkpoint = {.path = model::checkpoint_path(flags.output), .resume = flags.resume}};
  recommendation::TowerTrainResult result =
      recommendation::train_two_towers(interactions, tables.users, tables.items, options, run);
  if (result.ended != training::Ended::cancelled) return std::move(result.model);
  const std::string where =
      result.model.history.empty()
          ? "cancelled before the first epoch was done"
          : fmt::format("stopped after epoch {}", result.model.history.back().epoch);
  const bool may_resume = std::filesystem::exists(run.checkpoint.path);
  throw Error(ErrorCode::cancelled,
              where + (may_resume ? "; the same command with --resume continues" : ""));
}

void report(const TowersFlags& flags, const model::Model& model, double seconds) {
  if (flags.common.json) {
    Json json;
    json.set("model", flags.output.string());
    json.set("users", std::uint64_t{model.users.size()});
    json.set("items", std::uint64_t{model.items.size()});
    json.set("dimensions", std::uint64_t{model.items.dimensions()});
    json.set("epochs", std::uint64_t{model.history.size()});
    json.set("loss", model.history.back().losses.back().second);
    json.set("seconds", seconds);
    fmt::print("{}\n", with_guesses(flags.common, std::move(json)).dump(2));
    return;
  }
  note(flags.common,
       fmt::format("wrote {} in {}: {} users and {} items in {} dimensions", flags.output.string(),
                   format_duration(seconds), format_count(model.users.size()),
                   format_count(model.items.size()), model.items.dimensions()));
  note(flags.common,
       fmt::format("next: kindred recommend {0} --user '{1}'    kindred similar {0} '{2}'",
                   flags.output.string(), printable(model.users.labels.label(0)),
                   printable(model.items.labels.label(0))));
}

void run(const TowersFlags& flags) {
  const auto start = std::chrono::steady_clock::now();
  for (const auto& input : {flags.ratings_file, flags.ratings.items_file, flags.ratings.users_file,
                            flags.item_config, flags.user_config}) {
    refuse_to_overwrite(flags.output, input);
  }
  require_writable(flags.output);
  if (flags.ratings.items_file.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "two towers learn from what is known of the items: name a file with --items");
  }
  ThreadPool pool(flags.common.threads);
  const data::Interactions interactions = load_everybody(flags, pool);
  AttributeTables tables = load_attribute_tables(interactions, flags.ratings, flags.common);
  model::Model model = train(flags, interactions, tables, pool);
  model.items.metadata = std::move(tables.items);
  model.users.metadata = std::move(tables.users);
  Json facts;
  facts.set("program", "kindred " KINDRED_VERSION);
  facts.set("ratings_file", flags.ratings_file.string());
  facts.set("items_file", flags.ratings.items_file.string());
  if (!flags.ratings.users_file.empty()) facts.set("users_file", flags.ratings.users_file.string());
  model.facts = std::move(facts);
  model::save(model, flags.output);
  std::filesystem::remove(model::checkpoint_path(flags.output));
  report(flags, model,
         std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

void add_tower_options(Command& verb, TowersFlags& flags) {
  const std::string group = "Towers";
  verb.add_option("--item-config", flags.item_config,
                  "Columns of the item tower, as TOML or JSON; default: proposed")
      ->type_name("FILE")
      ->group(group);
  verb.add_option("--user-config", flags.user_config,
                  "Columns of the user tower, as TOML or JSON; default: proposed")
      ->type_name("FILE")
      ->group(group);
  verb.add_option("--dim", flags.towers.dimensions, "Dimensions of the vectors")
      ->check(range(1, 100000))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--hidden", flags.towers.hidden, "Units of the hidden layer of each tower")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--dropout", flags.towers.dropout, "Share of them left out in each step")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--hidden-ids", flags.towers.hidden_ids,
                  "Share of pairs in which a tower is not told who it is: more serves what is new, "
                  "less what is known")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--epochs", flags.towers.epochs, "Passes over the liked pairs")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--batch-size", flags.towers.batch_size,
                  "Pairs of a step; each is a rival of the others")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--learning-rate", flags.towers.learning_rate, "Of the optimizer, LazyAdam")
      ->capture_default_str()
      ->group(group);
  verb.add_flag("--resume", flags.resume, "Continue from the checkpoint of a run cut short")
      ->group(group);
}

}  // namespace

void add_towers(Command& app) {
  auto flags = std::make_shared<TowersFlags>();
  Command* verb = app.add_subcommand(
      "towers", "Learn a model from ratings and attributes, that knows items without ratings");
  verb->add_option("ratings", flags->ratings_file, "The ratings file")->required();
  add_ratings_options(*verb, flags->ratings);
  verb->add_option("-o,--output", flags->output, "The model file to write")
      ->type_name("FILE")
      ->required();
  add_positive_options(*verb, flags->positives);
  add_tower_options(*verb, *flags);
  add_common_options(*verb, flags->common);
  verb->footer(
      "Every item of the items file gets a vector, rated or not; every user of the users file "
      "too.\n\n"
      "Example:\n"
      "  kindred towers ratings.csv --items movies.csv --users people.csv -o movies.kindred\n\n"
      "Then: kindred recommend M --user ID, similar M TITLE, view M.\n"
      "A checkpoint is kept beside the model while training runs.");
  verb->callback([flags] { run(*flags); });
}

}  // namespace kindred::cli
