#include "kindred/data/csv_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "kindred/base/printable.h"
#include "kindred/data/number_text.h"
#include "kindred/data/record_walker.h"

namespace kindred::data {
namespace {

constexpr std::size_t kExampleCount = 5;

const char* wanted(CsvType type) {
  return element_type(type) == ElementType::int64 ? "a whole number" : "a number";
}

// Gathers the cells of one column.
class ColumnBuilder {
 public:
  ColumnBuilder(const CsvSchema& schema, const CsvColumn& column)
      : schema_(schema),
        column_(column),
        type_(element_type(column.type)),
        is_weight_(column.name == schema.weight) {
    is_list_ =
        !column.list_separator.empty() || (column.keeps_missing && !column.fallback && is_whole());
    missing_bytes_max_ = schema.missing.given_bytes_max();
    for (const std::string& word : column.missing_words) {
      missing_bytes_max_ = std::max(missing_bytes_max_, word.size());
    }
    switch (type_) {
      case ElementType::float32:
        tensor_.values = std::vector<float>();
        break;
      case ElementType::float64:
        tensor_.values = std::vector<double>();
        break;
      case ElementType::int64:
        tensor_.values = std::vector<std::int64_t>();
        break;
      case ElementType::text:
        tensor_.values = TextList();
        break;
    }
    if (is_list_) tensor_.row_offsets = {0};
  }

  // False, with a problem, when the cell does not fit; then truncate() must follow.
  bool add(std::string_view cell, bool quoted, std::string& problem) {
    quoted_ = quoted;
    if (column_.list_separator.empty()) {
      if (!add_value(cell, problem)) return false;
      if (is_weight_ && !is_possible_weight(cell, problem)) return false;
    } else if (!trimmed(cell).empty()) {
      for (std::size_t at = 0; (at = cell.find(column_.list_separator)) != cell.npos;) {
        if (!add_value(cell.substr(0, at), problem)) return false;
        cell.remove_prefix(at + column_.list_separator.size());
      }
      if (!add_value(cell, problem)) return false;
    }
    if (is_list_) tensor_.row_offsets.push_back(tensor_.value_count());
    return true;
  }

  // Takes away the rows from `row_count` on, and what was begun of one.
  void truncate(std::size_t row_count) {
    if (is_list_) tensor_.row_offsets.resize(std::min(row_count + 1, tensor_.row_offsets.size()));
    const std::size_t count = is_list_ ? tensor_.row_offsets.back() : row_count;
    std::visit(
        [&](auto& values) {
          if constexpr (std::is_same_v<std::decay_t<decltype(values)>, TextList>) {
            if (values.size() > count) values.truncate(count);
          } else {
            if (values.size() > count) values.resize(count);
          }
        },
        tensor_.values);
  }

  Tensor take(std::size_t row_count) {
    tensor_.shape = {row_count};
    return std::move(tensor_);
  }

 private:
  bool is_whole() const { return type_ == ElementType::int64; }

  template <typename Value>
  void push(Value value) {
    std::get<std::vector<Value>>(tensor_.values).push_back(value);
  }

  bool add_value(std::string_view cell, std::string& problem) {
    switch (type_) {
      case ElementType::text:
        return add_text(cell, problem);
      case ElementType::int64:
        if (add_short_whole(cell)) return true;
        break;
      case ElementType::float32:
        if (float value = 0.0F; parse_number(cell, value) == NumberFault::none) {
          push(value);
          return true;
        }
        break;
      case ElementType::float64:
        if (double value = 0.0; parse_number(cell, value) == NumberFault::none) {
          push(value);
          return true;
        }
        break;
    }
    return add_other(trimmed(cell), problem);
  }

  // A look at what nearly all cells are not: short enough for a word of the list, or padded.
  // Nothing but spaces is a text where somebody has put quotes around it.
  bool may_be_missing(std::string_view cell) const {
    if (cell.empty()) return true;
    if (cell.front() > ' ') {
      return missing_bytes_max_ > 0 && (cell.size() <= missing_bytes_max_ || cell.back() <= ' ');
    }
    return !quoted_ || !trimmed(cell).empty();
  }

  bool add_text(std::string_view cell, std::string& problem) {
    if (schema_.trim) cell = trimmed(cell);
    if (may_be_missing(cell) && is_missing(schema_, column_, trimmed(cell))) {
      if (column_.fallback) {
        const auto* text = std::get_if<std::string>(&*column_.fallback);
        cell = text == nullptr ? std::string_view() : std::string_view(*text);
      } else if (!column_.keeps_missing && is_role()) {
        return refuse_missing(problem);
      } else {
        cell = {};
      }
    }
    std::get<TextList>(tensor_.values).push_back(cell);
    return true;
  }

  // Up to eighteen digits, as nearly all whole numbers are: they cannot overflow.
  bool add_short_whole(std::string_view cell) {
    const bool negative = cell.starts_with('-');
    if (negative) cell.remove_prefix(1);
    if (cell.empty() || cell.size() > 18) return false;
    std::int64_t value = 0;
    for (const char byte : cell) {
      const auto digit = static_cast<unsigned>(byte - '0');
      if (digit > 9) return false;
      value = value * 10 + static_cast<std::int64_t>(digit);
    }
    push(negative ? -value : value);
    return true;
  }

  // A cell that is missing, oddly written, or wrong.
  bool add_other(std::string_view cell, std::string& problem) {
    if (is_missing(schema_, column_, cell)) return add_missing(problem);
    if (is_whole()) {
      if (const auto value = parse_whole(cell)) {
        push(*value);
        return true;
      }
      // "3.0" is 3, as programs write it whose numbers all have a point.
      constexpr double kExactMax = 9007199254740992.0;
      double value = 0.0;
      if (parse_number(cell, value) == NumberFault::none && std::abs(value) <= kExactMax &&
          value == std::floor(value)) {
        push(static_cast<std::int64_t>(value));
        return true;
      }
    }
    const bool comma = cell.find(',') != std::string_view::npos;
    problem = fmt::format("column '{}': '{}' is not {}{}", printable(column_.name), printable(cell),
                          wanted(column_.type), comma ? "; decimals are written with a point" : "");
    if (column_.type_is_given) {
      problem += fmt::format("; the column's type is given as {}, in the command or by the model",
                             name_of(column_.type));
    } else if (schema_.inferred_rows > 0) {
      problem += fmt::format(
          "; the first {} rows held nothing else, so give the column's type if "
          "it is another, or the word if it means a missing value",
          schema_.inferred_rows);
    }
    return false;
  }

  bool add_missing(std::string& problem) {
    if (column_.fallback) {
      const auto* number = std::get_if<double>(&*column_.fallback);
      if (number == nullptr) {
        problem = fmt::format("column '{}' holds numbers, but its default is the text '{}'",
                              printable(column_.name),
                              printable(std::get<std::string>(*column_.fallback)));
        return false;
      }
      push_number(*number);
      return true;
    }
    if (!column_.keeps_missing) return refuse_missing(problem);
    if (!is_whole()) push_number(std::numeric_limits<double>::quiet_NaN());
    return true;  // Of a list of whole numbers nothing is added.
  }

  void push_number(double number) {
    switch (type_) {
      case ElementType::float32:
        push(static_cast<float>(number));
        break;
      case ElementType::float64:
        push(number);
        break;
      case ElementType::int64:
        push(static_cast<std::int64_t>(number));
        break;
      case ElementType::text:
        break;
    }
  }

  // Whether the column is the label or the weight; others of text have "" for what is missing.
  bool is_role() const { return column_.name == schema_.label || column_.name == schema_.weight; }

  // A row can count for nothing, not for less.
  bool is_possible_weight(std::string_view cell, std::string& problem) const {
    if (type_ == ElementType::text || tensor_.value_count() == 0) return true;
    const bool is_negative = std::visit(
        [](const auto& values) {
          if constexpr (std::is_same_v<std::decay_t<decltype(values)>, TextList>) {
            return false;
          } else {
            return values.back() < 0;
          }
        },
        tensor_.values);
    if (!is_negative) return true;
    problem = fmt::format("column '{}': '{}' is a negative weight; rows count 0 or more",
                          printable(column_.name), printable(cell));
    return false;
  }

  bool refuse_missing(std::string& problem) const {
    problem = fmt::format("column '{}': the value is missing, and the column has no default",
                          printable(column_.name));
    return false;
  }

  const CsvSchema& schema_;
  const CsvColumn& column_;
  ElementType type_;
  bool is_weight_;
  bool is_list_ = false;
  bool quoted_ = false;                // The cell at hand.
  std::size_t missing_bytes_max_ = 0;  // Of the longest word for a missing text.
  Tensor tensor_;
};

class BlockParser {
 public:
  BlockParser(const TextChunk& chunk, const CsvSchema& schema, bool stop_at_bad_row)
      : schema_(schema), stop_at_bad_row_(stop_at_bad_row), walker_(chunk, schema.dialect) {
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
      if (!schema.columns[i].used) continue;
      fields_.push_back(i);
      builders_.emplace_back(schema, schema.columns[i]);
    }
  }

  CsvBlock run() {
    while (!(stop_at_bad_row_ && out_.bad_count > 0) && walker_.next()) {
      if (walker_.is_bad()) {
        report(walker_.problem());
      } else {
        parse_record();
      }
    }
    out_.line_count = walker_.line_count();
    out_.failed = walker_.failed();
    if (out_.failed) out_.failure = {walker_.line(), walker_.problem()};
    finish();
    return std::move(out_);
  }

 private:
  void parse_record() {
    const FieldSplitter& fields = walker_.fields();
    if (fields.field_count() != schema_.columns.size()) {
      report(fmt::format("{} fields where {} are expected: '{}'", fields.field_count(),
                         schema_.columns.size(), printable(walker_.record())));
      return;
    }
    const bool has_quotes = fields.has_quotes();
    for (std::size_t i = 0; i < builders_.size(); ++i) {
      const bool quoted = has_quotes && fields.was_quoted(fields_[i]);
      if (builders_[i].add(fields[fields_[i]], quoted, problem_)) continue;
      for (ColumnBuilder& builder : builders_) builder.truncate(row_count_);
      report(problem_);
      return;
    }
    ++row_count_;
  }

  void report(const std::string& message) {
    ++out_.bad_count;
    if (out_.bad_examples.size() < kExampleCount) {
      out_.bad_examples.push_back({walker_.line(), message});
    }
  }

  void finish() {
    out_.rows.row_count = row_count_;
    for (std::size_t i = 0; i < builders_.size(); ++i) {
      const std::string& name = schema_.columns[fields_[i]].name;
      Tensor tensor = builders_[i].take(row_count_);
      if (name == schema_.label) {
        out_.rows.label = std::move(tensor);
      } else if (name == schema_.weight) {
        out_.rows.weight = std::move(tensor);
      } else {
        out_.rows.features.push_back({name, std::move(tensor)});
      }
    }
  }

  const CsvSchema& schema_;
  bool stop_at_bad_row_;
  RecordWalker walker_;
  std::vector<std::size_t> fields_;  // Which field each builder reads.
  std::vector<ColumnBuilder> builders_;
  std::size_t row_count_ = 0;
  std::string problem_;
  CsvBlock out_;
};

}  // namespace

CsvBlock parse_csv_block(const TextChunk& chunk, const CsvSchema& schema, bool stop_at_bad_row) {
  return BlockParser(chunk, schema, stop_at_bad_row).run();
}

}  // namespace kindred::data
