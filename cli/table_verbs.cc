#include "cli/table_verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/flags/command.h"
#include "cli/result_sink.h"
#include "cli/table_flags.h"
#include "cli/table_text.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/machine.h"
#include "kindred/base/printable.h"
#include "kindred/data/csv_dataset.h"
#include "kindred/data/csv_writer.h"
#include "kindred/evaluation/confusion_matrix.h"
#include "kindred/evaluation/rating.h"
#include "kindred/evaluation/share_interval.h"
#include "kindred/features/numeric_encoding.h"
#include "kindred/model/table_model.h"

namespace kindred::cli {
namespace {

using model::LabelCoding;
using model::Objective;
using model::TableModel;

constexpr std::size_t kShownClassesMax = 8;

// The rows of a file as the model's recipe reads them.
data::Batch read_rows(const CommonOptions& common, const TableModel& model,
                      const std::filesystem::path& file, bool with_label) {
  const data::CsvSchema schema =
      data::infer_csv_schema({file}, features::reading_options(model.recipe, with_label));
  tell_about_reading(common, schema);
  const int threads = common.threads == 0 ? machine_limits().core_count : common.threads;
  data::Batch rows = data::csv_dataset({file}, schema, {.thread_count = threads}).collect();
  if (rows.row_count == 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: there are no rows, only a header", file.string()));
  }
  return rows;
}

// Evaluating without the answers is a mistake that deserves its own words.
void require_label_column(const TableModel& model, const std::filesystem::path& file) {
  data::CsvOptions names_only = features::reading_options(model.recipe, false);
  names_only.inference_rows = 1;
  if (data::infer_csv_schema({file}, names_only).find(model.label.name) != nullptr) return;
  throw Error(ErrorCode::not_found,
              fmt::format("{}: there is no column '{}' with the true answers, and so nothing to "
                          "compare predictions with; kindred predict needs none",
                          file.string(), printable(model.label.name)));
}

data::Batch chosen_rows(const data::Batch& rows, std::span<const std::size_t> numbers) {
  data::Batch kept = data::empty_like(rows);
  data::append_chosen_rows(kept, rows, numbers);
  return kept;
}

// Numbers that a row must have, since its column has no default for them.
bool misses_number(const features::NumericColumn& column, const data::Batch& rows,
                   std::size_t row) {
  const data::Tensor& tensor = rows.at(column.key);
  const features::NumberReader numbers(tensor, column.key);
  for (std::size_t i = tensor.row_begin(row); i < tensor.row_begin(row + 1); ++i) {
    if (std::isnan(numbers[i])) return true;
  }
  return tensor.row_begin(row) == tensor.row_begin(row + 1);
}

// The rows that the model can answer, in order. Says how many it cannot, and why.
std::vector<std::size_t> answerable_rows(const CommonOptions& common, const TableModel& model,
                                         const data::Batch& rows, const char* consequence) {
  std::vector<bool> lacks(rows.row_count, false);
  for (const features::Column& column : model.recipe.columns) {
    const auto* numeric = std::get_if<features::NumericColumn>(&column);
    if (numeric == nullptr || !numeric->default_value.empty()) continue;
    std::size_t count = 0;
    for (std::size_t row = 0; row < rows.row_count; ++row) {
      if (!misses_number(*numeric, rows, row)) continue;
      lacks[row] = true;
      ++count;
    }
    if (count > 0) {
      note(common, fmt::format("{} row{} no '{}', for which the model has no default: {}",
                               format_count(count), count == 1 ? " has" : "s have",
                               printable(numeric->key), consequence));
    }
  }
  std::vector<std::size_t> answerable;
  for (std::size_t row = 0; row < rows.row_count; ++row) {
    if (!lacks[row]) answerable.push_back(row);
  }
  return answerable;
}

data::Batch read_labelled_rows(const CommonOptions& common, const TableModel& model,
                               const std::filesystem::path& file) {
  require_label_column(model, file);
  data::Batch rows = read_rows(common, model, file, true);
  const std::vector<std::size_t> labelled = model::labelled_rows(*rows.label);
  if (labelled.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: no row has a value for the label '{}'", file.string(),
                            printable(model.label.name)));
  }
  if (labelled.size() < rows.row_count) {
    note(common, fmt::format("{} rows have no '{}' and are left out",
                             format_count(rows.row_count - labelled.size()), model.label.name));
    rows = chosen_rows(rows, labelled);
  }
  const std::vector<std::size_t> answerable =
      answerable_rows(common, model, rows, "left out of the scores");
  if (answerable.size() < rows.row_count) rows = chosen_rows(rows, answerable);
  if (rows.row_count == 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: no row is left to judge", file.string()));
  }
  rows.label = data::column(model::encode_label(model.label, *rows.label));
  return rows;
}

struct Score {
  std::string name;
  double value;
  std::optional<evaluation::Interval> interval;
  std::optional<double> guess;  // What looking at nothing reaches.
};

evaluation::ConfusionMatrix confusion(const LabelCoding& label, std::span<const float> truth,
                                      const Matrix& predicted) {
  evaluation::ConfusionMatrix matrix(label.classes.size());
  matrix.add_scores(truth, predicted.values(), predicted.cols());
  return matrix;
}

// The most frequent class of the rows.
double largest_share(const evaluation::ConfusionMatrix& matrix) {
  double largest = 0.0;
  for (std::size_t truth = 0; truth < matrix.class_count(); ++truth) {
    double count = 0.0;
    for (std::size_t i = 0; i < matrix.class_count(); ++i) count += matrix.count(truth, i);
    largest = std::max(largest, count);
  }
  return largest / matrix.total();
}

// Intervals of the errors, and what the mean of the training rows would have reached.
void complete_regression(const LabelCoding& label, std::span<const float> truth,
                         const Matrix& predicted, std::vector<Score>& scores) {
  const auto values = predicted.values();
  const auto found = evaluation::rating_metrics(
      truth, {.values = {values.begin(), values.end()}, .centres = {}, .deviations = {}});
  const std::vector<float> mean(truth.size(), static_cast<float>(label.mean));
  const auto guessed =
      evaluation::rating_metrics(truth, {.values = mean, .centres = {}, .deviations = {}});
  for (Score& score : scores) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (found[i].name != score.name) continue;
      score.interval = found[i].interval;
      score.guess = guessed[i].value;
    }
  }
}

std::vector<Score> scores_of(TableModel& model, const data::Batch& rows, const Matrix& predicted,
                             ThreadPool& pool) {
  std::vector<Score> scores;
  for (const auto& [name, value] : model.network.evaluate(rows, {}, pool)) {
    scores.push_back({.name = name, .value = value, .interval = {}, .guess = {}});
  }
  const std::span<const float> truth = rows.label->floats();
  if (model.label.objective == Objective::regression) {
    complete_regression(model.label, truth, predicted, scores);
    return scores;
  }
  const evaluation::ConfusionMatrix matrix = confusion(model.label, truth, predicted);
  for (Score& score : scores) {
    if (score.name != "accuracy") continue;
    score.interval = evaluation::share_interval(score.value, matrix.total());
    score.guess = largest_share(matrix);
  }
  return scores;
}

void print_confusion(const LabelCoding& label, const evaluation::ConfusionMatrix& matrix) {
  std::size_t width = 8;
  for (const std::string& word : label.classes) width = std::max(width, printable(word, 20).size());
  fmt::print("\n{:<{}}", "truth \\ predicted", std::max<std::size_t>(width, 17));
  for (const std::string& word : label.classes) fmt::print("  {:>{}}", printable(word, 20), width);
  fmt::print("  {:>9}  {:>9}\n", "precision", "recall");
  for (std::size_t truth = 0; truth < matrix.class_count(); ++truth) {
    fmt::print("{:<{}}", printable(label.classes[truth], 20), std::max<std::size_t>(width, 17));
    for (std::size_t i = 0; i < matrix.class_count(); ++i) {
      fmt::print("  {:>{}}", format_count(static_cast<std::size_t>(matrix.count(truth, i))), width);
    }
    fmt::print("  {:>9.4f}  {:>9.4f}\n", matrix.precision(truth), matrix.recall(truth));
  }
}

void print_scores(const std::vector<Score>& scores) {
  fmt::print("{:<12}  {:>14}  {:>29}  {:>14}\n", "metric", "value", "95% interval", "blind guess");
  for (const Score& score : scores) {
    const std::string interval =
        score.interval ? fmt::format("{:.6g} .. {:.6g}", score.interval->low, score.interval->high)
                       : "";
    const std::string guess = score.guess ? fmt::format("{:.6g}", *score.guess) : "";
    fmt::print("{:<12}  {:>14.6g}  {:>29}  {:>14}\n", score.name, score.value, interval, guess);
  }
}

Json scores_to_json(const std::vector<Score>& scores) {
  Json metrics = Json(Json::Object());
  for (const Score& score : scores) {
    Json entry;
    entry.set("value", score.value);
    if (score.interval) {
      entry.set("low", score.interval->low);
      entry.set("high", score.interval->high);
    }
    if (score.guess) entry.set("blind_guess", *score.guess);
    metrics.set(score.name, std::move(entry));
  }
  return metrics;
}

std::size_t predicted_class(std::span<const float> row) {
  if (row.size() == 1) return row.front() > 0.5F ? 1U : 0U;
  return static_cast<std::size_t>(std::ranges::max_element(row) - row.begin());
}

// Probabilities of the classes; a binary model gives that of the second.
std::vector<float> probabilities(std::span<const float> row) {
  if (row.size() == 1) return {1.0F - row.front(), row.front()};
  return {row.begin(), row.end()};
}

std::string csv_header(const LabelCoding& label) {
  std::string header = "prediction";
  for (const std::string& word : label.classes) header += "," + data::csv_field("p(" + word + ")");
  return header + "\n";
}

std::string csv_line(const LabelCoding& label, std::span<const float> row) {
  if (label.objective == Objective::regression) return fmt::format("{}\n", row.front());
  std::string line = data::csv_field(label.classes[predicted_class(row)]);
  for (const float p : probabilities(row)) line += fmt::format(",{}", p);
  return line + "\n";
}

// Of a row that cannot be predicted.
std::string csv_line_of_none(const LabelCoding& label) {
  return "NA" + std::string(label.classes.size(), ',') + "\n";
}

std::string json_line(const LabelCoding& label, std::span<const float> row) {
  Json json;
  if (label.objective == Objective::regression) {
    json.set("prediction", double{row.front()});
    return json.dump() + "\n";
  }
  json.set("prediction", label.classes[predicted_class(row)]);
  Json shares = Json(Json::Object());
  const std::vector<float> values = probabilities(row);
  for (std::size_t i = 0; i < values.size(); ++i) shares.set(label.classes[i], double{values[i]});
  json.set("probabilities", std::move(shares));
  return json.dump() + "\n";
}

void print_lines(const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  fmt::print("\n{}\n", title);
  for (const std::string& line : lines) fmt::print("  {}\n", line);
}

}  // namespace

void require_table_flags(const Command& verb, std::initializer_list<const char*> allowed) {
  static constexpr std::array<const char*, 6> kCommon = {"--help", "--threads", "--seed",
                                                         "--json", "--quiet",   "--memory-limit"};
  for (const Option& option : verb.get_options()) {
    if (option.count() == 0) continue;
    const auto is_this = [&](const char* name) { return option.check_name(name); };
    if (std::ranges::any_of(kCommon, is_this) || std::ranges::any_of(allowed, is_this)) continue;
    throw UsageError(option.get_name(), "has no meaning for a model of a table");
  }
}

void evaluate_table(const CommonOptions& common, const std::filesystem::path& model_file,
                    const std::filesystem::path& test) {
  if (test.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} is a model of a table: name rows to judge it on with --test FILE",
                            model_file.string()));
  }
  TableModel model = model::load_table_model(model_file);
  const data::Batch rows = read_labelled_rows(common, model, test);
  ThreadPool pool(common.threads);
  const Matrix predicted = model.network.predict(rows, {}, pool);
  const std::vector<Score> scores = scores_of(model, rows, predicted, pool);
  if (common.json) {
    Json json;
    json.set("rows", std::uint64_t{rows.row_count});
    json.set("metrics", scores_to_json(scores));
    fmt::print("{}\n", with_guesses(common, std::move(json)).dump(2));
    return;
  }
  note(common, fmt::format("{}: {} rows", test.string(), format_count(rows.row_count)));
  print_scores(scores);
  if (model.label.objective != Objective::regression &&
      model.label.classes.size() <= kShownClassesMax) {
    print_confusion(model.label, confusion(model.label, rows.label->floats(), predicted));
  }
}

void predict_table(const CommonOptions& common, const std::filesystem::path& model_file,
                   const std::filesystem::path& table, const std::filesystem::path& output) {
  for (const auto& input : {model_file, table}) refuse_to_overwrite(output, input);
  if (!output.empty()) require_writable(output);
  TableModel model = model::load_table_model(model_file);
  const data::Batch rows = read_rows(common, model, table, false);
  const std::vector<std::size_t> answerable =
      answerable_rows(common, model, rows, "its prediction is NA");
  ThreadPool pool(common.threads);
  const Matrix predicted = model.network.predict(
      answerable.size() == rows.row_count ? rows : chosen_rows(rows, answerable), {}, pool);
  const bool as_json = output.empty() ? common.json : output.extension() != ".csv" && common.json;
  ResultSink sink(output);
  if (!as_json) sink.append(csv_header(model.label));
  std::size_t next = 0;
  for (std::size_t row = 0; row < rows.row_count; ++row) {
    if (next == answerable.size() || answerable[next] != row) {
      sink.append(as_json ? std::string("{\"prediction\":null}\n") : csv_line_of_none(model.label));
      continue;
    }
    sink.append(as_json ? json_line(model.label, predicted.row(next))
                        : csv_line(model.label, predicted.row(next)));
    ++next;
  }
  sink.finish();
  note(common, fmt::format("{} rows predicted{}", format_count(predicted.rows()),
                           output.empty() ? "" : ", wrote " + output.string()));
}

void print_table_model(const std::filesystem::path& model_file) {
  const TableModel model = model::load_table_model(model_file);
  fmt::print("\nlabel\n  {}: {} ({})\n", printable(model.label.name), label_text(model.label),
             name_of(model.label.objective));
  fmt::print("\nnetwork\n  {}\n", network_line(model));
  print_lines("columns (inputs each)", column_lines(model));
  print_lines(fmt::format("parameters ({} trained)",
                          format_count(model.network.network().parameters->trainable_value_count()))
                  .c_str(),
              parameter_lines(model));
  print_lines("history", history_lines(model.history));
}

embedding::Embeddings load_table_embeddings(const std::filesystem::path& model_file,
                                            const std::string& name) {
  return model::table_embeddings(model::load_table_model(model_file), name);
}

}  // namespace kindred::cli
