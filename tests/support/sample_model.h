// A small but complete model for tests of files: every kind of part is in it.

#pragma once

#include <cstddef>
#include <limits>
#include <string>

#include "kindred/model/model.h"

namespace kindred::test {

// `count` rows with labels PREFIX0, PREFIX1, ... and vectors of multiples of 1/8.
inline embedding::Embeddings sample_embeddings(const std::string& prefix, std::size_t count,
                                               std::size_t dimensions) {
  embedding::Embeddings embeddings;
  embeddings.vectors = Matrix(count, dimensions);
  embeddings.metadata = data::Table(count);
  data::TextColumn titles;
  data::NumberColumn years;
  for (std::size_t row = 0; row < count; ++row) {
    embeddings.labels.insert(prefix + std::to_string(row));
    titles.push_back(row % 3 == 0 ? "" : "Am\xC3\xA9lie " + std::to_string(row));
    years.push_back(row % 2 == 0 ? std::numeric_limits<double>::quiet_NaN()
                                 : 1990.0 + static_cast<double>(row));
    for (std::size_t i = 0; i < dimensions; ++i) {
      embeddings.vectors.row(row)[i] = static_cast<float>(row + 1) / 8.0F - static_cast<float>(i);
    }
  }
  embeddings.metadata.add({"title", titles});
  embeddings.metadata.add({"year", years});
  return embeddings;
}

// Every user has seen every third item, from their own number on.
inline SparseMatrix sample_seen(std::size_t users, std::size_t items) {
  SparseMatrix seen;
  seen.rows = users;
  seen.cols = items;
  for (std::size_t user = 0; user < users; ++user) {
    for (std::size_t item = user % 3; item < items; item += 3) {
      seen.columns.push_back(static_cast<std::uint32_t>(item));
      seen.values.push_back(static_cast<float>(1 + (user + item) % 5));
    }
    seen.offsets.push_back(seen.columns.size());
  }
  return seen;
}

inline model::Model sample_model(std::size_t users = 5, std::size_t items = 7, int dimensions = 3) {
  model::Model model;
  factorization::IalsOptions options;
  options.dimensions = dimensions;
  options.epochs = 2;
  options.seed = std::numeric_limits<std::uint64_t>::max();
  model.watching = model::IalsPart{options};
  model.positive_rule.threshold = 3.5F;
  model.items = sample_embeddings("i", items, static_cast<std::size_t>(dimensions));
  model.users = sample_embeddings("u", users, static_cast<std::size_t>(dimensions));
  model.has_values = true;
  model.seen = sample_seen(users, items);
  for (int epoch = 1; epoch <= 2; ++epoch) {
    training::Epoch record;
    record.epoch = epoch;
    record.losses = {{"observed", 10.0 / epoch}, {"total", 12.5 / epoch}};
    if (epoch == 2) record.validation = 0.25;
    model.history.push_back(record);
  }
  model.facts.set("ratings", "a \"quoted\" file\n");
  return model;
}

}  // namespace kindred::test
