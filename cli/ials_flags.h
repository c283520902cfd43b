// The flags that describe an iALS model: what train and evaluate share.
//
// add_ials_options puts them on a verb; the functions below turn what was typed into
// options, once the data are known: `--dim auto` needs the number of items, and which
// pairs are positive by default depends on the values in the file.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/common.h"
#include "kindred/data/interactions.h"
#include "kindred/data/positives.h"
#include "kindred/factorization/ials.h"
#include "kindred/learning/item_item.h"

namespace kindred::cli {

class Command;

struct IalsFlags {
  std::string dimensions;              // "", "auto" or a number; "" is default_dimensions().
  factorization::IalsOptions options;  // What the other flags set, seed and dimensions apart.
  std::string solver = "automatic";    // "automatic", "primal" or "dual".
  std::string positive_from;           // "", "all" or a number.
  float weight_per_value = 0.0F;
  learning::ItemItemOptions item_item;  // Of --model item-item.
};

// Adds --dim, --epochs, --unobserved-weight, --regularization, --regularization-exponent,
// --init-stddev, --solver, --neighbors, --shrinkage, --positive-from and --weight-per-value. What
// cannot be read
// is a usage error. `flags` must outlive the parsing.
void add_ials_options(Command& verb, IalsFlags& flags);

// --regularization-exponent alone.
void add_regularization_exponent_option(Command& verb, float& exponent);

// --positive-from and --weight-per-value alone.
void add_positive_options(Command& verb, IalsFlags& flags);

// --neighbors and --shrinkage alone.
void add_item_item_options(Command& verb, learning::ItemItemOptions& options);

// Throws UsageError for a flag that was given and that models of another family
// have: `model` is "item-item" or any other.
void require_family_flags(const Command& verb, const std::string& model);

// The options for data with `item_count` items; validated.
factorization::IalsOptions ials_options(const IalsFlags& flags, std::size_t item_count,
                                        std::uint64_t seed);

// --positive-from and --weight-per-value, or what the scale of the values says; notes which,
// and why. `with_ratings`: where a model of ratings knows what is liked, that of watching need
// not, and every pair is positive unless its value says that nothing happened.
// Throws Error(invalid_argument) where the scale is not clear and nothing was typed.
data::PositiveRule positive_rule(const CommonOptions& common, const IalsFlags& flags,
                                 const data::ValueScale& scale, bool with_ratings = false);
data::PositiveRule positive_rule(const CommonOptions& common, const IalsFlags& flags,
                                 const data::Interactions& interactions, bool with_ratings = false);

// "500,000 items: fourth root 26.6, starting point 25"; always shown before training.
std::string dimension_hint(std::size_t item_count);

}  // namespace kindred::cli
