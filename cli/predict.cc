// kindred predict: what somebody would rate something, or the label of a table's rows.

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/model_text.h"
#include "cli/ratings_flags.h"
#include "cli/result_sink.h"
#include "cli/table_verbs.h"
#include "cli/verbs.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/data/csv_writer.h"
#include "kindred/model/io.h"
#include "kindred/model/table_model.h"
#include "kindred/recommendation/columns.h"
#include "kindred/recommendation/person.h"
#include "kindred/recommendation/rating_predictor.h"
#include "kindred/recommendation/row_predictions.h"
#include "kindred/recommendation/title_match.h"

namespace kindred::cli {
namespace {

using recommendation::PredictedRating;
using recommendation::Rater;
using recommendation::RatingPredictor;

struct PredictFlags {
  CommonOptions common;
  RatingsFlags ratings;
  std::filesystem::path model;
  std::filesystem::path pairs;
  std::string user;
  std::vector<std::string> items;
  std::string history;
  std::filesystem::path history_file;
  std::filesystem::path output;
};

// One line of the answer.
struct Prediction {
  std::string user;                  // "" for a made-up person.
  std::string item;                  // As the model or the file calls it.
  std::optional<std::uint32_t> row;  // Of the item in the model.
  PredictedRating predicted;
  std::string note;  // What of the pair is unknown.
};

Json to_json(const model::Model& model, const Prediction& prediction) {
  Json json;
  if (!prediction.user.empty()) json.set("user", prediction.user);
  json.set("id", prediction.item);
  json.set("title",
           prediction.row ? Json(recommendation::title_of(model.items, *prediction.row)) : Json());
  json.set("rating", double{prediction.predicted.rating});
  json.set("deviation",
           prediction.predicted.deviation ? Json(double{*prediction.predicted.deviation}) : Json());
  if (!prediction.note.empty()) json.set("note", prediction.note);
  return json;
}

std::string to_text(const model::Model& model, const std::vector<Prediction>& predictions) {
  std::string text;
  for (const Prediction& prediction : predictions) {
    const std::string doubt = prediction.predicted.deviation
                                  ? fmt::format(" +- {:.2f}", *prediction.predicted.deviation)
                                  : "";
    text += fmt::format("  {:<50}  {:>5.2f}{}\n", shown_title(model.items, *prediction.row, 50),
                        prediction.predicted.rating, doubt);
  }
  return text;
}

std::string to_csv(const std::vector<Prediction>& predictions) {
  std::string text = "user,item,rating,deviation,note\n";
  for (const Prediction& prediction : predictions) {
    text += fmt::format(
        "{},{},{},{},{}\n", data::csv_field(prediction.user), data::csv_field(prediction.item),
        prediction.predicted.rating,
        prediction.predicted.deviation ? fmt::format("{}", *prediction.predicted.deviation) : "",
        prediction.note);
  }
  return text;
}

std::string to_json_lines(const model::Model& model, const std::vector<Prediction>& predictions) {
  std::string text;
  for (const Prediction& prediction : predictions) {
    text += to_json(model, prediction).dump() + "\n";
  }
  return text;
}

// The history's items with ratings, ascending. Watched without a rating tells nothing here.
Rater made_up_rater(const PredictFlags& flags, const model::Model& model,
                    const recommendation::TitleMatcher& titles, const RatingPredictor& predictor) {
  const auto entries = recommendation::find_entries(
      model, titles,
      flags.history.empty() ? recommendation::read_history(flags.history_file)
                            : recommendation::parse_history(flags.history));
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;
  for (const recommendation::FoundEntry& entry : entries) {
    if (!entry.entry.rating) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("'{}' has no rating; write \"{}=4\": only ratings tell what else "
                              "somebody would rate",
                              printable(entry.entry.item), printable(entry.entry.item)));
    }
    items.push_back(entry.item);
    ratings.push_back(*entry.entry.rating);
  }
  return predictor.fold_in(items, ratings);
}

std::vector<Prediction> predict_items(const PredictFlags& flags, const model::Model& model,
                                      const RatingPredictor& predictor) {
  const recommendation::TitleMatcher titles(model.items);
  const bool made_up = !flags.history.empty() || !flags.history_file.empty();
  const Rater rater = made_up ? made_up_rater(flags, model, titles, predictor)
                              : predictor.known(user_row(model, flags.user));
  std::vector<Prediction> predictions;
  for (const std::string& item : flags.items) {
    const std::uint32_t row = titles.find_one(item, {"--item: ", ""});
    predictions.push_back({flags.user, std::string(model.items.labels.label(row)), row,
                           predictor.predict(rater, row), ""});
  }
  return predictions;
}

// One for each row of the file, in order.
std::vector<Prediction> predict_pairs(const PredictFlags& flags, const model::Model& model,
                                      const RatingPredictor& predictor, ThreadPool& pool) {
  RatingsFlags format = flags.ratings;
  format.options.keep_rows = true;
  // Ratings and times that stand in the file are not asked for.
  if (format.options.rating_column.empty()) format.options.rating_column = "-";
  if (format.options.timestamp_column.empty()) format.options.timestamp_column = "-";
  const data::Ratings pairs = load_pairs(flags.pairs, format, flags.common, pool);
  std::vector<Prediction> predictions;
  std::size_t unknown = 0;
  const auto predicted =
      recommendation::predict_rows(model, predictor, pairs.interactions, pairs.rows, pool);
  for (std::size_t row = 0; row < predicted.size(); ++row) {
    const std::string mark = recommendation::note_of(predicted[row]);
    unknown += mark.empty() ? 0 : 1;
    predictions.push_back({std::string(pairs.interactions.users.label(pairs.rows[row].user)),
                           std::string(pairs.interactions.items.label(pairs.rows[row].item)),
                           predicted[row].item, predicted[row].predicted, mark});
  }
  if (unknown > 0) {
    note(flags.common,
         fmt::format("{} of {} pairs name a user or an item that the model does not know: their "
                     "rating is the typical one, and their note says so",
                     format_count(unknown), format_count(predicted.size())));
  }
  return predictions;
}

void run(const PredictFlags& flags) {
  for (const auto& input : {flags.model, flags.pairs, flags.history_file}) {
    refuse_to_overwrite(flags.output, input);
  }
  if (!flags.output.empty()) require_writable(flags.output);
  const model::Model model = load_model(flags.common, flags.model);
  if (!model.ratings) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} knows what people watch, not what they would rate; train it with "
                            "--objective both",
                            flags.model.string()));
  }
  const RatingPredictor predictor(*model.ratings);
  ThreadPool pool(flags.common.threads);
  const auto predictions = flags.pairs.empty() ? predict_items(flags, model, predictor)
                                               : predict_pairs(flags, model, predictor, pool);
  const bool csv = flags.output.extension() == ".csv";
  const bool lines = !csv && (flags.common.json || !flags.output.empty());
  ResultSink sink(flags.output);
  sink.append(lines                         ? to_json_lines(model, predictions)
              : csv || !flags.pairs.empty() ? to_csv(predictions)
                                            : to_text(model, predictions));
  sink.finish();
  if (!flags.output.empty()) note(flags.common, fmt::format("wrote {}", flags.output.string()));
}

}  // namespace

void add_predict(Command& app) {
  auto flags = std::make_shared<PredictFlags>();
  Command* verb =
      app.add_subcommand("predict", "Predict what somebody would rate, or a column of a table");
  verb->add_option("model", flags->model,
                   "A model of ratings (train --objective rate or both) or of a table (fit)")
      ->required();
  auto* pairs = verb->add_option("pairs", flags->pairs,
                                 "A file of user,item lines, or a table; prints CSV unless --json");
  auto* who = verb->add_option_group("Who", "Without a file of pairs, one of these");
  who->add_option("--user", flags->user, "A user of the ratings file, by id");
  who->add_option("--history", flags->history,
                  "A made-up person: \"Shrek (2001)=5,Memento (2000)=4\"");
  who->add_option("--history-file", flags->history_file,
                  "A made-up person: a file with lines of id-or-title,rating");
  who->require_option(0, 1);
  auto* items = verb->add_option("--item", flags->items, "Of what: id or title; may be repeated")
                    ->excludes(pairs);
  verb->add_option("-o,--output", flags->output, "Write to this file: .csv, else JSON lines");
  add_ratings_format_options(*verb, flags->ratings);
  add_common_options(*verb, flags->common);
  verb->footer(
      "Examples:\n"
      "  kindred predict movies.kindred --user 42 --item 'Memento (2000)'\n"
      "  kindred predict movies.kindred --history 'Shrek (2001)=5,Memento (2000)=2' --item Up\n"
      "  kindred predict movies.kindred pairs.csv -o predicted.csv\n"
      "  kindred predict homes.kindred homes.csv -o predicted.csv      a model of a table\n\n"
      "A Bayesian model says how sure it is: about two in three ratings lie within +- one\n"
      "deviation of the prediction.");
  verb->callback([flags, items, who, verb] {
    if (model::is_table_model_file(flags->model)) {
      require_table_flags(*verb, {"model", "pairs", "--output"});
      if (flags->pairs.empty()) {
        throw UsageError("predict", "a table with the columns of the model is needed");
      }
      predict_table(flags->common, flags->model, flags->pairs, flags->output);
      return;
    }
    const bool somebody =
        !flags->user.empty() || !flags->history.empty() || !flags->history_file.empty();
    if (flags->pairs.empty() && (!somebody || items->count() == 0)) {
      throw UsageError("predict",
                       "a file of pairs, or somebody (--user, --history) and "
                       "--item, are needed");
    }
    if (!flags->pairs.empty() && somebody) {
      throw UsageError("predict",
                       "the file of pairs names the users; leave out --user "
                       "and --history");
    }
    run(*flags);
  });
}

}  // namespace kindred::cli
