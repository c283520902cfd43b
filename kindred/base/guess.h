// A guess: what a reader took a file to mean without being told, why, and how to say otherwise.
//
// A text file does not say which byte separates its columns, whether its first line names
// them, which of them is the user, or in which order a date has day and month. A reader that
// decides such a thing returns a Guess beside what it read: the thing, what it was taken for,
// the evidence in words, and the flag that overrides it. Programs print the list where the
// reading is used, give it to machines (to_json), or forbid guesses altogether
// (refuse_guesses, the flag --strict). What the caller has said is no guess and is not in the
// list; what two readings explain about equally well is no guess either but an error, which
// unclear() words.
//
// Thread safety: plain values.

#pragma once

#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/json.h"

namespace kindred {

struct Guess {
  std::string place;     // Of what: a file, a column of it: "ratings.csv", "ratings.csv: 'when'".
  std::string about;     // The thing: "separator", "header", "user".
  std::string taken;     // What it was taken for: "tab", "none", "column 1".
  std::string evidence;  // Why, in words: "all 6 lines have 3 fields".
  std::string flag;      // What says it otherwise: "--separator".

  bool operator==(const Guess&) const = default;
};

using Guesses = std::vector<Guess>;

// "ratings.csv: separator = tab: all 6 lines have 3 fields (--separator)".
std::string to_text(const Guess& guess);

// An array of objects with the members of a Guess.
Json to_json(const Guesses& guesses);

// Throws Error(invalid_argument) that lists all guesses, unless there are none.
void refuse_guesses(const Guesses& guesses);

// Two ways to read a file that explain it about equally well.
struct Reading {
  std::string what;  // "comma: 2 columns, the second '3,5'".
  std::string flag;  // What chooses it: "--separator ,".
};

// The error for it: "ratings.csv: the separator is not clear: comma (...), or tab (...); choose
// with --separator , or --separator tab".
Error unclear(const std::string& place, const std::string& about,
              const std::vector<Reading>& readings);

}  // namespace kindred
