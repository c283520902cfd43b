// Feature columns as the vectors write them.
//
// Two forms, which mean the same: JSON, {"bucketized": {"key": "price", "boundaries": [0, 1]}},
// and text, "bucketized(price[2])", kind(argument, ...; size; key=value), nested. What a text
// leaves out (boundaries, words) stands among the arguments of the vector.

#pragma once

#include <string>

#include "kindred/base/json.h"
#include "kindred/features/column.h"

namespace kindred::conformance {

class ColumnReader {
 public:
  explicit ColumnReader(const Json& arguments) : arguments_(arguments) {}

  features::Column column(const Json& json) const;
  // `key` is the feature where the vector names none. A bare name is a RawKey.
  features::CategoricalColumn categorical(const Json& json, const std::string& key = "ids") const;
  features::NumericColumn numeric(const Json& json) const;

 private:
  features::CategoricalColumn bucketized(const Json& json, const std::string& key) const;
  features::CategoricalColumn crossed(const Json& json) const;
  features::CategoricalColumn identity(const Json& json, const std::string& key) const;
  features::CategoricalColumn vocabulary(const Json& json, const std::string& key) const;
  features::CategoricalColumn hashed(const Json& json, const std::string& key) const;
  features::EmbeddingColumn embedding(const Json& wrapper, const Json& inner) const;
  const Json* find(const Json& json, std::initializer_list<const char*> names) const;

  const Json& arguments_;
};

// A vocabulary of texts, or of whole numbers.
features::VocabularyColumn read_vocabulary(const Json& words, const std::string& key);

// "sum", "mean", "sqrtn".
features::Combiner read_combiner(const Json* name);

}  // namespace kindred::conformance
