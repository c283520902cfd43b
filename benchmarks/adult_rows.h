// Rows like those of the census table "Adult", as many as a benchmark wants: fourteen
// features, whole numbers and words mixed, some of them missing ("?"), and an answer.
//
// A row depends on its number alone, so that a table can be made in pieces and never has
// to be held. About 105 bytes a row.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kindred::benchmarks {

inline constexpr std::string_view kAdultHeader =
    "age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,sex,"
    "capital_gain,capital_loss,hours_per_week,native_country,income\n";

// Row number `row`, at the end of `text`.
void append_adult_row(std::string& text, std::uint64_t row);

}  // namespace kindred::benchmarks
