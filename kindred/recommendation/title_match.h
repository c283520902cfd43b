// From what somebody types to the item they mean.
//
// The rules, most exact first; the first that finds anything decides:
//   1. the id, exactly; "id:300" where a title looks like an id
//   2. the title, byte for byte
//   3. the title without regard to case, accents, punctuation and the place of the
//      article ("The Incredibles" finds "Incredibles, The (2004)"), or one of the other
//      titles it carries in parentheses; a year, if typed, must agree
//   4. the beginning of titles, at the end of a word
//   5. a run of whole words anywhere in a title
//   6. any part of a title
// One hit is the answer; several are an Error that lists them; none is an Error with
// the titles that are nearest by spelling.
//
// Cost: O(all titles) to build and to ask. Thread safety: const members from any number
// of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/embedding/embeddings.h"

namespace kindred::recommendation {

// What messages say beside the matter itself.
struct Wording {
  std::string before;         // "taste.csv:3: "
  std::string after_missing;  // A hint for when nothing is found.
};

class TitleMatcher {
 public:
  // Looks at `items`, which must outlive *this. `noun` says in messages what they are:
  // "item", "user".
  explicit TitleMatcher(const embedding::Embeddings& items, std::string noun = "item");

  // Throws Error(invalid_argument) listing the candidates when several fit, and
  // Error(not_found) with suggestions when none does.
  std::uint32_t find_one(std::string_view text, const Wording& wording = {}) const;

  // All that the deciding rule finds, ascending; empty when no rule does.
  std::vector<std::uint32_t> find(std::string_view text) const;

  // "  300  Heat (1995)"; for lists in messages.
  std::string describe(std::uint32_t row) const;

 private:
  // A title taken apart and folded.
  struct Title {
    std::vector<std::string> names;  // Main title first, then those in parentheses.
    std::string year;                // "2004", or empty.
  };

  static Title take_apart(std::string_view text);
  std::vector<std::uint32_t> by_name(const Title& wanted, int rule) const;
  std::vector<std::uint32_t> nearest_by_spelling(const Title& wanted) const;
  std::string list_of(const std::vector<std::uint32_t>& rows) const;

  const embedding::Embeddings& items_;
  std::string noun_;
  std::vector<Title> titles_;  // One for each item.
};

}  // namespace kindred::recommendation
