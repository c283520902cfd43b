#include "kindred/base/guess.h"

#include <fmt/format.h>

#include <utility>

namespace kindred {

std::string to_text(const Guess& guess) {
  return fmt::format("{}: {} = {}: {} ({})", guess.place, guess.about, guess.taken, guess.evidence,
                     guess.flag);
}

Json to_json(const Guesses& guesses) {
  Json list = Json::Array{};
  for (const Guess& guess : guesses) {
    Json one;
    one.set("place", guess.place);
    one.set("about", guess.about);
    one.set("taken", guess.taken);
    one.set("evidence", guess.evidence);
    one.set("flag", guess.flag);
    list.push(std::move(one));
  }
  return list;
}

void refuse_guesses(const Guesses& guesses) {
  if (guesses.empty()) return;
  std::string text =
      guesses.size() == 1
          ? std::string("--strict: one thing would be guessed; say it with the flag in brackets:")
          : fmt::format("--strict: {} things would be guessed; say each with the flag in brackets:",
                        guesses.size());
  for (const Guess& guess : guesses) text += "\n  " + to_text(guess);
  throw Error(ErrorCode::invalid_argument, text);
}

Error unclear(const std::string& place, const std::string& about,
              const std::vector<Reading>& readings) {
  std::string ways;
  std::string flags;
  for (const Reading& reading : readings) {
    if (!ways.empty()) ways += ", or ";
    if (!flags.empty()) flags += " or ";
    ways += reading.what;
    flags += reading.flag;
  }
  return {ErrorCode::invalid_argument,
          fmt::format("{}: the {} is not clear: {}; choose with {}", place, about, ways, flags)};
}

}  // namespace kindred
