#include "kindred/embedding/projector_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"

namespace kindred::embedding {
namespace {

constexpr std::string_view kConfigMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlank = " \t\r\n,;";
constexpr std::size_t kDepthMax = 16;

std::string_view without_mark(std::string_view text) noexcept {
  if (text.starts_with(kConfigMark)) text.remove_prefix(kConfigMark.size());
  return text;
}

// Where a tensor of the config stands, for errors.
std::string place_of(const std::string& file_name, std::size_t index) {
  return fmt::format("{}: embeddings {}", file_name, index + 1);
}

// ---- JSON ---------------------------------------------------------------------------------

std::string text_member(const Json& object, const char* key, const std::string& place,
                        bool required) {
  const Json* found = object.find(key);
  if (found == nullptr && !required) return "";
  try {
    if (found == nullptr) throw Error(ErrorCode::corrupt, "is missing");
    return found->as_string();
  } catch (const Error& error) {
    throw Error(ErrorCode::corrupt, fmt::format("{}: {}: {}", place, key, error.what()));
  }
}

Extent2 extent_member(const Json& object, const char* key, const std::string& place) {
  const std::string field = fmt::format("{}: {}", place, key);
  const Json* found = object.find(key);
  const bool is_pair = found != nullptr && found->is_array() && found->as_array().size() == 2;
  if (!is_pair) throw Error(ErrorCode::corrupt, field + " is not of two whole numbers");
  return {read_size(found->as_array()[0], field), read_size(found->as_array()[1], field)};
}

ProjectorTensor tensor_of_json(const Json& json, const std::string& place) {
  if (!json.is_object()) throw Error(ErrorCode::corrupt, place + ": not an object");
  ProjectorTensor tensor;
  tensor.name = text_member(json, "tensorName", place, false);
  tensor.path = text_member(json, "tensorPath", place, false);
  tensor.metadata_path = text_member(json, "metadataPath", place, false);
  if (json.find("tensorShape") != nullptr) tensor.shape = extent_member(json, "tensorShape", place);
  if (const Json* sprite = json.find("sprite")) {
    const std::string of_sprite = place + ": sprite";
    if (!sprite->is_object()) throw Error(ErrorCode::corrupt, of_sprite + ": not an object");
    tensor.sprite_path = text_member(*sprite, "imagePath", of_sprite, true);
    tensor.image = extent_member(*sprite, "singleImageDim", of_sprite);
  }
  return tensor;
}

std::vector<ProjectorTensor> tensors_of_json(std::string_view text, const std::string& file_name) {
  Json config;
  try {
    config = Json::parse(text);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", file_name, error.what()));
  }
  const Json* list = config.is_object() ? config.find("embeddings") : nullptr;
  if (list == nullptr || !list->is_array()) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: JSON, but no configuration of the projector, which has a list "
                            "'embeddings'; write vectors as CSV or .npy",
                            file_name));
  }
  std::vector<ProjectorTensor> tensors;
  for (const Json& json : list->as_array()) {
    tensors.push_back(tensor_of_json(json, place_of(file_name, tensors.size())));
  }
  return tensors;
}

// ---- Text protobuf ------------------------------------------------------------------------

// Name, colon and value, or name, brace and fields; '#' begins a comment.
class TextFields {
 public:
  TextFields(std::string_view text, const std::string& file_name)
      : all_(text), rest_(text), file_name_(file_name) {}

  bool at_end() {
    skip();
    return rest_.empty();
  }
  bool take(char c) {
    skip();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string name() {
    skip();
    const std::size_t end = std::min(
        rest_.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"),
        rest_.size());
    if (end == 0) refuse("here should be the name of a field");
    std::string found(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return found;
  }

  std::string text(const std::string& field) {
    take(':');
    skip();
    if (rest_.empty() || (rest_[0] != '"' && rest_[0] != '\'')) {
      refuse(fmt::format("{} is not a text in quotes", field));
    }
    const char quote = rest_[0];
    rest_.remove_prefix(1);
    std::string found;
    while (!rest_.starts_with(quote)) {
      if (rest_.empty() || rest_[0] == '\n') refuse(fmt::format("{} has no closing quote", field));
      if (rest_[0] == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) refuse(fmt::format("{} has no closing quote", field));
      found += rest_[0];
      rest_.remove_prefix(1);
    }
    rest_.remove_prefix(1);
    return found;
  }

  // One number, or several in brackets.
  void numbers(const std::string& field, std::vector<std::size_t>& values) {
    take(':');
    if (!take('[')) return values.push_back(number(field));
    while (!take(']')) values.push_back(number(field));
  }

  // What is not known is passed over: a value, or fields in braces.
  void skip_value(std::size_t depth) {
    if (depth > kDepthMax) refuse("fields lie more than 16 deep in each other");
    take(':');
    if (take('{')) {
      while (!take('}')) {
        if (at_end()) refuse("a brace is not closed");
        name();
        skip_value(depth + 1);
      }
      return;
    }
    skip();
    if (rest_.starts_with('"') || rest_.starts_with('\'')) {
      text("a field");
      return;
    }
    const std::size_t end = std::min(rest_.find_first_of(" \t\r\n,;{}"), rest_.size());
    if (end == 0) refuse("here should be a value");
    rest_.remove_prefix(end);
  }

  [[noreturn]] void refuse(const std::string& problem) const {
    const std::string_view read = all_.substr(0, all_.size() - rest_.size());
    throw Error(ErrorCode::corrupt,
                fmt::format("{}:{}: {}", file_name_, 1 + std::ranges::count(read, '\n'), problem));
  }

 private:
  void skip() {
    while (!rest_.empty()) {
      const std::size_t blank = std::min(rest_.find_first_not_of(kBlank), rest_.size());
      rest_.remove_prefix(blank);
      if (!rest_.starts_with('#')) return;
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    }
  }

  std::size_t number(const std::string& field) {
    skip();
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (problem != std::errc() || value > kSizeMax) {
      refuse(fmt::format("{} is not a whole number from 0 to {}", field, kSizeMax));
    }
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::string_view all_;
  std::string_view rest_;
  const std::string& file_name_;
};

Extent2 pair_of(const std::vector<std::size_t>& values, const std::string& field,
                const TextFields& fields) {
  if (values.size() != 2) fields.refuse(fmt::format("{} is not of two whole numbers", field));
  return {values[0], values[1]};
}

void read_sprite(TextFields& fields, ProjectorTensor& tensor) {
  fields.take(':');
  if (!fields.take('{')) fields.refuse("sprite is not of fields in braces");
  std::vector<std::size_t> image;
  while (!fields.take('}')) {
    if (fields.at_end()) fields.refuse("the brace of sprite is not closed");
    const std::string name = fields.name();
    if (name == "image_path") {
      tensor.sprite_path = fields.text(name);
    } else if (name == "single_image_dim") {
      fields.numbers(name, image);
    } else {
      fields.skip_value(0);
    }
  }
  tensor.image = pair_of(image, "single_image_dim", fields);
}

ProjectorTensor read_tensor(TextFields& fields) {
  ProjectorTensor tensor;
  std::vector<std::size_t> shape;
  while (!fields.take('}')) {
    if (fields.at_end()) fields.refuse("the brace of embeddings is not closed");
    const std::string name = fields.name();
    if (name == "tensor_name") {
      tensor.name = fields.text(name);
    } else if (name == "tensor_path") {
      tensor.path = fields.text(name);
    } else if (name == "metadata_path") {
      tensor.metadata_path = fields.text(name);
    } else if (name == "tensor_shape") {
      fields.numbers(name, shape);
    } else if (name == "sprite") {
      read_sprite(fields, tensor);
    } else {
      fields.skip_value(0);
    }
  }
  if (!shape.empty()) tensor.shape = pair_of(shape, "tensor_shape", fields);
  return tensor;
}

std::vector<ProjectorTensor> tensors_of_text(std::string_view text, const std::string& file_name) {
  TextFields fields(text, file_name);
  std::vector<ProjectorTensor> tensors;
  while (!fields.at_end()) {
    const std::string name = fields.name();
    if (name != "embeddings") {
      fields.skip_value(0);
      continue;
    }
    fields.take(':');
    if (!fields.take('{')) fields.refuse("embeddings is not of fields in braces");
    tensors.push_back(read_tensor(fields));
  }
  return tensors;
}

}  // namespace

ConfigKind projector_config_kind(std::string_view head) noexcept {
  head = without_mark(head);
  while (true) {
    head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
    if (!head.starts_with('#')) break;
    const std::size_t end = head.find('\n');
    if (end == std::string_view::npos) return ConfigKind::none;
    head.remove_prefix(end);
  }
  const auto next_is_one_of = [&](std::size_t from, std::string_view wanted) {
    const std::size_t at = head.find_first_not_of(" \t\r\n", from);
    return at != std::string_view::npos && wanted.find(head[at]) != std::string_view::npos;
  };
  // A word of a text may be a brace, which no quote follows.
  if (head.starts_with('{')) return next_is_one_of(1, "\"}") ? ConfigKind::json : ConfigKind::none;
  for (const std::string_view field :
       {"embeddings", "model_checkpoint_path", "model_checkpoint_dir"}) {
    if (head.starts_with(field) && next_is_one_of(field.size(), "{:")) return ConfigKind::text;
  }
  return ConfigKind::none;
}

std::vector<ProjectorTensor> parse_projector_config(std::string_view text,
                                                    const std::string& file_name) {
  text = without_mark(text);
  return projector_config_kind(text) == ConfigKind::text ? tensors_of_text(text, file_name)
                                                         : tensors_of_json(text, file_name);
}

}  // namespace kindred::embedding
