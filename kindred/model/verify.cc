#include "kindred/model/verify.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "kindred/base/size.h"
#include "kindred/model/checkpoint.h"
#include "kindred/model/io.h"
#include "kindred/model/lists_file.h"
#include "kindred/model/ratings_store.h"
#include "kindred/model/table_model.h"
#include "kindred/nn/training_checkpoint.h"

namespace kindred::model {
namespace {

struct Verifier {
  std::string_view format;
  std::uint64_t version;  // The newest that this program reads.
  void (*verify)(const std::filesystem::path& path);
};

constexpr std::array<Verifier, 7> kVerifiers = {{
    {"kindred model", 1, [](const std::filesystem::path& path) { load(path); }},
    {"kindred table model", 1, [](const std::filesystem::path& path) { load_table_model(path); }},
    {"kindred checkpoint", 2, [](const std::filesystem::path& path) { load_checkpoint(path); }},
    {"kindred rating checkpoint", 1,
     [](const std::filesystem::path& path) { load_checkpoint(path); }},
    {"kindred ratings", 1, [](const std::filesystem::path& path) { check_ratings_store(path); }},
    {"kindred lists", 1, [](const std::filesystem::path& path) { check_lists(path); }},
    {"kindred training", 1, [](const std::filesystem::path& path) { nn::verify_checkpoint(path); }},
}};

}  // namespace

void verify_file(const std::filesystem::path& path, const Json& manifest) {
  const Json* format = manifest.find("format");
  if (format == nullptr) return;
  const auto kind = std::ranges::find_if(
      kVerifiers, [&](const Verifier& known) { return *format == Json(known.format); });
  if (kind == kVerifiers.end()) return;
  if (read_word(manifest.at("version"), "version") <= kind->version) kind->verify(path);
}

}  // namespace kindred::model
