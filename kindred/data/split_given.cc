// Splits of somebody else's making: files whose users and items are matched by label.

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/progress.h"
#include "kindred/data/split.h"

namespace kindred::data {
namespace {

struct Pair {
  std::uint32_t item = 0;
  float value = 0.0F;
};

void sort_by_item(std::vector<Pair>& pairs) {
  std::sort(pairs.begin(), pairs.end(),
            [](const Pair& a, const Pair& b) { return a.item < b.item; });
}

// A row of `file` in the item rows of training, ascending; counts what is unknown.
std::vector<Pair> map_row(const Interactions& file, std::size_t row, const Vocabulary& items,
                          std::size_t& unknown_items) {
  std::vector<Pair> mapped;
  const auto columns = file.by_user.row_columns(row);
  const auto values = file.by_user.row_values(row);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (const auto item = items.find(file.items.label(columns[i]))) {
      mapped.push_back({*item, values[i]});
    } else {
      ++unknown_items;
    }
  }
  sort_by_item(mapped);
  return mapped;
}

void append(const std::vector<Pair>& row, SparseMatrix& to) {
  for (const Pair& pair : row) {
    to.columns.push_back(pair.item);
    to.values.push_back(pair.value);
  }
  to.close_row();
}

// What of a test row is to be found: positive, and not seen in training.
std::vector<Pair> targets_of(const std::vector<Pair>& pairs, std::span<const std::uint32_t> seen,
                             const PositiveRule& rule, LeftOut& left_out) {
  std::vector<Pair> targets;
  for (const Pair& pair : pairs) {
    if (std::binary_search(seen.begin(), seen.end(), pair.item)) {
      ++left_out.in_training;
    } else if (!rule.accepts(pair.value)) {
      ++left_out.below_threshold;
    } else {
      targets.push_back(pair);
    }
  }
  return targets;
}

// A file without ratings lists positives only.
PositiveRule rule_for(const PositiveRule& rule, const Interactions& file) {
  return file.has_values ? rule : PositiveRule{};
}

// The person's targets that a row of negatives is about.
std::vector<Pair> targets_of_row(const Split& split, std::size_t person,
                                 const SampledNegatives::Row& row) {
  const auto items = split.targets.row_columns(person);
  const auto values = split.targets.row_values(person);
  const auto wanted = row.item ? split.train.items.find(*row.item) : std::nullopt;
  std::vector<Pair> targets;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!row.item || wanted == items[i]) targets.push_back({items[i], values[i]});
  }
  return targets;
}

// Distinct, ascending, without what the person has seen or is to find.
std::vector<Pair> negatives_of_row(const Split& split, std::size_t person,
                                   const SampledNegatives::Row& row, NegativesUse& use) {
  const auto targets = split.targets.row_columns(person);
  std::vector<Pair> negatives;
  for (const std::string& label : row.negatives) {
    const auto item = split.train.items.find(label);
    if (!item) {
      ++use.unknown_negatives;
    } else if (std::binary_search(targets.begin(), targets.end(), *item)) {
      ++use.negatives_that_are_targets;
    } else if (std::ranges::binary_search(split.seen(person), *item)) {
      ++use.negatives_already_seen;
    } else {
      negatives.push_back({*item, 1.0F});
    }
  }
  sort_by_item(negatives);
  negatives.erase(std::unique(negatives.begin(), negatives.end(),
                              [](const Pair& a, const Pair& b) { return a.item == b.item; }),
                  negatives.end());
  return negatives;
}

// Person p becomes what people[p] was; targets are left to the caller.
void repeat_people(Split& split, const std::vector<std::size_t>& people) {
  std::vector<std::string> labels;
  std::vector<std::uint32_t> users;
  SparseMatrix known;
  known.cols = split.known.cols;
  for (const std::size_t person : people) {
    labels.push_back(split.labels[person]);
    if (split.folded_in) {
      known.append_row(split.known.row_columns(person), split.known.row_values(person));
    } else {
      users.push_back(split.users[person]);
    }
  }
  split.labels = std::move(labels);
  split.users = std::move(users);
  split.known = std::move(known);
}

}  // namespace

std::span<const std::uint32_t> Split::seen(std::size_t person) const {
  return folded_in ? known.row_columns(person) : train.by_user.row_columns(users[person]);
}

Split split_given(Interactions train, const PositiveRule& rule, const Interactions& test) {
  Split split;
  split.description = "given test set: its users are those of the training part";
  split.train = std::move(train);
  split.targets.cols = split.train.items.size();
  const PositiveRule test_rule = rule_for(rule, test);
  for (std::size_t row = 0; row < test.users.size(); ++row) {
    const auto user = split.train.users.find(test.users.label(row));
    if (!user) {
      split.left_out.unknown_users += test.by_user.row_size(row);
      continue;
    }
    const auto pairs = map_row(test, row, split.train.items, split.left_out.unknown_items);
    const std::vector<Pair> targets =
        targets_of(pairs, split.train.by_user.row_columns(*user), test_rule, split.left_out);
    if (targets.empty()) {
      ++split.left_out.people_without_target;
      continue;
    }
    split.users.push_back(*user);
    split.labels.emplace_back(test.users.label(row));
    append(targets, split.targets);
  }
  return split;
}

Split split_given_new_people(Interactions train, const PositiveRule& rule,
                             const Interactions& known, const Interactions& test) {
  Split split;
  split.description = "given test set: its users are new, and folded in from what is known of them";
  split.folded_in = true;
  split.train = std::move(train);
  split.known.cols = split.targets.cols = split.train.items.size();
  const PositiveRule test_rule = rule_for(rule, test);
  std::size_t unknown_known_items = 0;  // Of the history; they tell the model nothing.
  for (std::size_t row = 0; row < test.users.size(); ++row) {
    const auto person = known.users.find(test.users.label(row));
    if (!person) {
      split.left_out.unknown_users += test.by_user.row_size(row);
      continue;
    }
    SparseMatrix history;
    std::vector<Pair> past = map_row(known, *person, split.train.items, unknown_known_items);
    if (!known.has_values && rule.threshold) {  // Without ratings, listed means liked.
      for (Pair& pair : past) pair.value = std::max(pair.value, *rule.threshold);
    }
    append(past, history);
    const auto pairs = map_row(test, row, split.train.items, split.left_out.unknown_items);
    const std::vector<Pair> targets =
        targets_of(pairs, history.row_columns(0), test_rule, split.left_out);
    if (targets.empty()) {
      ++split.left_out.people_without_target;
      continue;
    }
    split.labels.emplace_back(test.users.label(row));
    split.known.append_row(history.row_columns(0), history.row_values(0));
    append(targets, split.targets);
  }
  return split;
}

NegativesUse use_negatives(Split& split, const SampledNegatives& sampled) {
  NegativesUse use;
  std::unordered_map<std::string_view, std::size_t> person_of;
  for (std::size_t person = 0; person < split.labels.size(); ++person) {
    person_of.emplace(split.labels[person], person);
  }
  std::vector<std::size_t> people;  // Of each row that is used.
  SparseMatrix targets;
  SparseMatrix negatives;
  targets.cols = negatives.cols = split.targets.cols;
  for (const SampledNegatives::Row& row : sampled.rows) {
    const auto found = person_of.find(row.user);
    const std::vector<Pair> wanted =
        found == person_of.end() ? std::vector<Pair>() : targets_of_row(split, found->second, row);
    if (wanted.empty()) {
      ++use.rows_without_target;
      continue;
    }
    const std::vector<Pair> rivals = negatives_of_row(split, found->second, row, use);
    if (rivals.empty()) {
      ++use.rows_without_negatives;
      continue;
    }
    people.push_back(found->second);
    append(wanted, targets);
    append(rivals, negatives);
  }
  use.targets_without_row =
      split.targets.entry_count() - std::min(targets.entry_count(), split.targets.entry_count());
  repeat_people(split, people);
  split.targets = std::move(targets);
  split.negatives = std::move(negatives);
  return use;
}

void require_targets(const Split& split) {
  if (split.person_count() > 0) return;
  const std::string causes = to_text(split.left_out);
  throw Error(ErrorCode::invalid_argument,
              fmt::format("nothing to evaluate: nobody has a target{}{}",
                          causes.empty() ? "" : "; ", causes));
}

}  // namespace kindred::data
