// kindred similar: the nearest items or users, in the learned space or by attributes.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/item_choice.h"
#include "cli/model_text.h"
#include "cli/result_sink.h"
#include "cli/verbs.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/printable.h"
#include "kindred/data/csv_writer.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/learning/families.h"
#include "kindred/model/io.h"
#include "kindred/recommendation/attribute_space.h"
#include "kindred/recommendation/columns.h"
#include "kindred/recommendation/title_match.h"
#include "kindred/search/exact.h"

namespace kindred::cli {
namespace {

struct SimilarFlags {
  CommonOptions common;
  std::filesystem::path model;
  std::string target;
  bool users = false;
  std::int64_t count = 10;
  std::string metric;  // Empty: cosine, and euclidean with --by.
  std::vector<std::string> by;
  ItemChoice choice;
  std::filesystem::path output;
};

// Where to look: vectors, which rows take part, and what the answer is about.
struct Space {
  explicit Space(const embedding::Embeddings& all) : things(all) {}

  const embedding::Embeddings& things;
  std::uint32_t target = 0;
  MatrixView vectors;
  std::vector<bool> allowed;
  search::Metric metric = search::Metric::cosine;
  std::string metric_name;
  std::vector<std::string> columns;  // With --by.
};

// Leaves out everything about which nothing was learned: it is near to nothing.
void allow_learned_rows(const SimilarFlags& flags, const model::Model& model, Space& space) {
  if (!embedding::is_learned(space.vectors.row(space.target))) {
    throw Error(
        ErrorCode::not_found,
        fmt::format("nothing was learned about {}: there is no pair with it that counts "
                    "as liked ({})",
                    shown_title(space.things, space.target), data::describe(model.positive_rule)));
  }
  std::size_t unlearned = 0;
  for (std::size_t row = 0; row < space.vectors.rows; ++row) {
    if (!space.allowed[row] || embedding::is_learned(space.vectors.row(row))) continue;
    space.allowed[row] = false;
    ++unlearned;
  }
  if (unlearned > 0) {
    note(flags.common, fmt::format("left out {} of {} {}: nothing was learned about them",
                                   format_count(unlearned), format_count(space.allowed.size()),
                                   flags.users ? "users" : "items"));
  }
}

void allow_complete_rows(const SimilarFlags& flags,
                         const recommendation::AttributeSpace& attributes, Space& space) {
  const std::string columns = fmt::format("{}", fmt::join(attributes.columns, ", "));
  if (!attributes.complete[space.target]) {
    throw Error(ErrorCode::not_found,
                fmt::format("{} has no value for all of: {}",
                            shown_title(space.things, space.target), columns));
  }
  for (std::size_t row = 0; row < space.allowed.size(); ++row) {
    if (!attributes.complete[row]) space.allowed[row] = false;
  }
  if (attributes.missing_count > 0) {
    note(flags.common, fmt::format("left out {} of {}: no value for all of {}",
                                   format_count(attributes.missing_count),
                                   format_count(space.allowed.size()), columns));
  }
}

std::string values_of(const Space& space, std::size_t row) {
  std::string text;
  for (const std::string& name : space.columns) {
    const data::Column& column = space.things.metadata.at(name);
    text += fmt::format("{}{} {:.4g}", text.empty() ? "" : ", ", name, column.numbers()[row]);
  }
  return text;
}

std::string table(const Space& space, const std::vector<search::Neighbor>& found) {
  const bool distances = space.metric == search::Metric::euclidean;
  const std::string title = shown_title(space.things, space.target);
  const std::string label = printable(space.things.labels.label(space.target));
  std::string text = fmt::format("Nearest to {}{} by {}", title == label ? "" : title + " ",
                                 title == label ? label : "(id " + label + ")", space.metric_name);
  if (!space.columns.empty()) {
    text += fmt::format(" of standardised {}: {}", fmt::join(space.columns, ", "),
                        values_of(space, space.target));
  }
  text += distances ? "; the number is the distance\n" : "\n";
  std::size_t width = 0;
  for (const auto& near : found) {
    width = std::max(width, shown_title(space.things, near.id).size());
  }
  width = std::min<std::size_t>(width, 56);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string more =
        space.columns.empty() ? details(space.things, found[i].id) : values_of(space, found[i].id);
    // A distance of minus zero would look odd.
    const float number = distances ? std::abs(found[i].score) : found[i].score;
    std::string line = fmt::format("{:>4}  {:>6.3f}  {}  {}", i + 1, number,
                                   padded(shown_title(space.things, found[i].id), width), more);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return found.empty() ? text + "  nothing else is left\n" : text;
}

Json titled(const Space& space, std::size_t row) {
  Json json;
  json.set("id", space.things.labels.label(row));
  json.set("title", recommendation::title_of(space.things, row));
  return json;
}

std::string json_line(const SimilarFlags& flags, const Space& space,
                      const std::vector<search::Neighbor>& found) {
  Json neighbors = Json(Json::Array());
  for (std::size_t i = 0; i < found.size(); ++i) {
    Json near;
    near.set("rank", std::uint64_t{i + 1});
    near.set("id", space.things.labels.label(found[i].id));
    near.set("title", recommendation::title_of(space.things, found[i].id));
    near.set("score", json_number(found[i].score));
    neighbors.push(std::move(near));
  }
  Json line;
  line.set(flags.users ? "user" : "item", titled(space, space.target));
  line.set("metric", space.metric_name);
  if (!space.columns.empty()) {
    Json columns = Json(Json::Array());
    for (const std::string& name : space.columns) columns.push(name);
    line.set("by", std::move(columns));
  }
  line.set("neighbors", std::move(neighbors));
  return line.dump() + "\n";
}

std::string csv(const SimilarFlags& flags, const Space& space,
                const std::vector<search::Neighbor>& found) {
  std::string text = flags.users ? "user,rank,neighbor,score\n" : "item,rank,neighbor,score\n";
  for (std::size_t i = 0; i < found.size(); ++i) {
    text += fmt::format("{},{},{},{}\n", data::csv_field(space.things.labels.label(space.target)),
                        i + 1, data::csv_field(space.things.labels.label(found[i].id)),
                        shortest(found[i].score));
  }
  return text;
}

std::string text_of(const SimilarFlags& flags, const Space& space,
                    const std::vector<search::Neighbor>& found) {
  if (flags.output.extension() == ".csv") return csv(flags, space, found);
  const bool lines = !flags.output.empty() || flags.common.json;
  return lines ? json_line(flags, space, found) : table(space, found);
}

std::uint32_t target_row(const SimilarFlags& flags, const model::Model& model) {
  if (!flags.users) return recommendation::TitleMatcher(model.items).find_one(flags.target);
  return user_row(model, flags.target);
}

// What a model without vectors cannot say.
void require_item_question(const SimilarFlags& flags, const model::Model& model) {
  if (flags.users) model::require_vectors(model, "finding similar users");
  if (!flags.metric.empty() && flags.metric != "cosine") {
    model::require_vectors(model, fmt::format("--metric {}", flags.metric));
  }
}

void run(const SimilarFlags& flags) {
  refuse_to_overwrite(flags.output, flags.model);
  if (!flags.output.empty()) require_writable(flags.output);
  const model::Model model = load_model(flags.common, flags.model);
  ThreadPool pool(flags.common.threads);
  const bool by_items = !model.has_vectors() && flags.by.empty();  // Not in a space of vectors.
  if (by_items) require_item_question(flags, model);
  Space space(flags.users ? model.users : model.items);
  space.target = target_row(flags, model);
  space.allowed = allowed_items(flags.choice, space.things, flags.common);
  if (space.allowed.empty()) space.allowed.assign(space.things.size(), true);
  space.metric_name = !flags.metric.empty() ? flags.metric
                      : flags.by.empty()    ? "cosine"
                                            : "euclidean";
  space.metric = search::parse_metric(space.metric_name);

  recommendation::AttributeSpace attributes;
  if (by_items) {
    space.metric_name = "who liked both";
  } else if (flags.by.empty()) {
    space.vectors = space.things.vectors;
    allow_learned_rows(flags, model, space);
  } else {
    attributes = recommendation::attribute_space(space.things.metadata, flags.by);
    space.vectors = attributes.vectors;
    space.columns = attributes.columns;
    allow_complete_rows(flags, attributes, space);
  }
  space.allowed[space.target] = false;
  const auto count = std::min(static_cast<std::size_t>(flags.count),
                              std::max<std::size_t>(1, space.things.size()));
  const auto found = by_items ? learning::make_ranker(model, {.allowed = space.allowed}, pool)
                                    ->similar_items(space.target, count, pool)
                              : search::ExactIndex(space.vectors, space.metric)
                                    .search(space.vectors.slice(space.target, space.target + 1),
                                            count, {{}, space.allowed}, pool)
                                    .front();
  ResultSink sink(flags.output);
  sink.append(text_of(flags, space, found));
  sink.finish();
  if (found.size() < count) {
    note(flags.common, fmt::format("only {} could be compared", format_count(found.size())));
  }
  if (!flags.output.empty()) note(flags.common, fmt::format("wrote {}", flags.output.string()));
}

}  // namespace

void add_similar(Command& app) {
  auto flags = std::make_shared<SimilarFlags>();
  Command* verb = app.add_subcommand("similar", "The nearest items or users of one of them");
  verb->add_option("MODEL", flags->model, "A model that 'kindred train' has written")->required();
  verb->add_option("TITLE-OR-ID", flags->target,
                   "An item by title or id (id:300 where a title looks like one)")
      ->required();
  verb->add_flag("--users", flags->users, "Users instead of items: TITLE-OR-ID is a user's id");
  verb->add_option("-k", flags->count, "How many")->check(positive_number())->capture_default_str();
  verb->add_option("--metric", flags->metric,
                   "What near means: cosine, dot or euclidean; default cosine, with --by euclidean")
      ->check(one_of({"cosine", "dot", "euclidean"}));
  verb->add_option("--by", flags->by,
                   "Look in the space of these columns, standardised, instead of the learned one: "
                   "age,tickets")
      ->delimiter(',')
      ->expected(1)
      ->take_all();
  add_item_choice(*verb, flags->choice);
  verb->add_option("-o,--output", flags->output, "Write a .csv or .jsonl file")
      ->check(Check(check_result_path, "FILE"));
  add_common_options(*verb, flags->common);
  verb->footer(
      "Examples:\n"
      "  kindred similar movies.kindred Shrek\n"
      "  kindred similar movies.kindred \"The Incredibles\" --by age,tickets\n"
      "  kindred similar movies.kindred 17 --users --metric dot");
  verb->callback([flags] { run(*flags); });
}

}  // namespace kindred::cli
