// Splits: what a model may learn from, and what it is asked afterwards.
//
// A split has training ratings, people, and for each person the targets to be found. In
// most protocols the people are users of the training part; in strong generalisation
// they are new, and come with a part of their history to be folded in from.
//
//   strong         people held out whole; 80% of their positives known, 20% targets
//   leave one out  the last positive of each user (by time, else by lot) is the target
//   ratio          a share of each user's positives, by lot
//   temporal       everything from a moment on
//
// Where pairs come again and again (purchases, plays), both splits by time are of events: what
// somebody bought in March and in May is in training in March, and its May is no target but
// counted as left out. Only what is on one side of the split is merged. Splits by lot are of
// pairs, which are merged before.
//   given          training and test files of somebody else's making
//
// Only positives are targets; what is rated below the threshold stays in training as
// seen (except in strong generalisation, whose paper drops it first). Drawing depends on the seed
// and the user's row alone, so a split is the same for any number of threads. No pair is in both
// parts.
//
// Cost: O(pairs). Thread safety: pure functions.
//
// Source of strong generalisation: Liang et al., "Variational Autoencoders for
// Collaborative Filtering", 2018.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/interactions.h"
#include "kindred/data/positives.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/linalg/sparse.h"

namespace kindred::data {

// What could not be tested, and why.
struct LeftOut {
  std::size_t unknown_users = 0;    // Pairs whose user is not in the training part.
  std::size_t unknown_items = 0;    // Pairs whose item is not in the training part.
  std::size_t below_threshold = 0;  // Test pairs that are not positive.
  // Test pairs that are training pairs too: leaks of somebody else's split, or what people
  // chose before and chose again.
  std::size_t in_training = 0;
  std::size_t people_without_target = 0;  // After all of the above.

  bool operator==(const LeftOut&) const = default;
};

struct Split {
  std::string description;  // One line for people.
  Interactions train;
  // Person p is row p of each of these.
  std::vector<std::string> labels;
  bool folded_in = false;            // Whether the people are new.
  std::vector<std::uint32_t> users;  // Else their rows in train.
  SparseMatrix known;                // New people: people x items, what they are folded in from.
  SparseMatrix targets;              // people x items.
  SparseMatrix negatives;            // people x items to rank the targets among; 0 rows: all.
  LeftOut left_out;

  std::size_t person_count() const noexcept { return targets.rows; }
  // What person p has already, ascending: never recommended.
  std::span<const std::uint32_t> seen(std::size_t person) const;
};

// Which of the people held out are scored; the others are left out altogether, so that
// options tuned on one part can be judged on the other.
enum class HeldOutPart { validation, test };

struct StrongOptions {
  std::size_t held_out_count = 0;  // Users in each part; 0: a tenth, at most 10,000.
  HeldOutPart part = HeldOutPart::test;
  double target_share = 0.2;      // Of a person's positives; rounded down.
  std::size_t positives_min = 5;  // Users with fewer positives are left out.
  std::uint64_t seed = 1;
};

// As in the paper: ratings below the threshold are dropped first, then users with too
// few positives; items that no training user has are dropped from the people held out.
// Throws Error(invalid_argument) when no user is left to train on.
Split split_strong(const Interactions& ratings, const PositiveRule& rule,
                   const StrongOptions& options);

// Makes one entry of each pair, as read_ratings does. Requires: the entries of a pair are
// next to each other and in file order, as read_ratings leaves them with keep_repeats.
// Throws Error(invalid_argument) where a sum is not finite.
void merge_repeats(Interactions& ratings, Duplicates duplicates);

// Of users with two or more positives. Without timestamps the target is drawn. Items
// that are in no other pair stay in the catalogue, and count as missed. `ratings` may hold
// repeats, as split_temporal's may.
Split split_leave_one_out(const Interactions& ratings, const PositiveRule& rule, std::uint64_t seed,
                          Duplicates duplicates = Duplicates::last);

// `share` of each user's positives, rounded down; at least one stays in training.
// Throws Error(invalid_argument) unless 0 < share < 1.
Split split_ratio(const Interactions& ratings, const PositiveRule& rule, double share,
                  std::uint64_t seed);

// The last `share` of all entries by time. Users and items that are new by then are
// counted and left out, and so are pairs that training holds. `ratings` may hold repeats
// (keep_repeats of ratings_reader.h), which `duplicates` merges on either side of the split.
// Throws Error(invalid_argument) without timestamps.
Split split_temporal(const Interactions& ratings, const PositiveRule& rule, double share,
                     Duplicates duplicates = Duplicates::last);

// `test` names users and items by label.
Split split_given(Interactions train, const PositiveRule& rule, const Interactions& test);

// As written by write_split for new people: `known` and `test` hold the same users,
// none of whom need be in `train`.
Split split_given_new_people(Interactions train, const PositiveRule& rule,
                             const Interactions& known, const Interactions& test);

// The items that targets are ranked among where a test set gives them.
struct SampledNegatives {
  struct Row {
    std::string user;
    std::optional<std::string> item;  // None: all targets of the user.
    std::vector<std::string> negatives;
  };
  std::vector<Row> rows;
};

// Lines "(user,item) negative negative ..." as published with NCF, or
// "user negative negative ..."; fields apart by tabs, commas or spaces. May be gzip or
// zstd. Throws Error naming file and line.
SampledNegatives read_negatives(const std::filesystem::path& path);

// Ranks among these negatives from now on: one person for each row whose target is in the
// split. Rows without a target and targets without a row are counted. Negatives that are
// unknown, or targets of the same person, or seen by that person, are dropped and counted.
struct NegativesUse {
  std::size_t rows_without_target = 0;
  std::size_t targets_without_row = 0;
  std::size_t unknown_negatives = 0;
  std::size_t negatives_that_are_targets = 0;
  std::size_t negatives_already_seen = 0;  // In training, or in the history of new people.
  std::size_t rows_without_negatives = 0;  // None of theirs is known, so nothing to outrank.

  bool operator==(const NegativesUse&) const = default;
};
// "rows without a test pair: 3", or "".
std::string to_text(const NegativesUse& use);
NegativesUse use_negatives(Split& split, const SampledNegatives& sampled);

// Writes train.csv, test.csv and, for new people, fold_in.csv into `folder`, which is
// made if need be; with the labels, so that read_ratings reads them back.
// Throws Error(io).
void write_split(const Split& split, const std::filesystem::path& folder);

// Throws Error(invalid_argument), saying what was left out, when nobody has a target.
void require_targets(const Split& split);

// "pairs of users that are not in training: 12, users without a target: 3", or "".
std::string to_text(const LeftOut& left_out);
Json to_json(const LeftOut& left_out);

}  // namespace kindred::data
