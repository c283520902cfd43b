#include "kindred/embedding/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <type_traits>
#include <utility>
#include <vector>

#include "kindred/base/byte_source.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/foreign_format.h"
#include "kindred/data/idx.h"
#include "kindred/data/npy.h"
#include "kindred/embedding/row_metadata.h"
#include "kindred/embedding/table_vectors.h"
#include "kindred/embedding/word2vec.h"

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

Embeddings of_tensor(const data::Tensor& tensor, const std::string& name) {
  if (tensor.is_text()) fail(ErrorCode::unsupported, name, "an array of texts, not of numbers");
  if (tensor.shape.size() < 2)
    fail(ErrorCode::unsupported, name, "an array of one axis is no matrix");
  const std::string shape = fmt::format("({})", fmt::join(tensor.shape, ", "));
  if (tensor.shape.front() == 0) {
    fail(ErrorCode::invalid_argument, name, fmt::format("it has no rows: its shape is {}", shape));
  }
  if (tensor.value_count() == 0) {
    fail(ErrorCode::invalid_argument, name,
         fmt::format("its rows have no numbers, 0 dimensions: its shape is {}", shape));
  }
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

// The array of an archive that holds the vectors: the one that was named, or the only one that
// has a number for each of several columns. Arrays of one value a row go with it.
Imported of_npz(const std::filesystem::path& path, const ImportOptions& options) {
  const std::string name = path.string();
  data::Batch arrays = data::read_npz(path);
  const data::NamedTensor* chosen = nullptr;
  std::string names;
  std::size_t matrices = 0;
  for (const data::NamedTensor& array : arrays.features) {
    names += (names.empty() ? "" : ", ") + printable(array.name);
    const bool is_matrix = !array.tensor.is_text() && array.tensor.shape.size() >= 2;
    if (options.tensor.empty() ? is_matrix : array.name == options.tensor) {
      chosen = &array;
      ++matrices;
    }
  }
  if (matrices != 1) {
    fail(ErrorCode::invalid_argument, name,
         options.tensor.empty()
             ? fmt::format("{} of its arrays have two axes: say which are the vectors with "
                           "--tensor; it has {}",
                           matrices, names)
             : fmt::format("it has no array '{}'; it has {}", printable(options.tensor), names));
  }
  Imported result;
  result.format = "npz";
  result.embeddings = of_tensor(chosen->tensor, fmt::format("{}: {}", name, chosen->name));
  if (options.tensor.empty() && arrays.features.size() > 1) {
    result.guesses.push_back({name, "vectors", fmt::format("array '{}'", printable(chosen->name)),
                              "no other array has two axes", "--tensor"});
  }
  for (const data::NamedTensor& array : arrays.features) {
    if (&array == chosen || array.tensor.row_width() != 1) continue;
    result.embeddings.metadata.add(column_of_tensor(array.name, array.tensor));
  }
  return result;
}

void refuse_unknown_bytes(std::string_view bytes, const std::string& name) {
  data::refuse_foreign(bytes.substr(0, data::kForeignHeadBytes), name);
  if (data::is_idx_of_other_values(bytes)) {
    fail(ErrorCode::unsupported, name,
         "an idx file whose values are not unsigned bytes, which is not read here: write the "
         "array as .npy first");
  }
}

// Lines that end with a carriage return alone would all be one.
void refuse_lone_returns(std::string_view bytes, const std::string& name) {
  if (bytes.find('"') != std::string_view::npos) return;  // A field in quotes may hold one.
  std::size_t at = bytes.find('\r');
  while (at != std::string_view::npos && at + 1 < bytes.size() && bytes[at + 1] == '\n') {
    at = bytes.find('\r', at + 1);
  }
  if (at == std::string_view::npos || at + 1 == bytes.size()) return;
  const auto line = 1 + std::ranges::count(bytes.substr(0, at), '\n');
  fail(ErrorCode::invalid_argument, fmt::format("{}:{}", name, line),
       "a carriage return without a line feed: lines end with \\n or \\r\\n; convert the file "
       "(mac2unix, or tr '\\r' '\\n')");
}

Imported of_text(std::string_view bytes, const std::string& name, const ImportOptions& options) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  Guesses guesses;
  const auto sizes = options.format == "table" ? std::nullopt : word2vec_sizes(bytes);
  if (options.format == "word2vec" && !sizes) {
    fail(ErrorCode::invalid_argument, name,
         "its first line is not \"n d\", the numbers of words and dimensions of a word2vec file; "
         "without them it is a table (--format table)");
  }
  if (sizes) {
    if (auto words = read_word2vec(bytes, *sizes, name, options, guesses)) {
      return std::move(*words);
    }
  }
  if (const std::size_t zero = bytes.find('\0'); zero != std::string_view::npos) {
    fail(ErrorCode::unsupported, name,
         fmt::format("not text (a zero at byte {}), and not a format that is known: .npy, .npz, "
                     "idx, word2vec, tables and the projector's files are",
                     zero));
  }
  refuse_lone_returns(bytes, name);
  Imported result = read_table_vectors(bytes, name, options);
  result.guesses.insert(result.guesses.begin(), guesses.begin(), guesses.end());
  return result;
}

// Whether a zip archive lies there; only regular files are looked at, for a pipe could not be
// read again.
bool is_archive(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  std::array<char, data::kForeignHeadBytes> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  const std::string_view bytes(head.data(), static_cast<std::size_t>(file.gcount()));
  const auto format = data::foreign_format(bytes);
  if (format && !format->is_json && bytes.starts_with("PK")) {
    if (!format->is_zip) data::refuse_foreign(bytes, path.string());
    return true;
  }
  return false;
}

}  // namespace

data::Vocabulary numbered_labels(std::size_t count) {
  data::Vocabulary labels;
  for (std::size_t row = 0; row < count; ++row) labels.insert(std::to_string(row));
  return labels;
}

Imported import_vectors(const std::filesystem::path& path, const ImportOptions& options) {
  if (is_archive(path)) return of_npz(path, options);
  ByteSource source(path);
  const std::string bytes = read_to_end(source);
  const std::string& name = source.name();
  if (bytes.empty()) fail(ErrorCode::invalid_argument, name, "the file is empty");
  Imported result;
  if (data::is_idx(bytes)) {
    result = of_idx(bytes, name);
    result.format = "idx";
  } else if (bytes.starts_with("\x93NUMPY")) {
    result.embeddings = of_tensor(data::parse_npy(bytes, name), name);
    result.format = "npy";
  } else {
    refuse_unknown_bytes(bytes, name);
    result = of_text(bytes, name, options);
    check_finite(result.embeddings.vectors, name);
  }
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
