#include "kindred/embedding/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "kindred/base/byte_source.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/delimited.h"
#include "kindred/data/idx.h"
#include "kindred/data/npy.h"
#include "kindred/data/number_text.h"

namespace kindred::embedding {
namespace {

static_assert(std::endian::native == std::endian::little, "floats are copied as they are");

[[noreturn]] void fail(ErrorCode code, const std::string& name, std::string_view problem) {
  throw Error(code, fmt::format("{}: {}", name, problem));
}

Embeddings numbered(Matrix vectors) {
  Embeddings result;
  result.labels = numbered_labels(vectors.rows());
  result.metadata = data::Table(vectors.rows());
  result.vectors = std::move(vectors);
  return result;
}

void check_finite(MatrixView vectors, const std::string& name) {
  for (std::size_t row = 0; row < vectors.rows; ++row) {
    const auto values = vectors.row(row);
    const auto bad =
        std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
    if (bad == values.end()) continue;
    fail(ErrorCode::invalid_argument, name,
         fmt::format("row {}, column {} is {}: every number must be finite", row,
                     bad - values.begin(), *bad));
  }
}

Embeddings of_npy(std::string_view bytes, const std::string& name) {
  const data::Tensor tensor = data::parse_npy(bytes, name);
  if (tensor.is_text()) fail(ErrorCode::unsupported, name, "an array of texts, not of numbers");
  if (tensor.shape.size() < 2)
    fail(ErrorCode::unsupported, name, "an array of one axis is no matrix");
  std::vector<float> values;
  values.reserve(tensor.value_count());
  std::visit(
      [&](const auto& all) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(all)>, data::TextList>) {
          for (const auto value : all) values.push_back(static_cast<float>(value));
        }
      },
      tensor.values);
  Matrix vectors(tensor.row_count(), tensor.row_width(), std::move(values));
  check_finite(vectors, name);
  return numbered(std::move(vectors));
}

Imported of_idx(std::string_view bytes, const std::string& name) {
  data::IdxArray array = data::parse_idx(bytes, name);
  if (array.shape.size() < 2) {
    fail(ErrorCode::unsupported, name,
         "these are labels (one axis), not images: give them with --labels");
  }
  std::vector<float> values(array.values.size());
  std::ranges::transform(array.values, values.begin(),
                         [](std::uint8_t pixel) { return static_cast<float>(pixel) / 255.0F; });
  const std::size_t rows = array.shape[0];
  Imported result;
  const std::size_t pixels = values.size() / rows;
  result.embeddings = numbered(Matrix(rows, pixels, std::move(values)));
  if (array.shape.size() >= 3) result.images = data::images_of_idx(std::move(array), name);
  return result;
}

// "n d" and nothing else in the first line.
std::optional<std::pair<std::size_t, std::size_t>> word2vec_sizes(std::string_view line) {
  std::size_t rows = 0;
  std::size_t dimensions = 0;
  const char* end = line.data() + line.size();
  const auto first = std::from_chars(line.data(), end, rows);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, dimensions);
  if (second.ec != std::errc() || second.ptr != end) return std::nullopt;
  return std::pair(rows, dimensions);
}

// Reads what follows "n d". Labels that come twice keep their first vector's name and get a
// number for the second: nothing is dropped, so that other files' lines still match.
class Word2Vec {
 public:
  Word2Vec(std::string_view bytes, std::size_t rows, std::size_t dimensions,
           const std::string& name)
      : rest_(bytes), rows_(rows), dimensions_(dimensions), name_(name) {
    // The least that a row takes up, as text: " 0" a number.
    if (dimensions == 0 || rows == 0 || dimensions > bytes.size() ||
        rows > bytes.size() / (2 * dimensions)) {
      fail(ErrorCode::corrupt, name,
           fmt::format("its first line announces {} x {} numbers, and they are not there", rows,
                       dimensions));
    }
    values_.reserve(rows * dimensions);
  }

  Embeddings read() {
    const bool binary = !is_text();
    for (std::size_t row = 0; row < rows_; ++row) {
      read_label(row);
      binary ? read_binary(row) : read_text(row);
    }
    Embeddings result;
    result.labels = std::move(labels_);
    result.metadata = data::Table(rows_);
    result.vectors = Matrix(rows_, dimensions_, std::move(values_));
    check_finite(result.vectors, name_);
    return result;
  }

 private:
  bool is_text() const {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return false;
    data::FieldSplitter fields({" ", false});
    if (!fields.split(line.substr(space + 1)) || fields.field_count() != dimensions_) return false;
    float value = 0.0F;
    return data::parse_number(fields[0], value) == data::NumberFault::none;
  }

  void read_label(std::size_t row) {
    while (rest_.starts_with('\n')) rest_.remove_prefix(1);
    const std::size_t space = rest_.find(' ');
    if (space == std::string_view::npos || space == 0) {
      fail(ErrorCode::corrupt, name_, fmt::format("row {} has no label", row));
    }
    const std::string_view label = rest_.substr(0, space);
    if (find_invalid_utf8(label) != std::string_view::npos) {
      fail(ErrorCode::corrupt, name_, fmt::format("the label of row {} is not UTF-8", row));
    }
    const std::string unique =
        labels_.find(label) ? fmt::format("{} ({})", label, row) : std::string(label);
    labels_.insert(unique);
    if (labels_.size() != row + 1) {
      fail(ErrorCode::corrupt, name_, fmt::format("the label '{}' comes twice", printable(label)));
    }
    rest_.remove_prefix(space + 1);
  }

  void read_binary(std::size_t row) {
    const std::size_t bytes = dimensions_ * sizeof(float);
    if (rest_.size() < bytes)
      fail(ErrorCode::corrupt, name_, fmt::format("ends within row {}", row));
    const std::size_t before = values_.size();
    values_.resize(before + dimensions_);
    std::memcpy(values_.data() + before, rest_.data(), bytes);
    rest_.remove_prefix(bytes);
  }

  void read_text(std::size_t row) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::size_t next = std::min(end + 1, rest_.size());
    data::FieldSplitter fields({" ", false});
    const bool whole = fields.split(data::without_line_end(rest_.substr(0, next)));
    if (!whole || fields.field_count() != dimensions_) {
      fail(ErrorCode::corrupt, name_, fmt::format("row {} has not {} numbers", row, dimensions_));
    }
    for (std::size_t i = 0; i < dimensions_; ++i) {
      float value = 0.0F;
      if (data::parse_number(fields[i], value) != data::NumberFault::none) {
        fail(ErrorCode::corrupt, name_,
             fmt::format("row {}: '{}' is not a number", row, printable(fields[i])));
      }
      values_.push_back(value);
    }
    rest_.remove_prefix(next);
  }

  std::string_view rest_;
  const std::size_t rows_;
  const std::size_t dimensions_;
  const std::string& name_;
  data::Vocabulary labels_;
  std::vector<float> values_;
};

std::string separator_of(std::string_view line) {
  if (line.find('\t') != std::string_view::npos) return "\t";
  if (line.find(',') != std::string_view::npos) return ",";
  return " ";
}

Embeddings of_table(std::string_view bytes, const std::string& name) {
  const data::Dialect dialect{separator_of(bytes.substr(0, bytes.find('\n'))), false};
  data::FieldSplitter fields(dialect);
  std::vector<float> values;
  data::Vocabulary labels;
  std::size_t dimensions = 0;
  std::size_t rows = 0;
  std::size_t has_label = 0;
  for (std::size_t line = 1; !bytes.empty(); ++line) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::size_t next = std::min(end + 1, bytes.size());
    const std::string_view record = data::without_line_end(bytes.substr(0, next));
    bytes.remove_prefix(next);
    if (record.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    fields.split(record);
    float value = 0.0F;
    if (rows == 0) {
      has_label = data::parse_number(fields[0], value) == data::NumberFault::none ? 0 : 1;
      dimensions = fields.field_count() - has_label;
    }
    if (fields.field_count() != dimensions + has_label || dimensions == 0) {
      fail(ErrorCode::invalid_argument, fmt::format("{}:{}", name, line),
           fmt::format("{} fields, where the first line has {}", fields.field_count(),
                       dimensions + has_label));
    }
    for (std::size_t i = has_label; i < fields.field_count(); ++i) {
      if (data::parse_number(fields[i], value) != data::NumberFault::none) {
        fail(ErrorCode::invalid_argument, fmt::format("{}:{}", name, line),
             fmt::format("'{}' is not a number", printable(fields[i])));
      }
      values.push_back(value);
    }
    if (has_label == 1 && labels.insert(fields[0]) != rows) {
      fail(ErrorCode::invalid_argument, fmt::format("{}:{}", name, line),
           fmt::format("the label '{}' comes twice", printable(fields[0])));
    }
    ++rows;
  }
  if (rows == 0) fail(ErrorCode::invalid_argument, name, "there are no rows");
  Embeddings result = numbered(Matrix(rows, dimensions, std::move(values)));
  if (has_label == 1) result.labels = std::move(labels);
  return result;
}

}  // namespace

data::Vocabulary numbered_labels(std::size_t count) {
  data::Vocabulary labels;
  for (std::size_t row = 0; row < count; ++row) labels.insert(std::to_string(row));
  return labels;
}

Imported import_vectors(const std::filesystem::path& path) {
  ByteSource source(path);
  const std::string bytes = read_to_end(source);
  const std::string& name = source.name();
  if (bytes.empty()) fail(ErrorCode::invalid_argument, name, "the file is empty");
  Imported result;
  if (data::is_idx(bytes)) {
    result = of_idx(bytes, name);
    result.format = "idx";
    return result;
  }
  if (bytes.starts_with("\x93NUMPY")) {
    result.embeddings = of_npy(bytes, name);
    result.format = "npy";
    return result;
  }
  const std::size_t line_end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
  const std::string_view first = std::string_view(bytes).substr(0, line_end);
  if (const auto sizes = word2vec_sizes(data::without_line_end(first))) {
    const auto rest = std::string_view(bytes).substr(line_end);
    result.embeddings = Word2Vec(rest, sizes->first, sizes->second, name).read();
    result.format = "word2vec";
    return result;
  }
  result.embeddings = of_table(bytes, name);
  result.format = "tsv";
  return result;
}

Embeddings import_raw(const std::filesystem::path& path, std::size_t rows, std::size_t dimensions) {
  ByteSource source(path);
  const std::string bytes = read_to_end(source);
  const std::size_t floats = bytes.size() / sizeof(float);
  const bool fits =
      dimensions > 0 && rows == floats / dimensions && floats % dimensions == 0 && rows > 0;
  if (!fits || bytes.size() % sizeof(float) != 0) {
    fail(ErrorCode::corrupt, source.name(),
         fmt::format("{} bytes are not {} x {} floats", bytes.size(), rows, dimensions));
  }
  std::vector<float> values(floats);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  Matrix vectors(rows, dimensions, std::move(values));
  check_finite(vectors, source.name());
  return numbered(std::move(vectors));
}

}  // namespace kindred::embedding
