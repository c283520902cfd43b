// Any bytes either are a table, the same one for every chunk size and with or without threads,
// or an Error, the same one too. The first byte of the input chooses options.

#include <string>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/data/csv_dataset.h"
#include "tests/fuzz/memory_file.h"

namespace {

using kindred::data::Batch;
using kindred::data::CsvOptions;
using kindred::data::CsvReading;

// The rows and what was said of those left out, or the error.
struct Outcome {
  Batch rows;
  std::string text;
};

Outcome read(const std::filesystem::path& path, const CsvOptions& options, CsvReading reading) {
  Outcome outcome;
  try {
    const auto schema = kindred::data::infer_csv_schema({path}, options);
    reading.on_bad = [&](const std::string& message) { outcome.text += message + "\n"; };
    outcome.rows = kindred::data::csv_dataset({path}, schema, reading).collect();
    check_batch(outcome.rows);
  } catch (const kindred::Error& error) {
    outcome.rows = {};
    outcome.text = error.what();
  }
  return outcome;
}

// Numbers that are missing are NaN, which equals nothing: bytes are compared as text.
bool is_same(const Outcome& a, const Outcome& b) {
  if (a.text != b.text || a.rows.row_count != b.rows.row_count) return false;
  for (const auto& [name, tensor] : a.rows.features) {
    const kindred::data::Tensor& other = b.rows.at(name);
    const bool may_differ = tensor.type() == kindred::data::ElementType::float32 ||
                            tensor.type() == kindred::data::ElementType::float64;
    if (!may_differ && tensor != other) return false;
    if (tensor.value_count() != other.value_count()) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  CsvOptions options;
  options.keep_missing = (data[0] & 1U) != 0;
  options.trim = (data[0] & 2U) != 0;
  if ((data[0] & 4U) != 0) options.encoding = kindred::data::Encoding::latin1;
  if ((data[0] & 8U) != 0) options.list_separators = {{"a", "|"}};
  if ((data[0] & 16U) != 0) options.inference_rows = 1;
  CsvReading reading{.thread_count = 0};
  if ((data[0] & 32U) != 0) reading.bad_count_max = 3;
  const kindred::test::MemoryFile file(data + 1, size - 1);
  const Outcome whole = read(file.path(), options, reading);
  reading.chunk_bytes = 1 + size % 37;
  KINDRED_CHECK(is_same(read(file.path(), options, reading), whole));
  return 0;
}
