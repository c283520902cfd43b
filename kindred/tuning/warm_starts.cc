#include "kindred/tuning/warm_starts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "kindred/base/atomic_file.h"
#include "kindred/base/check.h"
#include "kindred/base/size.h"
#include "kindred/storage/container.h"
#include "kindred/storage/named_errors.h"

namespace kindred::tuning {
namespace {

constexpr const char* kTensor = "item.vectors";
constexpr const char* kPrefix = "trial-";
constexpr const char* kSuffix = ".safetensors";

storage::Format format() { return {.name = "kindred warm start", .version = 1}; }

// Ids of the finished trials that are the parent of some number of dimensions, those with the
// most dimensions first.
std::vector<std::int64_t> parents(const std::vector<Trial>& trials) {
  std::vector<std::int64_t> sizes;
  for (const Trial& trial : trials) {
    if (trial.setting.find("dim") != nullptr) sizes.push_back(trial.setting.integer("dim"));
  }
  std::ranges::sort(sizes, std::greater<>());
  std::vector<std::int64_t> out;
  for (const std::int64_t size : sizes) {
    const Trial* parent = warm_parent(trials, size);
    if (parent == nullptr) break;
    if (std::ranges::find(out, parent->id) == out.end()) out.push_back(parent->id);
  }
  return out;
}

}  // namespace

const Trial* warm_parent(const std::vector<Trial>& trials, std::int64_t dimensions) {
  const Trial* best = nullptr;
  for (const Trial& trial : trials) {
    if (trial.state != TrialState::finished || !trial.value()) continue;
    if (trial.setting.find("dim") == nullptr || trial.setting.integer("dim") > dimensions) continue;
    if (best == nullptr || *trial.value() > *best->value()) best = &trial;
  }
  return best;
}

Matrix grown(const Matrix& items, const factorization::IalsOptions& options) {
  KINDRED_CHECK(items.cols() <= static_cast<std::size_t>(options.dimensions));
  Matrix out = factorization::draw_item_vectors(items.rows(), options);
  for (std::size_t item = 0; item < items.rows(); ++item) {
    std::ranges::copy(items.row(item), out.row(item).begin());
  }
  return out;
}

WarmStarts::WarmStarts(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (!folder_.empty()) make_folder(folder_);
}

std::filesystem::path WarmStarts::path_of(std::int64_t trial) const {
  return folder_ / fmt::format("{}{}{}", kPrefix, trial, kSuffix);
}

std::optional<Matrix> WarmStarts::find(std::int64_t trial) const {
  if (folder_.empty()) {
    const auto known = memory_.find(trial);
    return known == memory_.end() ? std::nullopt : std::optional(known->second);
  }
  const std::filesystem::path path = path_of(trial);
  if (!std::filesystem::exists(path)) return std::nullopt;
  return storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, format());
    const std::uint64_t rows = read_size(reader.content(), "rows", "rows");
    const std::uint64_t cols = read_size(reader.content(), "cols", "cols");
    return Matrix(rows, cols, reader.read<float>(kTensor, {rows, cols}));
  });
}

void WarmStarts::keep(const Trial& trial, const Matrix& items, const std::vector<Trial>& known) {
  std::vector<Trial> trials = known;
  std::erase_if(trials, [&](const Trial& one) { return one.id == trial.id; });
  trials.push_back(trial);
  trials.back().state = TrialState::finished;
  std::vector<std::int64_t> wanted = parents(trials);
  wanted.resize(std::min(wanted.size(), kKept));
  if (std::ranges::find(wanted, trial.id) == wanted.end()) return;
  if (folder_.empty()) {
    memory_[trial.id] = items;
  } else {
    storage::ContainerWriter writer;
    writer.add<float>(kTensor, {items.rows(), items.cols()}, items.values());
    Json content;
    content.set("rows", std::uint64_t{items.rows()});
    content.set("cols", std::uint64_t{items.cols()});
    writer.write(path_of(trial.id), format(), std::move(content));
  }
  drop_all_but(wanted);
}

void WarmStarts::drop_all_but(const std::vector<std::int64_t>& trials) {
  const auto is_wanted = [&](std::int64_t id) {
    return std::ranges::find(trials, id) != trials.end();
  };
  std::erase_if(memory_, [&](const auto& entry) { return !is_wanted(entry.first); });
  if (folder_.empty()) return;
  std::vector<std::filesystem::path> useless;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
    std::int64_t id = -1;
    const std::string digits = name.substr(std::string(kPrefix).size());
    std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (!is_wanted(id)) useless.push_back(entry.path());
  }
  for (const auto& path : useless) std::filesystem::remove(path);
}

}  // namespace kindred::tuning
