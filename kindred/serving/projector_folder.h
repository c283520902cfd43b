// A map as a folder that TensorBoard's Embedding Projector opens.
//
//    tensors.bytes           float32, row-major, without a header
//    metadata.tsv            the columns; a single one without a header, as the projector wants it
//    sprite.png              where there are images: a square sheet, filled row by row
//    projector_config.json   names, shapes and sizes, for the standalone page
//
// Its page reads the folder from any web server: .../?config=URL-of-projector_config.json.
// Tabs and line ends in texts become spaces. Sheets beyond 8,192 pixels, which browsers do not
// take, are made of smaller images. Both are said in the notes.
//
// Thread safety: a pure function of its arguments and the disk.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kindred/serving/map_data.h"

namespace kindred::serving {

struct ProjectorFolder {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> notes;  // What is not in them as it was: a line each.
};

// Throws Error(io) with path and cause.
ProjectorFolder write_projector_folder(const MapData& data, const std::filesystem::path& folder);

}  // namespace kindred::serving
