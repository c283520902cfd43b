// kindred recommend: what people will like, from a trained model.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
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
#include "cli/wanted_people.h"
#include "kindred/api/recommend.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/model/io.h"
#include "kindred/model/lists_file.h"
#include "kindred/recommendation/text_file.h"
#include "kindred/storage/checksum.h"
#include "kindred/storage/container.h"

namespace kindred::cli {
namespace {

using recommendation::Person;
using recommendation::RankBy;

constexpr std::size_t kReasonsShown = 3;

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

// What all kinds of people share in one run.
struct RecommendRun {
  const RecommendFlags& flags;
  const model::Model& model;
  ThreadPool& pool;
  const api::Recommendations& recommendations;
  ResultFormat format;
  ResultSink sink;
  bool marks_popularity = false;  // Whether CSV has a column for it.
  std::size_t short_lists = 0;
  std::size_t popularity_lists = 0;
};

void print(RecommendRun& run, std::vector<Answer>& answers) {
  std::vector<std::string> texts(answers.size());
  run.pool.parallel_for(answers.size(), [&](std::size_t i, int) {
    texts[i] = text_of(answers[i], run.model, run.format, run.marks_popularity);
  });
  for (std::size_t i = 0; i < answers.size(); ++i) {
    run.short_lists += answers[i].list.items.size() < run.recommendations.count() ? 1U : 0U;
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

// The lists of a tile's people; of strangers nothing is known.
std::vector<api::RecommendedList> lists_for(const RecommendRun& run,
                                            std::span<const std::uint32_t> part) {
  std::vector<std::uint32_t> known;
  std::ranges::copy_if(part, std::back_inserter(known),
                       [](std::uint32_t user) { return user != kStranger; });
  std::vector<api::RecommendedList> found = run.recommendations.for_users(known, run.pool);
  if (known.size() == part.size()) return found;
  const api::RecommendedList unknown = run.recommendations.for_history({}, run.pool);
  std::vector<api::RecommendedList> lists;
  std::size_t next = 0;
  for (const std::uint32_t user : part) {
    lists.push_back(user == kStranger ? unknown : std::move(found[next++]));
  }
  return lists;
}

void recommend_to_users(RecommendRun& run, const People& people) {
  const std::vector<std::uint32_t>& users = people.users;
  const std::size_t tile = run.recommendations.tile_people();
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
    std::vector<api::RecommendedList> lists = lists_for(run, part);
    std::vector<Answer> answers(part.size());
    for (std::size_t i = 0; i < part.size(); ++i) {
      Answer& answer = answers[i];
      answer.list = std::move(lists[i].list);
      answer.reasons = std::move(lists[i].reasons);
      answer.heading = begin + i == 0 ? "" : "\n";
      if (part[i] == kStranger) {
        answer.stranger = people.strangers.at(begin + i);
        answer.heading += fmt::format("User {}: not in the model", printable(answer.stranger));
        continue;
      }
      answer.user = part[i];
      if (run.format == ResultFormat::table) answer.heading += user_heading(run.model, part[i]);
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

void recommend_to_made_up_person(RecommendRun& run) {
  const RecommendFlags& flags = run.flags;
  const auto history = flags.history ? recommendation::parse_history(*flags.history)
                                     : recommendation::read_history(flags.history_file);
  const recommendation::TitleMatcher titles(run.model.items);
  const auto entries = recommendation::find_entries(run.model, titles, history);
  note_history(flags, run.model, entries);
  const Person person = recommendation::made_up_person(run.model, entries);
  std::vector<Answer> answers(1);
  answers[0].heading =
      fmt::format("For somebody who liked {} of {}:", person.liked.size(), person.seen.size());
  api::RecommendedList found = run.recommendations.for_history(entries, run.pool);
  answers[0].list = std::move(found.list);
  answers[0].reasons = std::move(found.reasons);
  print(run, answers);
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
  const bool knows_watching = model.knows_watching();
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
  if (flags.explain && std::holds_alternative<model::TowerPart>(model.watching)) {
    throw Error(ErrorCode::invalid_argument,
                "--explain tells which liked items make up a score; two towers score by what is "
                "known of both sides, and have no such sum");
  }
  return by == "watch" ? RankBy::watch : by == "rate" ? RankBy::rate : RankBy::both;
}

// What shapes the lists, so that no others are taken for them. The checksums of the model's
// tensors are in its manifest.
Json key_of(const RecommendFlags& flags, RankBy by, const People& people,
            const std::vector<bool>& allowed) {
  const auto digits = [](std::span<const std::byte> bytes) {
    return storage::to_hex(storage::checksum(bytes));
  };
  const std::string manifest = storage::read_manifest(storage::SafetensorsFile(flags.model)).dump();
  const std::vector<char> flags_of_items(allowed.begin(), allowed.end());
  Json key;
  key.set("model", digits(std::as_bytes(std::span(manifest))));
  key.set("users", digits(std::as_bytes(std::span(people.users))));
  std::string strangers;
  for (const auto& [place, id] : people.strangers) strangers += fmt::format("{} {}\n", place, id);
  if (!strangers.empty()) key.set("strangers", digits(std::as_bytes(std::span(strangers))));
  key.set("items allowed", digits(std::as_bytes(std::span(flags_of_items))));
  key.set("-k", flags.count);
  key.set("--by", by == RankBy::watch ? "watch" : by == RankBy::rate ? "rate" : "both");
  key.set("--explain", flags.explain);
  return key;
}

// Lists for many people are written in steps, so that a run cut short can go on.
ResultSink sink_for(const RecommendFlags& flags, RankBy by, const People& people,
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
  ResultSink sink(flags.output, key_of(flags, by, people, allowed), flags.resume);
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
  const People people =
      made_up ? People()
              : wanted_people({.user = flags.user,
                               .users = flags.users,
                               .all = flags.all,
                               .rows_only = flags.output.extension() == ".safetensors"},
                              model, flags.common);
  const std::vector<std::uint32_t>& users = people.users;
  const RankBy by = rank_by(flags, model);
  const auto allowed = allowed_items(flags.choice, model.items, flags.common);
  const auto count = static_cast<std::size_t>(flags.count);
  const api::Recommendations recommendations(
      model,
      {.count = count,
       .by = by,
       .reason_count = flags.explain ? kReasonsShown : 0,
       .allowed = allowed,
       .made_up_people = made_up || !people.strangers.empty(),
       .many_people = users.size() > api::Recommendations::tile_people(by, count)},
      pool);
  RecommendRun run{.flags = flags,
                   .model = model,
                   .pool = pool,
                   .recommendations = recommendations,
                   .format = format_of(flags),
                   .sink = sink_for(flags, by, people, allowed),
                   .marks_popularity = !people.strangers.empty()};
  if (run.sink.resumed().done == 0)
    run.sink.append(text_before(run.format, flags.explain, run.marks_popularity));
  if (made_up) {
    recommend_to_made_up_person(run);
  } else {
    recommend_to_users(run, people);
  }
  finish(run, users);
  note_outcome(run, std::max<std::size_t>(1, users.size()));
}

void add_people_options(Command& verb, RecommendFlags& flags) {
  auto* who = verb.add_option_group("Who", "One of these");
  who->add_option("--user", flags.user, "A user of the ratings file, by id");
  who->add_option("--users", flags.users,
                  "A file with one user id a line; - is stdin; users whom the model does not know "
                  "get what is popular");
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
