#include "kindred/model/ratings_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/size.h"
#include "kindred/model/file_kind.h"
#include "kindred/model/parts.h"
#include "kindred/storage/checksum.h"
#include "kindred/storage/container.h"
#include "kindred/storage/named_errors.h"

namespace kindred::model {
namespace {

const storage::Format& store_format() {
  static const storage::Format kFormat = {"kindred ratings", 1};
  return kFormat;
}

// What both ways of reading need, with everything about it checked.
data::Interactions read_labels_and_times(storage::ContainerReader& reader) {
  const Json& content = reader.content();
  data::Interactions interactions;
  interactions.users =
      read_labels(reader, "user.labels", read_size(content.at("by_user"), "rows", "by_user: rows"));
  interactions.items =
      read_labels(reader, "item.labels", read_size(content.at("by_user"), "cols", "by_user: cols"));
  interactions.has_values = content.at("has_values").as_bool();
  return interactions;
}

}  // namespace

bool is_ratings_store(const std::filesystem::path& path) {
  return kind_of_file(path).kind == FileKind::ratings_store;
}

void save_ratings(const std::filesystem::path& path, const data::Interactions& interactions,
                  const SparseMatrix& by_item, const Json& facts) {
  PartWriter parts;
  Json content;
  content.set("has_values", interactions.has_values);
  content.set("has_times", !interactions.timestamps.empty());
  content.set("by_user", parts.add_sparse("by_user", interactions.by_user));
  content.set("by_item", parts.add_sparse("by_item", by_item));
  parts.add_labels("user", interactions.users);
  parts.add_labels("item", interactions.items);
  if (!interactions.timestamps.empty()) {
    parts.writer().add("by_user.times", {interactions.timestamps.size()},
                       std::span<const std::int64_t>(interactions.timestamps));
  }
  const auto& values = interactions.by_user.values;
  if (!values.empty()) {
    const auto [low, high] = std::ranges::minmax(values);
    content.set("value_min", short_double(low));
    content.set("value_max", short_double(high));
  }
  content.set("facts", facts);
  parts.writer().write(path, store_format(), std::move(content));
}

StoredRatings load_ratings(const std::filesystem::path& path) {
  return storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, store_format());
    const Json& content = reader.content();
    StoredRatings stored;
    stored.interactions = read_labels_and_times(reader);
    stored.interactions.by_user = read_sparse(reader, "by_user", content.at("by_user"));
    if (content.at("has_times").as_bool()) {
      stored.interactions.timestamps =
          reader.read<std::int64_t>("by_user.times", {stored.interactions.by_user.entry_count()});
    }
    stored.facts = content.at("facts");
    reader.verify_others();
    return stored;
  });
}

RatingsBlocks::RatingsBlocks(const std::filesystem::path& path) : path_(path), file_(path) {
  storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, store_format());
    const Json& content = reader.content();
    data::Interactions labels = read_labels_and_times(reader);
    users_ = std::move(labels.users);
    items_ = std::move(labels.items);
    has_values_ = labels.has_values;
    if (const Json* low = content.find("value_min")) value_min_ = as_float(*low);
    if (const Json* high = content.find("value_max")) value_max_ = as_float(*high);
    for (const std::string name : {"by_user", "by_item"}) {
      const Json& description = content.at(name);
      Side side;
      side.name = name;
      side.rows = read_size(description, "rows", name + ": rows");
      side.cols = read_size(description, "cols", name + ": cols");
      const std::uint64_t entries =
          read_size(description, "entries", name + ": entries", kEntriesMax);
      side.offsets = reader.read_offsets(name + ".offsets", side.rows, entries);
      const storage::TensorInfo* columns = file_.find(name + ".columns");
      const storage::TensorInfo* values = file_.find(name + ".values");
      const bool fits = columns != nullptr && columns->type == storage::DataType::U32 &&
                        columns->byte_count == 4 * entries &&
                        (description.at("all_ones").as_bool() ||
                         (values != nullptr && values->type == storage::DataType::F32 &&
                          values->byte_count == 4 * entries));
      if (!fits) {
        throw Error(ErrorCode::corrupt,
                    fmt::format("'{}' has not {} columns and as many values", name, entries));
      }
      side.columns = *columns;
      if (!description.at("all_ones").as_bool()) side.values = *values;
      sides_.push_back(std::move(side));
    }
    const bool transposed = sides_[0].rows == sides_[1].cols && sides_[0].cols == sides_[1].rows &&
                            sides_[0].offsets.back() == sides_[1].offsets.back() &&
                            sides_[0].rows == users_.size() && sides_[0].cols == items_.size();
    if (!transposed) throw Error(ErrorCode::corrupt, "by_user and by_item do not fit together");
    reader.verify_others();
    fingerprint_ = storage::to_hex(
        storage::checksum(std::as_bytes(std::span<const char>(file_.header_text()))));
  });
}

std::vector<RatingsBlocks::Range> RatingsBlocks::ranges(RatingsSide which,
                                                        std::uint64_t pairs) const {
  const Side& from = side(which);
  std::vector<Range> found;
  for (std::size_t first = 0; first < from.rows;) {
    std::size_t end = first + 1;
    while (end < from.rows && from.offsets[end + 1] - from.offsets[first] <= pairs) ++end;
    found.push_back({first, end});
    first = end;
  }
  return found;
}

SparseMatrix RatingsBlocks::read(RatingsSide which, Range range) const {
  const Side& from = side(which);
  const std::uint64_t begin = from.offsets[range.first];
  const std::uint64_t count = from.offsets[range.end] - begin;
  SparseMatrix rows;
  rows.rows = range.end - range.first;
  rows.cols = from.cols;
  rows.offsets.assign(from.offsets.begin() + static_cast<std::ptrdiff_t>(range.first),
                      from.offsets.begin() + static_cast<std::ptrdiff_t>(range.end) + 1);
  for (std::uint64_t& offset : rows.offsets) offset -= begin;
  rows.columns.resize(count);
  rows.values.assign(count, 1.0F);
  storage::with_file_name(path_, [&] {
    file_.read_part(from.columns, 4 * begin, std::as_writable_bytes(std::span(rows.columns)));
    if (from.values.byte_count > 0) {
      file_.read_part(from.values, 4 * begin, std::as_writable_bytes(std::span(rows.values)));
    }
    kindred::validate(rows, from.name.c_str());
  });
  return rows;
}

SparseMatrix RatingsBlocks::read_all() const {
  return read(RatingsSide::by_user, {0, side(RatingsSide::by_user).rows});
}

}  // namespace kindred::model
