// Recommendations as text: a table for people, CSV and JSON lines for programs.
//
//   table   a heading a person; rank, score, title, details; reasons below
//   CSV     user,rank,item,score   (with reasons a fifth column: "item:share;item:share")
//   JSON    {"user":..,"items":[{"rank":..,"id":..,"title":..,"score":..}]}, one line a
//           person; with reasons each item has "reasons":[{"id","title","share"}]; a list
//           by popularity has "fallback":"popularity"
//   records the bytes from which model/lists_file.h makes a safetensors file
// A made-up person has no id: an empty field, or null.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kindred/model/model.h"
#include "kindred/recommendation/explain.h"
#include "kindred/recommendation/recommender.h"

namespace kindred::cli {

enum class ResultFormat { table, csv, json_lines, records };

struct Answer {
  std::optional<std::uint32_t> user;  // None: a made-up person, or
  std::string stranger = {};          // one whom the model does not know, by this id.
  std::string heading;                // For the table.
  recommendation::RecommendationList list;
  // One for each recommendation where reasons were asked for; else empty.
  std::vector<std::vector<recommendation::Reason>> reasons;
};

// What comes before all answers: the header of CSV, else nothing.
// `marks_popularity`: a last column "fallback" says "popularity" of lists that are what is popular.
std::string text_before(ResultFormat format, bool with_reasons, bool marks_popularity = false);

std::string text_of(const Answer& answer, const model::Model& model, ResultFormat format,
                    bool marks_popularity = false);

}  // namespace kindred::cli
