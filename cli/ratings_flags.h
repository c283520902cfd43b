// The flags that describe a ratings file, an items file and a users file: what train,
// evaluate and every other verb that reads ratings share.
//
// Everything is recognised from the files themselves where no flag says otherwise.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/common.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/attributes.h"
#include "kindred/data/interactions.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/data/table.h"

namespace kindred::cli {

class Command;

struct RatingsFlags {
  data::RatingsOptions options;
  std::string separator;      // As typed: ",", "tab", "\\t", ...; "" is recognised.
  bool has_header = false;    // --header
  bool lacks_header = false;  // --no-header

  std::filesystem::path items_file;  // "" where there is none.
  data::AttributesOptions items_options;
  std::filesystem::path users_file;
  data::AttributesOptions users_options;
};

struct LoadedRatings {
  data::Interactions interactions;
  data::Table items;  // One row an item: what the items file says, and derived attributes.
  data::Table users;  // One row a user: what the users file says, else no columns.
  data::RatingsSummary summary;
};

// Adds --separator, --header, --no-header, --user-column, --item-column,
// --rating-column, --timestamp-column, --item-lists, --encoding, --duplicates, --on-bad,
// --max-bad, and --items and --users with their --items-... and --users-... flags.
// `flags` must outlive the parsing.
void add_ratings_options(Command& verb, RatingsFlags& flags);

// The same without --items and --users and what goes with them, for verbs to which what
// is known of items and users makes no difference.
void add_ratings_format_options(Command& verb, RatingsFlags& flags);

// The options for read_ratings as the flags ask for them.
data::RatingsOptions ratings_options(const RatingsFlags& flags);

// The options for read_attributes of the items and of the users file.
data::AttributesOptions items_options(const RatingsFlags& flags);
data::AttributesOptions users_options(const RatingsFlags& flags);

// Reads a ratings file alone, with progress on stderr, and notes what was read there.
data::Ratings load_pairs(const std::filesystem::path& ratings_file, const RatingsFlags& flags,
                         const CommonOptions& common, ThreadPool& pool);

// What the items and users files say of the interactions' rows, with derived attributes
// for the items; notes what was read.
struct AttributeTables {
  data::Table items;
  data::Table users;
};
AttributeTables load_attribute_tables(const data::Interactions& interactions,
                                      const RatingsFlags& flags, const CommonOptions& common);

// Reads the ratings file and what belongs to it, with progress on stderr, and notes what
// was read there. Derived attributes are added to the items.
LoadedRatings load_ratings(const std::filesystem::path& ratings_file, const RatingsFlags& flags,
                           const CommonOptions& common, ThreadPool& pool);

}  // namespace kindred::cli
