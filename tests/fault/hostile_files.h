// Hostile files: an honest one, changed in one place and sealed again with right checksums, so
// that it is not the checksum that refuses it.
//
//    for (const Mutation& mutation : mutations(take_apart(path))) {
//      Parts parts = honest; mutation.apply(parts); seal(parts, path); ...
//    }
//
// A mutation sets a leaf of the manifest, or of the JSON in a tensor, to a hostile value, drops a
// member, or changes a tensor: its ends, its length, its shape, or that it is there.

#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/storage/container.h"

namespace kindred::test {

// A file taken apart.
struct Parts {
  storage::Format format;
  Json content;
  std::vector<std::pair<storage::TensorInfo, std::vector<std::byte>>> tensors;
};
Parts take_apart(const std::filesystem::path& path);
void seal(const Parts& parts, const std::filesystem::path& path);

struct Mutation {
  std::string name;  // "content.epoch = 2147483648".
  std::function<void(Parts&)> apply;
};
// All there are, in the order of the file.
std::vector<Mutation> mutations(const Parts& honest);

}  // namespace kindred::test
