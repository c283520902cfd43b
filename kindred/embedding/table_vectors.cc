#include "kindred/embedding/table_vectors.h"

#include <fmt/format.h>

#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/number_text.h"
#include "kindred/data/unique_names.h"
#include "kindred/embedding/record_splitter.h"
#include "kindred/embedding/row_metadata.h"
#include "kindred/embedding/table_layout.h"
#include "kindred/embedding/table_sample.h"
#include "kindred/embedding/word_texts.h"

namespace kindred::embedding {
namespace {

// A cell that is no coordinate, so that another look at the text may find out why.
struct BadCell {
  std::size_t line = 0;
  std::string problem;
};

struct TableRows {
  std::vector<float> values;
  std::vector<data::TextColumn> labels;  // Of each column that is no coordinate.
  std::size_t count = 0;
};

std::string problem_of(std::string_view cell, std::size_t column) {
  float value = 0.0F;
  if (data::parse_number(cell, value) == data::NumberFault::too_large) {
    return fmt::format("'{}' in column {} is beyond the largest 32-bit number", printable(cell),
                       column + 1);
  }
  if (kind_of_cell(cell) == CellKind::missing) {
    return fmt::format(
        "'{}' in column {} is not a number: a point needs all its coordinates; "
        "leave the row out or fill it",
        printable(cell), column + 1);
  }
  return fmt::format("'{}' is not a number", printable(cell));
}

class TableReader {
 public:
  TableReader(const TableLayout& layout, WordTexts& words)
      : layout_(layout), words_(words), is_label_(layout.column_count, false) {
    for (const std::size_t column : layout.labels) is_label_[column] = true;
    rows_.labels.resize(layout.labels.size());
  }

  // False at a cell that is no coordinate.
  bool read(std::string_view text, BadCell& bad) {
    RecordSplitter fields(layout_.dialect, layout_.fields_max);
    VectorRecords records(text, layout_.dialect);
    std::size_t skipped = layout_.comment_count + (layout_.has_header ? 1 : 0);
    while (records.next()) {
      if (skipped > 0) {
        --skipped;
        continue;
      }
      bad.line = records.line();
      if (!fields.split(records.record())) {
        bad.problem = "a quote is not where a field begins or ends";
        return false;
      }
      if (fields.count() != layout_.column_count) {
        bad.problem = fmt::format("{} fields, where the first line has {}", fields.count(),
                                  layout_.column_count);
        return false;
      }
      if (!read_row(fields, bad)) return false;
    }
    return true;
  }

  TableRows take() { return std::move(rows_); }

 private:
  bool read_row(const RecordSplitter& fields, BadCell& bad) {
    std::size_t label = 0;
    for (std::size_t column = 0; column < layout_.column_count; ++column) {
      std::string_view cell = fields[column];
      if (is_label_[column]) {
        if (layout_.strips_quotes) cell = cell.substr(1, cell.size() - 2);
        rows_.labels[label++].push_back(words_.to_utf8(cell));
        continue;
      }
      float value = 0.0F;
      if (data::parse_number(cell, value) != data::NumberFault::none) {
        bad.problem = problem_of(cell, column);
        return false;
      }
      rows_.values.push_back(value);
    }
    ++rows_.count;
    return true;
  }

  const TableLayout& layout_;
  WordTexts& words_;
  std::vector<bool> is_label_;
  TableRows rows_;
};

// Whether texts name their rows: all differ, or nearly all, as words of which a few come twice.
bool name_rows(const data::TextColumn& texts) {
  const std::unordered_set<std::string_view> distinct(texts.begin(), texts.end());
  return distinct.size() == texts.size() ||
         (texts.size() >= 20 && 10 * distinct.size() >= 9 * texts.size());
}

Embeddings assemble(TableRows rows, const TableLayout& layout, WordTexts& words,
                    data::WrittenCells& written) {
  Embeddings result;
  const std::size_t dimensions = layout.column_count - layout.labels.size();
  result.vectors = Matrix(rows.count, dimensions, std::move(rows.values));
  result.metadata = data::Table(rows.count);
  std::size_t naming = rows.labels.size();
  for (std::size_t i = 0; i < rows.labels.size() && naming == rows.labels.size(); ++i) {
    if (name_rows(rows.labels[i])) naming = i;
  }
  const bool single = rows.labels.size() == 1;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    if (i == naming) continue;
    const std::size_t column = layout.labels[i];
    std::string title = layout.has_header ? layout.names[column] : std::string();
    if (title.empty()) title = single ? "label" : fmt::format("column_{}", column + 1);
    title = data::free_name(
        title, [&](const std::string& taken) { return result.metadata.find(taken) != nullptr; });
    result.metadata.add(typed_column(std::move(title), std::move(rows.labels[i]), &written));
  }
  result.labels =
      naming < rows.labels.size() ? words.labels(rows.labels[naming]) : numbered_labels(rows.count);
  return result;
}

}  // namespace

Imported read_table_vectors(std::string_view text, const std::string& name,
                            const ImportOptions& options) {
  TableLayout layout = recognise_table(text, name, options, false);
  for (int attempt = 0;; ++attempt) {
    WordTexts words(name, options.encoding);
    for (std::string& column : layout.names) column = words.to_utf8(column);
    TableReader reader(layout, words);
    BadCell bad;
    if (reader.read(text, bad)) {
      TableRows rows = reader.take();
      if (rows.count == 0) throw Error(ErrorCode::invalid_argument, name + ": there are no rows");
      Imported result;
      result.embeddings = assemble(std::move(rows), layout, words, result.written);
      result.format = "tsv";
      result.guesses = std::move(layout.guesses);
      for (Guess& guess : words.guesses()) result.guesses.push_back(std::move(guess));
      return result;
    }
    // What the beginning of the text looked like may be refuted by its end.
    if (layout.whole || attempt > 0) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}:{}: {}", name, bad.line, bad.problem));
    }
    layout = recognise_table(text, name, options, true);
  }
}

}  // namespace kindred::embedding
