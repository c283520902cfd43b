#include "cli/recommendation_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/model_text.h"
#include "kindred/base/json.h"
#include "kindred/data/csv_writer.h"
#include "kindred/model/lists_file.h"
#include "kindred/recommendation/columns.h"

namespace kindred::cli {
namespace {

constexpr std::size_t kTitleWidth = 56;
constexpr std::size_t kReasonWidth = 36;

std::string user_label(const Answer& answer, const model::Model& model) {
  return answer.user ? std::string(model.users.labels.label(*answer.user)) : answer.stranger;
}

Json reason_json(const recommendation::Reason& reason, const model::Model& model) {
  Json json;
  json.set("id", model.items.labels.label(reason.item));
  json.set("title", recommendation::title_of(model.items, reason.item));
  json.set("share", json_number(reason.share));
  return json;
}

std::string json_line(const Answer& answer, const model::Model& model) {
  Json items = Json(Json::Array());
  for (std::size_t i = 0; i < answer.list.items.size(); ++i) {
    const recommendation::Recommendation& chosen = answer.list.items[i];
    Json item;
    item.set("rank", std::uint64_t{chosen.rank});
    item.set("id", model.items.labels.label(chosen.item));
    item.set("title", recommendation::title_of(model.items, chosen.item));
    item.set("score", json_number(chosen.score));
    if (!answer.reasons.empty()) {
      Json reasons = Json(Json::Array());
      for (const recommendation::Reason& reason : answer.reasons[i]) {
        reasons.push(reason_json(reason, model));
      }
      item.set("reasons", std::move(reasons));
    }
    items.push(std::move(item));
  }
  Json line;
  const bool has_id = answer.user || !answer.stranger.empty();
  line.set("user", has_id ? Json(user_label(answer, model)) : Json());
  if (!answer.stranger.empty()) line.set("known", false);
  if (answer.list.by_popularity) line.set("fallback", "popularity");
  line.set("items", std::move(items));
  return line.dump() + "\n";
}

// An id as it stands among reasons: in quotes, inner ones doubled, where it holds what separates
// them.
std::string quoted_id(std::string_view id) {
  if (id.find_first_of(";:\"") == std::string_view::npos) return std::string(id);
  std::string text = "\"";
  for (const char byte : id) text += byte == '"' ? "\"\"" : std::string(1, byte);
  return text + "\"";
}

std::string csv_rows(const Answer& answer, const model::Model& model, bool marks_popularity) {
  std::string rows;
  const std::string user = data::csv_field(user_label(answer, model));
  for (std::size_t i = 0; i < answer.list.items.size(); ++i) {
    const recommendation::Recommendation& chosen = answer.list.items[i];
    rows +=
        fmt::format("{},{},{},{}", user, chosen.rank,
                    data::csv_field(model.items.labels.label(chosen.item)), shortest(chosen.score));
    if (!answer.reasons.empty()) {
      std::string parts;
      for (const recommendation::Reason& reason : answer.reasons[i]) {
        parts += fmt::format("{}{}:{:.4f}", parts.empty() ? "" : ";",
                             quoted_id(model.items.labels.label(reason.item)), reason.share);
      }
      rows += "," + data::csv_field(parts);
    }
    if (marks_popularity) rows += answer.list.by_popularity ? ",popularity" : ",";
    rows += "\n";
  }
  return rows;
}

std::string record(const Answer& answer) {
  std::vector<model::ListEntry> entries;
  for (const auto& chosen : answer.list.items) entries.push_back({chosen.item, chosen.score});
  return model::list_record(entries, answer.list.by_popularity);
}

std::string reason_line(const std::vector<recommendation::Reason>& reasons,
                        const model::Model& model) {
  std::string line;
  for (const recommendation::Reason& reason : reasons) {
    line += fmt::format("{}{} {:.0f}%", line.empty() ? "because of " : ", ",
                        shown_title(model.items, reason.item, kReasonWidth), 100.0F * reason.share);
  }
  return line;
}

std::string table(const Answer& answer, const model::Model& model) {
  std::string text = answer.heading + "\n";
  if (answer.list.by_popularity) {
    text +=
        "  They liked nothing yet, so this is what most people have seen; the score is the\n"
        "  share of people who have.\n";
  }
  if (answer.list.items.empty()) return text + "  nothing is left to recommend\n";
  std::size_t width = 0;
  for (const auto& chosen : answer.list.items) {
    width = std::max(width, shown_title(model.items, chosen.item).size());
  }
  width = std::min(width, kTitleWidth);
  for (std::size_t i = 0; i < answer.list.items.size(); ++i) {
    const recommendation::Recommendation& chosen = answer.list.items[i];
    std::string line = fmt::format("{:>4}  {:>6.3f}  {}  {}", chosen.rank, chosen.score,
                                   padded(shown_title(model.items, chosen.item), width),
                                   details(model.items, chosen.item));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    const std::string why = answer.reasons.empty() ? "" : reason_line(answer.reasons[i], model);
    if (!why.empty()) text += fmt::format("{:14}{}\n", "", why);
  }
  return text;
}

}  // namespace

std::string text_before(ResultFormat format, bool with_reasons, bool marks_popularity) {
  if (format != ResultFormat::csv) return "";
  return fmt::format("user,rank,item,score{}{}\n", with_reasons ? ",reasons" : "",
                     marks_popularity ? ",fallback" : "");
}

std::string text_of(const Answer& answer, const model::Model& model, ResultFormat format,
                    bool marks_popularity) {
  if (format == ResultFormat::csv) return csv_rows(answer, model, marks_popularity);
  if (format == ResultFormat::json_lines) return json_line(answer, model);
  if (format == ResultFormat::records) return record(answer);
  return table(answer, model);
}

}  // namespace kindred::cli
