// Crosses: as a column, and as the operations that make the products of raw values.

#include <fmt/format.h>

#include <limits>

#include "kindred/base/error.h"
#include "kindred/features/cross.h"
#include "kindred/features/encoder.h"
#include "kindred/features/pooling.h"
#include "tests/conformance/column_reader.h"
#include "tests/conformance/operations.h"
#include "tests/conformance/vector_tensor.h"

namespace kindred::conformance {
namespace {

Json crossed_column(const Question& question) {
  Json wrapper;
  wrapper.set("crossed", question.arguments);
  const features::CategoricalColumn column = ColumnReader(question.arguments).categorical(wrapper);
  if (question.input.is_null()) throw Skip("no input, and no error to show either");
  data::Batch batch;
  for (const auto& [name, value] : question.input.as_object()) {
    batch.add(name, read_tensor(value).tensor);
  }
  const features::Encoder encoder({features::indicator(column)});
  features::FeatureBlock block;
  encoder.encode(batch, block);
  const features::IdBag& bag = block.bags.front();
  Json out = sparse_rows(bag);
  out.set("values", Json(json_values(bag.ids)));
  out.set("rows", rows_of(bag));
  out.set("dense_shape", list_of(std::vector{bag.row_count(), longest_row(bag)}));
  Matrix counts(batch.row_count, encoder.layout().width);
  features::dense_features(encoder.layout(), block, {}, counts);
  out.set("indicator", nested(counts));
  return out;
}

// The values of one input in one row, "f(value)" each.
template <typename Value, typename Of>
std::vector<Value> row_values(const Json& input, std::size_t row, const Of& of) {
  const Json::Array& rows = input.at("rows").as_array();
  std::vector<Value> values;
  if (row >= rows.size()) return values;
  for (const Json& value : rows[row].as_array()) values.push_back(of(value));
  return values;
}

// Calls visit(row, keys): the values of all inputs, sparse ones first.
template <typename Value, typename Of, typename Visit>
void for_each_row(const Question& question, const Of& of, const Visit& visit) {
  std::size_t row_count = 0;
  for (const Json& input : question.input.as_array()) {
    row_count = std::max(row_count, input.at("rows").as_array().size());
  }
  if (const Json* size = find_argument(question.arguments, "batch_size")) {
    row_count = size->as_uint();
  }
  for (std::size_t row = 0; row < row_count; ++row) {
    std::vector<std::vector<Value>> values;
    for (const char* const kind : {"sparse", "dense"}) {
      for (const Json& input : question.input.as_array()) {
        if (input.at("kind").as_string() == kind)
          values.push_back(row_values<Value>(input, row, of));
      }
    }
    const std::vector<std::span<const Value>> keys(values.begin(), values.end());
    visit(std::span<const std::span<const Value>>(keys));
  }
}

Json with_shape(Json::Array rows) {
  std::size_t longest = 0;
  for (const Json& row : rows) longest = std::max(longest, row.as_array().size());
  Json out;
  out.set("dense_shape", list_of(std::vector{rows.size(), longest}));
  out.set("rows", std::move(rows));
  return out;
}

Json sparse_cross(const Question& question) {
  const Json* separator = find_argument(question.arguments, "separator");
  const std::string between = separator == nullptr ? "_X_" : separator->as_string();
  const auto text = [](const Json& value) {
    return value.is_string() ? value.as_string() : std::to_string(value.as_int());
  };
  Json::Array rows;
  for_each_row<std::string>(question, text, [&](auto keys) {
    Json row{Json::Array{}};
    const auto join = [&](const std::string& left, const std::string& right) {
      return left.empty() ? right : left + between + right;
    };
    features::fold_product(keys, std::string(), join,
                           [&](const std::string& cross) { row.push(cross); });
    rows.push_back(std::move(row));
  });
  return with_shape(std::move(rows));
}

std::uint64_t hash_value(const Json& value) {
  return value.is_string() ? features::fingerprint64(value.as_string())
                           : static_cast<std::uint64_t>(value.as_int());
}

// Small buckets as numbers, whole hashes as text, as the vectors have them.
Json bucket_json(std::uint64_t hash, std::uint64_t count) {
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (count == 0) return std::to_string(hash % kLargest);
  return hash % count;
}

std::uint64_t count_of(const Question& question) {
  const Json* count = find_argument(question.arguments, kBuckets);
  if (count != nullptr && count->as_int() >= 0) return count->as_uint();
  throw Error(ErrorCode::invalid_argument, "a cross needs its number of buckets");
}

Json hashed_cross(const Question& question) {
  const std::uint64_t count = count_of(question);
  const Json* key = find_argument(question.arguments, "hash_key");
  const std::uint64_t start = key == nullptr ? features::kCrossHashKey : as_unsigned(*key);
  Json::Array rows;
  for_each_row<std::uint64_t>(question, hash_value, [&](auto keys) {
    Json row{Json::Array{}};
    features::hash_product(keys, start,
                           [&](std::uint64_t hash) { row.push(bucket_json(hash, count)); });
    rows.push_back(std::move(row));
  });
  return with_shape(std::move(rows));
}

// The second version begins with the first value itself, and no key.
Json hashed_cross_without_key(const Question& question) {
  const std::uint64_t count = count_of(question);
  const Json* strong = find_argument(question.arguments, "strong_hash");
  if (strong != nullptr && strong->as_bool()) throw Skip("Kindred has no salted crosses");
  Json::Array rows;
  for_each_row<std::uint64_t>(question, hash_value, [&](auto keys) {
    Json row{Json::Array{}};
    for (const std::uint64_t first : keys.front()) {
      features::hash_product(keys.subspan(1), first,
                             [&](std::uint64_t hash) { row.push(bucket_json(hash, count)); });
    }
    rows.push_back(std::move(row));
  });
  return with_shape(std::move(rows));
}

}  // namespace

void add_cross_operations(Operations& operations) {
  operations["crossed_column"] = crossed_column;
  operations["sparse_cross"] = sparse_cross;
  operations["sparse_cross_hashed_v1"] = hashed_cross;
  operations["sparse_cross_hashed_v2"] = hashed_cross_without_key;
}

}  // namespace kindred::conformance
