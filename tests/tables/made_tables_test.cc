// Tables of which the truth is known: every type, every missing value and every cell.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kindred/data/csv_dataset.h"
#include "kindred/data/number_text.h"
#include "kindred/features/table_facts.h"
#include "tests/support/temporary_folder.h"
#include "tests/tables/table_maker.h"

namespace kindred {
namespace {

constexpr std::uint64_t kTableCount = 1000;

struct ReadTable {
  data::CsvSchema schema;
  data::Batch rows;
  features::TableFacts facts;
};

ReadTable read_made(const test::MadeTable& table, const std::filesystem::path& file) {
  test::write_bytes(file, table.text);
  ReadTable read;
  read.schema =
      data::infer_csv_schema({file}, {.separator = table.separator, .keep_missing = true});
  const data::Dataset rows = data::csv_dataset({file}, read.schema);
  read.facts = features::gather_facts(read.schema, rows);
  read.rows = rows.collect();
  return read;
}

// The cell as text, or "" where it is missing.
std::string cell_of(const data::Tensor& tensor, std::size_t row) {
  const std::size_t at = tensor.row_begin(row);
  if (at == tensor.row_begin(row + 1)) return "";
  switch (tensor.type()) {
    case data::ElementType::int64:
      return std::to_string(tensor.integers()[at]);
    case data::ElementType::float32:
      return std::isnan(tensor.floats()[at]) ? "" : fmt::format("{}", tensor.floats()[at]);
    case data::ElementType::float64:
      return std::isnan(tensor.doubles()[at]) ? "" : fmt::format("{}", tensor.doubles()[at]);
    case data::ElementType::text:
      break;
  }
  return std::string(tensor.texts()[at]);
}

// Whether two texts mean the same number, digit for digit.
bool same_value(const std::string& found, const std::string& meant, data::CsvType type) {
  if (type == data::CsvType::text || found.empty() || meant.empty()) return found == meant;
  double a = 0.0;
  double b = 0.0;
  data::parse_number(found, a);
  data::parse_number(meant, b);
  return type == data::CsvType::int32 || type == data::CsvType::int64 ? found == meant : a == b;
}

TEST(MadeTables, EveryTypeAndEveryCellIsReadAsItWasMade) {
  const test::TemporaryFolder folder;
  for (std::uint64_t seed = 0; seed < kTableCount; ++seed) {
    const test::MadeTable table = test::make_table(seed);
    const ReadTable read = read_made(table, folder / "t.csv");
    ASSERT_EQ(read.schema.columns.size(), table.columns.size()) << "seed " << seed;
    ASSERT_EQ(read.rows.row_count, table.row_count) << "seed " << seed;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const test::MadeColumn& column = table.columns[i];
      ASSERT_EQ(read.schema.columns[i].name, column.name) << "seed " << seed;
      ASSERT_EQ(name_of(read.schema.columns[i].type), name_of(column.type))
          << "seed " << seed << ", column " << column.name;
      const data::Tensor& cells = read.rows.at(column.name);
      for (std::size_t row = 0; row < table.row_count; ++row) {
        const std::string found = cell_of(cells, row);
        ASSERT_TRUE(same_value(found, column.cells[row], column.type))
            << "seed " << seed << ", column " << column.name << ", row " << row << ": '" << found
            << "' for '" << column.cells[row] << "'";
      }
    }
  }
}

TEST(MadeTables, CountsAndMediansAreThoseOfTheCells) {
  const test::TemporaryFolder folder;
  for (std::uint64_t seed = 0; seed < kTableCount / 4; ++seed) {
    const test::MadeTable table = test::make_table(seed);
    const ReadTable read = read_made(table, folder / "t.csv");
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const test::MadeColumn& column = table.columns[i];
      const features::ColumnFacts& facts = read.facts.columns[i];
      std::vector<double> numbers;
      std::size_t missing = 0;
      for (const std::string& cell : column.cells) {
        double value = 0.0;
        missing += cell.empty() ? 1U : 0U;
        if (!cell.empty() && data::parse_number(cell, value) == data::NumberFault::none) {
          numbers.push_back(value);
        }
      }
      ASSERT_EQ(facts.missing_count, missing) << "seed " << seed << ", " << column.name;
      if (column.type == data::CsvType::text) continue;
      std::ranges::sort(numbers);
      const double left = numbers[(numbers.size() - 1) / 2];
      const double right = numbers[numbers.size() / 2];
      ASSERT_EQ(facts.median, left + (right - left) / 2) << "seed " << seed << ", " << column.name;
      ASSERT_EQ(facts.minimum, numbers.front()) << "seed " << seed << ", " << column.name;
      ASSERT_EQ(facts.maximum, numbers.back()) << "seed " << seed << ", " << column.name;
    }
  }
}

}  // namespace
}  // namespace kindred
