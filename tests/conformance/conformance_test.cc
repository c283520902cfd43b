// Runs a file of input -> expected pairs taken from other systems' own tests.
//
//   conformance_test FILE
//
// The file is JSON: {"vectors": [{"name", "op", "args", "input", "expected"}, ...]}, large
// whole numbers as decimal text. Each vector goes to the function of its `op`; those of an
// op that Kindred does not offer are skipped, by name. Where the expected value is
// {"error": ...}, any kindred::Error will do. Numbers with a fraction agree within args.tol,
// or 1e-6, absolutely or relatively. Ends with "N passed, N failed, N skipped"; exits with 1
// if one failed.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "tests/conformance/operations.h"

namespace kindred::conformance {
namespace {

constexpr double kTolerance = 1e-6;

const Operations& operations() {
  static const Operations kOperations = [] {
    Operations all;
    add_hash_operations(all);
    add_column_operations(all);
    add_cross_operations(all);
    add_dense_operations(all);
    add_dataset_operations(all);
    add_csv_operations(all);
    add_layer_operations(all);
    add_tuning_operations(all);
    add_loss_operations(all);
    add_metric_operations(all);
    add_optimizer_operations(all);
    return all;
  }();
  return kOperations;
}

bool numbers_agree(const Json& found, const Json& expected, double tolerance) {
  if (found.is_integer() && expected.is_integer()) return found == expected;
  const double difference = std::abs(found.as_double() - expected.as_double());
  return difference <= tolerance || difference <= tolerance * std::abs(expected.as_double());
}

// Numbers compare by value, whatever their notation; all else exactly.
bool agrees(const Json& found, const Json& expected, double tolerance) {
  const auto same = [&](const Json& a, const Json& b) { return agrees(a, b, tolerance); };
  if (found.is_number() && expected.is_number()) return numbers_agree(found, expected, tolerance);
  if (found.is_array() && expected.is_array()) {
    return std::ranges::equal(found.as_array(), expected.as_array(), same);
  }
  if (found.is_object() && expected.is_object()) {
    return std::ranges::all_of(expected.as_object(), [&](const auto& member) {
      const Json* own = found.find(member.first);
      return own != nullptr && same(*own, member.second);
    });
  }
  return found == expected;
}

enum class Outcome { passed, failed, skipped };

Outcome run(const Json& vector) {
  const std::string& name = vector.at("name").as_string();
  const std::string& op = vector.at("op").as_string();
  const auto operation = operations().find(op);
  if (operation == operations().end()) {
    fmt::print("skipped {}: Kindred does not offer {} yet\n", name, op);
    return Outcome::skipped;
  }
  const Json& expected = vector.at("expected");
  const Json& arguments = vector.at("args");
  const bool error_expected = expected.find("error") != nullptr;
  const Json* tolerance = find_argument(arguments, "tol");
  try {
    const Json found = operation->second({arguments, vector.at("input"), expected});
    if (!error_expected &&
        agrees(found, expected, tolerance == nullptr ? kTolerance : tolerance->as_double())) {
      return Outcome::passed;
    }
    fmt::print("FAILED {} ({}): {} where {} is expected\n", name, op, found.dump(),
               expected.dump());
  } catch (const Skip& reason) {
    fmt::print("skipped {} ({}): {}\n", name, op, reason.what());
    return Outcome::skipped;
  } catch (const Error& error) {
    if (error_expected) return Outcome::passed;
    fmt::print("FAILED {} ({}): {}\n", name, op, error.what());
  }
  return Outcome::failed;
}

int run_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::not_found, fmt::format("cannot read {}", path));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::map<Outcome, int> counts;
  const Json document = Json::parse(text);
  for (const Json& vector : document.at("vectors").as_array()) ++counts[run(vector)];
  fmt::print("{} passed, {} failed, {} skipped\n", counts[Outcome::passed], counts[Outcome::failed],
             counts[Outcome::skipped]);
  return counts[Outcome::failed] > 0 ? 1 : 0;
}

}  // namespace

const Json* find_argument(const Json& arguments, std::string_view name) {
  const Json* found = arguments.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::uint64_t as_unsigned(const Json& json) {
  return json.is_string() ? std::stoull(json.as_string()) : json.as_uint();
}

std::int64_t bucket_count(const Json* json) {
  const std::int64_t count = json == nullptr ? 0 : json->as_int();
  if (count > 0) return count;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} buckets; at least one is needed", count));
}

}  // namespace kindred::conformance

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: conformance_test FILE\n");
    return 2;
  }
  try {
    return kindred::conformance::run_file(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "conformance_test: {}\n", error.what());
    return 1;
  }
}
