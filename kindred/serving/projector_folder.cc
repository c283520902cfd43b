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

// Texts on their way to a line of the metadata; counts those that do not fit on one.
class OneLine {
 public:
  std::string of(std::string text) {
    bool changed = false;
    for (char& c : text) {
      if (c != '\t' && c != '\n' && c != '\r') continue;
      c = ' ';
      changed = true;
    }
    if (changed) ++changed_count_;
    return text;
  }
  std::size_t changed_count() const noexcept { return changed_count_; }

 private:
  std::size_t changed_count_ = 0;
};

// Columns of the table, or the rows' labels where it has none. How many texts were changed.
std::size_t write_metadata(const MapData& data, const fs::path& path) {
  const data::Table& table = data.things.metadata;
  AtomicFile file(path);
  OneLine one_line;
  const auto write_line = [&](const auto& cell_of) {
    std::string line;
    for (const data::Column& column : table.columns()) line += one_line.of(cell_of(column)) + "\t";
    line.back() = '\n';
    file.append(line);
  };
  if (table.columns().size() > 1) {
    write_line([](const data::Column& column) { return column.name; });
  }
  for (std::size_t row = 0; row < data.size(); ++row) {
    if (table.columns().empty()) {
      file.append(one_line.of(std::string(data.things.labels.label(row))) + "\n");
    } else {
      write_line(
          [&](const data::Column& column) { return data::exact_cell(column, row, data.written); });
    }
  }
  file.commit();
  return one_line.changed_count();
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

std::size_t sheet_side(std::size_t count) {
  return static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(count))));
}

// Each image with every factor x factor pixels as their mean; what is left at the edges counts
// for the pixels there.
data::PointImages shrunk(const data::PointImages& images, std::size_t factor) {
  data::PointImages small{images.count,
                          (images.width + factor - 1) / factor,
                          (images.height + factor - 1) / factor,
                          images.channels,
                          {}};
  small.pixels.resize(small.count * small.height * small.width * small.channels);
  auto out = small.pixels.begin();
  for (std::size_t i = 0; i < images.count; ++i) {
    for (std::size_t y = 0; y < small.height; ++y) {
      for (std::size_t x = 0; x < small.width; ++x) {
        for (std::size_t channel = 0; channel < images.channels; ++channel) {
          std::size_t sum = 0;
          std::size_t count = 0;
          for (std::size_t v = y * factor; v < std::min((y + 1) * factor, images.height); ++v) {
            for (std::size_t u = x * factor; u < std::min((x + 1) * factor, images.width); ++u) {
              const std::size_t pixel = (i * images.height + v) * images.width + u;
              sum += images.pixels[pixel * images.channels + channel];
              ++count;
            }
          }
          *out++ = static_cast<std::uint8_t>((sum + count / 2) / count);
        }
      }
    }
  }
  return small;
}

void write_sprite(const data::PointImages& images, const fs::path& path) {
  const std::size_t side = sheet_side(images.count);
  data::Image sheet = images.sheet(0, images.count, side);
  // The projector's shader takes a sheet to have as many rows as columns.
  sheet.height = side * images.height;
  sheet.pixels.resize(sheet.width * sheet.height * sheet.channels);
  write_file_atomically(path, data::encode_png(sheet.width, sheet.height, 4, as_rgba(sheet)));
}

// By how much images must shrink for their sheet to fit; 0: it cannot.
std::size_t shrink_factor(const data::PointImages& images) {
  const std::size_t place = kSpriteSideMax / sheet_side(images.count);  // For one image.
  if (place == 0) return 0;
  return (std::max(images.width, images.height) + place - 1) / place;
}

// The images of the sheet, made smaller where they must be; empty, with a note, where none fits.
data::PointImages images_for_sprite(const data::PointImages& images,
                                    std::vector<std::string>& notes) {
  if (images.empty()) return {};
  const std::size_t factor = shrink_factor(images);
  if (factor == 0) {
    notes.push_back(
        fmt::format("no sprite.png: {} images do not fit on a sheet of {} x {} pixels, "
                    "the largest that browsers take",
                    images.count, kSpriteSideMax, kSpriteSideMax));
    return {};
  }
  if (factor == 1) return images;
  data::PointImages small = shrunk(images, factor);
  notes.push_back(fmt::format(
      "the images of sprite.png are {} x {} pixels, not {} x {}: a sheet of "
      "more than {} x {} pixels is not taken by browsers",
      small.width, small.height, images.width, images.height, kSpriteSideMax, kSpriteSideMax));
  return small;
}

Json pair(std::size_t first, std::size_t second) {
  return Json(Json::Array{std::uint64_t{first}, std::uint64_t{second}});
}

}  // namespace

ProjectorFolder write_projector_folder(const MapData& data, const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) {
    throw Error(ErrorCode::io,
                fmt::format("{}: cannot make this folder: {}", folder.string(), problem.message()));
  }
  ProjectorFolder result;
  std::vector<fs::path>& written = result.files;
  written = {folder / "tensors.bytes", folder / "metadata.tsv"};
  AtomicFile tensors(written[0]);
  tensors.append(std::as_bytes(data.things.vectors.values()));
  tensors.commit();
  if (const std::size_t changed = write_metadata(data, written[1]); changed > 0) {
    result.notes.push_back(
        fmt::format("{} texts of metadata.tsv do not fit on its lines as they "
                    "are: tabs and line ends became spaces",
                    changed));
  }
  Json tensor;
  tensor.set("tensorName", data.name);
  tensor.set("tensorShape", pair(data.size(), data.things.dimensions()));
  tensor.set("tensorPath", "tensors.bytes");
  tensor.set("metadataPath", "metadata.tsv");
  const data::PointImages images = images_for_sprite(data.images, result.notes);
  if (!images.empty()) {
    write_sprite(images, folder / "sprite.png");
    written.push_back(folder / "sprite.png");
    Json sprite;
    sprite.set("imagePath", "sprite.png");
    sprite.set("singleImageDim", pair(images.width, images.height));
    tensor.set("sprite", std::move(sprite));
  }
  Json config;
  config.set("embeddings", Json(Json::Array{std::move(tensor)}));
  config.set("modelCheckpointPath", data.name);
  written.push_back(folder / "projector_config.json");
  write_file_atomically(written.back(), config.dump(2) + "\n");
  return result;
}

}  // namespace kindred::serving
