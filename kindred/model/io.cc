#include "kindred/model/io.h"

#include <fmt/format.h>

#include "kindred/base/error.h"
#include "kindred/model/parts.h"
#include "kindred/storage/named_errors.h"

namespace kindred::model {
namespace {

const storage::Format& model_format() {
  static const storage::Format kFormat = {"kindred model", 1};
  return kFormat;
}

Model read_model(storage::ContainerReader& reader) {
  const Json& content = reader.content();
  Model model;
  model.kind = content.at("kind").as_string();
  if (model.kind != kWatchKind && model.kind != kRatingKind && model.kind != kTowersKind) {
    throw Error(ErrorCode::unsupported,
                fmt::format("a model of the kind '{}', which this program does not know; use a "
                            "newer Kindred",
                            model.kind));
  }
  model.options = options_from_json(content.at("options"));
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
  reader.verify_others();
  validate(model);
  return model;
}

}  // namespace

void save(const Model& model, const std::filesystem::path& path) {
  validate(model);
  PartWriter parts;
  Json content;
  content.set("kind", model.kind);
  content.set("options", to_json(model.options));
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

bool is_readable_model(const Json& manifest) {
  const Json* name = manifest.find("format");
  const Json* version = manifest.find("version");
  return name != nullptr && *name == Json(model_format().name) && version != nullptr &&
         version->as_uint() <= model_format().version;
}

}  // namespace kindred::model
