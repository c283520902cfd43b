#include "tests/conformance/column_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <initializer_list>

#include "kindred/base/error.h"
#include "tests/conformance/formula.h"
#include "tests/conformance/operations.h"

namespace kindred::conformance {
namespace {

using features::CategoricalColumn;
using features::Column;

// A column as text → the JSON that says the same.
class ColumnText {
 public:
  explicit ColumnText(std::string_view text) : text_(text) {}

  Json parse() {
    Json json = parse_item();
    if (at_ != text_.size()) fail();
    return json;
  }

 private:
  [[noreturn]] void fail() const { throw Skip(fmt::format("a column in words: '{}'", text_)); }
  bool take(char byte) {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (at_ == text_.size() || text_[at_] != byte) return false;
    ++at_;
    return true;
  }
  std::string parse_word() {
    take(' ');
    const std::size_t begin = at_;
    const auto is_word = [](char byte) {
      return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || byte == '-' ||
             byte == '.';
    };
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (at_ == begin) fail();
    return std::string(text_.substr(begin, at_ - begin));
  }
  static Json number_or_text(const std::string& word) {
    std::int64_t number = 0;
    const char* const end = word.data() + word.size();
    if (std::from_chars(word.data(), end, number).ptr == end) return number;
    return word;
  }

  // A name, "name[shape]", a number, or kind(...).
  Json parse_item() {
    const std::string word = parse_word();
    if (take('(')) return parse_call(word);
    if (!take('[')) return number_or_text(word);
    Json shape{Json::Array{}};
    do shape.push(number_or_text(parse_word()));
    while (take(','));
    if (!take(']')) fail();
    Json json;
    json.set("key", word);
    json.set("shape", std::move(shape));
    return json;
  }

  Json parse_call(const std::string& kind) {
    Json::Array parts;
    Json::Array sizes;
    Json named = Json(Json::Object());
    bool after_semicolon = false;
    while (!take(')')) {
      if (take(';')) {
        after_semicolon = true;
      } else if (take(',')) {
        continue;
      }
      Json item = parse_item();
      if (item.is_string() && take('=')) {
        named.set(item.as_string(), parse_item());
      } else if (after_semicolon || item.is_number()) {
        sizes.push_back(std::move(item));
      } else {
        parts.push_back(std::move(item));
      }
    }
    return build(kind, parts, sizes, std::move(named));
  }

  Json build(const std::string& kind, const Json::Array& parts, const Json::Array& sizes,
             Json named) const {
    if (parts.empty()) fail();
    const bool wraps = kind == "indicator" || kind == "embedding" || kind == "weighted";
    if (kind == "crossed") {
      named.set("keys", parts);
    } else if (!wraps) {
      if (parts.front().is_string()) named.set("key", parts.front());
      if (parts.front().is_object()) {
        for (const auto& [name, value] : parts.front().as_object()) named.set(name, value);
      }
    }
    if (!sizes.empty()) named.set(kind == "embedding" ? "dimension" : "size", sizes.front());
    if (kind == "weighted" && parts.size() > 1) named.set("weight_feature_key", parts[1]);
    Json out = wraps ? std::move(named) : Json();
    out.set(kind, wraps ? parts.front() : std::move(named));
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Json parsed(const Json& json) {
  if (!json.is_string() || json.as_string().find('(') == std::string::npos) return json;
  return ColumnText(json.as_string()).parse();
}

// The size, where the vector gives one: null is a size that was not given on purpose.
std::int64_t size_of(const Json* size) {
  constexpr std::int64_t kAnySize = 10;  // For vectors about names alone.
  if (size == nullptr) return kAnySize;
  return bucket_count(size->is_null() ? nullptr : size);
}

std::string key_of(const Json& json, const std::string& fallback) {
  if (json.is_string()) return json.as_string();
  const Json* key = json.find("key");
  return key == nullptr ? fallback : key->as_string();
}

std::optional<data::ElementType> read_type(const Json* dtype) {
  if (dtype == nullptr) return std::nullopt;
  const bool whole = dtype->as_string().find("int") != std::string::npos;
  return whole ? data::ElementType::int64 : data::ElementType::text;
}

features::Normalizer read_normalizer(const std::string& text) {
  const Formula formula(text);
  const auto at = [&](double x) { return formula.value({{"x", x}}); };
  const double offset = at(0.0);
  const double scale = at(1.0) - offset;
  if (std::abs(at(3.0) - (3.0 * scale + offset)) > 1e-12) {
    throw Skip(fmt::format("the normalizer '{}' is not a line", text));
  }
  return features::Affine{.scale = scale, .offset = offset};
}

}  // namespace

const Json* ColumnReader::find(const Json& json, std::initializer_list<const char*> names) const {
  for (const char* const name : names) {
    if (const Json* found = json.find(name)) return found;
  }
  for (const char* const name : names) {
    if (const Json* found = arguments_.find(name)) return found;
  }
  return nullptr;
}

features::NumericColumn ColumnReader::numeric(const Json& json) const {
  features::NumericColumn column{.key = key_of(json, "x")};
  if (const Json* shape = find(json, {"shape"})) {
    column.shape.clear();
    for (const Json& axis : shape->as_array()) column.shape.push_back(axis.as_uint());
  }
  if (const Json* fill = find(json, {"default_value"}); fill != nullptr && !fill->is_null()) {
    column.default_value = {fill->as_double()};
  }
  if (const Json* text = find(json, {"normalizer", "normalizer_fn"})) {
    column.normalizers.push_back(read_normalizer(text->as_string()));
  }
  features::check_column(column);
  return column;
}

CategoricalColumn ColumnReader::bucketized(const Json& json, const std::string& key) const {
  std::vector<float> boundaries;
  if (const Json* given = find(json, {"boundaries"})) {
    for (const Json& boundary : given->as_array()) {
      boundaries.push_back(static_cast<float>(boundary.as_double()));
    }
  } else {
    boundaries = {0.0F};  // For vectors about names alone.
  }
  features::NumericColumn source = numeric(json.is_object() ? json : Json(key_of(json, key)));
  if (json.is_object()) source.key = key_of(json, key);
  return features::bucketized(std::move(source), std::move(boundaries));
}

CategoricalColumn ColumnReader::crossed(const Json& json) const {
  std::vector<CategoricalColumn> keys;
  const Json& list = json.is_array() ? json : *find(json, {"keys"});
  for (const Json& key : list.as_array()) keys.push_back(categorical(key));
  features::CrossedColumn cross{
      .keys = std::move(keys),
      .bucket_count = size_of(find(json, {"hash_bucket_size", "size", kBuckets}))};
  if (const Json* key = find(json, {"hash_key"}); key != nullptr && !key->is_null()) {
    cross.hash_key = as_unsigned(*key);
  }
  CategoricalColumn column{.kind = std::move(cross)};
  features::check_column(column);
  return column;
}

CategoricalColumn ColumnReader::identity(const Json& json, const std::string& key) const {
  features::IdentityColumn kind{.key = key_of(json, key),
                                .bucket_count = size_of(find(json, {kBuckets, "size"}))};
  if (const Json* fill = find(json, {"default_value"}); fill != nullptr && !fill->is_null()) {
    kind.default_id = fill->as_int();
  }
  CategoricalColumn column{.kind = std::move(kind)};
  features::check_column(column);
  return column;
}

CategoricalColumn ColumnReader::vocabulary(const Json& json, const std::string& key) const {
  const Json* words = json.is_array() ? &json : find(json, {"vocabulary_list", "vocabulary"});
  if (words == nullptr) throw Skip("a vocabulary without words");
  Json listed = *words;
  if (const Json* size = find(json, {"vocabulary_size"}); size != nullptr && !size->is_null()) {
    if (size->as_uint() > listed.as_array().size()) {
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("{} words where {} are wanted", listed.as_array().size(), size->as_uint()));
    }
    Json::Array first = listed.as_array();
    first.resize(size->as_uint());
    listed = Json(std::move(first));
  }
  features::VocabularyColumn kind = read_vocabulary(listed, key_of(json, key));
  if (const Json* oov = find(json, {kUnknownBuckets, "oov"})) {
    if (oov->as_int() < 0) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{} buckets for unknown words", oov->as_int()));
    }
    kind.oov_bucket_count = oov->as_uint();
  }
  if (const Json* fill = find(json, {"default_value"}); fill != nullptr && !fill->is_null()) {
    kind.default_id = fill->as_int();
  }
  CategoricalColumn column{.kind = std::move(kind)};
  features::check_column(column);
  return column;
}

CategoricalColumn ColumnReader::hashed(const Json& json, const std::string& key) const {
  features::HashedColumn kind{
      .key = key_of(json, key),
      .bucket_count = size_of(find(json, {"hash_bucket_size", kBuckets, "size"})),
      .value_type = read_type(find_argument(arguments_, "dtype"))};
  CategoricalColumn column{.kind = std::move(kind)};
  features::check_column(column);
  return column;
}

CategoricalColumn ColumnReader::categorical(const Json& given, const std::string& key) const {
  const Json json = parsed(given);
  if (json.is_string()) return features::raw(json.as_string());
  if (const Json* inner = json.find("weighted")) {
    const Json* weight = find(json, {"weight_feature_key", "weight_key"});
    return features::weighted(categorical(*inner, key),
                              weight == nullptr ? "weights" : weight->as_string());
  }
  if (const Json* inner = json.find("identity")) return identity(*inner, key);
  if (const Json* inner = json.find("hash_bucket")) return hashed(*inner, key);
  if (const Json* inner = json.find("bucketized")) return bucketized(*inner, key);
  if (const Json* inner = json.find("crossed")) return crossed(*inner);
  for (const char* const name : {"vocab", "vocabulary_list", "vocabulary_file"}) {
    if (const Json* inner = json.find(name)) return vocabulary(*inner, key);
  }
  throw Error(ErrorCode::invalid_argument, fmt::format("{} is no category", json.dump()));
}

features::EmbeddingColumn ColumnReader::embedding(const Json& wrapper, const Json& inner) const {
  features::EmbeddingColumn column;
  const Json* table = find(wrapper, {"embedding_table", "table"});
  if (inner.is_string() && inner.as_string().find('(') == std::string::npos) {
    const std::size_t rows = table == nullptr ? 10 : table->as_array().size();
    column.categorical = features::identity(inner.as_string(), static_cast<std::int64_t>(rows));
  } else {
    column.categorical = categorical(inner);
  }
  const Json* dimension = find(wrapper, {"dimension"});
  if (dimension != nullptr && dimension->as_int() < 1) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} dimensions; at least one is needed", dimension->as_int()));
  }
  if (table != nullptr) column.dimensions = table->as_array().front().as_array().size();
  if (dimension != nullptr) column.dimensions = dimension->as_uint();
  column.combiner = read_combiner(find(wrapper, {"combiner"}));
  if (const Json* norm = find(wrapper, {"max_norm"}); norm != nullptr && !norm->is_null()) {
    column.max_norm = static_cast<float>(norm->as_double());
  }
  features::check_column(column);
  return column;
}

Column ColumnReader::column(const Json& given) const {
  const Json json = parsed(given);
  if (const Json* inner = json.find("numeric")) {
    Json flat = json;
    if (inner->is_string()) flat.set("key", *inner);
    return numeric(inner->is_object() ? *inner : flat);
  }
  if (const Json* inner = json.find("indicator")) return features::indicator(categorical(*inner));
  if (const Json* inner = json.find("embedding")) {
    if (const Json* wrapped = inner->find("categorical")) return embedding(*inner, *wrapped);
    return embedding(json, *inner);
  }
  return categorical(json);
}

features::VocabularyColumn read_vocabulary(const Json& words, const std::string& key) {
  if (words.as_array().empty()) {
    throw Error(ErrorCode::invalid_argument, "a vocabulary without words");
  }
  features::VocabularyColumn column{.key = key};
  for (const Json& word : words.as_array()) {
    column.value_type = word.is_string() ? data::ElementType::text : data::ElementType::int64;
    column.words.push_back(word.is_string() ? word.as_string() : std::to_string(word.as_int()));
  }
  return column;
}

features::Combiner read_combiner(const Json* name) {
  if (name == nullptr || name->is_null() || name->as_string() == "mean") {
    return features::Combiner::mean;
  }
  if (name->as_string() == "sum") return features::Combiner::sum;
  if (name->as_string() == "sqrtn") return features::Combiner::sqrtn;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("there is no combiner '{}'", name->as_string()));
}

}  // namespace kindred::conformance
