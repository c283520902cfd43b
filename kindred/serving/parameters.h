// The parameters of a call, read strictly: from the query of a GET or the JSON body of a POST.
//
//    Parameters parameters(call);
//    const auto row = parameters.integer("row", 0, count - 1);
//    const auto k = parameters.integer_or("k", 15, 1, 999);
//    parameters.finish();                                        // Unknown ones are refused.
//
// Every fault is an Error(invalid_argument) that names the parameter, what it was and what it
// may be; the router makes a 400 of it.
//
// Thread safety: a value with one owner.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kindred/base/json.h"

namespace kindred::serving {

class Parameters {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;

  explicit Parameters(const Query& query);
  // The body of a POST: one JSON object; "" is an empty one. Errors give the offset.
  static Parameters from_json(std::string_view body);

  std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::int64_t integer_or(std::string_view name, std::int64_t otherwise, std::int64_t least,
                          std::int64_t most);
  double number_or(std::string_view name, double otherwise, double least, double most);
  bool flag_or(std::string_view name, bool otherwise);
  std::string text(std::string_view name);
  std::string text_or(std::string_view name, std::string otherwise);
  // One of the words listed.
  std::string word_or(std::string_view name, std::string otherwise,
                      std::initializer_list<std::string_view> words);
  // A list of integers (JSON alone); empty where it is absent.
  std::vector<std::uint32_t> rows(std::string_view name, std::size_t row_count);

  // A list of finite numbers (JSON alone); empty where it is absent.
  std::vector<float> numbers(std::string_view name);
  // A list of texts (JSON alone); empty where it is absent.
  std::vector<std::string> texts(std::string_view name);

  // Throws where a parameter was given that nobody read.
  void finish() const;

 private:
  Parameters() = default;
  const Json* take(std::string_view name);
  const Json& need(std::string_view name);

  std::vector<std::pair<std::string, Json>> values_;
  std::vector<bool> used_;
  bool from_query_ = false;  // Then all values are texts, and numbers are read from them.
};

}  // namespace kindred::serving
