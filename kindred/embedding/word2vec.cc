#include "kindred/embedding/word2vec.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/number_text.h"
#include "kindred/embedding/record_splitter.h"
#include "kindred/embedding/table_sample.h"
#include "kindred/embedding/word_texts.h"

namespace kindred::embedding {
namespace {

static_assert(std::endian::native == std::endian::little, "floats are copied as they are");

[[noreturn]] void refuse_words(const std::string& place, const std::string& problem) {
  throw Error(ErrorCode::corrupt, fmt::format("{}: {}", place, problem));
}

const data::Dialect& spaces() {
  static const data::Dialect kSpaces = {" ", false};
  return kSpaces;
}

// Whether n words with d floats each are exactly what there is.
bool fits_binary(std::string_view rest, const Word2VecSizes& sizes) {
  const std::size_t bytes = sizes.dimensions * sizeof(float);
  for (std::size_t row = 0; row < sizes.rows; ++row) {
    while (rest.starts_with('\n')) rest.remove_prefix(1);
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos || rest.size() - space - 1 < bytes) return false;
    rest.remove_prefix(space + 1 + bytes);
  }
  return rest.find_first_not_of('\n') == std::string_view::npos;
}

// Bytes that no text has decide together with the sizes; where these do not fit, so many of them
// that it must have been meant as binary.
bool is_binary(std::string_view rest, const Word2VecSizes& sizes) {
  constexpr std::size_t kBinaryLookBytes = std::size_t{1} << 16U;
  const std::string_view look = rest.substr(0, kBinaryLookBytes);
  const auto control = static_cast<std::size_t>(std::ranges::count_if(look, [](unsigned char byte) {
    return byte < 0x09 || (byte > 0x0D && byte < 0x20) || byte == 0x7F;
  }));
  if (control == 0 && find_invalid_utf8(look) == std::string_view::npos) return false;
  return fits_binary(rest, sizes) || 50 * control > look.size();
}

// What the lines below the first say of themselves.
struct TextFacts {
  std::size_t rows = 0;
  std::size_t fields = 0;  // Of the first of them.
  bool alike = true;       // All have so many.
  bool numbers = true;     // All first fields are numbers.
};

TextFacts facts_of_text(std::string_view rest) {
  TextFacts facts;
  RecordSplitter fields(spaces());
  VectorRecords records(rest, spaces());
  while (records.next()) {
    if (facts.rows++ > 0 && facts.fields != 2) continue;  // Only counted.
    fields.split(records.record());
    if (facts.rows == 1) facts.fields = fields.count();
    facts.alike = facts.alike && fields.count() == facts.fields;
    facts.numbers =
        facts.numbers && fields.count() > 0 && kind_of_cell(fields[0]) != CellKind::text;
  }
  return facts;
}

class Word2VecReader {
 public:
  Word2VecReader(std::string_view rest, const Word2VecSizes& sizes, const std::string& name,
                 const ImportOptions& options)
      : rest_(rest), sizes_(sizes), name_(name), words_(name, options.encoding) {
    // The least that a row takes up, as text: " 0" a number.
    if (sizes.dimensions == 0 || sizes.rows == 0 || sizes.dimensions > rest.size() ||
        sizes.rows > rest.size() / (2 * sizes.dimensions)) {
      refuse_words(name, fmt::format("its first line announces {} x {} numbers, and they are not "
                                     "there; if it is a point, say --format table",
                                     sizes.rows, sizes.dimensions));
    }
    values_.reserve(sizes.rows * sizes.dimensions);
    labels_.reserve(sizes.rows);
  }

  Imported read_text(bool words_with_spaces) {
    RecordSplitter fields(spaces(), words_with_spaces ? sizes_.dimensions + 1 : 0);
    VectorRecords records(rest_, spaces());
    while (records.next()) {
      fields.split(records.record());
      read_line(records.record(), fields, records.line() + 1);
    }
    if (labels_.size() != sizes_.rows) {
      refuse_words(name_, fmt::format("its first line announces {} words, and {} follow",
                                      sizes_.rows, labels_.size()));
    }
    return finish();
  }

  Imported read_binary() {
    for (std::size_t row = 0; row < sizes_.rows; ++row) {
      while (rest_.starts_with('\n')) rest_.remove_prefix(1);
      const std::size_t space = rest_.find(' ');
      if (space == std::string_view::npos) {
        refuse_words(name_, fmt::format("ends within row {}: its first line announces {} words",
                                        row, sizes_.rows));
      }
      require_word(rest_.substr(0, space), row);
      labels_.push_back(words_.to_utf8(rest_.substr(0, space)));
      rest_.remove_prefix(space + 1);
      const std::size_t bytes = sizes_.dimensions * sizeof(float);
      if (rest_.size() < bytes) {
        refuse_words(name_, fmt::format("ends within row {}: its first line announces {} words "
                                        "of {} numbers",
                                        row, sizes_.rows, sizes_.dimensions));
      }
      const std::size_t before = values_.size();
      values_.resize(before + sizes_.dimensions);
      std::memcpy(values_.data() + before, rest_.data(), bytes);
      rest_.remove_prefix(bytes);
    }
    while (rest_.starts_with('\n')) rest_.remove_prefix(1);
    if (!rest_.empty()) {
      refuse_words(name_, fmt::format("{} bytes follow the {} words of {} numbers that its first "
                                      "line announces",
                                      rest_.size(), sizes_.rows, sizes_.dimensions));
    }
    return finish();
  }

 private:
  void read_line(std::string_view record, const RecordSplitter& fields, std::size_t line) {
    const std::string place = fmt::format("{}:{}", name_, line);
    const std::size_t dimensions = sizes_.dimensions;
    if (labels_.size() == sizes_.rows) {
      refuse_words(place, fmt::format("the first line announces {} words, and here is one more",
                                      sizes_.rows));
    }
    // A line that begins with a separator begins with an empty word.
    const bool unnamed = fields.count() == dimensions && is_separator(record.front());
    if (!unnamed && fields.count() != dimensions + 1) {
      refuse_words(place,
                   fmt::format("{} fields, where the first line announces a word and {} numbers{}",
                               fields.count(), dimensions,
                               fields.count() > dimensions + 1
                                   ? "; if words hold spaces, say --words-with-spaces"
                                   : ""));
    }
    labels_.push_back(unnamed ? std::string() : words_.to_utf8(fields[0]));
    for (std::size_t i = unnamed ? 0 : 1; i < fields.count(); ++i) {
      float value = 0.0F;
      if (data::parse_number(fields[i], value) != data::NumberFault::none) {
        refuse_words(place, fmt::format("'{}' is not a number", printable(fields[i])));
      }
      values_.push_back(value);
    }
  }

  // Bytes of numbers in a word: the one before it held a space, and all is shifted.
  void require_word(std::string_view word, std::size_t row) const {
    const bool is_word =
        std::ranges::none_of(word, [](unsigned char byte) { return byte < 0x20 || byte == 0x7F; });
    if (is_word) return;
    refuse_words(name_, fmt::format("the word of row {} is '{}': does a word before it hold a "
                                    "space? In binary none may",
                                    row, printable(word)));
  }

  static bool is_separator(char c) { return c == ' ' || c == '\t'; }

  Imported finish() {
    Imported result;
    result.embeddings.labels = words_.labels(labels_);
    result.embeddings.metadata = data::Table(sizes_.rows);
    result.embeddings.vectors = Matrix(sizes_.rows, sizes_.dimensions, std::move(values_));
    result.format = "word2vec";
    result.guesses = words_.guesses();
    return result;
  }

  std::string_view rest_;
  const Word2VecSizes sizes_;
  const std::string& name_;
  WordTexts words_;
  std::vector<std::string> labels_;
  std::vector<float> values_;
};

// Whether the first line is a header, by the lines below it; an error where it is unclear.
bool announces(const TextFacts& facts, const Word2VecSizes& sizes, const std::string& name,
               Guesses& guesses) {
  const bool words_match = facts.rows == sizes.rows && facts.fields == sizes.dimensions + 1;
  const bool points = facts.fields == 2 && facts.alike && facts.numbers;
  // A row more or fewer than announced is a damaged file as likely as points by chance.
  const std::size_t off = std::max(facts.rows, sizes.rows) - std::min(facts.rows, sizes.rows);
  const bool nearly = sizes.dimensions == 1 && off <= std::max<std::size_t>(1, sizes.rows / 20);
  if (points && (words_match || nearly)) {
    throw unclear(fmt::format("{}:1", name), "first line",
                  {{fmt::format("a header: {} words of {} numbers, and {} lines follow", sizes.rows,
                                sizes.dimensions, facts.rows),
                    "--format word2vec"},
                   {fmt::format("a point: all {} lines are of two numbers", facts.rows + 1),
                    "--format table"}});
  }
  if (words_match || (!points && !sizes.has_tab)) return true;
  if (!points) return false;  // Two fields of a table, whose reader says what is wrong.
  guesses.push_back({name, "first line", "a point",
                     fmt::format("all lines are of two numbers, and {} follow it, not {} of a word "
                                 "and {} numbers",
                                 facts.rows, sizes.rows, sizes.dimensions),
                     "--format word2vec"});
  return false;
}

}  // namespace

std::optional<Word2VecSizes> word2vec_sizes(std::string_view bytes) {
  Word2VecSizes sizes;
  const std::size_t end = bytes.find('\n');
  sizes.header_bytes = end == std::string_view::npos ? bytes.size() : end + 1;
  std::string_view line = bytes.substr(0, sizes.header_bytes);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) {
    line.remove_suffix(1);
  }
  const char* last = line.data() + line.size();
  const auto first = std::from_chars(line.data(), last, sizes.rows);
  if (first.ec != std::errc() || first.ptr == last) return std::nullopt;
  if (*first.ptr != ' ' && *first.ptr != '\t') return std::nullopt;
  sizes.has_tab = *first.ptr == '\t';
  const auto second = std::from_chars(first.ptr + 1, last, sizes.dimensions);
  if (second.ec != std::errc() || second.ptr != last) return std::nullopt;
  return sizes;
}

std::optional<Imported> read_word2vec(std::string_view bytes, const Word2VecSizes& sizes,
                                      const std::string& name, const ImportOptions& options,
                                      Guesses& guesses) {
  const std::string_view rest = bytes.substr(sizes.header_bytes);
  if (is_binary(rest, sizes)) return Word2VecReader(rest, sizes, name, options).read_binary();
  if (rest.find_first_not_of(" \t\r\n") == std::string_view::npos && options.format.empty()) {
    return std::nullopt;  // A single line: one point, if anything.
  }
  if (options.format.empty()) {
    const TextFacts facts = facts_of_text(rest);
    // "0 1" above a word and two numbers counts the columns: a header as pandas and R write it.
    if (sizes.rows == 0 && facts.fields == 3) return std::nullopt;
    if (!announces(facts, sizes, name, guesses)) return std::nullopt;
  }
  return Word2VecReader(rest, sizes, name, options).read_text(options.words_with_spaces);
}

}  // namespace kindred::embedding
