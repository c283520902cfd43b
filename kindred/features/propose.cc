#include "kindred/features/propose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "kindred/base/printable.h"
#include "kindred/base/toml.h"
#include "kindred/embedding/dimension_rule.h"
#include "kindred/features/column_json.h"

namespace kindred::features {
namespace {

constexpr std::size_t kListedWordsMax = 100'000;  // More are hashed.
constexpr double kOwnValueShare = 0.5;  // More distinct values a row are ids or free text.
constexpr std::size_t kOwnValuesMin = 100;
constexpr std::size_t kQuantiles = 10;
constexpr std::size_t kBucketValuesMin = 50;  // Fewer distinct numbers are not worth buckets.
constexpr std::size_t kCoordinateBuckets = 50;
constexpr std::int64_t kCrossBuckets = 10'000;
constexpr std::size_t kCrossesMax = 3;
constexpr std::size_t kAmountsMax = 256;
constexpr std::size_t kAmountUses = 20;      // Rows for each amount, on the average,
constexpr std::uint64_t kAmountUsesMin = 5;  // and for one to be told from the others.
constexpr double kLongTail = 20.0;           // Maximum over median from which the logarithm helps.

bool is_number(const ColumnFacts& facts) { return facts.type != data::CsvType::text; }

bool is_whole(const ColumnFacts& facts) {
  return facts.type == data::CsvType::int32 || facts.type == data::CsvType::int64;
}

std::size_t value_count(const ColumnFacts& facts) { return facts.row_count - facts.missing_count; }

std::string lower(std::string text) {
  for (char& byte : text) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  return text;
}

// To four digits: a default is read by people.
double rounded(double value) {
  if (value == 0.0) return value;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3.0);
  return std::stod(fmt::format("{:.12g}", std::round(value / unit) * unit));
}

NumericColumn number_column(const ColumnFacts& facts) {
  NumericColumn column{.key = facts.name};
  if (facts.missing_count > 0) column.default_value = {rounded(facts.median)};
  const double usual = std::max(facts.median, facts.mean / kLongTail);
  if (facts.minimum >= 0.0 && facts.maximum > kLongTail * usual) {
    column.normalizers.emplace_back(Log1p{});
  }
  column.normalizers.emplace_back(ZScore{});
  return column;
}

CategoricalColumn quantile_buckets(const std::string& key, std::size_t count) {
  return {.kind = BucketizedColumn{.source = {.key = key}, .quantile_count = count}};
}

CategoricalColumn word_column(const ColumnFacts& facts) {
  if (facts.has_more_distinct || facts.distinct_count > kListedWordsMax) {
    return hashed(facts.name, static_cast<std::int64_t>(2 * facts.distinct_count));
  }
  VocabularyColumn kind{.key = facts.name, .oov_bucket_count = 1};
  if (facts.distinct_count > kOneHotMax) kind.word_uses_min = 2;
  return {.kind = std::move(kind)};
}

bool holds_amounts(const ColumnFacts& facts) {
  return is_whole(facts) && facts.distinct_count > 2 && facts.distinct_count <= kAmountsMax &&
         value_count(facts) >= kAmountUses * facts.distinct_count;
}

ColumnProposal propose_number(const ColumnFacts& facts) {
  ColumnProposal proposal{.field = facts.name, .columns = {}, .more = {}, .remark = {}};
  if (is_whole(facts) && facts.distinct_count == value_count(facts) &&
      facts.distinct_count > kOwnValuesMin) {
    proposal.remark = "left out: every row has a whole number of its own, as an id does";
    return proposal;
  }
  const NumericColumn column = number_column(facts);
  if (column.normalizers.size() > 1) proposal.remark = "the logarithm tames its long tail";
  if (facts.missing_count > 0) {
    proposal.remark += proposal.remark.empty() ? "" : "; ";
    proposal.remark += "missing values become the median";
  }
  proposal.columns.emplace_back(column);
  if (holds_amounts(facts)) {
    VocabularyColumn amounts{.key = facts.name, .oov_bucket_count = 1};
    amounts.word_uses_min = kAmountUsesMin;
    proposal.columns.emplace_back(IndicatorColumn{.categorical = {.kind = std::move(amounts)}});
    proposal.remark += proposal.remark.empty() ? "" : "; ";
    proposal.remark += "its few amounts are words too";
  }
  if (facts.distinct_count >= kBucketValuesMin) {
    proposal.more.emplace_back(quantile_buckets(facts.name, kQuantiles));
  } else if (is_whole(facts) && facts.distinct_count > 2 && !holds_amounts(facts)) {
    VocabularyColumn codes{.key = facts.name, .oov_bucket_count = 1};
    proposal.more.emplace_back(IndicatorColumn{.categorical = {.kind = std::move(codes)}});
  }
  return proposal;
}

ColumnProposal propose_words(const ColumnFacts& facts) {
  ColumnProposal proposal{.field = facts.name, .columns = {}, .more = {}, .remark = {}};
  const double share =
      static_cast<double>(facts.distinct_count) / static_cast<double>(value_count(facts));
  if (facts.distinct_count > kOwnValuesMin && share > kOwnValueShare) {
    proposal.remark = "left out: most rows have a text of their own, as ids and free text do";
    return proposal;
  }
  const CategoricalColumn words = word_column(facts);
  if (facts.distinct_count <= kOneHotMax) {
    proposal.columns.emplace_back(IndicatorColumn{.categorical = words});
    return proposal;
  }
  proposal.columns.emplace_back(EmbeddingColumn{.categorical = words});
  proposal.remark = fmt::format("the fourth root of {} words is about {}", facts.distinct_count,
                                embedding::starting_dimensions(facts.distinct_count));
  return proposal;
}

ColumnProposal propose_field(const ColumnFacts& facts) {
  if (facts.distinct_count < 2) {
    return {.field = facts.name,
            .columns = {},
            .more = {},
            .remark = facts.distinct_count == 0 ? "left out: all its values are missing"
                                                : "left out: all its values are equal"};
  }
  return is_number(facts) ? propose_number(facts) : propose_words(facts);
}

// Where a row is on the earth, if the names say so.
ColumnProposal propose_coordinates(const TableFacts& facts) {
  const auto find = [&](std::initializer_list<const char*> names) -> const ColumnFacts* {
    for (const ColumnFacts& column : facts.columns) {
      const std::string name = lower(column.name);
      const bool named = std::ranges::any_of(names, [&](const char* wanted) {
        return name == wanted || name.ends_with(std::string("_") + wanted);
      });
      if (named && is_number(column) && column.name != facts.label &&
          column.distinct_count >= kBucketValuesMin) {
        return &column;
      }
    }
    return nullptr;
  };
  ColumnProposal proposal;
  const ColumnFacts* latitude = find({"latitude", "lat"});
  const ColumnFacts* longitude = find({"longitude", "lon", "lng", "long"});
  if (latitude == nullptr || longitude == nullptr) return proposal;
  proposal.columns.emplace_back(EmbeddingColumn{
      .categorical = crossed({quantile_buckets(latitude->name, kCoordinateBuckets),
                              quantile_buckets(longitude->name, kCoordinateBuckets)},
                             kCrossBuckets)});
  proposal.remark = "where a row is: buckets of latitude and longitude, crossed";
  return proposal;
}

// Pairs of short vocabularies, the shortest first.
ColumnProposal propose_word_crosses(const TableFacts& facts) {
  std::vector<const ColumnFacts*> words;
  for (const ColumnFacts& column : facts.columns) {
    if (!is_number(column) && column.name != facts.label && column.distinct_count >= 2 &&
        column.distinct_count <= kOneHotMax) {
      words.push_back(&column);
    }
  }
  std::ranges::stable_sort(words, {}, &ColumnFacts::distinct_count);
  ColumnProposal proposal;
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t j = i + 1; j < words.size() && proposal.more.size() < kCrossesMax; ++j) {
      const std::size_t pairs = words[i]->distinct_count * words[j]->distinct_count;
      proposal.more.emplace_back(
          IndicatorColumn{.categorical = crossed({raw(words[i]->name), raw(words[j]->name)},
                                                 static_cast<std::int64_t>(2 * pairs))});
    }
  }
  return proposal;
}

// A JSON value as TOML writes it on one line.
std::string toml_value(const Json& json) {
  if (json.is_string()) return toml_string(json.as_string());
  if (json.is_array()) {
    std::vector<std::string> values;
    for (const Json& value : json.as_array()) values.push_back(toml_value(value));
    return fmt::format("[{}]", fmt::join(values, ", "));
  }
  if (!json.is_object()) return json.dump();
  // A normalizer without settings is known by its name alone.
  const Json* kind = json.find("kind");
  const bool is_bare =
      kind != nullptr && std::ranges::all_of(json.as_object(), [](const auto& member) {
        return member.first == "kind" ||
               (member.second.is_array() && member.second.as_array().empty());
      });
  if (is_bare) return toml_value(*kind);
  std::vector<std::string> members;
  for (const auto& [name, value] : json.as_object()) {
    members.push_back(fmt::format("{} = {}", name, toml_value(value)));
  }
  return fmt::format("{{{}}}", fmt::join(members, ", "));
}

void append_column(const Column& column, const char* prefix, std::string& out) {
  out += fmt::format("{}[[column]]\n", prefix);
  const Json json = to_json(column);
  for (const auto& [name, value] : json.as_object()) {
    out += fmt::format("{}{} = {}\n", prefix, name, toml_value(value));
  }
}

std::string counted(std::size_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

// Quoted, where TOML's bare keys do not do.
std::string toml_key(const std::string& name) {
  const bool bare = !name.empty() && std::ranges::all_of(name, [](char byte) {
    return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || byte == '-';
  });
  return bare ? name : toml_string(name);
}

void append_reading(const data::CsvOptions& reading, const TableFacts& facts, std::string& out) {
  TableRecipe recipe{.reading = reading, .columns = {}};
  const Json settings = to_json(recipe);
  for (const auto& [name, value] : settings.as_object()) {
    if (value.is_object() || name == "column") continue;
    out += fmt::format("{} = {}\n", name, toml_value(value));
  }
  out += "\n[types]\n";
  for (const ColumnFacts& column : facts.columns) {
    out += fmt::format("{} = \"{}\"\n", toml_key(column.name), data::name_of(column.type));
  }
  for (const char* const table : {"defaults", "lists"}) {
    const Json* members = settings.find(table);
    if (members == nullptr) continue;
    out += fmt::format("\n[{}]\n", table);
    for (const auto& [name, value] : members->as_object()) {
      out += fmt::format("{} = {}\n", toml_key(name), toml_value(value));
    }
  }
}

}  // namespace

TableRecipe Proposal::recipe() const {
  TableRecipe recipe{.reading = reading, .columns = {}};
  for (const ColumnProposal& field : fields) {
    recipe.columns.insert(recipe.columns.end(), field.columns.begin(), field.columns.end());
  }
  return recipe;
}

Proposal propose(const TableFacts& facts, const data::CsvOptions& reading) {
  Proposal proposal{.fields = {}, .reading = reading};
  for (const ColumnFacts& column : facts.columns) {
    if (column.name == reading.label || column.name == reading.weight) continue;
    proposal.fields.push_back(propose_field(column));
  }
  for (ColumnProposal crosses : {propose_coordinates(facts), propose_word_crosses(facts)}) {
    if (!crosses.columns.empty() || !crosses.more.empty()) {
      proposal.fields.push_back(std::move(crosses));
    }
  }
  return proposal;
}

std::string describe(const ColumnFacts& facts) {
  std::string text(data::name_of(facts.type));
  if (is_number(facts) && facts.distinct_count > 0) {
    text += fmt::format(", {:.6g} to {:.6g}, mean {:.4g}, median {:.4g}", facts.minimum,
                        facts.maximum, facts.mean, facts.median);
  }
  text += fmt::format(", {}{} distinct", facts.has_more_distinct ? "more than " : "",
                      counted(facts.distinct_count));
  text += facts.missing_count == 0
              ? ", none missing"
              : fmt::format(", {} missing ({:.2g} %)", counted(facts.missing_count),
                            100.0 * static_cast<double>(facts.missing_count) /
                                static_cast<double>(facts.row_count));
  if (!is_number(facts) && !facts.frequent.empty()) {
    std::vector<std::string> words;
    for (const WordCount& word : facts.frequent) {
      words.push_back(fmt::format("'{}' {}", printable(word.word, 24), counted(word.count)));
    }
    text += fmt::format("; {}", fmt::join(words, ", "));
  }
  return text;
}

std::string to_toml(const Proposal& proposal, const TableFacts& facts, const std::string& table) {
  std::string out = fmt::format(
      "# Columns proposed for {}: {} rows, {} fields.\n"
      "# A start to edit: lines behind # are suggestions.\n\n",
      printable(table), counted(facts.row_count), facts.columns.size());
  append_reading(proposal.reading, facts, out);
  for (const ColumnProposal& field : proposal.fields) {
    out += '\n';
    const auto found = std::ranges::find(facts.columns, field.field, &ColumnFacts::name);
    if (found != facts.columns.end()) {
      out += fmt::format("# {}: {}\n", printable(field.field), describe(*found));
    }
    if (!field.remark.empty()) out += fmt::format("# {}\n", field.remark);
    for (const Column& column : field.columns) append_column(column, "", out);
    for (const Column& column : field.more) append_column(column, "# ", out);
  }
  return out;
}

}  // namespace kindred::features
