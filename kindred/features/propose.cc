#include "kindred/features/propose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <unordered_map>

#include "kindred/base/printable.h"
#include "kindred/base/toml.h"
#include "kindred/embedding/dimension_rule.h"
#include "kindred/features/column_json.h"

namespace kindred::features {
namespace {

constexpr std::size_t kListedWordsMax = 100'000;  // More are hashed.
constexpr double kOwnValueShare = 0.5;  // More distinct values a row are ids or free text.
constexpr std::size_t kOwnValuesMin = 100;
constexpr std::size_t kOwnNamesMin = 10;
constexpr std::size_t kQuantiles = 10;
constexpr std::size_t kBucketValuesMin = 50;  // Fewer distinct numbers are not worth buckets.
constexpr std::size_t kCoordinateBuckets = 50;
constexpr std::int64_t kCrossBuckets = 10'000;
constexpr std::size_t kCrossesMax = 3;
constexpr std::size_t kAmountsMax = 256;
constexpr std::size_t kAmountUses = 20;      // Rows for each amount, on the average,
constexpr std::uint64_t kAmountUsesMin = 5;  // and for one to be told from the others.
constexpr double kLongTail = 20.0;  // What is high over the median, where a logarithm helps.

bool is_number(const ColumnFacts& facts) { return facts.type != data::CsvType::text; }

bool is_whole(const ColumnFacts& facts) {
  return facts.type == data::CsvType::int32 || facts.type == data::CsvType::int64;
}

std::size_t value_count(const ColumnFacts& facts) { return facts.row_count - facts.missing_count; }

std::string lower(std::string text) {
  for (char& byte : text) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  return text;
}

NumericColumn number_column(const ColumnFacts& facts) {
  // A row to predict may miss what no row to learn from did.
  NumericColumn column{.key = facts.name, .default_value = {facts.median}};
  const double usual = std::max(facts.median, facts.mean / kLongTail);
  // A tail is of many: one slip of the pen is none.
  const double top = facts.low < facts.high ? facts.high : facts.maximum;
  const bool has_long_tail = facts.minimum >= 0.0 && top > kLongTail * usual;
  const bool clips = !has_long_tail && facts.low < facts.high;
  // What lies outside of what was seen, or is a slip of the pen, must not carry a row away.
  const Clip clip = clips ? Clip{.low = facts.low, .high = facts.high}
                          : Clip{.low = facts.minimum, .high = facts.maximum};
  if (has_long_tail) {
    column.normalizers = std::vector<Normalizer>({clip, Log1p{}, ZScore{}});
  } else {
    column.normalizers = std::vector<Normalizer>({clip, ZScore{}});
  }
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
  if (facts.distinct_count > kOneHotMax && facts.repeated_count > 1) kind.word_uses_min = 2;
  return {.kind = std::move(kind)};
}

bool holds_amounts(const ColumnFacts& facts) {
  return is_whole(facts) && facts.distinct_count > 2 && facts.distinct_count <= kAmountsMax &&
         value_count(facts) >= kAmountUses * facts.distinct_count;
}

// Names of columns that say who a row is, not how much of something it has.
bool is_named_like_an_id(const std::string& name) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"id", "ids", "uuid", "guid", "index", "idx", "sku", "isbn", "ean", "upc", "asin", "key"});
  constexpr auto kThings = std::to_array<std::string_view>(
      {"user",     "item",    "movie", "customer", "client",  "product", "order",  "passenger",
       "session",  "article", "shop",  "store",    "account", "member",  "person", "patient",
       "employee", "player",  "team",  "artist",   "book",    "track",   "song",   "row",
       "record",   "post",    "tweet", "author",   "film",    "game",    "seller", "vendor",
       "driver",   "device",  "host",  "listing",  "visitor", "student", "steam",  "category"});
  if (name.empty() || lower(name).starts_with("unnamed: ")) return true;
  // The last of the words that the name is made of: "customer_id", "CustomerID", "id".
  std::size_t begin = name.size();
  while (begin > 0 && std::isalnum(static_cast<unsigned char>(name[begin - 1])) != 0) {
    --begin;
    const bool is_capital = std::isupper(static_cast<unsigned char>(name[begin])) != 0;
    const bool follows_small =
        begin > 0 && std::islower(static_cast<unsigned char>(name[begin - 1])) != 0;
    if (is_capital && follows_small) break;
  }
  const std::string last = lower(name.substr(begin));
  if (std::ranges::find(kWords, last) != kWords.end()) return true;
  return last.ends_with("id") &&
         std::ranges::find(kThings, std::string_view(last).substr(0, last.size() - 2)) !=
             kThings.end();
}

std::string kept_by(const ColumnFacts& facts) {
  return fmt::format("; --type {}=float64 keeps it as a number", printable(facts.name));
}

// Why whole numbers say who a row is; "" where they may well be a quantity.
std::string why_an_id(const ColumnFacts& facts) {
  const std::size_t count = value_count(facts);
  if (!is_whole(facts) || facts.distinct_count != count || facts.has_more_distinct) return "";
  if (is_named_like_an_id(facts.name) && count > kOwnNamesMin) {
    return "every row has a number of its own, and the name is that of an id";
  }
  if (count <= kOwnValuesMin) return "";
  const double span =
      static_cast<double>(facts.whole_maximum) - static_cast<double>(facts.whole_minimum) + 1.0;
  if (span == static_cast<double>(count)) return "it numbers the rows";
  // A part of a larger table: the numbers of its rows ascend, with gaps.
  if (facts.ascends && facts.whole_minimum >= 0 && span < 4.0 * static_cast<double>(count)) {
    return "it numbers the rows";
  }
  constexpr std::int64_t kExactMax = std::int64_t{1} << 53U;
  return facts.whole_maximum > kExactMax || facts.whole_minimum < -kExactMax
             ? "every row has a number of its own, too long for a quantity"
             : "";
}

void add_remark(ColumnProposal& proposal, std::string_view remark) {
  proposal.remark += proposal.remark.empty() ? "" : "; ";
  proposal.remark += remark;
}

// Whole numbers that name things, such as customers, as words.
ColumnProposal propose_names(const ColumnFacts& facts) {
  ColumnProposal proposal{.field = facts.name, .columns = {}, .more = {}, .remark = {}};
  const CategoricalColumn words = word_column(facts);
  if (facts.distinct_count <= kOneHotMax) {
    proposal.columns.emplace_back(IndicatorColumn{.categorical = words});
  } else {
    proposal.columns.emplace_back(EmbeddingColumn{.categorical = words});
  }
  proposal.more.emplace_back(number_column(facts));
  proposal.remark = "named like an id, so its numbers are names" + kept_by(facts);
  return proposal;
}

ColumnProposal propose_number(const ColumnFacts& facts) {
  ColumnProposal proposal{.field = facts.name, .columns = {}, .more = {}, .remark = {}};
  if (const std::string why = why_an_id(facts); !why.empty()) {
    proposal.remark = fmt::format("left out: {}{}", why, kept_by(facts));
    return proposal;
  }
  if (is_whole(facts) && is_named_like_an_id(facts.name) && facts.distinct_count > 2 &&
      !facts.has_more_distinct && 2 * facts.distinct_count <= value_count(facts)) {
    return propose_names(facts);
  }
  const NumericColumn column = number_column(facts);
  if (column.normalizers.size() > 2) add_remark(proposal, "the logarithm tames its long tail");
  if (facts.missing_count > 0) add_remark(proposal, "missing values become the median");
  proposal.columns.emplace_back(column);
  if (holds_amounts(facts)) {
    VocabularyColumn amounts{.key = facts.name, .oov_bucket_count = 1};
    amounts.word_uses_min = kAmountUsesMin;
    proposal.columns.emplace_back(IndicatorColumn{.categorical = {.kind = std::move(amounts)}});
    add_remark(proposal, "its few amounts are words too");
  }
  if (facts.distinct_count >= kBucketValuesMin) {
    proposal.more.emplace_back(quantile_buckets(facts.name, kQuantiles));
    // Numbers that come again and again may be names of things.
    if (is_whole(facts) && !holds_amounts(facts) && !facts.has_more_distinct &&
        4 * facts.distinct_count <= value_count(facts)) {
      proposal.more.emplace_back(EmbeddingColumn{.categorical = word_column(facts)});
    }
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
  if (facts.distinct_count > kOneHotMax && share > kOwnValueShare) {
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
  for (const char* const table : {"defaults", "lists", "missing_in"}) {
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

std::vector<std::string> Proposal::left_out() const {
  std::vector<std::string> out;
  for (const ColumnProposal& field : fields) {
    if (!field.columns.empty() || field.field.empty()) continue;
    out.push_back(fmt::format("column '{}' is {}", printable(field.field), field.remark));
  }
  return out;
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
              : fmt::format(", {} missing ({:.3g} %)", counted(facts.missing_count),
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
  std::unordered_map<std::string_view, const ColumnFacts*> by_name;
  for (const ColumnFacts& column : facts.columns) by_name.emplace(column.name, &column);
  for (const ColumnProposal& field : proposal.fields) {
    out += '\n';
    if (const auto found = by_name.find(field.field); found != by_name.end()) {
      out += fmt::format("# {}: {}\n", printable(field.field), describe(*found->second));
    }
    if (!field.remark.empty()) out += fmt::format("# {}\n", field.remark);
    for (const Column& column : field.columns) append_column(column, "", out);
    for (const Column& column : field.more) append_column(column, "# ", out);
  }
  return out;
}

}  // namespace kindred::features
