#include "kindred/serving/label_edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/embedding/row_metadata.h"

namespace kindred::serving {
namespace {

constexpr std::size_t kTextBytesMax = 1000;

void check_text(std::string_view text, const char* what) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (text.size() <= kTextBytesMax && !std::ranges::any_of(text, is_control)) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} '{}' has more than {} bytes or control characters", what,
                          printable(text.substr(0, 40)), kTextBytesMax));
}

}  // namespace

void check_label_change(std::string_view column, const LabelChange& change) {
  if (column.empty()) throw Error(ErrorCode::invalid_argument, "the column has no name");
  check_text(column, "the column");
  for (const std::string& value : change.values) check_text(value, "the label");
  if (change.rows.size() != change.which.size()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} rows, but {} of 'which'", change.rows.size(), change.which.size()));
  }
}

data::Table with_columns(const data::Table& table, const EditedColumns& edited) {
  data::Table joined(table.row_count());
  for (const data::Column& column : table.columns()) {
    const auto found = edited.find(column.name);
    joined.add(found == edited.end() ? column
                                     : embedding::typed_column(column.name, found->second.now));
  }
  for (const auto& [name, column] : edited) {
    if (table.find(name) == nullptr) joined.add(embedding::typed_column(name, column.now));
  }
  return joined;
}

LabelEdits::LabelEdits(data::Table table, std::filesystem::path file, EditedColumns edited,
                       data::WrittenCells written)
    : file_(std::move(file)),
      written_(std::move(written)),
      edited_(std::move(edited)),
      stamp_(stamp_of_file()),
      table_(std::make_shared<const data::Table>(std::move(table))) {}

std::shared_ptr<const data::Table> LabelEdits::table() const {
  const std::lock_guard lock(mutex_);
  return table_;
}

std::uint64_t LabelEdits::version(std::string_view column) const {
  const std::lock_guard lock(mutex_);
  const auto found = versions_.find(column);
  return found == versions_.end() ? 0 : found->second;
}

LabelEdits::Stamp LabelEdits::stamp_of_file() const {
  if (file_.empty()) return std::nullopt;
  std::error_code failure;
  const auto time = std::filesystem::last_write_time(file_, failure);
  if (failure) return std::nullopt;
  const std::uintmax_t size = std::filesystem::file_size(file_, failure);
  if (failure) return std::nullopt;
  return std::pair(time, size);
}

// Knows the file again, also when writing it has failed: its very last step may fail with the new
// file in place.
struct LabelEdits::Restamp {
  LabelEdits& edits;
  ~Restamp() { edits.stamp_ = edits.stamp_of_file(); }
};

LabelEdits::Outcome LabelEdits::save(const std::string& column, std::uint64_t version,
                                     const LabelChange& change) {
  if (file_.empty()) return Outcome::nowhere_to_save;
  if (version != this->version(column)) return Outcome::stale;
  if (stamp_of_file() != stamp_) return Outcome::foreign;
  const std::shared_ptr<const data::Table> before = table();
  EditedColumns edited = edited_;
  EditedColumn& changed = edited[column];
  if (changed.now.empty()) {
    const data::Column* known = before->find(column);
    changed.now =
        known ? data::exact_cells(*known, written_) : data::TextColumn(before->row_count());
    changed.before = changed.now;
  }
  for (std::size_t i = 0; i < change.rows.size(); ++i) {
    KINDRED_CHECK(change.rows[i] < changed.now.size() && change.which[i] < change.values.size());
    changed.now[change.rows[i]] = change.values[change.which[i]];
  }
  auto after = std::make_shared<const data::Table>(with_columns(*before, {{column, changed}}));
  {
    const Restamp restamp{*this};
    write_label_file(file_, edited);
  }
  edited_ = std::move(edited);
  const std::lock_guard lock(mutex_);
  table_ = std::move(after);
  ++versions_[column];
  return Outcome::saved;
}

}  // namespace kindred::serving
