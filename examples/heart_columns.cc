// A medical table of fourteen fields, as 1,029 numbers a row of which nearly all are zero and
// none of those is ever stored.
//
//   7     numbers as they are
//   11    ages, cut into buckets
//   3     the kind of thalassemia, one-hot
//   8     the same, embedded
//   1000  ages crossed with it, hashed
//
// A layer on the crossed column reads one row of its weights for each patient: a product with
// the one-hot vector would give the same numbers.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "kindred/features/encoder.h"
#include "kindred/features/linear_model.h"
#include "kindred/features/pooling.h"

using namespace kindred;
using namespace kindred::features;

namespace {

constexpr std::size_t kWidth = 1029;

std::vector<Column> heart_columns() {
  const CategoricalColumn ages =
      bucketized(numeric("age"), {18, 25, 30, 35, 40, 45, 50, 55, 60, 65});
  const CategoricalColumn thal = vocabulary("thal", {"fixed", "normal", "reversible"});
  std::vector<Column> columns;
  for (const char* name : {"age", "trestbps", "chol", "thalach", "oldpeak", "slope", "ca"}) {
    columns.emplace_back(numeric(name));
  }
  columns.emplace_back(indicator(ages));
  columns.emplace_back(indicator(thal));
  columns.emplace_back(embedding(thal, 8));
  columns.emplace_back(indicator(crossed({ages, thal}, 1000)));
  return columns;
}

// Three patients made by hand; of the third, thal is none of the listed kinds.
data::Batch patients() {
  data::Batch batch;
  batch.add("age", data::column(std::vector<std::int64_t>{63, 18, 17}));
  batch.add("trestbps", data::column(std::vector<std::int64_t>{145, 130, 120}));
  batch.add("chol", data::column(std::vector<std::int64_t>{233, 250, 204}));
  batch.add("thalach", data::column(std::vector<std::int64_t>{150, 187, 172}));
  batch.add("oldpeak", data::column(std::vector<float>{2.3F, 3.5F, 1.4F}));
  batch.add("slope", data::column(std::vector<std::int64_t>{3, 3, 1}));
  batch.add("ca", data::column(std::vector<std::int64_t>{0, 1, 2}));
  batch.add("thal", data::column(data::TextList{"fixed", "reversible", "2"}));
  return batch;
}

struct Place {
  const char* name;
  std::size_t offset;
  std::size_t width;
};

// By name, byte for byte: '_' comes after every capital letter and before small ones.
constexpr Place kPlaces[] = {{"age", 0, 1},
                             {"age_bucketized_X_thal_indicator", 1, 1000},
                             {"age_bucketized_indicator", 1001, 11},
                             {"ca", 1012, 1},
                             {"chol", 1013, 1},
                             {"oldpeak", 1014, 1},
                             {"slope", 1015, 1},
                             {"thal_embedding", 1016, 8},
                             {"thal_indicator", 1024, 3},
                             {"thalach", 1027, 1},
                             {"trestbps", 1028, 1}};

bool has_layout(const FeatureLayout& layout) {
  bool ok = layout.width == kWidth && layout.parts.size() == std::size(kPlaces);
  for (std::size_t i = 0; ok && i < layout.parts.size(); ++i) {
    const FeaturePart& part = layout.parts[i];
    std::printf("%5zu %5zu  %s\n", part.offset, part.width, part.name.c_str());
    ok = part.name == kPlaces[i].name && part.offset == kPlaces[i].offset &&
         part.width == kPlaces[i].width;
  }
  return ok;
}

// The row that the columns promise, put together by hand.
std::vector<float> expected_row(const data::Batch& batch, std::size_t row, std::size_t age_bucket,
                                int thal, MatrixView thal_vectors) {
  std::vector<float> out(kWidth, 0.0F);
  const auto number = [&](const char* name) {
    const data::Tensor& tensor = batch.at(name);
    return tensor.type() == data::ElementType::float32 ? tensor.floats()[row]
                                                       : static_cast<float>(tensor.integers()[row]);
  };
  for (const Place& place : kPlaces) {
    if (batch.find(place.name) != nullptr) out[place.offset] = number(place.name);
  }
  out[1001 + age_bucket] = 1.0F;
  // A word that is not listed is crossed all the same, as -1.
  std::uint64_t hash = fingerprint_cat(kCrossHashKey, age_bucket);
  hash = fingerprint_cat(hash, static_cast<std::uint64_t>(std::int64_t{thal}));
  out[1 + hash % 1000] = 1.0F;
  if (thal < 0) return out;
  out[1024 + static_cast<std::size_t>(thal)] = 1.0F;
  const auto vector = thal_vectors.row(static_cast<std::size_t>(thal));
  std::copy(vector.begin(), vector.end(), out.begin() + 1016);
  return out;
}

// A layer of two units on the whole tensor, once by gathering rows and once by the product.
bool gathers_what_the_product_gives(const FeatureLayout& layout, const FeatureBlock& block,
                                    const std::vector<Matrix>& tables, const Matrix& dense) {
  LinearModel layer = make_linear_model(layout, 2);
  for (Matrix& kernel : layer.kernels) {
    for (std::size_t i = 0; i < kernel.values().size(); ++i) {
      kernel.values()[i] = 0.01F * static_cast<float>(static_cast<int>(i * 7919 % 201) - 100);
    }
  }
  Matrix outputs(block.row_count, 2);
  predict(layer, layout, block, tables, outputs);
  for (std::size_t row = 0; row < block.row_count; ++row) {
    for (std::size_t unit = 0; unit < 2; ++unit) {
      double product = 0.0;
      for (std::size_t part = 0; part < layout.parts.size(); ++part) {
        for (std::size_t i = 0; i < layout.parts[part].width; ++i) {
          product += static_cast<double>(dense.row(row)[layout.parts[part].offset + i]) *
                     static_cast<double>(layer.kernels[part].row(i)[unit]);
        }
      }
      const auto found = static_cast<double>(outputs.row(row)[unit]);
      if (std::abs(found - product) > 1e-4 * std::max(1.0, std::abs(product))) return false;
    }
  }
  return true;
}

}  // namespace

int main() {
  const Encoder encoder(heart_columns());
  const FeatureLayout& layout = encoder.layout();
  bool ok = has_layout(layout);

  const data::Batch batch = patients();
  FeatureBlock block;
  encoder.encode(batch, block);
  const std::vector<Matrix> tables = initial_tables(layout, 1);
  Matrix dense(block.row_count, layout.width);
  dense_features(layout, block, tables, dense);

  // 63 is in [60, 65), the ninth cut; 18 lies on the first boundary; 17 below it.
  const std::size_t age_buckets[] = {9, 1, 0};
  const int thals[] = {0, 2, -1};
  for (std::size_t row = 0; row < batch.row_count; ++row) {
    const auto expected = expected_row(batch, row, age_buckets[row], thals[row], tables[0]);
    ok = ok && std::equal(expected.begin(), expected.end(), dense.row(row).begin());
  }
  ok = ok && gathers_what_the_product_gives(layout, block, tables, dense);
  std::printf("%zu numbers a row: %s\n", layout.width, ok ? "as expected" : "WRONG");
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
