#include "kindred/embedding/export.h"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kindred/base/atomic_file.h"
#include "kindred/data/csv_writer.h"
#include "kindred/data/exact_text.h"
#include "kindred/data/npy.h"
#include "kindred/data/unique_names.h"

namespace kindred::embedding {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;
constexpr std::string_view kTitle = "title";

// Text on its way to a file, passed on a megabyte at a time.
class TextFile {
 public:
  explicit TextFile(const std::filesystem::path& path) : file_(path) {
    buffer_.reserve(kBufferBytes + kBufferBytes / 8);
  }

  void put(std::string_view text) { buffer_ += text; }
  void put(float value) { fmt::format_to(std::back_inserter(buffer_), "{}", value); }
  void end_line() {
    buffer_ += '\n';
    if (buffer_.size() >= kBufferBytes) flush();
  }
  void commit() {
    flush();
    file_.commit();
  }

 private:
  void flush() {
    file_.append(std::string_view(buffer_));
    buffer_.clear();
  }

  AtomicFile file_;
  std::string buffer_;
};

constexpr std::string_view kLineSeparators = "\t\n\r\v\f";
constexpr std::string_view kWordSeparators = "\t\n\r\v\f ";

// Texts that fit a format: what is not allowed in them is replaced.
struct FittingText {
  std::string text;
  bool changed = false;
};

FittingText fitting(std::string_view text, std::string_view separators, char replacement) {
  FittingText result{std::string(text), false};
  for (char& c : result.text) {
    if (separators.find(c) == std::string_view::npos) continue;
    c = replacement;
    result.changed = true;
  }
  // A line of TSV that begins with a quote and doubles another would be read as quoted.
  if (separators == kLineSeparators && text.starts_with('"') &&
      text.find("\"\"", 1) != std::string_view::npos) {
    result.changed = true;
  }
  return result;
}

struct FittingLabels {
  std::vector<std::string> texts;  // Unique, as the labels are.
  std::size_t changed_count = 0;
};

// Two labels never become one: where a changed one is taken it gets a number behind it.
FittingLabels fitting_labels(const data::Vocabulary& labels, std::string_view separators,
                             char replacement, bool may_be_empty, data::NumberedName style) {
  FittingLabels result;
  std::vector<bool> kept(labels.size());
  for (std::size_t row = 0; row < labels.size(); ++row) {
    FittingText label = fitting(labels.label(row), separators, replacement);
    if (label.text.empty() && !may_be_empty) label = {std::string(1, replacement), true};
    kept[row] = !label.changed;
    if (label.changed) ++result.changed_count;
    result.texts.push_back(std::move(label.text));
  }
  if (result.changed_count > 0) result.texts = data::unique_names(result.texts, style, kept).names;
  return result;
}

void put_vector(std::span<const float> vector, char separator, TextFile& file) {
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (i > 0) file.put(std::string_view(&separator, 1));
    file.put(vector[i]);
  }
}

// The metadata columns in the order of the file: the title first, which the projector
// then shows beside the points.
std::vector<const data::Column*> ordered_columns(const data::Table& metadata) {
  std::vector<const data::Column*> columns;
  if (const data::Column* title = metadata.find(kTitle)) columns.push_back(title);
  for (const data::Column& column : metadata.columns()) {
    if (column.name != kTitle) columns.push_back(&column);
  }
  return columns;
}

}  // namespace

void write_npy(MatrixView vectors, const std::filesystem::path& path) {
  data::NpyWriter file(path, vectors.cols);
  file.append(vectors.values());
  file.commit();
}

void write_vectors_tsv(MatrixView vectors, const std::filesystem::path& path) {
  TextFile file(path);
  for (std::size_t row = 0; row < vectors.rows; ++row) {
    put_vector(vectors.row(row), '\t', file);
    file.end_line();
  }
  file.commit();
}

std::size_t write_metadata_tsv(const Embeddings& embeddings, const std::filesystem::path& path) {
  const data::Table& metadata = embeddings.metadata;
  const std::vector<const data::Column*> columns = ordered_columns(metadata);
  const bool title_first = !columns.empty() && columns.front()->name == kTitle;
  const std::size_t label_place = title_first ? 1 : 0;
  const FittingLabels labels = fitting_labels(embeddings.labels, kLineSeparators, ' ', true, {});
  std::size_t changed_count = labels.changed_count;

  TextFile file(path);
  const auto put_line = [&](std::string_view label, auto cell) {
    for (std::size_t i = 0; i <= columns.size(); ++i) {
      if (i > 0) file.put("\t");
      if (i == label_place) {
        file.put(label);
        continue;
      }
      const FittingText text =
          fitting(cell(*columns[i < label_place ? i : i - 1]), kLineSeparators, ' ');
      if (text.changed) ++changed_count;
      file.put(text.text);
    }
    file.end_line();
  };
  if (!columns.empty()) {
    const auto taken = [&](const std::string& name) { return metadata.find(name) != nullptr; };
    put_line(taken("id") ? data::free_name("label", taken) : "id",
             [](const data::Column& column) { return column.name; });
  }
  for (std::size_t row = 0; row < embeddings.size(); ++row) {
    put_line(labels.texts[row],
             [&](const data::Column& column) { return data::exact_cell(column, row); });
  }
  file.commit();
  return changed_count;
}

std::size_t write_labels(const data::Vocabulary& labels, const std::filesystem::path& path) {
  const FittingLabels fit = fitting_labels(labels, kLineSeparators, ' ', true, {});
  TextFile file(path);
  for (const std::string& label : fit.texts) {
    file.put(label);
    file.end_line();
  }
  file.commit();
  return fit.changed_count;
}

void write_labels_csv(const data::Vocabulary& labels, const std::filesystem::path& path) {
  TextFile file(path);
  file.put("label");
  file.end_line();
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const std::string_view label = labels.label(row);
    // An empty line would be no row to most readers.
    file.put(label.empty() ? "\"\"" : data::csv_field(label));
    file.end_line();
  }
  file.commit();
}

std::size_t write_word2vec(const Embeddings& embeddings, const std::filesystem::path& path) {
  const FittingLabels words =
      fitting_labels(embeddings.labels, kWordSeparators, '_', false, {"_", ""});
  TextFile file(path);
  file.put(fmt::format("{} {}", embeddings.size(), embeddings.dimensions()));
  file.end_line();
  for (std::size_t row = 0; row < embeddings.size(); ++row) {
    file.put(words.texts[row]);
    file.put(" ");
    put_vector(embeddings.vectors.row(row), ' ', file);
    file.end_line();
  }
  file.commit();
  return words.changed_count;
}

}  // namespace kindred::embedding
