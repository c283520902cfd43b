// Files of vectors, in the formats in which programs write them.
//
// Drawn are the vectors, how their numbers are written, what names the rows (words, ids, classes,
// nothing) and the program that writes: word2vec in text or binary, fastText, GloVe, pandas with
// and without index and header, R, numpy, spreadsheets. Some files are spoiled on purpose, with a
// row more or fewer than they announce: there every reading is wrong.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "kindred/data/npy.h"
#include "kindred/embedding/import.h"
#include "tests/generated/kind.h"
#include "tests/generated/text_file.h"

namespace kindred::generated {
namespace {

enum class Writer {
  word2vec_text,
  fasttext,  // A space at the end of each line.
  word2vec_binary,
  glove,
  plain,        // Numbers, perhaps words before them or a class behind them.
  named,        // A header with names.
  pandas,       // A header that counts, an index without a name.
  pandas_bare,  // A header that counts, no index.
  r_table,      // A header without a name for the first column, between spaces.
  npy,
};
constexpr int kWriterCount = 10;

enum class Naming { none, words, classes_first, classes_last, number_ids };

struct VectorFile {
  Writer writer = Writer::plain;
  Naming naming = Naming::none;
  std::size_t rows = 0;
  std::size_t dimensions = 0;
  std::vector<std::string> names;  // Of each row; empty: none.
  std::vector<std::vector<std::string>> numbers;
  bool whole_numbers = false;
  bool spoiled = false;
  Style style;

  std::string truth() const {
    return fmt::format("writer {}, naming {}, {} x {}{}{}, {}", static_cast<int>(writer),
                       static_cast<int>(naming), rows, dimensions,
                       whole_numbers ? ", whole numbers" : "", spoiled ? ", spoiled" : "",
                       style.describe());
  }
};

std::string draw_number(Rng& rng, int manner) {
  const double value = (rng.uniform() - 0.5) * (chance(rng, 0.1) ? 1e3 : 3.0);
  switch (manner) {
    case 0:
      return fmt::format("{:.4f}", value);
    case 1:
      return fmt::format("{}", static_cast<float>(value));
    case 2:
      return fmt::format("{:.3e}", value);
    case 3:
      return fmt::format("{}", value);
    default:
      return std::to_string(between(rng, -9, 40));
  }
}

const std::vector<std::string>& odd_words() {
  static const std::vector<std::string> kWords = {
      "the",    ",",           ".",   "\"",   "'s",  "1984", "7",   "3.14",
      "e-mail", "caf\xC3\xA9", "##",  "#tag", "-",   "|",    ";",   "{",
      "[",      "</s>",        "nan", "NA",   "and", "a/b",  "(x)", "\xE6\x97\xA5\xE6\x9C\xAC",
      "inf",    "1e5",         "x_1", "%"};
  return kWords;
}

std::vector<std::string> draw_words(Rng& rng, std::size_t count, bool odd) {
  std::set<std::string> taken;
  std::vector<std::string> words;
  while (words.size() < count) {
    std::string word;
    if (odd && chance(rng, 0.3)) {
      word = pick(rng, odd_words());
    } else {
      for (std::int64_t i = between(rng, 2, 8); i > 0; --i) {
        word += static_cast<char>(between(rng, 'a', 'z'));
      }
      if (odd && chance(rng, 0.1)) word += std::to_string(between(rng, 0, 99));
    }
    if (taken.insert(word).second) words.push_back(word);
  }
  return words;
}

void draw_names(Rng& rng, VectorFile& file) {
  const bool between_spaces = file.style.separator == " ";
  if (file.naming == Naming::words) {
    // Of few rows all may be called by numbers, and look like coordinates.
    const bool odd = file.rows > 4 && (file.writer != Writer::named || chance(rng, 0.5));
    file.names = draw_words(rng, file.rows, odd);
    // A quote opens a field of CSV; spaces hold no words with spaces.
    for (std::string& name : file.names) {
      if (!between_spaces && chance(rng, 0.1)) name = "New " + name;
    }
  } else if (file.naming == Naming::number_ids) {
    const std::int64_t first = between(rng, 0, 50000);
    for (std::size_t row = 0; row < file.rows; ++row) {
      file.names.push_back(std::to_string(first + static_cast<std::int64_t>(row) * 3));
    }
  } else if (file.naming != Naming::none) {
    const std::vector<std::string> kinds = chance(rng, 0.7)
                                               ? std::vector<std::string>{"cat", "dog", "a bird"}
                                               : std::vector<std::string>{"0", "1", "2"};
    for (std::size_t row = 0; row < file.rows; ++row) file.names.push_back(pick(rng, kinds));
    if (between_spaces)
      std::ranges::replace(file.names, std::string("a bird"), std::string("bird"));
  }
}

VectorFile draw_file(Rng& rng) {
  VectorFile file;
  file.writer = static_cast<Writer>(rng.below(kWriterCount));
  file.rows = static_cast<std::size_t>(between(rng, 1, chance(rng, 0.3) ? 4 : 40));
  file.dimensions = static_cast<std::size_t>(between(rng, 1, chance(rng, 0.3) ? 3 : 16));
  file.style = draw_style(rng);
  file.style.padded = false;
  if (file.style.separator == "::") file.style.separator = ",";
  switch (file.writer) {
    case Writer::word2vec_text:
    case Writer::fasttext:
    case Writer::word2vec_binary:
    case Writer::glove:
    case Writer::r_table:
      file.style.separator = " ";
      file.style.quoting = Quoting::none;
      file.naming =
          file.writer != Writer::r_table && chance(rng, 0.1) ? Naming::number_ids : Naming::words;
      break;
    case Writer::plain:
    case Writer::named:
      if (chance(rng, 0.2)) file.style.separator = " ";
      file.naming = static_cast<Naming>(rng.below(5));
      break;
    default:
      break;
  }
  const bool pandas = file.writer == Writer::pandas || file.writer == Writer::pandas_bare;
  if (pandas && file.style.separator == " ") file.style.separator = ",";
  if (file.style.separator == " ") file.style.quoting = Quoting::none;
  if (file.writer == Writer::word2vec_binary) file.style.byte_order_mark = false;
  const int manner = static_cast<int>(rng.below(file.writer == Writer::word2vec_binary ? 2 : 5));
  file.whole_numbers = manner == 4;
  // Numbers before numbers of their kind are labels for whoever wrote them alone.
  const bool named = file.writer == Writer::named || file.writer == Writer::word2vec_text ||
                     file.writer == Writer::fasttext || file.writer == Writer::word2vec_binary;
  if (!named && file.naming != Naming::none && (file.whole_numbers || file.dimensions < 2)) {
    file.naming = Naming::words;
  }
  if (file.writer == Writer::pandas_bare && file.whole_numbers) file.dimensions += 1;
  file.numbers.resize(file.rows);
  for (auto& row : file.numbers) {
    for (std::size_t i = 0; i < file.dimensions; ++i) row.push_back(draw_number(rng, manner));
  }
  draw_names(rng, file);
  const bool announces = file.writer == Writer::word2vec_text || file.writer == Writer::fasttext ||
                         file.writer == Writer::word2vec_binary;
  file.spoiled = announces && chance(rng, 0.15);
  return file;
}

float float_of(const std::string& text) { return std::strtof(text.c_str(), nullptr); }

std::string binary_of(const VectorFile& file, std::size_t announced) {
  std::string bytes = fmt::format("{} {}\n", announced, file.dimensions);
  for (std::size_t row = 0; row < file.rows; ++row) {
    bytes += file.names[row] + " ";
    for (const std::string& number : file.numbers[row]) {
      const float value = float_of(number);
      bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    bytes += "\n";
  }
  return bytes;
}

void add_header(Rng& rng, const VectorFile& file, std::vector<Row>& rows) {
  Row header;
  const bool first = file.naming == Naming::words || file.naming == Naming::number_ids ||
                     file.naming == Naming::classes_first;
  if (file.writer == Writer::named && first) {
    header.push_back(pick(rng, std::vector<std::string>{"id", "label", "word", "name", "class"}));
  }
  if (file.writer == Writer::pandas) header.push_back("");
  for (std::size_t i = 0; i < file.dimensions; ++i) {
    header.push_back(file.writer == Writer::named
                         ? fmt::format("{}{}", file.dimensions < 3 ? "x" : "dim_", i)
                     : file.writer == Writer::r_table ? fmt::format("V{}", i + 1)
                                                      : std::to_string(i));
  }
  if (file.writer == Writer::named && file.naming == Naming::classes_last) {
    header.push_back(pick(rng, std::vector<std::string>{"class", "label", "target", "species"}));
  }
  rows.push_back(header);
}

std::string text_of(Rng& rng, const VectorFile& file, std::size_t announced) {
  std::vector<Row> rows;
  if (file.writer == Writer::word2vec_text || file.writer == Writer::fasttext) {
    rows.push_back({std::to_string(announced), std::to_string(file.dimensions)});
  }
  const bool has_header = file.writer == Writer::named || file.writer == Writer::pandas ||
                          file.writer == Writer::pandas_bare || file.writer == Writer::r_table;
  if (has_header) add_header(rng, file, rows);
  for (std::size_t row = 0; row < file.rows; ++row) {
    Row cells = file.numbers[row];
    if (file.writer == Writer::pandas) cells.insert(cells.begin(), std::to_string(row));
    if (file.naming == Naming::classes_last) {
      cells.push_back(file.names[row]);
    } else if (!file.names.empty()) {
      cells.insert(cells.begin(), file.names[row]);
    }
    if (file.writer == Writer::fasttext) cells.emplace_back();
    rows.push_back(std::move(cells));
  }
  return render(rows, file.style);
}

// What differs, or "".
std::string difference(const VectorFile& file, const embedding::Imported& imported) {
  const embedding::Embeddings& read = imported.embeddings;
  if (file.spoiled) return "a file that announces other rows than it has was read";
  if (read.size() != file.rows || read.dimensions() != file.dimensions) {
    return fmt::format("{} x {}", read.size(), read.dimensions());
  }
  for (std::size_t row = 0; row < file.rows; ++row) {
    for (std::size_t i = 0; i < file.dimensions; ++i) {
      const float expected = float_of(file.numbers[row][i]) + 0.0F;
      if (read.vectors.row(row)[i] != expected) {
        return fmt::format("row {}, dimension {}: {} for {}", row, i, read.vectors.row(row)[i],
                           file.numbers[row][i]);
      }
    }
  }
  const auto are_names = [&](auto name_of) {
    for (std::size_t row = 0; row < file.rows; ++row) {
      const std::string expected =
          file.names.empty() ? std::to_string(row) : std::string(file.names[row]);
      if (name_of(row) != expected) return false;
    }
    return true;
  };
  if (are_names([&](std::size_t row) { return std::string(read.labels.label(row)); })) return "";
  for (const data::Column& column : read.metadata.columns()) {
    if (are_names([&](std::size_t row) { return data::exact_cell(column, row, imported.written); }))
      return "";
  }
  return "the names of the rows are not there";
}

}  // namespace

std::string try_vectors(Rng& rng, Bench& bench, std::string& truth) {
  VectorFile file = draw_file(rng);
  std::size_t announced = file.rows;
  if (file.spoiled) announced = chance(rng, 0.5) ? file.rows + 1 : file.rows - 1;
  std::filesystem::path path;
  if (file.writer == Writer::npy) {
    path = bench.write("v.npy", "");
    data::NpyWriter writer(path, file.dimensions);
    for (const auto& row : file.numbers) {
      std::vector<float> values;
      for (const std::string& number : row) values.push_back(float_of(number));
      writer.append(values);
    }
    writer.commit();
    file.names.clear();
  } else {
    if (file.style.quoting == Quoting::none || file.writer == Writer::word2vec_binary) {
      for (std::string& name : file.names) {
        if (!fits(file.style, name)) name = "word" + std::to_string(&name - file.names.data());
      }
    }
    path = bench.write("v.txt", file.writer == Writer::word2vec_binary
                                    ? binary_of(file, announced)
                                    : text_of(rng, file, announced));
  }
  truth = file.truth();
  return difference(file, embedding::import_vectors(path));
}

}  // namespace kindred::generated
