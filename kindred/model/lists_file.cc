#include "kindred/model/lists_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "kindred/base/byte_source.h"
#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/size.h"
#include "kindred/model/parts.h"
#include "kindred/storage/named_errors.h"

namespace kindred::model {
namespace {

static_assert(std::endian::native == std::endian::little);
static_assert(sizeof(ListEntry) == 8);

constexpr std::uint64_t kListEntriesMax = std::uint64_t{1} << 44U;  // More than any disk holds.
constexpr std::uint32_t kByPopularity = std::uint32_t{1} << 31U;

const storage::Format& lists_format() {
  static const storage::Format kFormat = {"kindred lists", 1};
  return kFormat;
}

struct Lists {
  std::vector<std::uint64_t> offsets = {0};
  std::vector<std::uint32_t> items;
  std::vector<float> scores;
  std::vector<std::uint8_t> by_popularity;
};

[[noreturn]] void corrupt_lists(const std::filesystem::path& records, const std::string& problem) {
  throw Error(ErrorCode::corrupt, fmt::format("{}: {}", records.string(), problem));
}

template <typename T>
void read_exactly(ByteSource& source, const std::filesystem::path& records, std::span<T> out) {
  const std::span<char> bytes(reinterpret_cast<char*>(out.data()), out.size_bytes());
  if (source.read(bytes) != bytes.size()) corrupt_lists(records, "the records are cut off");
}

Lists read_records(const std::filesystem::path& records, std::size_t people,
                   std::size_t item_count) {
  ByteSource source(records);
  Lists lists;
  std::vector<ListEntry> entries;
  for (std::size_t person = 0; person < people; ++person) {
    std::uint32_t head = 0;
    read_exactly(source, records, std::span(&head, 1));
    const std::uint32_t count = head & ~kByPopularity;
    if (count > item_count) corrupt_lists(records, fmt::format("a list of {} items", count));
    entries.resize(count);
    read_exactly(source, records, std::span(entries));
    for (const ListEntry& entry : entries) {
      if (entry.item >= item_count || !std::isfinite(entry.score)) {
        corrupt_lists(records, fmt::format("item {} with score {}", entry.item, entry.score));
      }
      lists.items.push_back(entry.item);
      lists.scores.push_back(entry.score);
    }
    lists.by_popularity.push_back(static_cast<std::uint8_t>(head >> 31U));
    lists.offsets.push_back(lists.items.size());
  }
  char more = 0;
  if (source.read(std::span(&more, 1)) != 0)
    corrupt_lists(records, "there are more records than people");
  return lists;
}

// As read_records() leaves them. Requires: sizes agree.
void require_whole(const Lists& lists, std::size_t item_count) {
  const auto refuse = [](const std::string& problem) { throw Error(ErrorCode::corrupt, problem); };
  if (lists.offsets.front() != 0 || lists.offsets.back() != lists.items.size() ||
      !std::ranges::is_sorted(lists.offsets)) {
    refuse(fmt::format("the offsets of 'list' do not ascend from 0 to {}", lists.items.size()));
  }
  std::vector<std::size_t> last_list(item_count, 0);  // That had the item; counted from 1.
  for (std::size_t person = 0; person < lists.by_popularity.size(); ++person) {
    if (lists.by_popularity[person] > 1) {
      refuse(fmt::format("'list.by_popularity' of list {} is {}, neither 0 nor 1", person,
                         lists.by_popularity[person]));
    }
    for (std::uint64_t i = lists.offsets[person]; i < lists.offsets[person + 1]; ++i) {
      const std::uint32_t item = lists.items[i];
      if (item >= item_count || !std::isfinite(lists.scores[i])) {
        refuse(fmt::format("list {} has item {} of {} with score {}", person, item, item_count,
                           lists.scores[i]));
      }
      if (std::exchange(last_list[item], person + 1) == person + 1) {
        refuse(fmt::format("list {} has item {} twice", person, item));
      }
    }
  }
}

}  // namespace

std::string list_record(std::span<const ListEntry> entries, bool by_popularity) {
  KINDRED_CHECK(entries.size() < kByPopularity);
  const std::uint32_t head =
      static_cast<std::uint32_t>(entries.size()) | (by_popularity ? kByPopularity : 0U);
  std::string record(sizeof head + entries.size_bytes(), '\0');
  std::memcpy(record.data(), &head, sizeof head);
  if (!entries.empty()) {
    std::memcpy(record.data() + sizeof head, entries.data(), entries.size_bytes());
  }
  return record;
}

void write_lists(const std::filesystem::path& path, const std::filesystem::path& records,
                 const ListsLabels& labels, const Json& facts) {
  const Lists lists = read_records(records, labels.rows.size(), labels.items.size());
  PartWriter parts;
  storage::ContainerWriter& writer = parts.writer();
  writer.add("list.offsets", {lists.offsets.size()}, std::span(lists.offsets));
  writer.add("list.items", {lists.items.size()}, std::span(lists.items));
  writer.add("list.scores", {lists.scores.size()}, std::span(lists.scores));
  writer.add("list.by_popularity", {lists.by_popularity.size()}, std::span(lists.by_popularity));
  parts.add_labels("user", labels.users, labels.rows);
  parts.add_labels("item", labels.items);
  Json content;
  content.set("people", std::uint64_t{labels.rows.size()});
  content.set("items", std::uint64_t{labels.items.size()});
  content.set("entries", std::uint64_t{lists.items.size()});
  content.set("facts", facts);
  writer.write(path, lists_format(), std::move(content));
}

void check_lists(const std::filesystem::path& path) {
  storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, lists_format());
    const Json& content = reader.content();
    const std::uint64_t people = read_size(content, "people", "people");
    const std::uint64_t item_count = read_size(content, "items", "items");
    const std::uint64_t entries = read_size(content, "entries", "entries", kListEntriesMax);
    check_texts(reader, "user.labels", people);
    read_labels(reader, "item.labels", item_count);
    Lists lists;
    lists.offsets = reader.read<std::uint64_t>("list.offsets", {people + 1});
    lists.items = reader.read<std::uint32_t>("list.items", {entries});
    lists.scores = reader.read<float>("list.scores", {entries});
    lists.by_popularity = reader.read<std::uint8_t>("list.by_popularity", {people});
    require_whole(lists, item_count);
    reader.verify_others();
  });
}

}  // namespace kindred::model
