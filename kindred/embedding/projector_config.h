// The configuration of TensorBoard's projector: which tensors there are, and what goes with each.
//
//    projector_config.json    of the standalone page: {"embeddings": [{"tensorName": ...}]}
//    projector_config.pbtxt   of a log folder, text protobuf: embeddings { tensor_name: ... }
//
// Both say the same, so both are read into the same. A file is known by how it begins, never by
// its name: a brace and a quote, or the name of one of its fields and a brace or a colon.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kindred::embedding {

using Extent2 = std::pair<std::size_t, std::size_t>;

struct ProjectorTensor {
  std::string name;
  std::string path;              // "": it lies in a TensorFlow checkpoint.
  std::optional<Extent2> shape;  // Rows and dimensions.
  std::string metadata_path;     // "": none.
  std::string sprite_path;       // "": none.
  Extent2 image = {0, 0};        // Width and height of one of the sprite.
};

enum class ConfigKind { none, json, text };
ConfigKind projector_config_kind(std::string_view head) noexcept;

// Throws Error(corrupt) or Error(invalid_argument) that names the file, the tensor and the field.
// Requires: it is a config by projector_config_kind().
std::vector<ProjectorTensor> parse_projector_config(std::string_view text,
                                                    const std::string& file_name);

}  // namespace kindred::embedding
