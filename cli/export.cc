// kindred export: the vectors of a model for other programs.

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/model_text.h"
#include "cli/table_verbs.h"
#include "cli/verbs.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/embedding/export.h"
#include "kindred/model/io.h"
#include "kindred/model/table_model.h"

namespace kindred::cli {
namespace {

struct ExportFlags {
  CommonOptions common;
  std::filesystem::path model;
  std::string what;  // "" is the items, or the only table.
  std::string format = "npy";
  std::filesystem::path output;
};

struct Exported {
  std::vector<std::filesystem::path> files;
  std::size_t changed_texts = 0;
  std::string change;  // What was done to them.
};

// items.npy -> items.labels.txt
std::filesystem::path labels_path(std::filesystem::path path, const char* extension) {
  return path.replace_extension(extension);
}

// What the format cannot hold stands in a CSV file beside it.
void keep_labels(const embedding::Embeddings& embeddings, const std::filesystem::path& path,
                 Exported& result) {
  if (result.changed_texts == 0) return;
  embedding::write_labels_csv(embeddings.labels, path);
  result.files.push_back(path);
  result.change += fmt::format("; {} has the labels as they are", path.string());
}

Exported export_tsv(const embedding::Embeddings& embeddings, const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) {
    throw Error(ErrorCode::io,
                fmt::format("{}: cannot make this folder: {}", folder.string(), problem.message()));
  }
  Exported result;
  result.files = {folder / "vectors.tsv", folder / "metadata.tsv"};
  embedding::write_vectors_tsv(embeddings.vectors, result.files[0]);
  result.changed_texts = embedding::write_metadata_tsv(embeddings, result.files[1]);
  result.change = "tabs and line ends became spaces";
  keep_labels(embeddings, folder / "labels.csv", result);
  return result;
}

Exported export_as(const ExportFlags& flags, const embedding::Embeddings& embeddings) {
  if (flags.format == "tsv") return export_tsv(embeddings, flags.output);
  Exported result;
  result.files = {flags.output};
  if (flags.format == "word2vec") {
    result.changed_texts = embedding::write_word2vec(embeddings, flags.output);
    result.change = "spaces became underscores, and a word that was there already got a number";
    keep_labels(embeddings, labels_path(flags.output, ".labels.csv"), result);
    return result;
  }
  result.files.push_back(labels_path(flags.output, ".labels.txt"));
  embedding::write_npy(embeddings.vectors, result.files[0]);
  result.changed_texts = embedding::write_labels(embeddings.labels, result.files[1]);
  result.change = "tabs and line ends became spaces";
  keep_labels(embeddings, labels_path(flags.output, ".labels.csv"), result);
  return result;
}

std::string how_to_read(const ExportFlags& flags, const Exported& result) {
  if (flags.format == "npy") {
    return fmt::format("read it with numpy.load(\"{}\"); row r belongs to line r of {}",
                       result.files[0].string(), result.files[1].string());
  }
  if (flags.format == "tsv") {
    return "load both files in the TensorBoard projector (projector.tensorflow.org, Load)";
  }
  return fmt::format("read it with gensim: KeyedVectors.load_word2vec_format(\"{}\")",
                     result.files[0].string());
}

embedding::Embeddings find_embeddings(const ExportFlags& flags) {
  if (model::is_table_model_file(flags.model)) {
    return load_table_embeddings(flags.model, flags.what);
  }
  if (flags.what != "users" && flags.what != "items" && !flags.what.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} has vectors of items and users, none of '{}'", flags.model.string(),
                            flags.what));
  }
  model::Model model = load_model(flags.common, flags.model);
  model::require_vectors(model, "exporting");
  return flags.what == "users" ? std::move(model.users) : std::move(model.items);
}

std::string title_of(const ExportFlags& flags) {
  if (!flags.what.empty()) return flags.what;
  return model::is_table_model_file(flags.model) ? "ids" : "items";
}

void run(const ExportFlags& flags) {
  std::error_code absent;
  if (std::filesystem::equivalent(flags.output, flags.model, absent)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: -o would overwrite the model itself", flags.output.string()));
  }
  const embedding::Embeddings embeddings = find_embeddings(flags);
  const Exported result = export_as(flags, embeddings);
  if (flags.common.json) {
    Json json;
    json.set("what", title_of(flags));
    json.set("format", flags.format);
    json.set("rows", std::uint64_t{embeddings.size()});
    json.set("dimensions", std::uint64_t{embeddings.dimensions()});
    json.set("changed_texts", std::uint64_t{result.changed_texts});
    Json files = Json(Json::Array());
    for (const auto& file : result.files) files.push(file.string());
    json.set("files", std::move(files));
    fmt::print("{}\n", json.dump(2));
    return;
  }
  note(flags.common, fmt::format("{} {} with {} dimensions", format_count(embeddings.size()),
                                 title_of(flags), embeddings.dimensions()));
  for (const auto& file : result.files) note(flags.common, fmt::format("wrote {}", file.string()));
  if (result.changed_texts > 0) {
    note(flags.common, fmt::format("{} texts do not fit the format as they are: {}",
                                   format_count(result.changed_texts), result.change));
  }
  note(flags.common, how_to_read(flags, result));
}

}  // namespace

void add_export(Command& app) {
  auto flags = std::make_shared<ExportFlags>();
  Command* verb = app.add_subcommand("export", "Write the vectors of a model for other programs");
  verb->add_option("MODEL", flags->model,
                   "A model that 'kindred train' or 'kindred fit' has written")
      ->required();
  verb->add_option("--what", flags->what,
                   "Whose vectors: items (the default) or users; of a table's model, an embedding")
      ->type_name("NAME");
  verb->add_option("--format", flags->format,
                   "npy (numpy, labels beside it), tsv (TensorBoard projector), or word2vec (text)")
      ->check(one_of({"npy", "tsv", "word2vec"}))
      ->capture_default_str();
  verb->add_option("-o,--output", flags->output, "The file to write; for tsv, a folder")
      ->required();
  add_common_options(*verb, flags->common);
  verb->footer(
      "Example:\n"
      "  kindred export movies.kindred --what items --format npy -o items.npy\n"
      "  kindred export movies.kindred --format tsv -o projector\n"
      "  kindred export homes.kindred --what city_embedding -o cities.npy\n\n"
      "The model itself is a safetensors file, which Python reads directly.");
  verb->callback([flags] { run(*flags); });
}

}  // namespace kindred::cli
