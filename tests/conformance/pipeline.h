// Pipelines as the vectors write them: "range(8).batch(3, drop_remainder=True)".
//
// Sources: range, from_tensor_slices, from_tensors, zip, and lists of the form
// [fill(n, n) for n in 1..4], whose elements are lists of n times n. Steps: those of Dataset, by
// the name that tf.data has for them. Functions are formulas of the element, with or without
// "lambda x:" in front.

#pragma once

#include <string>
#include <string_view>

#include "kindred/base/json.h"
#include "kindred/data/dataset.h"

namespace kindred::conformance {

struct Pipeline {
  enum class Form { single, tuple, named };  // What an element is made of.

  data::Dataset dataset;
  Form form = Form::single;
};

// Throws Skip when the text says something in words, or asks for chance.
Pipeline parse_pipeline(std::string_view text);

// The elements of one pass, each in the form of the pipeline.
Json elements_of(const Pipeline& pipeline);

}  // namespace kindred::conformance
