// Splits on disk: written for others to use, negatives read from others.

#include <fmt/format.h>

#include <initializer_list>
#include <string_view>
#include <utility>

#include "kindred/base/atomic_file.h"
#include "kindred/base/byte_source.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/data/csv_writer.h"
#include "kindred/data/rating_split.h"
#include "kindred/data/split.h"

namespace kindred::data {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{1} << 20U;

// So that the values mean the same when they are read back.
const char* value_header(ValueMeaning meaning) {
  if (meaning == ValueMeaning::flag) return ",liked";
  return meaning == ValueMeaning::count ? ",count" : ",rating";
}

// The rows of one CSV file of a split.
class PairWriter {
 public:
  // `train` has the labels of all items; it must outlive *this.
  PairWriter(const std::filesystem::path& path, const Interactions& train, bool has_timestamps)
      : file_(path), train_(train) {
    text_ = "user,item";
    if (train.has_values) text_ += value_header(train.meaning);
    if (has_timestamps) text_ += ",timestamp";
    text_ += '\n';
  }

  void write(std::string_view user, std::uint32_t item, float value,
             const std::int64_t* timestamp = nullptr) {
    text_ += csv_field(user);
    text_ += ',';
    text_ += csv_field(train_.items.label(item));
    if (train_.has_values) fmt::format_to(std::back_inserter(text_), ",{}", value);
    if (timestamp != nullptr) fmt::format_to(std::back_inserter(text_), ",{}", *timestamp);
    text_ += '\n';
    if (text_.size() >= kFlushBytes) flush();
  }

  void commit() {
    flush();
    file_.commit();
  }

 private:
  void flush() {
    file_.append(text_);
    text_.clear();
  }

  AtomicFile file_;
  const Interactions& train_;
  std::string text_;
};

void make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (!failure) return;
  throw Error(ErrorCode::io,
              fmt::format("{}: cannot make this folder: {}", folder.string(), failure.message()));
}

void write_training(const std::filesystem::path& path, const Interactions& train) {
  PairWriter writer(path, train, !train.timestamps.empty());
  const SparseMatrix& pairs = train.by_user;
  for (std::size_t user = 0; user < pairs.rows; ++user) {
    for (auto entry = static_cast<std::size_t>(pairs.offsets[user]);
         entry < pairs.offsets[user + 1]; ++entry) {
      writer.write(train.users.label(user), pairs.columns[entry], pairs.values[entry],
                   train.timestamps.empty() ? nullptr : &train.timestamps[entry]);
    }
  }
  writer.commit();
}

void write_people(const std::filesystem::path& path, const Split& split, const SparseMatrix& rows) {
  PairWriter writer(path, split.train, false);
  for (std::size_t person = 0; person < rows.rows; ++person) {
    const auto items = rows.row_columns(person);
    const auto values = rows.row_values(person);
    for (std::size_t i = 0; i < items.size(); ++i) {
      writer.write(split.labels[person], items[i], values[i]);
    }
  }
  writer.commit();
}

std::string read_text(const std::filesystem::path& path) {
  ByteSource source(path);
  std::string text;
  std::string block(kFlushBytes, '\0');
  for (;;) {
    const std::size_t count = source.read(block);
    text.append(block, 0, count);
    if (count < block.size()) return text;
  }
}

bool is_separator(char c) { return c == '\t' || c == ',' || c == ' ' || c == '\r'; }

std::vector<std::string> split_fields(std::string_view line) {
  std::vector<std::string> fields;
  std::size_t at = 0;
  while (at < line.size()) {
    if (is_separator(line[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < line.size() && !is_separator(line[end])) ++end;
    fields.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return fields;
}

SampledNegatives::Row parse_row(std::string_view line, const std::string& place) {
  SampledNegatives::Row row;
  if (line.front() == '(') {
    const std::size_t close = line.find(')');
    const std::size_t comma = line.find(',');
    if (close == std::string_view::npos || comma == std::string_view::npos || comma > close) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: '{}' does not begin with (user,item)", place, printable(line)));
    }
    row.user = line.substr(1, comma - 1);
    row.item = std::string(line.substr(comma + 1, close - comma - 1));
    row.negatives = split_fields(line.substr(close + 1));
  } else {
    row.negatives = split_fields(line);
    if (!row.negatives.empty()) {
      row.user = std::move(row.negatives.front());
      row.negatives.erase(row.negatives.begin());
    }
  }
  if (row.user.empty() || row.negatives.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: '{}' names no negatives", place, printable(line)));
  }
  return row;
}

}  // namespace

void write_split(const Split& split, const std::filesystem::path& folder) {
  make_folder(folder);
  write_training(folder / "train.csv", split.train);
  if (split.folded_in) write_people(folder / "fold_in.csv", split, split.known);
  write_people(folder / "test.csv", split, split.targets);
}

void write_split(const RatingSplit& split, const std::filesystem::path& folder) {
  make_folder(folder);
  write_training(folder / "train.csv", split.train);
  const bool has_times = !split.train.timestamps.empty();
  PairWriter writer(folder / "test.csv", split.train, has_times);
  for (const RatedPair& pair : split.test) {
    writer.write(split.train.users.label(pair.user), pair.item, pair.rating,
                 has_times ? &pair.time : nullptr);
  }
  writer.commit();
}

SampledNegatives read_negatives(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  SampledNegatives sampled;
  std::size_t line_number = 0;
  std::size_t begin = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;  // A byte order mark.
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = std::string_view(text).substr(begin, end - begin);
    ++line_number;
    begin = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    sampled.rows.push_back(parse_row(line, fmt::format("{}:{}", path.string(), line_number)));
  }
  if (sampled.rows.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("{}: no rows; a line is '(user,item)' and its negatives", path.string()));
  }
  return sampled;
}

namespace {

// "what: 12, other: 3" of the counts that are not 0.
std::string non_zero(std::initializer_list<std::pair<const char*, std::size_t>> counts) {
  std::string text;
  for (const auto& [what, count] : counts) {
    if (count > 0) {
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", what, format_count(count));
    }
  }
  return text;
}

}  // namespace

std::string to_text(const LeftOut& left_out) {
  return non_zero({{"pairs of users that are not in training", left_out.unknown_users},
                   {"pairs of items that are not in training", left_out.unknown_items},
                   {"pairs that are in training as well", left_out.in_training},
                   {"pairs below the threshold", left_out.below_threshold},
                   {"users without a target", left_out.people_without_target}});
}

std::string to_text(const NegativesUse& use) {
  return non_zero(
      {{"rows without a test pair", use.rows_without_target},
       {"test pairs without a row", use.targets_without_row},
       {"negatives that are not in training", use.unknown_negatives},
       {"negatives that are a target of the same person", use.negatives_that_are_targets},
       {"negatives that the person has seen already", use.negatives_already_seen},
       {"rows without a known negative, left out", use.rows_without_negatives}});
}

Json to_json(const LeftOut& left_out) {
  Json json;
  json.set("unknown_users", std::uint64_t{left_out.unknown_users});
  json.set("unknown_items", std::uint64_t{left_out.unknown_items});
  json.set("in_training", std::uint64_t{left_out.in_training});
  json.set("below_threshold", std::uint64_t{left_out.below_threshold});
  json.set("people_without_target", std::uint64_t{left_out.people_without_target});
  return json;
}

}  // namespace kindred::data
