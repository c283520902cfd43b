#include "kindred/serving/projector_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"

namespace kindred::serving {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSpriteSideMax = 8192;

std::string on_one_line(std::string text) {
  for (char& c : text) {
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

// Columns of the table, or the rows' labels where it has none.
void write_metadata(const MapData& data, const fs::path& path) {
  const data::Table& table = data.things.metadata;
  AtomicFile file(path);
  const auto write_line = [&](const auto& cell_of) {
    std::string line;
    for (const data::Column& column : table.columns()) line += on_one_line(cell_of(column)) + "\t";
    line.back() = '\n';
    file.append(line);
  };
  if (table.columns().size() > 1) {
    write_line([](const data::Column& column) { return column.name; });
  }
  for (std::size_t row = 0; row < data.size(); ++row) {
    if (table.columns().empty()) {
      file.append(on_one_line(std::string(data.things.labels.label(row))) + "\n");
    } else {
      write_line([&](const data::Column& column) { return table.cell(column, row); });
    }
  }
  file.commit();
}

std::vector<std::uint8_t> as_rgba(const data::Image& image) {
  if (image.channels == 4) return image.pixels;
  std::vector<std::uint8_t> pixels;
  pixels.reserve(4 * image.pixels.size());
  for (const std::uint8_t gray : image.pixels) {
    pixels.insert(pixels.end(), {gray, gray, gray, std::uint8_t{255}});
  }
  return pixels;
}

// False where the sheet would be larger than browsers take.
bool write_sprite(const data::PointImages& images, const fs::path& path) {
  const auto side =
      static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(images.count))));
  if (images.empty() || side * std::max(images.width, images.height) > kSpriteSideMax) return false;
  data::Image sheet = images.sheet(0, images.count, side);
  // The projector's shader takes a sheet to have as many rows as columns.
  sheet.height = side * images.height;
  sheet.pixels.resize(sheet.width * sheet.height * sheet.channels);
  write_file_atomically(path, data::encode_png(sheet.width, sheet.height, 4, as_rgba(sheet)));
  return true;
}

Json pair(std::size_t first, std::size_t second) {
  return Json(Json::Array{std::uint64_t{first}, std::uint64_t{second}});
}

}  // namespace

std::vector<fs::path> write_projector_folder(const MapData& data, const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) {
    throw Error(ErrorCode::io,
                fmt::format("{}: cannot make this folder: {}", folder.string(), problem.message()));
  }
  std::vector<fs::path> written = {folder / "tensors.bytes", folder / "metadata.tsv"};
  AtomicFile tensors(written[0]);
  tensors.append(std::as_bytes(data.things.vectors.values()));
  tensors.commit();
  write_metadata(data, written[1]);
  Json tensor;
  tensor.set("tensorName", data.name);
  tensor.set("tensorShape", pair(data.size(), data.things.dimensions()));
  tensor.set("tensorPath", "tensors.bytes");
  tensor.set("metadataPath", "metadata.tsv");
  if (write_sprite(data.images, folder / "sprite.png")) {
    written.push_back(folder / "sprite.png");
    Json sprite;
    sprite.set("imagePath", "sprite.png");
    sprite.set("singleImageDim", pair(data.images.width, data.images.height));
    tensor.set("sprite", std::move(sprite));
  }
  Json config;
  config.set("embeddings", Json(Json::Array{std::move(tensor)}));
  config.set("modelCheckpointPath", data.name);
  written.push_back(folder / "projector_config.json");
  write_file_atomically(written.back(), config.dump(2) + "\n");
  return written;
}

}  // namespace kindred::serving
