// The columns of a map while somebody edits them.
//
//    LabelEdits edits(table, "digits.edited.csv", columns of that file);
//    edits.table()                                   // The latest, whole; stays as it is.
//    edits.save("label", version, {{17, 35}, {0, 0}, {"7"}})
//
// A save is written to the file before anybody sees it, so that what the page shows as saved is
// on the disk; a save that fails changes nothing. Each column has a version that grows with every
// save. Whoever saves says which version was in sight, and is refused when there is a newer one:
// of two tabs, none overwrites the other unawares. The file is looked at too: when another
// program has changed it, it is left alone.
//
// Cost: a save copies the table and writes all edited columns.
// Thread safety: table() and version() from any thread, save() from one at a time.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kindred/data/exact_text.h"
#include "kindred/data/table.h"
#include "kindred/serving/label_file.h"

namespace kindred::serving {

// Row rows[i] gets values[which[i]]; "" takes its label away.
struct LabelChange {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> which;
  std::vector<std::string> values;
};

// Throws Error(invalid_argument): a name or a value that no line of a file should hold (empty
// names, control characters, more than 1,000 bytes), or lists of different lengths.
void check_label_change(std::string_view column, const LabelChange& change);

class LabelEdits {
 public:
  enum class Outcome {
    saved,
    stale,            // Somebody has saved a newer version of this column.
    foreign,          // Another program has written the file.
    nowhere_to_save,  // There is no file.
  };

  // `edited` is what `file` holds, laid over `table` already. An empty `file`: nothing is saved.
  // `written` are the texts of its number columns.
  LabelEdits(data::Table table, std::filesystem::path file, EditedColumns edited,
             data::WrittenCells written = {});

  std::shared_ptr<const data::Table> table() const;

  // 0 for a column that was never saved here, and for one that there is not yet.
  std::uint64_t version(std::string_view column) const;

  // The name of the file, without its folder; "" where there is none.
  std::string file_name() const { return file_.filename().string(); }

  // A column of another name is new, and empty but for the change. Throws Error(io) when the file
  // cannot be written. Requires: check_label_change() is content; rows are rows of the table.
  Outcome save(const std::string& column, std::uint64_t version, const LabelChange& change);

 private:
  using Stamp = std::optional<std::pair<std::filesystem::file_time_type, std::uintmax_t>>;
  Stamp stamp_of_file() const;
  struct Restamp;

  const std::filesystem::path file_;
  const data::WrittenCells written_;
  EditedColumns edited_;
  Stamp stamp_;  // Of the file as it was last read or written; none where it did not exist.

  mutable std::mutex mutex_;
  std::shared_ptr<const data::Table> table_;                    // Under mutex_, as
  std::map<std::string, std::uint64_t, std::less<>> versions_;  // this is.
};

// The table with the columns in place of those of their names, or behind them.
data::Table with_columns(const data::Table& table, const EditedColumns& edited);

}  // namespace kindred::serving
