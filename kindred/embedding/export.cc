#include "kindred/embedding/export.h"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/atomic_file.h"
#include "kindred/data/npy.h"

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

  // Puts a text in which `separators` are replaced; counts those that had any.
  void put_field(std::string_view text, std::string_view separators, char replacement) {
    std::size_t found = text.find_first_of(separators);
    if (found != std::string_view::npos) ++replaced_count_;
    while (found != std::string_view::npos) {
      put(text.substr(0, found));
      buffer_ += replacement;
      text.remove_prefix(found + 1);
      found = text.find_first_of(separators);
    }
    put(text);
  }
  std::size_t replaced_count() const noexcept { return replaced_count_; }

 private:
  void flush() {
    file_.append(std::string_view(buffer_));
    buffer_.clear();
  }

  AtomicFile file_;
  std::string buffer_;
  std::size_t replaced_count_ = 0;
};

constexpr std::string_view kLineSeparators = "\t\n\r\v\f";
constexpr std::string_view kWordSeparators = "\t\n\r\v\f ";

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

  TextFile file(path);
  const auto put_line = [&](std::string_view label, auto cell) {
    for (std::size_t i = 0; i <= columns.size(); ++i) {
      if (i > 0) file.put("\t");
      if (i == label_place) {
        file.put_field(label, kLineSeparators, ' ');
      } else {
        file.put_field(cell(*columns[i < label_place ? i : i - 1]), kLineSeparators, ' ');
      }
    }
    file.end_line();
  };
  if (!columns.empty()) {
    put_line(metadata.find("id") == nullptr ? "id" : "label",
             [](const data::Column& column) { return column.name; });
  }
  for (std::size_t row = 0; row < embeddings.size(); ++row) {
    put_line(embeddings.labels.label(row),
             [&](const data::Column& column) { return metadata.cell(column, row); });
  }
  file.commit();
  return file.replaced_count();
}

std::size_t write_labels(const data::Vocabulary& labels, const std::filesystem::path& path) {
  TextFile file(path);
  for (std::size_t row = 0; row < labels.size(); ++row) {
    file.put_field(labels.label(row), kLineSeparators, ' ');
    file.end_line();
  }
  file.commit();
  return file.replaced_count();
}

std::size_t write_word2vec(const Embeddings& embeddings, const std::filesystem::path& path) {
  TextFile file(path);
  file.put(fmt::format("{} {}", embeddings.size(), embeddings.dimensions()));
  file.end_line();
  for (std::size_t row = 0; row < embeddings.size(); ++row) {
    file.put_field(embeddings.labels.label(row), kWordSeparators, '_');
    file.put(" ");
    put_vector(embeddings.vectors.row(row), ' ', file);
    file.end_line();
  }
  file.commit();
  return file.replaced_count();
}

}  // namespace kindred::embedding
