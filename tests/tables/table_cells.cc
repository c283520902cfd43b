// Prints tables as Kindred reads them, one JSON line for each file:
//
//    {"file": F, "types": {...}, "cells": [[cell or null, ...], ...]} or {"file": F, "error": E}
//
//    table_cells FILE...

#include <fmt/format.h>

#include <cmath>
#include <exception>

#include "kindred/base/json.h"
#include "kindred/data/csv_dataset.h"

namespace kindred {
namespace {

// Numbers with all their digits, as text: JSON readers may round others.
Json cell_json(const data::Tensor& tensor, std::size_t row) {
  const std::size_t at = tensor.row_begin(row);
  if (at == tensor.row_begin(row + 1)) return {};
  switch (tensor.type()) {
    case data::ElementType::int64:
      return std::to_string(tensor.integers()[at]);
    case data::ElementType::float32:
      return std::isnan(tensor.floats()[at]) ? Json()
                                             : Json(fmt::format("{}", tensor.floats()[at]));
    case data::ElementType::float64:
      return std::isnan(tensor.doubles()[at]) ? Json()
                                              : Json(fmt::format("{}", tensor.doubles()[at]));
    case data::ElementType::text:
      break;
  }
  return tensor.texts()[at].empty() ? Json() : Json(std::string(tensor.texts()[at]));
}

Json table_json(const char* file) {
  Json json;
  json.set("file", std::string(file));
  const data::CsvSchema schema = data::infer_csv_schema(
      {file}, {.keep_missing = true, .inference_rows = std::size_t{1} << 40U});
  Json types = Json(Json::Object());
  for (const data::CsvColumn& column : schema.columns) {
    types.set(column.name, data::name_of(column.type));
  }
  json.set("types", std::move(types));
  const data::Batch rows = data::csv_dataset({file}, schema).collect();
  Json cells{Json::Array{}};
  for (std::size_t row = 0; row < rows.row_count; ++row) {
    Json line{Json::Array{}};
    for (const data::NamedTensor& feature : rows.features) {
      line.push(cell_json(feature.tensor, row));
    }
    cells.push(std::move(line));
  }
  json.set("cells", std::move(cells));
  return json;
}

}  // namespace
}  // namespace kindred

int main(int count, char** files) {
  for (int i = 1; i < count; ++i) {
    kindred::Json json;
    try {
      json = kindred::table_json(files[i]);
    } catch (const std::exception& error) {
      json.set("file", std::string(files[i]));
      json.set("error", std::string(error.what()));
    }
    fmt::print("{}\n", json.dump());
  }
}
