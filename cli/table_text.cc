#include "cli/table_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/overloaded.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/training/axis.h"

namespace kindred::cli {
namespace {

using features::FeaturePart;
using features::PartKind;

std::string part_text(const FeaturePart& part) {
  switch (part.kind) {
    case PartKind::dense:
      return part.width == 1 ? "a number" : fmt::format("{} numbers", part.width);
    case PartKind::indicator:
      return fmt::format("one-hot of {} ids", format_count(part.bucket_count));
    case PartKind::embedding:
      return fmt::format("{} ids embedded in {} dimensions", format_count(part.bucket_count),
                         part.width);
  }
  return "";
}

std::string layer_text(const nn::LayerSpec& layer) {
  const Json json = nn::to_json(std::vector<nn::LayerSpec>{layer}).as_array().front();
  std::string text = json.at("kind").as_string();
  for (const char* const setting : {"units", "rate", "activation"}) {
    if (const Json* found = json.find(setting)) {
      text += " " + (found->is_string() ? found->as_string() : found->dump());
    }
  }
  return text;
}

}  // namespace

std::vector<std::string> column_lines(const model::TableModel& model) {
  const features::FeatureLayout& layout = model.network.inputs().front().layout();
  std::size_t width = 0;
  for (const FeaturePart& part : layout.parts) {
    width = std::max(width, printable(part.name).size());
  }
  std::vector<std::string> lines;
  for (const FeaturePart& part : layout.parts) {
    lines.push_back(fmt::format("{:<{}}  {:>9}  {}", printable(part.name), width,
                                format_count(part.width), part_text(part)));
  }
  return lines;
}

std::string network_line(const model::TableModel& model) {
  const features::FeatureLayout& layout = model.network.inputs().front().layout();
  std::string text =
      fmt::format("{} inputs of {} columns", format_count(layout.width), layout.parts.size());
  for (const nn::LayerSpec& layer : model.hidden) text += " -> " + layer_text(layer);
  text += fmt::format(" -> {} for {}", model.label.outputs(), printable(model.label.name));
  return text;
}

std::vector<std::string> parameter_lines(const model::TableModel& model) {
  const auto& parameters = model.network.network().parameters->all();
  std::size_t width = 0;
  for (const nn::Parameter& parameter : parameters) {
    width = std::max(width, printable(parameter.name).size());
  }
  std::vector<std::string> lines;
  for (const nn::Parameter& parameter : parameters) {
    const std::size_t rows = parameter.value.rows();
    const std::size_t cols = parameter.value.cols();
    lines.push_back(fmt::format("{:<{}}  {:>16}  {:>12}{}", printable(parameter.name), width,
                                fmt::format("{} x {}", rows, cols), format_count(rows * cols),
                                parameter.options.trainable ? "" : "  fixed"));
  }
  return lines;
}

std::vector<std::string> history_lines(const nn::History& history) {
  std::vector<std::string> lines;
  if (history.epochs.empty()) return lines;
  std::string head = "epoch";
  for (const auto& [name, value] : history.epochs.front().scores) {
    head += fmt::format("  {:>12}", printable(name, 20));
  }
  lines.push_back(std::move(head));
  for (const nn::EpochLog& log : history.epochs) {
    std::string line = fmt::format("{:>5}", log.epoch);
    for (const auto& [name, value] : history.epochs.front().scores) {
      const auto own = nn::find_score(log.scores, name);
      const std::size_t width = std::max<std::size_t>(12, printable(name, 20).size());
      line += fmt::format("  {:>{}}", own ? training::short_number(*own) : "-", width);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

Json scores_json(const nn::Scores& scores) {
  Json json = Json(Json::Object());
  for (const auto& [name, value] : scores) {
    Json entry;
    entry.set("value", value);
    json.set(name, std::move(entry));
  }
  return json;
}

std::string label_text(const model::LabelCoding& label) {
  if (label.objective == model::Objective::regression) {
    return fmt::format("a number, {} +- {}", training::short_number(label.mean),
                       training::short_number(label.scale));
  }
  std::string text = fmt::format("{} classes: ", label.classes.size());
  for (std::size_t i = 0; i < label.classes.size() && i < 8; ++i) {
    text += (i > 0 ? ", " : "") + fmt::format("'{}'", printable(label.classes[i], 24));
  }
  return text + (label.classes.size() > 8 ? ", ..." : "");
}

}  // namespace kindred::cli
