// Records of a text of vectors as fields; where words may hold spaces, the last fields of a record
// are the vector and all before them is the word.
//
// Thread safety: one thread at a time.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "kindred/data/delimited.h"

namespace kindred::embedding {

class RecordSplitter {
 public:
  // `fields_max`: the first fields are joined so that no more are left; 0: they are not.
  // Requires: no quotes where fields are joined.
  explicit RecordSplitter(const data::Dialect& dialect, std::size_t fields_max = 0)
      : fields_(dialect), fields_max_(fields_max) {}

  // False where a quote is misplaced. The fields live until the next call.
  bool split(std::string_view record) {
    const bool sound = fields_.split(record);
    joined_count_ = 0;
    if (fields_max_ > 0 && fields_.field_count() > fields_max_) {
      joined_count_ = fields_.field_count() - fields_max_;
      const std::string_view first = fields_[0];
      const std::string_view last = fields_[joined_count_];
      joined_ = {first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())};
    }
    return sound;
  }

  std::size_t count() const noexcept { return fields_.field_count() - joined_count_; }
  std::string_view operator[](std::size_t field) const {
    return field == 0 && joined_count_ > 0 ? joined_ : fields_[field + joined_count_];
  }

 private:
  data::FieldSplitter fields_;
  std::size_t fields_max_;
  std::size_t joined_count_ = 0;
  std::string_view joined_;
};

// The records of a text one by one, with the numbers of their lines. Blank ones are passed over;
// one of empty fields is not blank, since separators stand in it.
class VectorRecords {
 public:
  VectorRecords(std::string_view text, const data::Dialect& dialect)
      : rest_(text), dialect_(dialect) {}

  bool next() {
    while (!rest_.empty()) {
      line_ = next_line_;
      const std::size_t end = std::min(data::find_record_end(rest_, dialect_), rest_.size());
      const std::string_view whole = rest_.substr(0, end);
      rest_.remove_prefix(end);
      next_line_ += dialect_.quotes ? static_cast<std::size_t>(std::ranges::count(whole, '\n')) : 1;
      record_ = data::without_line_end(whole);
      if (record_.ends_with('\r')) record_.remove_suffix(1);  // Of the last line.
      const bool blank = dialect_.separator == "\t"
                             ? record_.find_first_not_of(' ') == std::string_view::npos
                             : record_.find_first_not_of(" \t") == std::string_view::npos;
      if (!blank) return true;
    }
    return false;
  }

  std::string_view record() const noexcept { return record_; }
  std::size_t line() const noexcept { return line_; }
  std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
  data::Dialect dialect_;
  std::string_view record_;
  std::size_t line_ = 0;
  std::size_t next_line_ = 1;
};

}  // namespace kindred::embedding
