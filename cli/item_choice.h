// Which items may come back: --where, --allow and --deny, shared by the verbs that list
// items.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/common.h"
#include "kindred/embedding/embeddings.h"

namespace kindred::cli {

class Command;

struct ItemChoice {
  std::vector<std::string> where;
  std::filesystem::path allow;
  std::filesystem::path deny;
};

// Adds --where, --allow and --deny. `choice` must outlive the parsing.
void add_item_choice(Command& verb, ItemChoice& choice);

// One flag an item; empty when nothing was chosen. Notes how many are left.
// Throws Error(invalid_argument) when none is left, naming the flags at fault.
std::vector<bool> allowed_items(const ItemChoice& choice, const embedding::Embeddings& items,
                                const CommonOptions& common);

}  // namespace kindred::cli
