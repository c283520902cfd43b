// Datasets, and the split of rows for validation.

#include "kindred/data/dataset.h"
#include "tests/conformance/operations.h"
#include "tests/conformance/pipeline.h"

namespace kindred::conformance {
namespace {

Json cardinalities(const Question& question) {
  Json out{Json::Array{}};
  for (const Json& text : question.input.as_array()) {
    const std::int64_t count = parse_pipeline(text.as_string()).dataset.cardinality();
    if (count == data::kInfiniteCardinality) {
      out.push("INFINITE(-1)");
    } else if (count == data::kUnknownCardinality) {
      out.push("UNKNOWN(-2)");
    } else {
      out.push(count);
    }
  }
  return out;
}

}  // namespace

void add_dataset_operations(Operations& operations) {
  operations["dataset"] = [](const Question& question) {
    return elements_of(parse_pipeline(question.arguments.at("pipeline").as_string()));
  };
  operations["dataset_cardinality"] = cardinalities;
  operations["validation_split"] = [](const Question& question) {
    const std::uint64_t rows = question.input.as_uint();
    const double fraction = question.arguments.at("validation_split").as_double();
    const std::uint64_t train = data::train_row_count(rows, fraction);
    Json out{Json::Array{}};
    out.push(train);
    out.push(rows - train);
    return out;
  };
}

}  // namespace kindred::conformance
