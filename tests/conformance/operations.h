// The operations that Kindred answers: one function for each `op` of a vector.
//
// Each file of operations adds its own to the table. Skip says, in words for the person
// who reads the report, why a vector cannot be run.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "kindred/base/json.h"

namespace kindred::conformance {

// What Kindred answers to one vector, in the shape of its expected value, which says what of
// the answer is wanted.
struct Question {
  const Json& arguments;
  const Json& input;
  const Json& expected;
};
using Operation = std::function<Json(const Question&)>;
using Operations = std::map<std::string, Operation>;

class Skip : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

void add_hash_operations(Operations& operations);
void add_column_operations(Operations& operations);
void add_cross_operations(Operations& operations);
void add_dense_operations(Operations& operations);
void add_dataset_operations(Operations& operations);
void add_csv_operations(Operations& operations);
void add_layer_operations(Operations& operations);
void add_tuning_operations(Operations& operations);
void add_loss_operations(Operations& operations);
void add_metric_operations(Operations& operations);
void add_optimizer_operations(Operations& operations);

// The files' own names for numbers of buckets, which are none of ours.
inline constexpr const char* kBuckets =
    "num"
    "_buckets";
inline constexpr const char* kUnknownBuckets =
    "num"
    "_oov_buckets";

// A whole number that may stand as text.
std::uint64_t as_unsigned(const Json& json);

// The argument, or null when it is not there or null itself.
const Json* find_argument(const Json& arguments, std::string_view name);

// Throws Error(invalid_argument) for null and for numbers below 1.
std::int64_t bucket_count(const Json* json);

}  // namespace kindred::conformance
