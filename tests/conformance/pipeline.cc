#include "tests/conformance/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "tests/conformance/formula.h"
#include "tests/conformance/operations.h"
#include "tests/conformance/vector_tensor.h"

namespace kindred::conformance {
namespace {

using data::Dataset;
using Form = Pipeline::Form;
using Variables = Formula::Variables;

constexpr const char* kValue = "value";
constexpr const char* kShards =  // The files' own name, which is none of ours.
    "num"
    "_shards";

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

[[noreturn]] void skip_words(std::string_view text) {
  throw Skip(fmt::format("a pipeline in words: '{}'", text));
}

// Where the bracket that opens at text[0] closes.
std::size_t closing(std::string_view text) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    if (quote != 0) {
      if (byte == quote) quote = 0;
    } else if (byte == '\'' || byte == '"') {
      quote = byte;
    } else if (byte == '(' || byte == '[' || byte == '{') {
      ++depth;
    } else if (byte == ')' || byte == ']' || byte == '}') {
      if (--depth == 0) return i;
    }
  }
  skip_words(text);
}

// The arguments between brackets, split at the commas that are in no others.
struct Arguments {
  std::vector<std::string> positional;
  std::map<std::string, std::string, std::less<>> named;

  explicit Arguments(std::string_view text) {
    while (!trimmed(text).empty()) {
      std::size_t end = 0;
      while (end < text.size() && text[end] != ',') {
        const bool opens = text[end] == '(' || text[end] == '[' || text[end] == '{';
        end += opens ? closing(text.substr(end)) + 1 : 1;
      }
      add(trimmed(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  // The argument, by its place or its name.
  std::optional<std::string> find(std::size_t place, std::string_view name) const {
    if (const auto found = named.find(name); found != named.end()) return found->second;
    if (place < positional.size()) return positional[place];
    return std::nullopt;
  }

 private:
  void add(std::string_view argument) {
    std::size_t length = 0;
    while (length < argument.size() &&
           (std::isalnum(static_cast<unsigned char>(argument[length])) != 0 ||
            argument[length] == '_')) {
      ++length;
    }
    const std::string_view rest = trimmed(argument.substr(length));
    if (length > 0 && rest.starts_with('=') && !rest.starts_with("==")) {
      named.emplace(argument.substr(0, length), trimmed(rest.substr(1)));
    } else {
      positional.emplace_back(argument);
    }
  }
};

bool is_true(const std::optional<std::string>& text) {
  return text && (*text == "True" || *text == "true");
}

// A literal of Python as JSON: other quotes, other words for the constants.
Json literal(std::string text) {
  std::ranges::replace(text, '\'', '"');
  for (const auto& [python, json] :
       {std::pair("True", "true"), std::pair("False", "false"), std::pair("None", "null")}) {
    for (std::size_t at = text.find(python); at != std::string::npos; at = text.find(python, at)) {
      text.replace(at, std::string_view(python).size(), json);
    }
  }
  try {
    return Json::parse(text);
  } catch (const Error&) {
    skip_words(text);
  }
}

// "lambda x: x + 1", "x -> x + 1", "x => x + 1": the variable and what is done with it.
struct Function {
  std::string variable = "x";
  std::string body;

  explicit Function(std::string_view text) {
    if (text.starts_with("lambda ")) text = trimmed(text.substr(7));
    for (const std::string_view arrow : {"->", "=>", ":"}) {
      const std::size_t at = text.find(arrow);
      if (at == std::string_view::npos || at == 0) continue;
      const std::string_view name = trimmed(text.substr(0, at));
      const auto is_letter = [](char byte) {
        return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_';
      };
      if (!std::ranges::all_of(name, is_letter)) continue;
      variable = name;
      text = trimmed(text.substr(at + arrow.size()));
      break;
    }
    body = text;
  }
};

class PipelineText {
 public:
  PipelineText(std::string_view text, Variables variables)
      : text_(trimmed(text)), variables_(std::move(variables)) {}

  Pipeline parse() {
    Pipeline pipeline = text_.starts_with('[') ? parse_list() : parse_source();
    while (!text_.empty()) {
      if (!text_.starts_with('.')) skip_words(text_);
      text_.remove_prefix(1);
      const std::string name = take_name();
      pipeline = with_step(std::move(pipeline), name, take_arguments());
    }
    return pipeline;
  }

 private:
  std::string take_name() {
    const std::size_t end = text_.find('(');
    if (end == std::string_view::npos) skip_words(text_);
    std::string name(trimmed(text_.substr(0, end)));
    text_.remove_prefix(end);
    for (const std::string_view prefix : {"tf.data.Dataset.", "Dataset."}) {
      if (name.starts_with(prefix)) name.erase(0, prefix.size());
    }
    return name;
  }
  Arguments take_arguments() {
    const std::size_t end = closing(text_);
    const Arguments arguments(text_.substr(1, end - 1));
    text_ = trimmed(text_.substr(end + 1));
    return arguments;
  }

  std::int64_t number(const std::optional<std::string>& text, std::int64_t otherwise) const {
    if (!text || *text == "None") return otherwise;
    return static_cast<std::int64_t>(Formula(*text).value(variables_));
  }
  std::size_t size(const std::optional<std::string>& text) const {
    const std::int64_t value = number(text, -1);
    if (value >= 0) return static_cast<std::size_t>(value);
    throw Error(ErrorCode::invalid_argument, "a size must be given, 0 or above");
  }

  Pipeline parse_list();
  Pipeline parse_source();
  Pipeline slices(const std::string& text, bool whole) const;
  Pipeline zipped(const std::vector<std::string>& texts) const;
  Pipeline with_step(Pipeline pipeline, const std::string& name, const Arguments& arguments) const;
  std::optional<Dataset> step(const Pipeline& before, const std::string& name,
                              const Arguments& arguments) const;
  std::optional<Dataset> function_step(const Pipeline& before, const std::string& name,
                                       const Arguments& arguments) const;
  Dataset padded(const Pipeline& before, const Arguments& arguments) const;

  std::string_view text_;
  Variables variables_;
};

// [fill(n, n) for n in 1..4]: element n is n times the number n.
Pipeline PipelineText::parse_list() {
  const std::size_t end = closing(text_);
  const std::string_view inside = text_.substr(1, end - 1);
  text_ = trimmed(text_.substr(end + 1));
  const std::size_t in = inside.find(" in ");
  const std::size_t dots = inside.find("..");
  const std::size_t loop = inside.find(" for ");
  if (!inside.starts_with("fill(") || in == std::string_view::npos ||
      dots == std::string_view::npos || loop == std::string_view::npos) {
    skip_words(inside);
  }
  const std::string variable(trimmed(inside.substr(loop + 5, in - loop - 5)));
  const auto first = number(std::string(trimmed(inside.substr(in + 4, dots - in - 4))), 0);
  const auto last = number(std::string(trimmed(inside.substr(dots + 2))), 0);
  const std::string_view call = inside.substr(4, closing(inside.substr(4)) + 1);
  const Arguments fill(call.substr(1, call.size() - 2));
  std::vector<std::int64_t> values;
  std::vector<std::size_t> offsets = {0};
  for (std::int64_t n = first; n <= last; ++n) {
    Variables inner = variables_;
    inner[variable] = static_cast<double>(n);
    const auto count = static_cast<std::size_t>(Formula(fill.positional.at(0)).value(inner));
    const auto value = static_cast<std::int64_t>(Formula(fill.positional.at(1)).value(inner));
    values.insert(values.end(), count, value);
    offsets.push_back(values.size());
  }
  data::Batch batch;
  batch.add(kValue, data::ragged(std::move(values), std::move(offsets)));
  return {.dataset = Dataset::from_batch(std::move(batch))};
}

Pipeline PipelineText::parse_source() {
  const std::string name = take_name();
  const Arguments arguments = take_arguments();
  if (name == "range") {
    const auto& given = arguments.positional;
    const std::int64_t first = given.size() > 1 ? number(given[0], 0) : 0;
    const std::int64_t end = number(arguments.find(given.size() > 1 ? 1 : 0, "stop"), 0);
    return {.dataset = Dataset::range(first, end, number(arguments.find(2, "step"), 1))};
  }
  if (name == "from_tensor_slices") return slices(arguments.positional.at(0), false);
  if (name == "from_tensors") return slices(arguments.positional.at(0), true);
  if (name == "zip") return zipped(arguments.positional);
  skip_words(name);
}

// `whole`: the value is one element; else each of its rows is.
Pipeline PipelineText::slices(const std::string& text, bool whole) const {
  Json json;
  if (variables_.contains(text)) {
    json = static_cast<std::int64_t>(variables_.at(text));
  } else {
    json = literal(text);
  }
  const auto tensor = [&](const Json& value) {
    return read_tensor(whole ? Json(Json::Array{value}) : value).tensor;
  };
  data::Batch batch;
  if (!json.is_object()) {
    batch.add(kValue, tensor(json));
    return {.dataset = Dataset::from_batch(std::move(batch))};
  }
  for (const auto& [name, value] : json.as_object()) batch.add(name, tensor(value));
  return {.dataset = Dataset::from_batch(std::move(batch)), .form = Form::named};
}

Pipeline PipelineText::zipped(const std::vector<std::string>& texts) const {
  std::vector<Dataset> parts;
  for (const std::string& text : texts) {
    Pipeline part = PipelineText(text, variables_).parse();
    if (part.form != Form::single) throw Skip("zip of elements that have parts themselves");
    const std::string name = std::to_string(parts.size());
    parts.push_back(part.dataset.map([name](data::Batch rows) {
      rows.features.front().name = name;
      return rows;
    }));
  }
  return {.dataset = Dataset::zip(std::move(parts)), .form = Form::tuple};
}

Pipeline PipelineText::with_step(Pipeline pipeline, const std::string& name,
                                 const Arguments& arguments) const {
  std::optional<Dataset> next = step(pipeline, name, arguments);
  if (!next) next = function_step(pipeline, name, arguments);
  if (!next) skip_words(name);
  return {.dataset = std::move(*next), .form = pipeline.form};
}

std::optional<Dataset> PipelineText::step(const Pipeline& before, const std::string& name,
                                          const Arguments& arguments) const {
  const Dataset& dataset = before.dataset;
  const bool drop = is_true(arguments.find(1, "drop_remainder"));
  if (name == "batch") {
    return dataset.batch(size(arguments.find(0, "batch_size")), {.drop_remainder = drop});
  }
  if (name == "padded_batch") return padded(before, arguments);
  if (name == "repeat") return dataset.repeat(number(arguments.find(0, "count"), data::kForever));
  if (name == "take") return dataset.take(number(arguments.find(0, "count"), data::kAll));
  if (name == "skip") return dataset.skip(number(arguments.find(0, "count"), data::kAll));
  if (name == "shard") {
    return dataset.shard(number(arguments.find(0, kShards), 1),
                         number(arguments.find(1, "index"), 0));
  }
  if (name == "cache") return dataset.cache();
  if (name == "prefetch") return dataset.prefetch();
  if (name == "unbatch") return dataset.unbatch();
  if (name == "concatenate") {
    return dataset.concatenate(
        PipelineText(arguments.positional.at(0), variables_).parse().dataset);
  }
  if (name == "shuffle") throw Skip("the order of a shuffle is each system's own");
  return std::nullopt;
}

std::optional<Dataset> PipelineText::function_step(const Pipeline& before, const std::string& name,
                                                   const Arguments& arguments) const {
  const bool has_function = name == "map" || name == "filter" || name == "interleave";
  if (!has_function || before.form != Form::single || arguments.positional.empty()) {
    return std::nullopt;
  }
  const Function function(arguments.positional.front());
  const Variables outer = variables_;
  const auto with = [outer, function](std::int64_t value) {
    Variables variables = outer;
    variables[function.variable] = static_cast<double>(value);
    return variables;
  };
  if (name == "filter") {
    Formula(function.body).value(with(0));  // Words are found before they are run.
    return before.dataset.filter([=](const data::Batch& rows, std::size_t row) {
      return Formula(function.body).value(with(rows.at(kValue).integers()[row])) != 0.0;
    });
  }
  if (name == "map") {
    Formula(function.body).value(with(0));
    return before.dataset.map([=](data::Batch rows) {
      for (std::int64_t& value : std::get<std::vector<std::int64_t>>(rows.find(kValue)->values)) {
        value = static_cast<std::int64_t>(Formula(function.body).value(with(value)));
      }
      return rows;
    });
  }
  PipelineText(function.body, with(0)).parse();
  const data::InterleaveOptions options{
      .cycle_length = size(arguments.find(1, "cycle_length").value_or("1")),
      .block_length = size(arguments.find(2, "block_length").value_or("1"))};
  return before.dataset.interleave(
      [=](const data::Batch& element) {
        const std::int64_t value = element.at(kValue).integers().front();
        return PipelineText(function.body, with(value)).parse().dataset;
      },
      options);
}

Dataset PipelineText::padded(const Pipeline& before, const Arguments& arguments) const {
  data::PaddedBatchOptions options;
  options.drop_remainder = is_true(arguments.named.contains("drop_remainder")
                                       ? std::optional(arguments.named.at("drop_remainder"))
                                       : std::nullopt);
  if (const auto shape = arguments.find(1, "padded_shapes"); shape && *shape != "None") {
    std::string length = *shape;
    std::erase_if(length, [](char byte) { return byte == '[' || byte == ']' || byte == ' '; });
    if (length != "None" && length != "-1") options.lengths[kValue] = size(length);
  }
  if (const auto fill = arguments.named.find("padding_values"); fill != arguments.named.end()) {
    const Json value = literal(fill->second);
    if (value.is_string()) {
      options.text = value.as_string();
    } else {
      options.number = value.as_double();
    }
  }
  return before.dataset.padded_batch(size(arguments.find(0, "batch_size")), options);
}

// ---- Elements.

Json value_json(const data::Tensor& tensor, std::size_t index) {
  switch (tensor.type()) {
    case data::ElementType::text:
      return tensor.texts()[index];
    case data::ElementType::int64:
      return tensor.integers()[index];
    case data::ElementType::float32:
      return static_cast<double>(tensor.floats()[index]);
    case data::ElementType::float64:
      break;
  }
  return tensor.doubles()[index];
}

Json nest(const data::Tensor& tensor, std::size_t begin, std::span<const std::size_t> shape) {
  if (shape.empty()) return value_json(tensor, begin);
  std::size_t stride = 1;
  for (const std::size_t axis : shape.subspan(1)) stride *= axis;
  Json out{Json::Array{}};
  for (std::size_t i = 0; i < shape.front(); ++i) {
    out.push(nest(tensor, begin + i * stride, shape.subspan(1)));
  }
  return out;
}

Json row_json(const data::Tensor& tensor, std::size_t row) {
  if (!tensor.is_ragged())
    return nest(tensor, tensor.row_begin(row), std::span(tensor.shape).subspan(1));
  const std::size_t begin = tensor.row_begin(row);
  return nest(tensor, begin, std::vector{tensor.row_begin(row + 1) - begin});
}

Json tensor_json(const data::Tensor& tensor) {
  Json out{Json::Array{}};
  for (std::size_t row = 0; row < tensor.row_count(); ++row) out.push(row_json(tensor, row));
  return out;
}

template <typename Of>
Json element_json(const data::Batch& batch, Form form, const Of& of) {
  if (form == Form::single) return of(batch.features.front().tensor);
  Json out = form == Form::tuple ? Json(Json::Array{}) : Json(Json::Object{});
  for (const data::NamedTensor& feature : batch.features) {
    if (form == Form::tuple) {
      out.push(of(feature.tensor));
    } else {
      out.set(feature.name, of(feature.tensor));
    }
  }
  return out;
}

}  // namespace

Pipeline parse_pipeline(std::string_view text) { return PipelineText(text, {}).parse(); }

Json elements_of(const Pipeline& pipeline) {
  if (pipeline.dataset.cardinality() == data::kInfiniteCardinality) {
    throw Skip("there is no end to its elements");
  }
  Json out{Json::Array{}};
  data::DatasetIterator iterator = pipeline.dataset.start();
  for (data::Batch batch; iterator.next(batch);) {
    if (pipeline.dataset.is_batched()) {
      out.push(element_json(batch, pipeline.form, tensor_json));
      continue;
    }
    for (std::size_t row = 0; row < batch.row_count; ++row) {
      out.push(element_json(batch, pipeline.form,
                            [&](const data::Tensor& tensor) { return row_json(tensor, row); }));
    }
  }
  return out;
}

}  // namespace kindred::conformance
