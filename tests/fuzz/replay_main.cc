// A main for a fuzz target where there is no libFuzzer: gives it every file of a corpus,
// and changes of each, always the same ones. It explores far less than a fuzzer does, but
// it runs in every build, under every sanitizer, and whatever a fuzzer once found and
// somebody put into the corpus is tried for ever.
//
//     json_replay CORPUS_FOLDER [CHANGES_OF_EACH_FILE]

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "kindred/base/rng.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int kChangesDefault = 1000;
// Files beyond this are replayed as they are: changes of them would take too long.
constexpr std::size_t kChangedBytesMax = std::size_t{1} << 16U;

// A read past the end must leave the allocation, or the sanitizers could not see it.
void try_input(const Bytes& bytes) {
  const auto exact = std::make_unique<std::uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), exact.get());
  LLVMFuzzerTestOneInput(exact.get(), bytes.size());
}

Bytes read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::size_t position_in(const Bytes& bytes, kindred::Rng& rng) {
  return static_cast<std::size_t>(rng.below(bytes.size()));
}

// One small change: flip a bit, set a byte, cut the end, drop a byte, or double a piece.
void change(Bytes& bytes, kindred::Rng& rng) {
  if (bytes.empty()) {
    bytes.push_back(static_cast<std::uint8_t>(rng.below(256)));
    return;
  }
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(position_in(bytes, rng));
  switch (rng.below(5)) {
    case 0:
      *place = static_cast<std::uint8_t>(*place ^ (1U << rng.below(8)));
      break;
    case 1:
      *place = static_cast<std::uint8_t>(rng.below(256));
      break;
    case 2:
      bytes.erase(place, bytes.end());
      break;
    case 3:
      bytes.erase(place);
      break;
    default: {
      const auto count = std::min<std::ptrdiff_t>(bytes.end() - place, 16);
      const Bytes piece(place, place + count);
      bytes.insert(place, piece.begin(), piece.end());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER [CHANGES_OF_EACH_FILE]\n", argv[0]);
    return 2;
  }
  const int changes = argc > 2 ? std::atoi(argv[2]) : kChangesDefault;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1])) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::fprintf(stderr, "%s holds no file\n", argv[1]);
    return 1;
  }
  try_input({});
  for (std::size_t number = 0; number < files.size(); ++number) {
    const Bytes original = read(files[number]);
    std::fprintf(stderr, "%s: %zu bytes\n", files[number].c_str(), original.size());
    try_input(original);
    if (original.size() > kChangedBytesMax) continue;
    kindred::Rng rng(1, 0, number);
    for (int round = 0; round < changes; ++round) {
      Bytes bytes = original;
      for (auto count = 1 + rng.below(4); count > 0; --count) change(bytes, rng);
      try_input(bytes);
    }
  }
  return 0;
}
