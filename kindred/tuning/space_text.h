// The search space as people write it: TOML, flags, JSON.
//
//    [dim]                                dim=15..35
//    low = 15
//    high = 35
//    start = 25                           (flags: the middle)
//    widen = [1, 512]                     (flags: never)
//
//    [regularization]                     regularization=1e-4..1e-1:log
//    low = 0.0001
//    high = 0.1
//    scale = "log"                        linear, log or reverse_log
//
//    [batch]                              batch=32..512:log:2
//    low = 32
//    high = 512
//    scale = "log"
//    step = 2
//
//    [optimizer]                          optimizer=sgd|adam
//    choices = ["sgd", "adam"]
//
//    [momentum]                           momentum=0.0..0.99 if optimizer=sgd
//    low = 0.0
//    high = 0.99
//    when = {optimizer = ["sgd"]}
//
// Both ends whole: a whole number, otherwise a fraction ("0.0..1.0"; `kind = "float"` in TOML).
// JSON is the same as TOML, and what a study keeps; a space read back equals the one written.
//
// Thread safety: pure functions.

#pragma once

#include <string>
#include <string_view>

#include "kindred/base/json.h"
#include "kindred/tuning/space.h"

namespace kindred::tuning {

// All of these throw Error(invalid_argument) naming the parameter and what is wrong with it;
// `name` says where it stands.
Space parse_space(std::string_view toml, const std::string& name);
Space space_from_json(const Json& json);

// One flag: the text above.
Parameter parse_parameter(std::string_view text);

Json to_json(const Space& space);

}  // namespace kindred::tuning
