#include "kindred/model/io.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "kindred/base/error.h"
#include "kindred/model/parts.h"
#include "kindred/storage/named_errors.h"

namespace kindred::model {
namespace {

const storage::Format& model_format() {
  static const storage::Format kFormat = {"kindred model", 1};
  return kFormat;
}

// What the tensors of this version are called; later ones have other names.
constexpr std::array<std::string_view, 5> kModelTensors = {"item.", "user.", "seen.", "rating.",
                                                           "item_item."};

ItemItemPart read_item_item(storage::ContainerReader& reader, const Json& description) {
  return {.method = description.at("method").as_string(),
          .options = description.at("options"),
          .rows = read_sparse(reader, "item_item", description.at("rows"))};
}

// Files of every kind but the last have iALS options, which mean nothing where something else
// has learned the vectors, but for the dimensions and, of two towers, epochs and seed.
Watching read_watching(storage::ContainerReader& reader) {
  const Json& content = reader.content();
  const std::string& kind = content.at("kind").as_string();
  if (kind == "item-item") return read_item_item(reader, content.at("item_item"));
  if (kind != "ials" && kind != "towers" && kind != "rating") {
    throw Error(ErrorCode::unsupported,
                fmt::format("a model of the kind '{}', which this program does not know; use a "
                            "newer Kindred",
                            kind));
  }
  const factorization::IalsOptions options = options_from_json(content.at("options"));
  if (kind == "ials") return IalsPart{options};
  if (kind == "towers") return TowerPart{.epochs = options.epochs, .seed = options.seed};
  return std::monostate{};
}

void add_watching(const Model& model, PartWriter& parts, Json& content) {
  content.set("kind", kind_of(model));
  const auto* items = std::get_if<ItemItemPart>(&model.watching);
  if (items == nullptr) {
    content.set("options", to_json(fold_in_options(model)));
    return;
  }
  Json part;
  part.set("method", items->method);
  part.set("options", items->options.is_null() ? Json(Json::Object()) : items->options);
  part.set("rows", parts.add_sparse("item_item", items->rows));
  content.set("item_item", std::move(part));
}

Model read_model(storage::ContainerReader& reader) {
  const Json& content = reader.content();
  Model model;
  model.watching = read_watching(reader);
  model.positive_rule = rule_from_json(content.at("positive_rule"));
  model.has_values = content.at("has_values").as_bool();
  model.items = read_embeddings(reader, "item", content.at("items"));
  model.users = read_embeddings(reader, "user", content.at("users"));
  model.seen = read_sparse(reader, "seen", content.at("seen"));
  if (const Json* ratings = content.find("ratings")) {
    model.ratings = read_rating_model(reader, *ratings);
  }
  model.history = history_from_json(content.at("history"));
  model.facts = content.at("facts");
  reader.verify_others(kModelTensors);
  validate(model);
  return model;
}

}  // namespace

void save(const Model& model, const std::filesystem::path& path) {
  validate(model);
  PartWriter parts;
  Json content;
  add_watching(model, parts, content);
  content.set("positive_rule", to_json(model.positive_rule));
  content.set("has_values", model.has_values);
  content.set("items", parts.add_embeddings("item", model.items));
  content.set("users", parts.add_embeddings("user", model.users));
  content.set("seen", parts.add_sparse("seen", model.seen));
  if (model.ratings) content.set("ratings", add_rating_model(parts, *model.ratings));
  content.set("history", to_json(model.history, KeepSeconds::no));
  Json facts = model.facts;
  if (facts.is_null()) facts = Json(Json::Object());
  content.set("facts", std::move(facts));
  parts.writer().write(path, model_format(), std::move(content));
}

Model load(const std::filesystem::path& path) {
  return storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, model_format());
    return read_model(reader);
  });
}

}  // namespace kindred::model
