#include "kindred/serving/map_insights.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/insight/axis_meaning.h"
#include "kindred/insight/clusters.h"
#include "kindred/insight/spread.h"
#include "kindred/insight/sub_clusters.h"
#include "kindred/insight/suspects.h"
#include "kindred/search/normalised_rows.h"

namespace kindred::serving {
namespace {

constexpr std::size_t kNeighbors = 15;
constexpr std::size_t kLabelsMax = 1000;
constexpr std::size_t kTypicalRows = 6;
constexpr std::size_t kEndRows = 8;
constexpr std::size_t kConfusionsShown = 24;

search::NeighborGraph nearest(const MapData& data, const MapRuns::Workshop& workshop) {
  const std::size_t degree = std::min(kNeighbors, data.size() - 1);
  return search::nearest_of(workshop.graph(data.metric, degree), degree);
}

// The vectors as distances are meant: of length one for cosine.
template <typename Use>
Json with_vectors(const MapData& data, Use use) {
  if (data.metric != search::Metric::cosine) return use(MatrixView(data.things.vectors));
  const Matrix normalised = search::normalised_rows(data.things.vectors);
  return use(normalised.view());
}

Json rows_json(const std::vector<std::uint32_t>& rows) {
  Json json = Json(Json::Array());
  for (const std::uint32_t row : rows) json.push(std::uint64_t{row});
  return json;
}

Json spreads_json(const data::Labels& labels, const std::vector<insight::LabelSpread>& spreads) {
  Json list = Json(Json::Array());
  for (const insight::LabelSpread& spread : spreads) {
    Json one;
    one.set("label", labels.names[spread.label]);
    one.set("count", std::uint64_t{spread.count});
    one.set("rms", spread.rms);
    one.set("nearest", spread.nearest ? Json(*spread.nearest) : Json());
    list.push(std::move(one));
  }
  Json json;
  json.set("spreads", std::move(list));
  return json;
}

// The same labels, numbered as in `names`; those that are not among them are none.
data::Labels renamed(const data::Labels& labels, const std::vector<std::string>& names) {
  std::vector<std::uint32_t> place(labels.names.size(), data::kNoLabel);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = std::ranges::find(labels.names, names[i]);
    if (found != labels.names.end()) {
      place[static_cast<std::size_t>(found - labels.names.begin())] = static_cast<std::uint32_t>(i);
    }
  }
  data::Labels out{{}, names};
  for (const std::uint32_t label : labels.of_row) {
    out.of_row.push_back(label == data::kNoLabel ? label : place[label]);
  }
  return out;
}

Json confusions_json(const std::vector<insight::Suspect>& suspects, const data::Labels& labels) {
  Json list = Json(Json::Array());
  std::size_t shown = 0;
  for (const insight::Confusion& confusion : insight::confusions(suspects)) {
    if (++shown > kConfusionsShown) break;
    Json one;
    one.set("given", labels.names[confusion.given]);
    one.set("suggested", labels.names[confusion.suggested]);
    one.set("count", std::uint64_t{confusion.count});
    list.push(std::move(one));
  }
  return list;
}

}  // namespace

data::Labels labels_in(const data::Table& table, const std::string& column) {
  data::Labels labels = data::labels_of(table, table.at(column));
  if (labels.class_count() < 2 || labels.class_count() > kLabelsMax) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the column has {} distinct values; labels have 2 to {}",
                            labels.class_count(), kLabelsMax));
  }
  return labels;
}

Json spread_insight(const MapData& data, const data::Labels& labels, const Coordinates* map,
                    const MapRuns::Workshop& workshop) {
  if (map != nullptr) {
    const MatrixView places = {map->values.data(), data.size(), map->dimensions};
    return spreads_json(labels, insight::label_spreads(places, labels, nullptr, workshop.pool));
  }
  const search::NeighborGraph graph = nearest(data, workshop);
  return with_vectors(data, [&](MatrixView vectors) {
    return spreads_json(labels, insight::label_spreads(vectors, labels, &graph, workshop.pool));
  });
}

Json suspects_insight(const MapData& data, const std::string& column, const data::Labels& present,
                      std::size_t count, const MapRuns::Workshop& workshop) {
  const bool given = data.probabilities.rows() > 0 && column == data.color_column;
  const data::Labels labels = given ? renamed(present, data.classes) : present;
  const auto order =
      given ? insight::SuspectOrder::given_probability : insight::SuspectOrder::margin;
  const Matrix votes =
      given ? Matrix() : insight::vote_probabilities(nearest(data, workshop), labels);
  // A classifier has not seen the only row of a label either.
  const std::size_t voters = given ? 2 : std::min(kNeighbors, data.size() - 1);
  const std::vector<bool> judged = insight::judgeable_labels(labels, voters);
  const auto found = insight::suspects(given ? data.probabilities : votes, labels, order, judged);
  Json list = Json(Json::Array());
  for (std::size_t i = 0; i < std::min(count, found.size()); ++i) {
    const insight::Suspect& suspect = found[i];
    Json one;
    one.set("row", std::uint64_t{suspect.row});
    one.set("given", labels.names[suspect.given]);
    one.set("suggested", labels.names[suspect.suggested]);
    one.set("given_probability", static_cast<double>(suspect.given_probability));
    one.set("suggested_probability", static_cast<double>(suspect.suggested_probability));
    one.set("confident", suspect.is_confident);
    list.push(std::move(one));
  }
  Json json;
  json.set("from", given ? "the probabilities that were given" : "the votes of 15 neighbours");
  json.set("total", std::uint64_t{found.size()});
  json.set("judged_from", std::uint64_t{voters / 2 + 1});
  json.set("unjudged_labels",
           std::uint64_t{static_cast<std::uint64_t>(std::ranges::count(judged, false))});
  json.set("suspects", std::move(list));
  json.set("confusions", confusions_json(found, labels));
  return json;
}

Json outliers_insight(const MapData& data, const data::Labels& labels, std::size_t count,
                      const MapRuns::Workshop& workshop) {
  Json list = Json(Json::Array());
  for (const auto& outlier : insight::outliers(nearest(data, workshop), labels, count)) {
    Json one;
    one.set("row", std::uint64_t{outlier.row});
    one.set("distance", outlier.distance);
    one.set("ratio", outlier.ratio);
    list.push(std::move(one));
  }
  Json json;
  json.set("outliers", std::move(list));
  return json;
}

Json kinds_insight(const MapData& data, const data::Labels& labels, const std::string& label,
                   const MapRuns::Workshop& workshop) {
  const auto named = std::ranges::find(labels.names, label);
  if (named == labels.names.end()) throw Error(ErrorCode::not_found, "there is no such label");
  const auto wanted = static_cast<std::uint32_t>(named - labels.names.begin());
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < data.size(); ++row) {
    if (labels.of_row[row] == wanted) rows.push_back(row);
  }
  return with_vectors(data, [&](MatrixView vectors) {
    Json list = Json(Json::Array());
    for (const auto& kind : insight::sub_clusters(vectors, rows, {}, workshop.pool)) {
      Json one;
      one.set("medoid", std::uint64_t{kind.medoid});
      one.set("count", std::uint64_t{kind.rows.size()});
      one.set("rms", kind.rms);
      one.set("rows", rows_json(insight::typical_rows(vectors, kind.rows, kTypicalRows)));
      list.push(std::move(one));
    }
    Json json;
    json.set("kinds", std::move(list));
    return json;
  });
}

Json axis_insight(const data::Table& table, const Coordinates& map, std::size_t axis) {
  std::vector<float> places(table.row_count());
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    places[row] = map.values[row * map.dimensions + axis];
  }
  Json columns = Json(Json::Array());
  for (const auto& column : insight::axis_columns(places, table)) {
    Json one;
    one.set("column", column.column);
    one.set("correlation", column.correlation);
    columns.push(std::move(one));
  }
  const insight::AxisEnds ends = insight::axis_ends(places, kEndRows);
  Json json;
  json.set("columns", std::move(columns));
  json.set("low", rows_json(ends.low));
  json.set("high", rows_json(ends.high));
  return json;
}

}  // namespace kindred::serving
