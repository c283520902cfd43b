// What the values of a ratings file mean: stars, thumbs, yes or no, percents, counts, and from
// where up a value says "liked".
//
// A file does not say. The scale is recognised from all of its values and from the name of
// their column, and comes as a value with its evidence, so that whoever uses it can show what
// was taken and why. It goes by where values lie, not by the least and the greatest of them: a
// stray 0 among stars, or one 55, changes nothing. Nothing at or below 0 is ever liked, which
// makes returns (negative quantities), thumbs down and rows of "0 plays" what they are.
//
//   0, 1                 1                 -1, (0,) 1            1
//   0 to 1, fractions    0.7               0.5 to 5, 1 to 5      4
//   1 to 3               3                 1 to 7                5
//   0 to 10, 1 to 10     7                 0 to 20               14
//   0 to 100             70                -h to h               h / 2
//   counts, amounts      above 0           all alike             above 0
//
// Where two readings explain the values almost equally well (a column without a name whose
// values are mostly 1, now and then 30: plays, or a scale to 30?) there is no threshold but a
// question: `question` names both.
//
// Cost: a look-up a value to count them, then their distinct values. Thread safety: plain values.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

// What the name of a column says of its values.
enum class ValueMeaning : std::uint8_t { unknown, rating, flag, count };

const char* name(ValueMeaning meaning) noexcept;
// The inverse; unknown for any other text.
ValueMeaning value_meaning(std::string_view name) noexcept;

// Of a column name reduced by normalized_name(): "stars", "isliked", "quantity"; none for names
// that are not known to hold values ("value" and "weight" are, of unknown meaning).
std::optional<ValueMeaning> meaning_of_name(std::string_view normalized) noexcept;

// 1 for "true", "yes", "like", "up" and the like, 0 for their opposites, in any case of letters.
std::optional<float> value_of_word(std::string_view text) noexcept;

// How often each value occurs. Beyond some thousand different ones they are kept to three
// digits.
class ValueCounts {
 public:
  ValueCounts();
  void add(std::span<const float> values);
  std::map<float, std::size_t> counts() const;

 private:
  struct Slot {
    float value = 0.0F;
    std::size_t count = 0;
  };
  void insert(float value, std::size_t count);
  void grow();

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  bool rounded_ = false;
};

enum class ScaleKind : std::uint8_t {
  none,      // There are no values.
  constant,  // All alike.
  flag,      // 0 and 1.
  thumbs,    // -1 and 1, perhaps 0.
  unit,      // 0 to 1, with fractions.
  stars,     // To 5.
  steps,     // To 3, 7, 10, 20 or 100.
  balanced,  // -h to h.
  counts,    // How often, how many, how much.
  unclear,
};

struct ValueScale {
  ScaleKind kind = ScaleKind::none;
  ValueMeaning meaning = ValueMeaning::unknown;
  std::optional<float> liked_from;  // None: of no values, or where it is not clear.
  std::string description;          // "stars to 5".
  std::string evidence;             // "99.9% of 721 values lie in 1 to 5; 1 does not: 0".
  std::string question;             // Where it is not clear: both readings, with their thresholds.

  // Whether a value says that something happened, rather than how much it was liked.
  bool is_of_events() const noexcept {
    return kind == ScaleKind::counts || kind == ScaleKind::flag || kind == ScaleKind::thumbs ||
           kind == ScaleKind::constant;
  }
};

// The least threshold that leaves out 0: "above 0".
inline constexpr float kAboveZero = 1.17549435e-38F;

ValueScale recognize_scale(const std::map<float, std::size_t>& counts, ValueMeaning meaning);

}  // namespace kindred::data
