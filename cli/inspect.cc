// kindred inspect: what is in a model file, and whether it is intact.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/table_verbs.h"
#include "cli/verbs.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/printable.h"
#include "kindred/model/io.h"
#include "kindred/model/lists_file.h"
#include "kindred/model/ratings_store.h"
#include "kindred/model/table_model.h"
#include "kindred/storage/checksum.h"
#include "kindred/storage/container.h"
#include "kindred/storage/named_errors.h"
#include "kindred/storage/safetensors.h"

namespace kindred::cli {
namespace {

constexpr std::size_t kValueWidthMax = 76;

struct InspectFlags {
  CommonOptions common;
  std::filesystem::path file;
};

struct TensorReport {
  storage::TensorInfo info;
  std::string checksum;
  bool intact = true;  // Agrees with the manifest, where there is one.
};

struct Report {
  std::uint64_t byte_count = 0;
  Json manifest;  // Null for a safetensors file that is not Kindred's.
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<TensorReport> tensors;
  std::string damage;  // Empty where everything is intact.
};

Report inspect(const std::filesystem::path& path) {
  return storage::with_file_name(path, [&] {
    const storage::SafetensorsFile file(path);
    Report report;
    report.byte_count = file.byte_count();
    report.manifest = storage::read_manifest(file);
    report.metadata = file.header().metadata;
    for (const storage::TensorInfo& info : file.header().tensors) {
      TensorReport tensor{info, storage::to_hex(file.checksum_of(info)), true};
      if (!report.manifest.is_null()) {
        tensor.intact = tensor.checksum == storage::expected_checksum(report.manifest, info);
      }
      if (!tensor.intact && report.damage.empty()) {
        report.damage = fmt::format(
            "damaged: the checksum of tensor '{}' is {}, the manifest says {}", info.name,
            tensor.checksum, storage::expected_checksum(report.manifest, info));
      }
      report.tensors.push_back(std::move(tensor));
    }
    return report;
  });
}

std::string size_text(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value < 1e4) return fmt::format("{} bytes", bytes);
  if (value < 1e6) return fmt::format("{:.1f} kB", value / 1e3);
  return value < 1e9 ? fmt::format("{:.1f} MB", value / 1e6)
                     : fmt::format("{:.2f} GB", value / 1e9);
}

// A JSON value on one line, safe for a terminal and not too long.
std::string value_text(const Json& value) {
  std::string text =
      value.is_string() ? printable(value.as_string(), kValueWidthMax) : value.dump();
  if (text.size() > kValueWidthMax) text = text.substr(0, kValueWidthMax - 3) + "...";
  return text;
}

// "ratings.user_count  943" for every leaf of nested objects.
void flatten(const std::string& prefix, const Json& value,
             std::vector<std::pair<std::string, std::string>>& rows) {
  if (value.is_object() && !value.as_object().empty()) {
    for (const auto& [key, member] : value.as_object()) {
      const std::string safe_key = printable(key, kValueWidthMax);
      flatten(prefix.empty() ? safe_key : prefix + "." + safe_key, member, rows);
    }
  } else {
    rows.emplace_back(prefix, value_text(value));
  }
}

void print_section(const std::string& title, const Json& value) {
  std::vector<std::pair<std::string, std::string>> rows;
  flatten("", value, rows);
  if (rows.empty() || (rows.size() == 1 && rows[0].first.empty())) return;
  std::size_t width = 0;
  for (const auto& [key, text] : rows) width = std::max(width, key.size());
  fmt::print("\n{}\n", title);
  for (const auto& [key, text] : rows) fmt::print("  {:<{}}  {}\n", key, width, text);
}

std::string loss_text(const Json* value) {
  return value == nullptr || !value->is_number() ? "-" : fmt::format("{:.6g}", value->as_double());
}

// One line an epoch; the columns are those of the first epoch.
void print_history(const Json& history) {
  if (!history.is_array() || history.as_array().empty()) return;
  std::vector<std::string> terms;
  const auto has_validation = [](const Json& entry) {
    const Json* value = entry.find("validation");
    return value != nullptr && value->is_number();
  };
  const Json::Array& entries = history.as_array();
  const bool validated = std::any_of(entries.begin(), entries.end(), has_validation);
  if (const Json* losses = entries.front().find("losses"); losses && losses->is_object()) {
    for (const auto& [term, value] : losses->as_object()) terms.push_back(term);
  }
  fmt::print("\nhistory\n  {:>5}", "epoch");
  for (const std::string& term : terms) fmt::print("  {:>14}", printable(term, 11));
  fmt::print("{}\n", validated ? fmt::format("  {:>12}", "validation") : "");
  for (const Json& entry : entries) {
    const Json* epoch = entry.find("epoch");
    fmt::print("  {:>5}", epoch == nullptr ? "-" : epoch->dump());
    const Json* losses = entry.find("losses");
    for (const std::string& term : terms) {
      fmt::print("  {:>14}", loss_text(losses == nullptr ? nullptr : losses->find(term)));
    }
    fmt::print("{}\n",
               validated ? fmt::format("  {:>12}", loss_text(entry.find("validation"))) : "");
  }
}

void print_tensors(const Report& report) {
  std::size_t width = 4;
  for (const TensorReport& tensor : report.tensors) {
    width = std::max(width, printable(tensor.info.name).size());
  }
  fmt::print("\n{:<{}}  {:<4}  {:>16}  {:>15}  {}\n", "tensor", width + 2, "type", "shape", "bytes",
             "checksum (XXH3-64)");
  for (const TensorReport& tensor : report.tensors) {
    fmt::print(
        "  {:<{}}  {:<4}  {:>16}  {:>15}  {}{}\n", printable(tensor.info.name), width,
        storage::name(tensor.info.type), fmt::format("{}", fmt::join(tensor.info.shape, " x ")),
        format_count(tensor.info.byte_count), tensor.checksum, tensor.intact ? "" : "  DAMAGED");
  }
}

// The members of the content that are not printed on their own.
Json without(const Json& content, const std::vector<std::string>& left_out) {
  Json rest = Json(Json::Object());
  for (const auto& [key, value] : content.as_object()) {
    if (std::find(left_out.begin(), left_out.end(), key) == left_out.end()) rest.set(key, value);
  }
  return rest;
}

void print_manifest(const Json& manifest) {
  const Json& content = manifest.at("content");
  if (model::is_table_model(manifest)) {
    if (const Json* facts = content.find("facts")) print_section("facts", *facts);
    return;  // The rest is shown as people think of it, by print_table_model().
  }
  print_section("content", without(content, {"facts", "history", "options"}));
  if (const Json* options = content.find("options")) print_section("options", *options);
  if (const Json* facts = content.find("facts")) print_section("facts", *facts);
  if (const Json* history = content.find("history")) print_history(*history);
}

std::string headline(const std::filesystem::path& path, const Report& report) {
  const std::string what = report.manifest.is_null()
                               ? "a safetensors file that Kindred has not written"
                               : fmt::format("{}, format version {}",
                                             printable(report.manifest.at("format").as_string()),
                                             report.manifest.at("version").as_uint());
  const std::string state = !report.damage.empty()      ? "DAMAGED"
                            : report.manifest.is_null() ? "well formed; it has no checksums"
                                                        : "intact: all checksums agree";
  return fmt::format("{}: {}, {}, {}", path.string(), what, size_text(report.byte_count), state);
}

void print_text(const InspectFlags& flags, const Report& report) {
  fmt::print("{}\n", headline(flags.file, report));
  if (report.manifest.is_null()) {
    Json metadata = Json(Json::Object());
    for (const auto& [key, value] : report.metadata) metadata.set(key, value);
    print_section("metadata", metadata);
  } else {
    print_manifest(report.manifest);
    if (report.damage.empty() && model::is_table_model(report.manifest)) {
      print_table_model(flags.file);
    }
  }
  print_tensors(report);
}

void print_json(const InspectFlags& flags, const Report& report) {
  Json json;
  json.set("file", flags.file.string());
  json.set("bytes", report.byte_count);
  json.set("intact", report.damage.empty());
  if (report.manifest.is_null()) {
    Json metadata = Json(Json::Object());
    for (const auto& [key, value] : report.metadata) metadata.set(key, value);
    json.set("metadata", std::move(metadata));
  } else {
    json.set("format", report.manifest.at("format"));
    json.set("version", report.manifest.at("version"));
    json.set("content", report.manifest.at("content"));
  }
  Json tensors = Json(Json::Array());
  for (const TensorReport& tensor : report.tensors) {
    Json shape = Json(Json::Array());
    for (const std::uint64_t size : tensor.info.shape) shape.push(size);
    Json entry;
    entry.set("name", tensor.info.name);
    entry.set("type", storage::name(tensor.info.type));
    entry.set("shape", std::move(shape));
    entry.set("bytes", tensor.info.byte_count);
    entry.set("checksum", tensor.checksum);
    entry.set("intact", tensor.intact);
    tensors.push(std::move(entry));
  }
  json.set("tensors", std::move(tensors));
  fmt::print("{}\n", json.dump(2));
}

void run(const InspectFlags& flags) {
  Report report = inspect(flags.file);
  // Right checksums do not make a model: the parts must fit together too.
  const bool readable = report.damage.empty() && model::is_readable_model(report.manifest);
  if (readable) model::load(flags.file);
  if (report.damage.empty() && model::is_table_model(report.manifest)) {
    model::load_table_model(flags.file);
  }
  if (report.damage.empty() && model::is_ratings_store(flags.file)) {
    model::check_ratings_store(flags.file);
  }
  if (report.damage.empty() && model::is_lists_file(report.manifest)) {
    model::check_lists(flags.file);
  }
  if (flags.common.json) {
    print_json(flags, report);
  } else {
    print_text(flags, report);
  }
  if (!report.damage.empty()) {
    throw Error(ErrorCode::corrupt, fmt::format("{}: {}", flags.file.string(), report.damage));
  }
}

}  // namespace

void add_inspect(Command& app) {
  auto flags = std::make_shared<InspectFlags>();
  Command* verb =
      app.add_subcommand("inspect", "Show what is in a model file and verify its checksums");
  verb->add_option("FILE", flags->file, "A model, a checkpoint or any safetensors file")
      ->required();
  add_common_options(*verb, flags->common);
  verb->footer(
      "Example:\n"
      "  kindred inspect movies.kindred\n\n"
      "Exits with 1 when the file is damaged.");
  verb->callback([flags] { run(*flags); });
}

}  // namespace kindred::cli
