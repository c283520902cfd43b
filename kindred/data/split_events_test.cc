// Splits by time of logs in which people choose the same again, held against splits that are made
// of the events alone.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/data/split.h"

namespace kindred::data {
namespace {

// Pairs "user item" with their values, by label.
using PairValues = std::map<std::string, float>;

PairValues pairs_of(const Interactions& part) {
  PairValues pairs;
  for (std::size_t user = 0; user < part.by_user.rows; ++user) {
    for (std::size_t i = 0; i < part.by_user.row_size(user); ++i) {
      const auto item = part.by_user.row_columns(user)[i];
      pairs[std::string(part.users.label(user)) + " " + std::string(part.items.label(item))] =
          part.by_user.row_values(user)[i];
    }
  }
  return pairs;
}

PairValues targets_of(const Split& split) {
  PairValues pairs;
  for (std::size_t person = 0; person < split.person_count(); ++person) {
    for (std::size_t i = 0; i < split.targets.row_size(person); ++i) {
      const auto item = split.targets.row_columns(person)[i];
      pairs[split.labels[person] + " " + std::string(split.train.items.label(item))] =
          split.targets.row_values(person)[i];
    }
  }
  return pairs;
}

// An event of a log, and what becomes of some of them by hand: no numbers of rows, no matrices.
struct Event {
  std::string user;
  std::string item;
  float value = 1.0F;
  std::int64_t time = 0;
};

PairValues merged(const std::vector<Event>& events, Duplicates duplicates) {
  PairValues values;
  std::map<std::string, std::int64_t> times;
  for (const Event& event : events) {
    const std::string pair = event.user + " " + event.item;
    const bool is_new = !values.contains(pair);
    if (duplicates == Duplicates::sum) {
      values[pair] += event.value;
    } else if (is_new || event.time >= times[pair]) {
      values[pair] = event.value;
      times[pair] = event.time;
    }
  }
  return values;
}

std::vector<Event> random_log(Rng& rng) {
  std::vector<Event> events;
  const std::size_t users = 2 + rng.below(6);
  const std::size_t items = 2 + rng.below(6);
  const std::size_t count = 8 + rng.below(60);
  for (std::size_t i = 0; i < count; ++i) {
    // Returns now and then; each moment comes once, so that the last one of all is known.
    const float value = rng.below(8) == 0 ? -1.0F : static_cast<float>(1 + rng.below(3));
    events.push_back({"u" + std::to_string(rng.below(users)),
                      "i" + std::to_string(rng.below(items)), value,
                      static_cast<std::int64_t>(1000 + i)});
  }
  rng.shuffle(std::span(events));
  return events;
}

// As read_ratings gives it with keep_repeats: rows in order of appearance, entries of a pair next
// to each other and in the order of the log.
Interactions log_of(const std::vector<Event>& events, bool times = true) {
  Interactions out;
  std::vector<std::vector<std::pair<std::uint32_t, Event>>> users;
  for (const Event& event : events) {
    const auto user = out.users.insert(event.user);
    if (user == users.size()) users.emplace_back();
    users[user].emplace_back(out.items.insert(event.item), event);
  }
  out.by_user.cols = out.items.size();
  out.has_values = true;
  for (auto& entries : users) {
    std::ranges::stable_sort(entries, {}, [](const auto& entry) { return entry.first; });
    for (const auto& [item, event] : entries) {
      out.by_user.columns.push_back(item);
      out.by_user.values.push_back(event.value);
      if (times) out.timestamps.push_back(event.time);
    }
    out.by_user.close_row();
  }
  return out;
}

// Two hundred logs in which people choose the same again: the split by time against one that is
// made of the events alone.
TEST(SplitTemporal, SplitsEventsAndMergesEachSideAlone) {
  Rng rng(5);
  const PositiveRule rule{.threshold = kAboveZero};
  for (int log = 0; log < 200; ++log) {
    const std::vector<Event> events = random_log(rng);
    const Duplicates duplicates = log % 2 == 0 ? Duplicates::last : Duplicates::sum;
    const double share = 0.2 + 0.1 * static_cast<double>(log % 4);
    std::vector<std::int64_t> times;
    for (const Event& event : events) times.push_back(event.time);
    std::ranges::sort(times);
    const auto cut =
        times[static_cast<std::size_t>((1.0 - share) * static_cast<double>(times.size()))];
    std::vector<Event> before;
    std::vector<Event> after;
    for (const Event& event : events) (event.time < cut ? before : after).push_back(event);
    const PairValues train = merged(before, duplicates);
    LeftOut left_out;
    PairValues targets;
    for (const auto& [pair, value] : merged(after, duplicates)) {
      const std::string user = pair.substr(0, pair.find(' '));
      const std::string item = pair.substr(pair.find(' ') + 1);
      const auto known = [&](auto same) { return std::ranges::any_of(before, same); };
      if (!rule.accepts(value)) {
        ++left_out.below_threshold;
      } else if (!known([&](const Event& event) { return event.user == user; })) {
        ++left_out.unknown_users;
      } else if (!known([&](const Event& event) { return event.item == item; })) {
        ++left_out.unknown_items;
      } else if (train.contains(pair)) {
        ++left_out.in_training;
      } else {
        targets[pair] = value;
      }
    }
    const Split split = split_temporal(log_of(events), rule, share, duplicates);
    EXPECT_EQ(pairs_of(split.train), train) << log;
    EXPECT_EQ(targets_of(split), targets) << log;
    left_out.people_without_target = split.left_out.people_without_target;
    EXPECT_EQ(split.left_out, left_out) << log;
    EXPECT_EQ(split.left_out.people_without_target + split.person_count(),
              split.train.users.size());
  }
}

TEST(SplitLeaveOneOut, LeavesOutTheLastEventAndCountsWhatCameBefore) {
  Rng rng(6);
  const PositiveRule rule{.threshold = kAboveZero};
  for (int log = 0; log < 200; ++log) {
    const std::vector<Event> events = random_log(rng);
    std::map<std::string, Event> last;
    std::map<std::string, std::size_t> counts;
    for (const Event& event : events) {
      if (!rule.accepts(event.value)) continue;
      if (counts[event.user]++ == 0 || event.time > last[event.user].time) last[event.user] = event;
    }
    std::vector<Event> before;
    for (const Event& event : events) {
      const bool out = counts[event.user] >= 2 && event.time == last[event.user].time;
      if (!out) before.push_back(event);
    }
    const PairValues train = merged(before, Duplicates::last);
    PairValues targets;
    std::size_t again = 0;
    for (const auto& [user, event] : last) {
      if (counts[user] < 2) continue;
      const std::string pair = user + " " + event.item;
      if (train.contains(pair)) {
        ++again;
      } else {
        targets[pair] = event.value;
      }
    }
    const Split split = split_leave_one_out(log_of(events), rule, 1);
    EXPECT_EQ(pairs_of(split.train), train) << log;
    EXPECT_EQ(targets_of(split), targets) << log;
    EXPECT_EQ(split.left_out.in_training, again) << log;
  }
}

TEST(SplitLeaveOneOut, WithoutTimesRepeatsAreOnePair) {
  const PositiveRule rule{.threshold = kAboveZero};
  const Interactions log =
      log_of({{"a", "x"}, {"a", "x"}, {"a", "x"}, {"a", "y"}, {"b", "x"}, {"b", "y"}}, false);
  const Split split = split_leave_one_out(log, rule, 3);
  EXPECT_EQ(split.person_count(), 2U);
  EXPECT_EQ(split.left_out.in_training, 0U);
  EXPECT_EQ(split.train.by_user.entry_count(), 2U);
}

}  // namespace
}  // namespace kindred::data
