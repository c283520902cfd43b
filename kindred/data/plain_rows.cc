#include "kindred/data/plain_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "kindred/data/ratings_chunk.h"

namespace kindred::data {
namespace {

// The digit, or a number above 9 for any other byte.
std::uint32_t digit(char byte) noexcept {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(byte)) - std::uint32_t{'0'};
}

// Eight bytes at once where there are as many: the number of digits of an id is hard to
// predict, and here nothing branches on it. False where there is no digit or more than seven.
bool read_short_id(const char*& at, std::uint32_t& id) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof(bytes));
  std::uint64_t digits = bytes ^ 0x3030303030303030U;
  // The top bit of each byte that is no digit: of ASCII, so no sum carries into the next byte.
  const std::uint64_t others = (digits | (digits + 0x7676767676767676U)) & 0x8080808080808080U;
  const int count = std::countr_zero(others) / 8;
  if (count == 0 || count == 8) return false;
  at += count;
  digits <<= 64 - 8 * count;                             // Zeros in front, to eight digits:
  digits = 10 * digits + (digits >> 8U);                 // pairs in every other byte,
  constexpr std::uint64_t kPairs = 0x000000FF000000FFU;  // and first and third, second and fourth.
  id = static_cast<std::uint32_t>(((digits & kPairs) * 0x000F424000000064U +
                                   ((digits >> 16U) & kPairs) * 0x0000271000000001U) >>
                                  32U);
  return true;
}

// Up to nine digits without leading zeros.
bool read_id(const char*& at, const char* end, std::uint32_t& id) noexcept {
  const char* const begin = at;
  if constexpr (std::endian::native == std::endian::little) {
    if (end - at >= 8 && read_short_id(at, id)) return *begin != '0' || at - begin == 1;
  }
  std::uint32_t value = 0;
  while (digit(*at) <= 9 && at - begin < 9) value = 10 * value + digit(*at++);
  id = value;
  return at != begin && (*begin != '0' || at - begin == 1);
}

// "4", "3.5": up to seven digits are an exact float, and so is the power of ten below them.
bool read_rating(const char*& at, float& rating) noexcept {
  static constexpr std::array<float, 8> kPowers = {1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
  const char* const begin = at;
  std::uint32_t digits = 0;
  while (digit(*at) <= 9 && at - begin < 8) digits = 10 * digits + digit(*at++);
  std::ptrdiff_t digit_count = at - begin;
  if (*at != '.') {
    rating = static_cast<float>(digits);
    return digit_count > 0 && digit_count <= 7;
  }
  const char* const point = at++;
  while (digit(*at) <= 9 && at - begin < 9) digits = 10 * digits + digit(*at++);
  const std::ptrdiff_t fraction_count = at - point - 1;
  digit_count += fraction_count;
  if (digit_count == 0 || digit_count > 7) return false;
  rating = static_cast<float>(digits) / kPowers[static_cast<std::size_t>(fraction_count)];
  return true;
}

// A whole number of up to eighteen digits.
bool read_time(const char*& at, std::int64_t& time) noexcept {
  const char* const begin = at;
  std::int64_t value = 0;
  while (digit(*at) <= 9 && at - begin < 18) value = 10 * value + std::int64_t{digit(*at++)};
  time = value;
  return at != begin;
}

// Rows that are parsed before their labels are looked up: 4 KiB of them.
constexpr std::size_t kPlainBlockRows = 64;

}  // namespace

struct PlainRows::Row {
  std::uint32_t user = 0;
  std::uint32_t item = 0;
  std::string_view user_text;
  std::string_view item_text;
  float rating = 1.0F;
  std::int64_t time = 0;
};

PlainRows::PlainRows(const RatingsFormat& format)
    : has_rating_(format.rating_column != kNoColumn),
      has_time_(format.timestamp_column != kNoColumn) {
  const std::string& separator = format.dialect.separator;
  if (format.item_lists || separator.size() != 1 || separator == " ") return;
  if (has_time_ && (format.times.fraction_digits > 0 || !format.times.pattern.empty())) return;
  separator_ = separator.front();
  roles_.assign(format.field_count, Role::other);
  roles_[format.user_column] = Role::user;
  roles_[format.item_column] = Role::item;
  if (has_rating_) roles_[format.rating_column] = Role::rating;
  if (has_time_) roles_[format.timestamp_column] = Role::time;
  const auto others = static_cast<std::size_t>(std::ranges::count(roles_, Role::other));
  const std::size_t wanted = 2 + (has_rating_ ? 1U : 0U) + (has_time_ ? 1U : 0U);
  if (roles_.size() - others != wanted) roles_.clear();  // A column has two roles.
}

// Reads one row and goes behind its line feed; false where it is not plain.
bool PlainRows::read(const char*& at, const char* end, Row& row) const {
  const Role* role = roles_.data();
  const Role* const last = role + roles_.size() - 1;
  for (;; ++role) {
    const char* const begin = at;
    bool plain = true;
    switch (*role) {
      case Role::user:
        plain = read_id(at, end, row.user);
        row.user_text = {begin, static_cast<std::size_t>(at - begin)};
        break;
      case Role::item:
        plain = read_id(at, end, row.item);
        row.item_text = {begin, static_cast<std::size_t>(at - begin)};
        break;
      case Role::rating:
        plain = read_rating(at, row.rating);
        break;
      case Role::time:
        plain = read_time(at, row.time);
        break;
      case Role::other:
        while (*at != separator_ && *at != '\n' && *at != '\0') ++at;
        break;
    }
    if (!plain || *at != (role == last ? '\n' : separator_)) return false;
    ++at;
    if (role == last) return true;
  }
}

// Looking up labels waits for memory, and many look-ups wait together where no parsing, whose
// branches are hard to predict, comes between them.
void PlainRows::append(std::span<const Row> rows, ParsingWorker& worker) const {
  const Row* last = nullptr;  // Most files have a user's ratings together.
  std::uint32_t user_number = 0;
  for (const Row& row : rows) {
    if (last == nullptr || row.user != last->user) {
      user_number = worker.users.number_of_id(row.user, row.user_text);
    }
    last = &row;
    worker.user_column.push_back(user_number);
    worker.item_column.push_back(worker.items.number_of_id(row.item, row.item_text));
    if (has_rating_) worker.values.push_back(row.rating);
    if (has_time_) worker.times.push_back(row.time);
  }
}

PlainRows::Taken PlainRows::take(std::string_view text, ParsingWorker& worker) const {
  const char* at = text.data();
  const char* const end = at + text.size();
  Taken taken;
  std::array<Row, kPlainBlockRows> rows;
  for (std::size_t count = rows.size(); count == rows.size();) {
    count = 0;
    while (count < rows.size() && at != end) {
      const char* after = at;
      const bool plain = read(after, end, rows[count]);
      if (!plain || static_cast<std::size_t>(after - at) > kRecordBytesMax) break;
      ++count;
      at = after;
    }
    append(std::span(rows).first(count), worker);
    taken.rows += count;
  }
  taken.bytes = static_cast<std::size_t>(at - text.data());
  return taken;
}

}  // namespace kindred::data
