// Six homes, two features: how a table becomes the numbers that a network reads.
//
// Square footage goes in as it is; the type of home is a word of a list and becomes one-hot.
// The rows come from memory, then from two CSV files; both ways they are shuffled, repeated
// and batched for training, and give the same tensors.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <vector>

#include "kindred/data/csv_dataset.h"
#include "kindred/features/encoder.h"
#include "kindred/features/pooling.h"

using namespace kindred;

namespace {

data::Batch homes() {
  data::Batch batch;
  batch.add("sq_footage",
            data::column(std::vector<std::int64_t>{1000, 2000, 3000, 1000, 2000, 3000}));
  batch.add("type", data::column(data::TextList{"house", "house", "house", "apt", "apt", "apt"}));
  batch.label = data::column(std::vector<float>{500, 1000, 1500, 700, 1300, 1900});  // Thousands.
  return batch;
}

// The dense tensor of a batch.
Matrix encode(const features::Encoder& encoder, const data::Batch& batch) {
  features::FeatureBlock block;
  encoder.encode(batch, block);
  Matrix dense(block.row_count, encoder.layout().width);
  features::dense_features(encoder.layout(), block, {}, dense);
  return dense;
}

bool equals(const Matrix& found, const std::vector<float>& expected) {
  return std::equal(found.values().begin(), found.values().end(), expected.begin(), expected.end());
}

// Every row with its label, as a set: shuffling changes the order alone.
std::multiset<std::vector<float>> rows_of(const features::Encoder& encoder,
                                          const data::Dataset& batches) {
  std::multiset<std::vector<float>> rows;
  data::DatasetIterator iterator = batches.start();
  for (data::Batch batch; iterator.next(batch);) {
    const Matrix dense = encode(encoder, batch);
    const data::Tensor& label = *batch.label;
    for (std::size_t row = 0; row < batch.row_count; ++row) {
      std::vector<float> values(dense.row(row).begin(), dense.row(row).end());
      values.push_back(label.type() == data::ElementType::float32
                           ? label.floats()[row]
                           : static_cast<float>(label.integers()[row]));
      rows.insert(std::move(values));
    }
  }
  return rows;
}

// Two files without headers; the second one pads its words with spaces.
data::Dataset from_files(const std::filesystem::path& folder) {
  std::ofstream(folder / "1.csv") << "1000,house,500\n2000,house,1000\n3000,house,1500\n";
  std::ofstream(folder / "2.csv") << "1000, apt,  700\n2000, apt, 1300\n3000, apt, 1900\n";
  const std::vector<std::filesystem::path> files = {folder / "1.csv", folder / "2.csv"};
  const data::CsvSchema schema = data::infer_csv_schema(
      files, {.names = {"sq_footage", "type", "price"}, .trim = true, .label = "price"});
  return data::csv_dataset(files, schema);
}

}  // namespace

int main() {
  const features::Encoder encoder(
      {features::numeric("sq_footage"),
       features::indicator(features::vocabulary("type", {"house", "apt"}))});
  for (const features::FeaturePart& part : encoder.layout().parts) {
    std::printf("%-16s offset %zu, width %zu\n", part.name.c_str(), part.offset, part.width);
  }
  const Matrix dense = encode(encoder, homes());
  for (std::size_t row = 0; row < dense.rows(); ++row) {
    std::printf("%6.0f %2.0f %2.0f\n", static_cast<double>(dense.row(row)[0]),
                static_cast<double>(dense.row(row)[1]), static_cast<double>(dense.row(row)[2]));
  }
  bool ok = equals(dense, {1000, 1, 0, 2000, 1, 0, 3000, 1, 0,  //
                           1000, 0, 1, 2000, 0, 1, 3000, 0, 1});

  // What is to be predicted is encoded alike.
  data::Batch wanted;
  wanted.add("sq_footage", data::column(std::vector<std::int64_t>{1500, 1500, 2500, 2500}));
  wanted.add("type", data::column(data::TextList{"house", "apt", "house", "apt"}));
  ok = ok && equals(encode(encoder, wanted), {1500, 1, 0, 1500, 0, 1, 2500, 1, 0, 2500, 0, 1});

  // A hundred passes in batches of three, from memory and from files.
  const data::Dataset memory = data::Dataset::from_batch(homes()).shuffle(6).repeat(100).batch(3);
  ok = ok && memory.cardinality() == 200;
  const auto folder = std::filesystem::temp_directory_path() / "kindred_real_estate_example";
  std::filesystem::create_directories(folder);
  const data::Dataset files = from_files(folder).shuffle(1000).repeat(100).batch(3).prefetch();
  const auto rows = rows_of(encoder, memory);
  ok = ok && rows.size() == 600 && rows == rows_of(encoder, files);
  std::filesystem::remove_all(folder);

  // The whole dataset as a single batch.
  data::DatasetIterator single = data::Dataset::from_batch(homes()).batch(6).start();
  data::Batch all;
  ok = ok && single.next(all) && all == homes() && !single.next(all);
  std::printf("%zu rows seen in 100 passes: %s\n", rows.size(), ok ? "as expected" : "WRONG");
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
