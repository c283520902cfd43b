// Recommendations for many people in one file that opens in Python: safetensors with offsets.
//
//    list.offsets        U64, people + 1: person p has entries [offsets[p], offsets[p + 1])
//    list.items          U32, one an entry: a row of item.labels, best first
//    list.scores         F32, one an entry
//    list.by_popularity  U8, one a person: 1 where the list is what most people have seen
//    user.labels, item.labels, each with .offsets: texts, as in a model file
//
// It is put together at the end from a plain stream of records, which a long run can write
// as it goes: for each person a U32 count, whose top bit says "by popularity", then so many
// pairs of a U32 item and an F32 score.
//
// What read_records() refuses is never written, and check_lists() refuses it in a file.
//
// docs/format/lists.md draws it. Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "kindred/base/json.h"
#include "kindred/data/vocabulary.h"

namespace kindred::model {

struct ListEntry {
  std::uint32_t item = 0;
  float score = 0.0F;
};

// The record of one person. Requires: fewer than 2^31 entries.
std::string list_record(std::span<const ListEntry> entries, bool by_popularity);

struct ListsLabels {
  const data::Vocabulary& users;        // All of the model's,
  std::span<const std::uint32_t> rows;  // and those that have lists, in the order of these.
  const data::Vocabulary& items;
};

// Puts the file together, atomically, from records of one person after the other.
// `facts` says how they were made: an object.
// Throws Error(corrupt) when the records do not fit the labels, else as model::save().
// Memory: 8 bytes an entry.
void write_lists(const std::filesystem::path& path, const std::filesystem::path& records,
                 const ListsLabels& labels, const Json& facts);

// Throws Error(corrupt), naming the file, unless checksums are right and all fits together:
// offsets ascend, items are in range and no list has one twice, scores are finite.
void check_lists(const std::filesystem::path& path);

}  // namespace kindred::model
