#include "cli/wanted_people.h"

#include <fmt/format.h>

#include <numeric>

#include "cli/model_text.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/recommendation/text_file.h"

namespace kindred::cli {
namespace {

People listed_people(const PeopleWish& wish, const model::Model& model,
                     const CommonOptions& common) {
  const std::string file = wish.users.string();
  const auto lines = recommendation::read_lines(wish.users);
  if (lines.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: names no users; write one id a line", file));
  }
  People people;
  std::size_t stranger_count = 0;
  std::string example;
  for (const recommendation::TextLine& line : lines) {
    const auto row = model.users.labels.find(line.text);
    if (!row) {
      if (stranger_count++ == 0) {
        example = fmt::format("line {} '{}'", line.number, printable(line.text));
      }
      if (wish.rows_only) continue;
      people.strangers.emplace(people.users.size(), line.text);
    }
    people.users.push_back(row.value_or(kStranger));
  }
  if (stranger_count == lines.size()) {
    // Not one of them: the ids are of another kind. The message shows what the model's look like.
    user_row(model, lines.front().text, fmt::format("{}:{}: ", file, lines.front().number));
  }
  if (stranger_count > 0) {
    note(common, fmt::format("{}: {} of {} users are not in the model, such as {}: {}", file,
                             format_count(stranger_count), format_count(lines.size()), example,
                             wish.rows_only ? "they are left out of a .safetensors file"
                                            : "they get what is popular, marked as such"));
  }
  return people;
}

}  // namespace

People wanted_people(const PeopleWish& wish, const model::Model& model,
                     const CommonOptions& common) {
  if (!wish.user && !wish.all) return listed_people(wish, model, common);
  People people;
  if (wish.user) {
    people.users = {user_row(model, *wish.user)};
  } else {
    people.users.resize(model.users.size());
    std::iota(people.users.begin(), people.users.end(), 0U);
  }
  return people;
}

}  // namespace kindred::cli
