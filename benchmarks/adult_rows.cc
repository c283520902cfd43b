#include "benchmarks/adult_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>

#include "kindred/base/rng.h"

namespace kindred::benchmarks {
namespace {

// Words of one column: the first is by far the most frequent, as they are in the census.
template <std::size_t count>
std::string_view draw_word(const std::array<std::string_view, count>& words, Rng& rng) {
  const double skewed = std::pow(rng.uniform(), 3.0);
  return words[static_cast<std::size_t>(skewed * static_cast<double>(count))];
}

constexpr std::array<std::string_view, 9> kWorkclasses = {
    "Private",      "Self-emp-not-inc", "Local-gov",   "?",           "State-gov",
    "Self-emp-inc", "Federal-gov",      "Without-pay", "Never-worked"};
constexpr std::array<std::string_view, 16> kEducations = {
    "HS-grad",    "Some-college", "Bachelors", "Masters",     "Assoc-voc", "11th",
    "Assoc-acdm", "10th",         "7th-8th",   "Prof-school", "9th",       "12th",
    "Doctorate",  "5th-6th",      "1st-4th",   "Preschool"};
constexpr std::array<std::string_view, 7> kMaritalStatuses = {
    "Married-civ-spouse",    "Never-married",    "Divorced", "Separated", "Widowed",
    "Married-spouse-absent", "Married-AF-spouse"};
constexpr std::array<std::string_view, 15> kOccupations = {"Prof-specialty",
                                                           "Craft-repair",
                                                           "Exec-managerial",
                                                           "Adm-clerical",
                                                           "Sales",
                                                           "Other-service",
                                                           "Machine-op-inspct",
                                                           "?",
                                                           "Transport-moving",
                                                           "Handlers-cleaners",
                                                           "Farming-fishing",
                                                           "Tech-support",
                                                           "Protective-serv",
                                                           "Priv-house-serv",
                                                           "Armed-Forces"};
constexpr std::array<std::string_view, 6> kRelationships = {
    "Husband", "Not-in-family", "Own-child", "Unmarried", "Wife", "Other-relative"};
constexpr std::array<std::string_view, 5> kRaces = {"White", "Black", "Asian-Pac-Islander",
                                                    "Amer-Indian-Eskimo", "Other"};
constexpr std::array<std::string_view, 12> kCountries = {
    "United-States", "Mexico",      "?",     "Philippines", "Germany", "Canada",
    "Puerto-Rico",   "El-Salvador", "India", "Cuba",        "England", "Trinadad&Tobago"};

}  // namespace

void append_adult_row(std::string& text, std::uint64_t row) {
  Rng rng(1, 0, row);
  const std::uint64_t age = 17 + rng.below(74);
  const std::uint64_t final_weight = 12285 + rng.below(500000);
  const std::string_view workclass = draw_word(kWorkclasses, rng);
  const std::size_t education = static_cast<std::size_t>(
      std::find(kEducations.begin(), kEducations.end(), draw_word(kEducations, rng)) -
      kEducations.begin());
  const std::string_view marital_status = draw_word(kMaritalStatuses, rng);
  const std::string_view occupation = draw_word(kOccupations, rng);
  const std::string_view relationship = draw_word(kRelationships, rng);
  const std::string_view race = draw_word(kRaces, rng);
  // Most people gain and lose nothing.
  const std::uint64_t gain = rng.below(12) == 0 ? rng.below(100000) : 0;
  const std::uint64_t loss = rng.below(20) == 0 ? rng.below(4000) : 0;
  const std::uint64_t hours = rng.below(2) == 0 ? 40 : 1 + rng.below(99);
  fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", age,
                 workclass, final_weight, kEducations[education], 16 - education, marital_status,
                 occupation, relationship, race, rng.below(3) == 0 ? "Female" : "Male", gain, loss,
                 hours, draw_word(kCountries, rng), rng.below(4) == 0 ? ">50K" : "<=50K");
}

}  // namespace kindred::benchmarks
