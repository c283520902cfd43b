#include "cli/item_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

#include "cli/flags/command.h"
#include "kindred/base/error.h"
#include "kindred/recommendation/filter.h"
#include "kindred/recommendation/item_list.h"

namespace kindred::cli {
namespace {

std::string flags_given(const ItemChoice& choice) {
  std::string text;
  for (const std::string& condition : choice.where) text += fmt::format(" --where '{}'", condition);
  if (!choice.allow.empty()) text += " --allow " + choice.allow.string();
  if (!choice.deny.empty()) text += " --deny " + choice.deny.string();
  return text;
}

// The items of a list; notes how many of its lines name none.
std::vector<std::uint32_t> listed_items(const std::filesystem::path& file,
                                        const recommendation::TitleMatcher& titles,
                                        const CommonOptions& common) {
  const recommendation::ItemList list = recommendation::read_item_list(file, titles);
  if (list.unknown_count > 0) {
    note(common,
         fmt::format("{}: {} of {} lines name no item of the model, such as {}", file.string(),
                     format_count(list.unknown_count), format_count(list.line_count),
                     fmt::join(list.unknown_examples, ", ")));
  }
  return list.items;
}

}  // namespace

void add_item_choice(Command& verb, ItemChoice& choice) {
  const std::string group = "Which items";
  verb.add_option("--where", choice.where,
                  "Only items like genre=Comedy, year>=1990, year=1990..1999, popularity>=100 or "
                  "title~star; several must all hold")
      ->expected(1)
      ->take_all()
      ->group(group);
  verb.add_option("--allow", choice.allow, "Only the items in this file, an id or title a line")
      ->group(group);
  verb.add_option("--deny", choice.deny, "Never the items in this file, an id or title a line")
      ->group(group);
}

std::vector<bool> allowed_items(const ItemChoice& choice, const embedding::Embeddings& items,
                                const CommonOptions& common) {
  const std::string flags = flags_given(choice);
  if (flags.empty()) return {};
  std::vector<bool> allowed = recommendation::matching_rows(items.metadata, choice.where);
  if (!choice.allow.empty() || !choice.deny.empty()) {
    const recommendation::TitleMatcher titles(items);
    if (!choice.allow.empty()) {
      std::vector<bool> listed(items.size(), false);
      for (const auto item : listed_items(choice.allow, titles, common)) {
        listed[item] = allowed[item];
      }
      allowed = std::move(listed);
    }
    if (!choice.deny.empty()) {
      for (const auto item : listed_items(choice.deny, titles, common)) {
        allowed[item] = false;
      }
    }
  }
  const auto left = static_cast<std::size_t>(std::ranges::count(allowed, true));
  if (left == 0) {
    throw Error(ErrorCode::invalid_argument, fmt::format("none of the {} items is left by{}",
                                                         format_count(items.size()), flags));
  }
  note(common, fmt::format("{} of {} items are left by{}", format_count(left),
                           format_count(items.size()), flags));
  return allowed;
}

}  // namespace kindred::cli
