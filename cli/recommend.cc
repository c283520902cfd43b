// kindred recommend: what people will like, from a trained model.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/item_choice.h"
#include "cli/model_text.h"
#include "cli/recommendation_text.h"
#include "cli/result_sink.h"
#include "cli/verbs.h"
#include "kindred/base/error.h"
#include "kindred/factorization/fold_in.h"
#include "kindred/model/io.h"
#include "kindred/model/lists_file.h"
#include "kindred/recommendation/rating_ranker.h"
#include "kindred/recommendation/text_file.h"
#include "kindred/storage/checksum.h"
#include "kindred/storage/container.h"

namespace kindred::cli {
namespace {

using recommendation::Person;
using recommendation::RankBy;
using recommendation::Rater;
using recommendation::RecommendationList;

constexpr std::size_t kReasonsShown = 3;

// People answered together; with large k fewer, so that a tile of lists stays small.
constexpr std::size_t kTilePeople = 4096;
constexpr std::size_t kTileRecommendations = std::size_t{1} << 22U;

struct RecommendFlags {
  CommonOptions common;
  std::filesystem::path model;
  std::optional<std::string> user;
  std::filesystem::path users;
  bool all = false;
  std::optional<std::string> history;
  std::filesystem::path history_file;
  std::int64_t count = 10;
  ItemChoice choice;
  std::string by;  // "watch", "rate", "both" or "": as the model can.
  bool explain = false;
  std::filesystem::path output;
  bool resume = false;
};

// A Check's contract: an empty text accepts, any other is the message of the usage error.
std::string check_lists_path(const std::string& path) {
  if (std::filesystem::path(path).extension() == ".safetensors") return "";
  const std::string problem = check_result_path(path);
  return problem.empty() ? "" : problem + " nor in .safetensors";
}

ResultFormat format_of(const RecommendFlags& flags) {
  if (flags.output.extension() == ".csv") return ResultFormat::csv;
  if (flags.output.extension() == ".safetensors") return ResultFormat::records;
  if (!flags.output.empty() || flags.common.json) return ResultFormat::json_lines;
  return flags.all ? ResultFormat::csv : ResultFormat::table;
}

// How many items by watch are needed for `count` in the order asked for.
std::size_t watch_count(RankBy by, std::size_t count) {
  return by == RankBy::both ? recommendation::RatingRanker::candidates_for(count) : count;
}

std::size_t tile_people(RankBy by, std::size_t count) {
  return std::clamp<std::size_t>(kTileRecommendations / watch_count(by, count), 1, kTilePeople);
}

// What all kinds of people share in one run.
struct RecommendRun {
  const RecommendFlags& flags;
  const model::Model& model;
  ThreadPool& pool;
  recommendation::Recommender recommender;
  std::optional<factorization::FoldIn> fold_in;  // For made-up people and for reasons.
  recommendation::RankBy by;
  std::optional<recommendation::RatingRanker> ranker;  // Unless by watch.
  std::size_t count;                                   // k, at most the number of items.
  ResultFormat format;
  ResultSink sink;
  std::size_t short_lists = 0;
  std::size_t popularity_lists = 0;
};

std::size_t watch_count(const RecommendRun& run) { return watch_count(run.by, run.count); }

// The list in the order asked for, from the one by watch.
RecommendationList ranked(const RecommendRun& run, RecommendationList watched, const Rater& rater,
                          std::span<const std::uint32_t> seen) {
  if (run.by == RankBy::rate) return run.ranker->by_rate(rater, seen, run.count);
  return run.ranker->by_both(watched, rater, run.count);
}

void explain(const RecommendRun& run, const Person& person, Answer& answer) {
  for (const auto& chosen : answer.list.items) {
    answer.reasons.push_back(
        answer.list.by_popularity
            ? std::vector<recommendation::Reason>()
            : recommendation::reasons_for(*run.fold_in, person, chosen.item, kReasonsShown));
  }
}

void print(RecommendRun& run, std::vector<Answer>& answers) {
  std::vector<std::string> texts(answers.size());
  run.pool.parallel_for(answers.size(), [&](std::size_t i, int) {
    Answer& answer = answers[i];
    if (run.flags.explain && answer.user) {
      explain(run, recommendation::known_person(run.model, *answer.user), answer);
    }
    texts[i] = text_of(answer, run.model, run.format);
  });
  for (std::size_t i = 0; i < answers.size(); ++i) {
    run.short_lists += answers[i].list.items.size() < run.count ? 1U : 0U;
    run.popularity_lists += answers[i].list.by_popularity ? 1U : 0U;
    run.sink.append(texts[i]);
  }
}

std::string user_heading(const model::Model& model, std::uint32_t user) {
  const Person person = recommendation::known_person(model, user);
  return fmt::format("User {}: {} seen, {} liked ({})", model.users.labels.label(user),
                     format_count(person.seen.size()), format_count(person.liked.size()),
                     data::describe(model.positive_rule));
}

void recommend_to_users(RecommendRun& run, const std::vector<std::uint32_t>& users) {
  const std::size_t tile = tile_people(run.by, run.count);
  Progress progress(stderr,
                    users.size() > 1 ? progress_style(run.flags.common) : ProgressStyle::silent,
                    "recommending", users.size(), "users");
  const ResumableFile::Mark resumed = run.sink.resumed();
  const auto first = static_cast<std::size_t>(resumed.done);
  run.short_lists = static_cast<std::size_t>(resumed.tallies[0]);
  run.popularity_lists = static_cast<std::size_t>(resumed.tallies[1]);
  progress.advance(first);
  for (std::size_t begin = first; begin < users.size(); begin += tile) {
    const auto part = std::span(users).subspan(begin, std::min(tile, users.size() - begin));
    auto lists = run.by == RankBy::rate
                     ? std::vector<RecommendationList>(part.size())
                     : run.recommender.for_users(part, watch_count(run), run.pool);
    if (run.ranker) {
      run.pool.parallel_for(part.size(), [&](std::size_t i, int) {
        lists[i] = ranked(run, std::move(lists[i]), run.ranker->predictor().known(part[i]),
                          run.model.seen.row_columns(part[i]));
      });
    }
    std::vector<Answer> answers(part.size());
    for (std::size_t i = 0; i < part.size(); ++i) {
      answers[i].user = part[i];
      answers[i].list = std::move(lists[i]);
      if (run.format != ResultFormat::table) continue;
      answers[i].heading = (begin + i == 0 ? "" : "\n") + user_heading(run.model, part[i]);
    }
    print(run, answers);
    run.sink.mark({begin + part.size(), {run.short_lists, run.popularity_lists}});
    progress.advance(part.size());
  }
}

// Says how the history was understood, so that a wrong guess is seen at once.
void note_history(const RecommendFlags& flags, const model::Model& model,
                  const std::vector<recommendation::FoundEntry>& entries) {
  note(flags.common, "history, as understood:");
  std::size_t liked = 0;
  for (const auto& found : entries) {
    liked += found.liked ? 1U : 0U;
    const std::string rating =
        found.entry.rating ? fmt::format("{:g}", *found.entry.rating) : "watched";
    note(flags.common, fmt::format("  {:>7}  {}{}", rating, shown_title(model.items, found.item),
                                   found.liked ? "" : "  (seen only)"));
  }
  if (liked < entries.size()) {
    note(flags.common,
         fmt::format("{} of {} count as liked ({}); the others are only left out of the results",
                     liked, entries.size(), data::describe(model.positive_rule)));
  }
}

// From the entries that have a rating.
Rater made_up_rater(const RecommendRun& run,
                    const std::vector<recommendation::FoundEntry>& entries) {
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;
  for (const auto& found : entries) {
    if (!found.entry.rating) continue;
    items.push_back(found.item);
    ratings.push_back(*found.entry.rating);
  }
  return run.ranker->predictor().fold_in(items, ratings);
}

void recommend_to_made_up_person(RecommendRun& run) {
  const RecommendFlags& flags = run.flags;
  const auto history = flags.history ? recommendation::parse_history(*flags.history)
                                     : recommendation::read_history(flags.history_file);
  const recommendation::TitleMatcher titles(run.model.items);
  const auto entries = recommendation::find_entries(run.model, titles, history);
  note_history(flags, run.model, entries);
  const Person person = recommendation::made_up_person(run.model, entries);
  const std::vector<float> vector =
      run.fold_in ? run.fold_in->solve(person.liked, person.weights) : std::vector<float>();
  std::vector<Answer> answers(1);
  answers[0].heading =
      fmt::format("For somebody who liked {} of {}:", person.liked.size(), person.seen.size());
  if (run.by != RankBy::rate) {
    answers[0].list = run.recommender.for_person(vector, person, watch_count(run), run.pool);
  }
  if (run.ranker) {
    answers[0].list =
        ranked(run, std::move(answers[0].list), made_up_rater(run, entries), person.seen);
  }
  if (flags.explain) explain(run, person, answers[0]);
  print(run, answers);
}

std::vector<std::uint32_t> wanted_users(const RecommendFlags& flags, const model::Model& model) {
  if (flags.user) return {user_row(model, *flags.user)};
  std::vector<std::uint32_t> users;
  if (flags.all) {
    users.resize(model.users.size());
    std::iota(users.begin(), users.end(), 0U);
    return users;
  }
  for (const auto& line : recommendation::read_lines(flags.users)) {
    users.push_back(
        user_row(model, line.text, fmt::format("{}:{}: ", flags.users.string(), line.number)));
  }
  if (users.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: names no users; write one id a line", flags.users.string()));
  }
  return users;
}

void note_outcome(const RecommendRun& run, std::size_t people) {
  const CommonOptions& common = run.flags.common;
  if (run.popularity_lists > 0 && run.format != ResultFormat::table) {
    note(common, fmt::format("{} of {} liked nothing yet and got what is popular",
                             format_count(run.popularity_lists), format_count(people)));
  }
  if (run.short_lists > 0) {
    note(common, fmt::format("{} of {} got fewer than {}: no more unseen items are left",
                             format_count(run.short_lists), format_count(people), run.flags.count));
  }
  if (!run.flags.output.empty()) {
    note(common, fmt::format("wrote {}", run.flags.output.string()));
  }
}

// Throws Error(invalid_argument) when the model cannot answer what is asked.
RankBy rank_by(const RecommendFlags& flags, const model::Model& model) {
  const bool knows_watching = model.kind != model::kRatingKind;
  const std::string able = !model.ratings ? "watch" : knows_watching ? "both" : "rate";
  const std::string by = !flags.by.empty() ? flags.by : flags.explain ? "watch" : able;
  const auto refuse = [&](const char* knows, const char* objective) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("--by {} needs {}; train with --objective {}", by, knows, objective));
  };
  if (by != "watch" && !model.ratings) refuse("a model of ratings, which this one has not", "both");
  if (by != "rate" && !knows_watching) {
    refuse("a model of what people watch, and this one knows ratings alone", "both");
  }
  if (by != "watch" && flags.explain) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("--explain gives the reasons for watching, --by {} another order", by));
  }
  if (flags.explain && model.kind == model::kTowersKind) {
    throw Error(ErrorCode::invalid_argument,
                "--explain tells which liked items make up a score; two towers score by what is "
                "known of both sides, and have no such sum");
  }
  return by == "watch" ? RankBy::watch : by == "rate" ? RankBy::rate : RankBy::both;
}

// What shapes the lists, so that no others are taken for them. The checksums of the model's
// tensors are in its manifest.
Json key_of(const RecommendFlags& flags, RankBy by, std::span<const std::uint32_t> users,
            const std::vector<bool>& allowed) {
  const auto digits = [](std::span<const std::byte> bytes) {
    return storage::to_hex(storage::checksum(bytes));
  };
  const std::string manifest = storage::read_manifest(storage::SafetensorsFile(flags.model)).dump();
  const std::vector<char> flags_of_items(allowed.begin(), allowed.end());
  Json key;
  key.set("model", digits(std::as_bytes(std::span(manifest))));
  key.set("users", digits(std::as_bytes(users)));
  key.set("items allowed", digits(std::as_bytes(std::span(flags_of_items))));
  key.set("-k", flags.count);
  key.set("--by", by == RankBy::watch ? "watch" : by == RankBy::rate ? "rate" : "both");
  key.set("--explain", flags.explain);
  return key;
}

// Lists for many people are written in steps, so that a run cut short can go on.
ResultSink sink_for(const RecommendFlags& flags, RankBy by, std::span<const std::uint32_t> users,
                    const std::vector<bool>& allowed) {
  const bool many = flags.all || !flags.users.empty();
  if (flags.output.empty() || !many) return ResultSink(flags.output);
  const auto unfinished = ResumableFile::unfinished_key(flags.output);
  const std::string partial = ResumableFile::partial_path(flags.output).string();
  std::error_code absent;
  if (flags.resume && !unfinished && std::filesystem::exists(partial, absent)) {
    note(flags.common, fmt::format("{}: its notes ({}.progress) are not there, or an earlier "
                                   "version wrote them without checksums: starting from the "
                                   "beginning",
                                   partial, flags.output.string()));
  } else if (flags.resume && !unfinished) {
    note(flags.common, fmt::format("no {}: starting from the beginning", partial));
  } else if (!flags.resume && unfinished) {
    note(flags.common, fmt::format("replacing {} of a run cut short; --resume would have "
                                   "continued it",
                                   partial));
  }
  ResultSink sink(flags.output, key_of(flags, by, users, allowed), flags.resume);
  if (sink.damaged_bytes() > 0) {
    note(flags.common,
         fmt::format("{} was damaged after {}: what follows is made again", partial,
                     sink.resumed().done == 0 ? "its beginning"
                                              : fmt::format("the lists of {} people",
                                                            format_count(sink.resumed().done))));
  }
  return sink;
}

void finish(RecommendRun& run, std::span<const std::uint32_t> users) {
  if (run.format != ResultFormat::records) {
    run.sink.finish();
    return;
  }
  Json facts;
  facts.set("program", "kindred " KINDRED_VERSION);
  facts.set("k", run.flags.count);
  run.sink.finish([&](const std::filesystem::path& records) {
    model::write_lists(run.flags.output, records,
                       {run.model.users.labels, users, run.model.items.labels}, facts);
  });
}

// Throws UsageError for flags that do not go together.
void require_used(const RecommendFlags& flags) {
  const bool many = flags.all || !flags.users.empty();
  if (flags.resume && (!many || flags.output.empty())) {
    throw UsageError("--resume", "goes with --all or --users, and -o");
  }
  if (flags.output.extension() != ".safetensors") return;
  if (!many) throw UsageError("-o", "a .safetensors file goes with --all or --users");
  if (flags.explain) {
    throw UsageError("--explain", "has no place in a .safetensors file");
  }
}

void run_verb(const RecommendFlags& flags) {
  require_used(flags);
  for (const auto& input :
       {flags.model, flags.users, flags.history_file, flags.choice.allow, flags.choice.deny}) {
    refuse_to_overwrite(flags.output, input);
  }
  if (!flags.output.empty()) require_writable(flags.output);
  const model::Model model = load_model(flags.common, flags.model);
  ThreadPool pool(flags.common.threads);
  const bool made_up = flags.history || !flags.history_file.empty();
  const auto users = made_up ? std::vector<std::uint32_t>() : wanted_users(flags, model);
  const RankBy by = rank_by(flags, model);
  const auto allowed = allowed_items(flags.choice, model.items, flags.common);
  const auto count =
      std::min(static_cast<std::size_t>(flags.count), std::max<std::size_t>(1, model.items.size()));
  RecommendRun run{
      .flags = flags,
      .model = model,
      .pool = pool,
      .recommender = {model,
                      {.allowed = allowed, .many_people = users.size() > tile_people(by, count)}},
      .fold_in = {},
      .by = by,
      .ranker = {},
      .count = count,
      .format = format_of(flags),
      .sink = sink_for(flags, by, users, allowed)};
  if (by != RankBy::watch) run.ranker.emplace(model, allowed);
  if ((made_up && by != RankBy::rate) || flags.explain) {
    run.fold_in.emplace(model.items.vectors, model.options, pool);
  }
  if (run.sink.resumed().done == 0) run.sink.append(text_before(run.format, flags.explain));
  if (made_up) {
    recommend_to_made_up_person(run);
  } else {
    recommend_to_users(run, users);
  }
  finish(run, users);
  note_outcome(run, std::max<std::size_t>(1, users.size()));
}

void add_people_options(Command& verb, RecommendFlags& flags) {
  auto* who = verb.add_option_group("Who", "One of these");
  who->add_option("--user", flags.user, "A user of the ratings file, by id");
  who->add_option("--users", flags.users, "A file with one user id a line; - is stdin");
  who->add_flag("--all", flags.all, "Everybody; prints CSV");
  who->add_option("--history", flags.history,
                  "A made-up person: \"Shrek (2001)=5,Memento (2000)=4\"; entries without a number "
                  "were watched, and ; separates too");
  who->add_option("--history-file", flags.history_file,
                  "A made-up person: a file with lines of id-or-title,rating");
  who->require_option(1);
}

}  // namespace

void add_recommend(Command& app) {
  auto flags = std::make_shared<RecommendFlags>();
  Command* verb = app.add_subcommand("recommend",
                                     "What people will like: known users, or somebody you make up");
  verb->add_option("MODEL", flags->model, "A model that 'kindred train' has written")->required();
  add_people_options(*verb, *flags);
  verb->add_option("-k", flags->count, "How many for each person")
      ->check(positive_number())
      ->capture_default_str();
  add_item_choice(*verb, flags->choice);
  verb->add_option("--by", flags->by,
                   "What comes first: what they will watch (watch), rate highly (rate), or watch "
                   "and rate highly (both); default: all that the model knows")
      ->check(one_of({"watch", "rate", "both"}));
  verb->add_flag("--explain", flags->explain, "Say which of what they liked carried each score");
  verb->add_option("-o,--output", flags->output, "Write a .csv, .jsonl or .safetensors file")
      ->check(Check(check_lists_path, "FILE"));
  verb->add_flag("--resume", flags->resume, "Continue the file of a run cut short");
  add_common_options(*verb, flags->common);
  verb->footer(
      "Nobody is recommended anything they have seen, however they rated it.\n\n"
      "Examples:\n"
      "  kindred recommend movies.kindred --user 17 --explain\n"
      "  kindred recommend movies.kindred --history \"Shrek (2001)=5,Memento (2000)=4\"\n"
      "  kindred recommend movies.kindred --all -k 5 --where genre=Comedy -o lists.csv");
  verb->callback([flags] { run_verb(*flags); });
}

}  // namespace kindred::cli
