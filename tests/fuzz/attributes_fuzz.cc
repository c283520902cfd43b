// Any bytes either are a table with a row for every label, or an Error.

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/data/attributes.h"
#include "tests/fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred::data;
  static const Vocabulary kLabels(std::vector<std::string>{"1", "2", "a"});
  const kindred::test::MemoryFile file(data, size);
  try {
    const Attributes found = read_attributes(file.path(), {}, kLabels);
    KINDRED_CHECK(found.table.row_count() == kLabels.size());
    for (const Column& column : found.table.columns()) {
      KINDRED_CHECK(column.size() == kLabels.size());
      for (std::size_t row = 0; row < column.size(); ++row) {
        const std::string cell = found.table.cell(column, row);
        (void)has_token(cell, "a");
        (void)year_of_title(cell);
      }
    }
  } catch (const kindred::Error&) {
    // As promised.
  }
  return 0;
}
