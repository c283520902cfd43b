// Saves a model, loads it again, and shows that a damaged file is never taken for one.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "kindred/base/error.h"
#include "kindred/model/io.h"

namespace {

// Two movies and one user in two dimensions; a real model comes from training.
kindred::model::Model tiny_model() {
  kindred::model::Model model;
  kindred::factorization::IalsOptions options;
  options.dimensions = 2;
  model.watching = kindred::model::IalsPart{options};
  model.items.labels.insert("Shrek (2001)");
  model.items.labels.insert("Memento (2000)");
  model.items.vectors = kindred::Matrix(2, 2, {0.9F, 0.1F, 0.2F, 0.8F});
  model.items.metadata = kindred::data::Table(2);
  model.items.metadata.add({"year", kindred::data::NumberColumn{2001, 2000}});
  model.users.labels.insert("ann");
  model.users.vectors = kindred::Matrix(1, 2, {1.0F, 0.0F});
  model.users.metadata = kindred::data::Table(1);
  model.seen.rows = 1;
  model.seen.cols = 2;
  model.seen.offsets = {0, 1};
  model.seen.columns = {0};
  model.seen.values = {1.0F};
  return model;
}

}  // namespace

int main() {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / "kindred_example.kindred";
  kindred::model::save(tiny_model(), path);
  const kindred::model::Model model = kindred::model::load(path);
  std::printf("%zu items, the first is %s\n", model.items.size(),
              std::string(model.items.labels.label(0)).c_str());

  // Change the last byte of the file: a letter of a label.
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-1, std::ios::end);
    file.put('!');
  }
  bool noticed = false;
  try {
    kindred::model::load(path);
  } catch (const kindred::Error& error) {
    std::printf("%s\n", error.what());
    noticed = error.code() == kindred::ErrorCode::corrupt;
  }
  std::filesystem::remove(path);
  return noticed ? 0 : 1;
}
