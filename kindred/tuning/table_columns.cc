#include "kindred/tuning/table_columns.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "kindred/base/overloaded.h"
#include "kindred/tuning/dimension_prior.h"

namespace kindred::tuning {
namespace {

// What is known of the categories of a column: how many there are, also in effect.
struct Categories {
  std::size_t count = 0;
  double effective = 0.0;
};

const features::ColumnFacts* find(const features::TableFacts& facts, const std::string& key) {
  const auto found = std::ranges::find(facts.columns, key, &features::ColumnFacts::name);
  return found == facts.columns.end() ? nullptr : &*found;
}

Categories of_field(const features::TableFacts& facts, const std::string& key) {
  const features::ColumnFacts* known = find(facts, key);
  return known == nullptr ? Categories{}
                          : Categories{known->distinct_count, known->effective_count};
}

Categories of_count(std::size_t count) { return {count, static_cast<double>(count)}; }

Categories categories_of(const features::CategoricalColumn& column,
                         const features::TableFacts& facts) {
  return std::visit(
      Overloaded{[&](const features::VocabularyColumn& kind) { return of_field(facts, kind.key); },
                 [&](const features::HashedColumn& kind) { return of_field(facts, kind.key); },
                 [&](const features::RawKey& kind) { return of_field(facts, kind.key); },
                 [](const features::IdentityColumn& kind) {
                   return of_count(static_cast<std::size_t>(kind.bucket_count));
                 },
                 [](const features::BucketizedColumn& kind) {
                   return of_count(std::max(kind.quantile_count, kind.boundaries.size() + 1));
                 },
                 [](const features::CrossedColumn& kind) {
                   return of_count(static_cast<std::size_t>(kind.bucket_count));
                 }},
      column.kind);
}

// 0 for an indicator, whatever the rule: the columns stay comparable.
std::size_t dimensions_for(const features::CategoricalColumn& column,
                           const features::TableFacts& facts, const ColumnSize& size) {
  const Categories categories = categories_of(column, facts);
  const int prior = column_dimensions(categories.count, categories.effective, facts.row_count);
  if (prior == 0) return 0;
  if (!size.rule.empty()) {
    return static_cast<std::size_t>(dimensions_by_rule(size.rule, categories.count));
  }
  const double scaled = std::round(size.embedding_scale * prior);
  return static_cast<std::size_t>(
      std::clamp(scaled, 1.0, static_cast<double>(categories.count - 1)));
}

features::Column with_size(const features::CategoricalColumn& column,
                           const features::TableFacts& facts, const ColumnSize& size) {
  const std::size_t dimensions = dimensions_for(column, facts, size);
  if (dimensions == 0) return features::IndicatorColumn{.categorical = column};
  return features::EmbeddingColumn{.categorical = column, .dimensions = dimensions};
}

// The number as it is, cut into quantiles: before it is normalized, so that a missing value
// and a long tail fall where they belong.
features::Column buckets_of(const features::NumericColumn& number, std::size_t count) {
  features::BucketizedColumn kind;
  kind.source = {.key = number.key, .default_value = number.default_value};
  kind.quantile_count = count;
  return features::IndicatorColumn{.categorical = {.kind = std::move(kind)}};
}

// Embeddings of people who want something special stay: a shared table, given vectors.
bool is_plain(const features::EmbeddingColumn& column) {
  return column.table.empty() && column.initial_vectors.empty() && column.trainable;
}

}  // namespace

features::TableRecipe resized(features::TableRecipe recipe, const features::TableFacts& facts,
                              const ColumnSize& size) {
  std::vector<features::Column> columns;
  for (features::Column& column : recipe.columns) {
    if (const auto* one_hot = std::get_if<features::IndicatorColumn>(&column)) {
      columns.push_back(with_size(one_hot->categorical, facts, size));
    } else if (const auto* embedded = std::get_if<features::EmbeddingColumn>(&column);
               embedded != nullptr && is_plain(*embedded)) {
      columns.push_back(with_size(embedded->categorical, facts, size));
    } else {
      const auto* number = std::get_if<features::NumericColumn>(&column);
      if (number != nullptr && number->width() == 1 && size.bucket_count > 0) {
        columns.push_back(buckets_of(*number, size.bucket_count));
      }
      columns.push_back(std::move(column));
    }
  }
  recipe.columns = std::move(columns);
  return recipe;
}

bool has_embeddings(const features::TableRecipe& recipe, const features::TableFacts& facts) {
  const features::TableRecipe sized = resized(recipe, facts, {});
  return std::ranges::any_of(sized.columns, [](const features::Column& column) {
    return std::holds_alternative<features::EmbeddingColumn>(column);
  });
}

bool has_numbers(const features::TableRecipe& recipe) {
  return std::ranges::any_of(recipe.columns, [](const features::Column& column) {
    const auto* number = std::get_if<features::NumericColumn>(&column);
    return number != nullptr && number->width() == 1;
  });
}

}  // namespace kindred::tuning
