#include "kindred/data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/base/rng.h"
#include "kindred/data/duplicate_pairs.h"

namespace kindred::data {
namespace {

constexpr std::uint32_t kPeopleStream = 0x73706C31;
constexpr std::uint32_t kTargetStream = 0x73706C32;
constexpr std::size_t kHeldOutMax = 10000;
constexpr std::uint32_t kNoRow = 0xFFFFFFFF;

// What becomes of each pair of the ratings.
enum class Part : std::uint8_t { train, known, target, dropped };

// Rows before and after those without a training pair are taken out.
struct RowMap {
  std::vector<std::uint32_t> users;  // New row of each old one, or kNoRow.
  std::vector<std::uint32_t> items;
};

std::vector<std::size_t> positive_entries(const SparseMatrix& ratings, std::size_t row,
                                          const PositiveRule& rule) {
  std::vector<std::size_t> entries;
  for (auto entry = static_cast<std::size_t>(ratings.offsets[row]);
       entry < ratings.offsets[row + 1]; ++entry) {
    if (rule.accepts(ratings.values[entry])) entries.push_back(entry);
  }
  return entries;
}

// The lot is the user's own, so it does not depend on who else is there.
void shuffle_entries(std::vector<std::size_t>& entries, std::uint64_t seed, std::size_t user) {
  Rng(seed, kTargetStream, user).shuffle(std::span(entries));
}

RowMap keep_all(const Interactions& ratings) {
  RowMap map{std::vector<std::uint32_t>(ratings.users.size()),
             std::vector<std::uint32_t>(ratings.items.size())};
  std::iota(map.users.begin(), map.users.end(), 0U);
  std::iota(map.items.begin(), map.items.end(), 0U);
  return map;
}

void number_kept_rows(std::vector<std::uint32_t>& rows) {
  std::uint32_t next = 0;
  for (std::uint32_t& row : rows) {
    if (row != kNoRow) row = next++;
  }
}

RowMap keep_trained(const Interactions& ratings, const std::vector<Part>& parts) {
  RowMap map{std::vector<std::uint32_t>(ratings.users.size(), kNoRow),
             std::vector<std::uint32_t>(ratings.items.size(), kNoRow)};
  for (std::size_t user = 0; user < ratings.by_user.rows; ++user) {
    for (auto entry = static_cast<std::size_t>(ratings.by_user.offsets[user]);
         entry < ratings.by_user.offsets[user + 1]; ++entry) {
      if (parts[entry] != Part::train) continue;
      map.users[user] = 0;
      map.items[ratings.by_user.columns[entry]] = 0;
    }
  }
  number_kept_rows(map.users);
  number_kept_rows(map.items);
  return map;
}

Vocabulary kept_labels(const Vocabulary& labels, const std::vector<std::uint32_t>& rows) {
  Vocabulary kept;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows[row] != kNoRow) kept.insert(labels.label(row));
  }
  return kept;
}

// One user's entries of one part; items in their new rows, which ascend as the old ones do.
void append_part(const Interactions& ratings, const std::vector<Part>& parts, Part part,
                 std::size_t user, const RowMap& map, SparseMatrix& to) {
  for (auto entry = static_cast<std::size_t>(ratings.by_user.offsets[user]);
       entry < ratings.by_user.offsets[user + 1]; ++entry) {
    const std::uint32_t item = map.items[ratings.by_user.columns[entry]];
    if (parts[entry] != part || item == kNoRow) continue;
    to.columns.push_back(item);
    to.values.push_back(ratings.by_user.values[entry]);
  }
  to.close_row();
}

Interactions training_part(const Interactions& ratings, const std::vector<Part>& parts,
                           const RowMap& map, Duplicates duplicates) {
  Interactions train;
  train.users = kept_labels(ratings.users, map.users);
  train.items = kept_labels(ratings.items, map.items);
  train.has_values = ratings.has_values;
  train.meaning = ratings.meaning;
  train.by_user.cols = train.items.size();
  for (std::size_t user = 0; user < map.users.size(); ++user) {
    if (map.users[user] == kNoRow) continue;
    append_part(ratings, parts, Part::train, user, map, train.by_user);
  }
  for (std::size_t entry = 0; entry < ratings.timestamps.size(); ++entry) {
    if (parts[entry] == Part::train) train.timestamps.push_back(ratings.timestamps[entry]);
  }
  merge_repeats(train, duplicates);
  return train;
}

// What becomes of the entries that are not for training.
struct TestRules {
  PositiveRule rule;  // Of the pairs that they make.
  Duplicates duplicates = Duplicates::last;
};

// One user's pairs of the test part, merged; items in their old rows.
SparseMatrix test_pairs(const Interactions& ratings, const std::vector<Part>& parts,
                        std::size_t user, Duplicates duplicates) {
  SparseMatrix pairs;
  std::vector<std::int64_t> times;
  for (auto entry = static_cast<std::size_t>(ratings.by_user.offsets[user]);
       entry < ratings.by_user.offsets[user + 1]; ++entry) {
    if (parts[entry] != Part::target) continue;
    pairs.columns.push_back(ratings.by_user.columns[entry]);
    pairs.values.push_back(ratings.by_user.values[entry]);
    if (!ratings.timestamps.empty()) times.push_back(ratings.timestamps[entry]);
  }
  pairs.close_row();
  merge_duplicate_pairs(pairs, times, duplicates);
  return pairs;
}

// Which of a user's test pairs are targets; the others are counted by cause.
SparseMatrix targets_of_user(const Interactions& ratings, const std::vector<Part>& parts,
                             std::size_t user, const RowMap& map, const TestRules& rules,
                             Split& split) {
  const SparseMatrix pairs = test_pairs(ratings, parts, user, rules.duplicates);
  const std::uint32_t row = map.users[user];
  SparseMatrix targets;
  for (std::size_t i = 0; i < pairs.columns.size(); ++i) {
    const std::uint32_t item = map.items[pairs.columns[i]];
    if (!rules.rule.accepts(pairs.values[i])) {
      ++split.left_out.below_threshold;
    } else if (row == kNoRow) {
      ++split.left_out.unknown_users;
    } else if (item == kNoRow) {
      ++split.left_out.unknown_items;
    } else if (std::ranges::binary_search(split.train.by_user.row_columns(row), item)) {
      ++split.left_out.in_training;
    } else {
      targets.columns.push_back(item);
      targets.values.push_back(pairs.values[i]);
    }
  }
  targets.close_row();
  return targets;
}

// Users who are in the training part are the people; those without a target are counted.
Split split_of_known_people(const Interactions& ratings, const std::vector<Part>& parts,
                            const RowMap& map, const TestRules& rules) {
  Split split;
  split.train = training_part(ratings, parts, map, rules.duplicates);
  split.targets.cols = split.train.items.size();
  for (std::size_t user = 0; user < map.users.size(); ++user) {
    const SparseMatrix targets = targets_of_user(ratings, parts, user, map, rules, split);
    if (map.users[user] == kNoRow) continue;
    if (targets.columns.empty()) {
      ++split.left_out.people_without_target;
      continue;
    }
    split.users.push_back(map.users[user]);
    split.labels.emplace_back(ratings.users.label(user));
    split.targets.append_row(targets.row_columns(0), targets.row_values(0));
  }
  return split;
}

// Whether a pair comes more than once.
bool has_repeats(const Interactions& ratings) {
  for (std::size_t user = 0; user < ratings.by_user.rows; ++user) {
    const auto items = ratings.by_user.row_columns(user);
    if (std::ranges::adjacent_find(items) != items.end()) return true;
  }
  return false;
}

// The entries of positives: an event by its own value, or, where values are summed, by the
// value of its pair as well, as one of three plays is not three plays.
std::vector<std::size_t> positive_events(const Interactions& ratings, std::size_t user,
                                         const PositiveRule& rule, Duplicates duplicates) {
  if (duplicates != Duplicates::sum) return positive_entries(ratings.by_user, user, rule);
  const auto items = ratings.by_user.row_columns(user);
  const auto values = ratings.by_user.row_values(user);
  std::vector<std::size_t> entries;
  for (std::size_t begin = 0; begin < items.size();) {
    std::size_t end = begin;
    float sum = 0.0F;
    while (end < items.size() && items[end] == items[begin]) sum += values[end++];
    for (std::size_t i = begin; i < end; ++i) {
      const bool grows = values[i] > 0.0F || end == begin + 1;
      if (rule.accepts(sum) && grows) entries.push_back(ratings.by_user.offsets[user] + i);
    }
    begin = end;
  }
  return entries;
}

void require_share(double share) {
  if (share > 0.0 && share < 1.0) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("the share to hold out is {:g}, not between 0 and 1", share));
}

// The users of a strong split, shuffled: those to train on, to validate on, to test on.
struct People {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> scored;
};

People draw_people(const Interactions& ratings, const PositiveRule& rule,
                   const StrongOptions& options) {
  std::vector<std::uint32_t> users;
  for (std::size_t user = 0; user < ratings.by_user.rows; ++user) {
    if (positive_entries(ratings.by_user, user, rule).size() >= options.positives_min) {
      users.push_back(static_cast<std::uint32_t>(user));
    }
  }
  Rng(options.seed, kPeopleStream).shuffle(std::span(users));
  const std::size_t held_out =
      options.held_out_count > 0
          ? options.held_out_count
          : std::min(kHeldOutMax, std::max<std::size_t>(1, users.size() / 10));
  if (held_out > users.size() / 2 || users.size() == 2 * held_out) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} users have {} or more positives, too few to hold out {} for "
                            "validation, {} for the test and train on the rest",
                            format_count(users.size()), options.positives_min,
                            format_count(held_out), format_count(held_out)));
  }
  const auto validation = users.end() - static_cast<std::ptrdiff_t>(2 * held_out);
  const auto test = users.end() - static_cast<std::ptrdiff_t>(held_out);
  People people;
  people.train.assign(users.begin(), validation);
  if (options.part == HeldOutPart::validation) {
    people.scored.assign(validation, test);
  } else {
    people.scored.assign(test, users.end());
  }
  std::sort(people.scored.begin(), people.scored.end());
  return people;
}

// Marks which of one person's positives are targets; the rest is known. Those with fewer
// than `positives_min` that anybody in training has stay without a target.
void draw_targets(const Interactions& ratings, const PositiveRule& rule,
                  const StrongOptions& options, std::size_t user, const RowMap& map,
                  std::vector<Part>& parts) {
  std::vector<std::size_t> entries = positive_entries(ratings.by_user, user, rule);
  std::erase_if(entries, [&](std::size_t entry) {
    return map.items[ratings.by_user.columns[entry]] == kNoRow;
  });
  for (const std::size_t entry : entries) parts[entry] = Part::known;
  if (entries.size() < options.positives_min) return;
  shuffle_entries(entries, options.seed, user);
  const auto count =
      static_cast<std::size_t>(options.target_share * static_cast<double>(entries.size()));
  for (std::size_t i = 0; i < count; ++i) parts[entries[i]] = Part::target;
}

}  // namespace

Split split_strong(const Interactions& ratings, const PositiveRule& rule,
                   const StrongOptions& options) {
  require_share(options.target_share);
  const People people = draw_people(ratings, rule, options);
  std::vector<Part> parts(ratings.by_user.entry_count(), Part::dropped);
  for (const std::uint32_t user : people.train) {
    for (const std::size_t entry : positive_entries(ratings.by_user, user, rule)) {
      parts[entry] = Part::train;
    }
  }
  const RowMap map = keep_trained(ratings, parts);
  Split split;
  split.train = training_part(ratings, parts, map, Duplicates::last);
  split.folded_in = true;
  split.known.cols = split.targets.cols = split.train.items.size();
  for (const std::uint32_t user : people.scored) {
    draw_targets(ratings, rule, options, user, map, parts);
    SparseMatrix targets;
    append_part(ratings, parts, Part::target, user, map, targets);
    if (targets.columns.empty()) {
      ++split.left_out.people_without_target;
      continue;
    }
    split.targets.append_row(targets.row_columns(0), targets.row_values(0));
    append_part(ratings, parts, Part::known, user, map, split.known);
    split.labels.emplace_back(ratings.users.label(user));
  }
  split.description = fmt::format(
      "strong generalisation: {} people held out ({} part), {:g}% of their positives are targets, "
      "the rest is folded in",
      format_count(people.scored.size()), options.part == HeldOutPart::test ? "test" : "validation",
      100.0 * options.target_share);
  return split;
}

void merge_repeats(Interactions& ratings, Duplicates duplicates) {
  const DuplicateMerge merge =
      merge_duplicate_pairs(ratings.by_user, ratings.timestamps, duplicates);
  if (merge.finite) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("user '{}' and item '{}' occur so often that the sum of the ratings is "
                          "too large",
                          printable(ratings.users.label(merge.first_user)),
                          printable(ratings.items.label(merge.first_item))));
}

Split split_leave_one_out(const Interactions& ratings, const PositiveRule& rule, std::uint64_t seed,
                          Duplicates duplicates) {
  if (ratings.timestamps.empty() && has_repeats(ratings)) {  // Drawn among pairs.
    Interactions pairs = ratings;
    merge_repeats(pairs, duplicates);
    return split_leave_one_out(pairs, rule, seed, duplicates);
  }
  std::vector<Part> parts(ratings.by_user.entry_count(), Part::train);
  for (std::size_t user = 0; user < ratings.by_user.rows; ++user) {
    std::vector<std::size_t> entries = positive_events(ratings, user, rule, duplicates);
    if (entries.size() < 2) continue;
    shuffle_entries(entries, seed, user);
    // By time where it is known; people who rate many things in one second by lot.
    const auto last =
        ratings.timestamps.empty()
            ? entries.begin()
            : std::max_element(entries.begin(), entries.end(), [&](std::size_t a, std::size_t b) {
                return ratings.timestamps[a] < ratings.timestamps[b];
              });
    parts[*last] = Part::target;
  }
  // What is a target has been judged already.
  Split split = split_of_known_people(ratings, parts, keep_all(ratings), {{}, duplicates});
  split.description = fmt::format("leave one out: each user's {} positive is the target",
                                  ratings.timestamps.empty() ? "randomly drawn" : "last");
  return split;
}

Split split_ratio(const Interactions& ratings, const PositiveRule& rule, double share,
                  std::uint64_t seed) {
  require_share(share);
  std::vector<Part> parts(ratings.by_user.entry_count(), Part::train);
  for (std::size_t user = 0; user < ratings.by_user.rows; ++user) {
    std::vector<std::size_t> entries = positive_entries(ratings.by_user, user, rule);
    shuffle_entries(entries, seed, user);
    const auto count = static_cast<std::size_t>(share * static_cast<double>(entries.size()));
    for (std::size_t i = 0; i < count; ++i) parts[entries[i]] = Part::target;
  }
  Split split = split_of_known_people(ratings, parts, keep_all(ratings), {rule, Duplicates::last});
  split.description =
      fmt::format("ratio: {:g}% of each user's positives, drawn, are the targets", 100.0 * share);
  return split;
}

Split split_temporal(const Interactions& ratings, const PositiveRule& rule, double share,
                     Duplicates duplicates) {
  require_share(share);
  if (ratings.timestamps.empty()) {
    throw Error(ErrorCode::invalid_argument, "a temporal split needs timestamps; there are none");
  }
  std::vector<std::int64_t> times = ratings.timestamps;
  const auto cut_place = times.begin() + static_cast<std::ptrdiff_t>(
                                             (1.0 - share) * static_cast<double>(times.size()));
  std::nth_element(times.begin(), cut_place, times.end());

  std::vector<Part> parts(ratings.by_user.entry_count(), Part::train);
  for (std::size_t entry = 0; entry < parts.size(); ++entry) {
    if (ratings.timestamps[entry] >= *cut_place) parts[entry] = Part::target;
  }
  const RowMap map = keep_trained(ratings, parts);
  Split split = split_of_known_people(ratings, parts, map, {rule, duplicates});
  split.description =
      fmt::format("temporal: the last {:g}% of all pairs, from timestamp {} on, are the test",
                  100.0 * share, *cut_place);
  return split;
}

}  // namespace kindred::data
