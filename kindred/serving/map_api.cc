#include "kindred/serving/map_api.h"

#include <fmt/format.h>

#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/thread_pool.h"
#include "kindred/projection/placement.h"
#include "kindred/search/exact.h"
#include "kindred/serving/event_hub.h"
#include "kindred/serving/label_edits.h"
#include "kindred/serving/map_insights.h"
#include "kindred/serving/map_runs.h"

namespace kindred::serving {
namespace {

constexpr std::int64_t kNeighborsMax = 999;
constexpr std::size_t kPlacedBy = 15;  // Neighbours of a new point.

HttpResponse bytes_response(std::string bytes, std::string content_type) {
  HttpResponse response;
  response.content_type = std::move(content_type);
  response.body = std::move(bytes);
  return response;
}

// Larger scores are nearer; people expect distances.
double distance_of(search::Metric metric, float score) noexcept {
  if (metric == search::Metric::cosine) return 1.0 - static_cast<double>(score);
  return -static_cast<double>(score);
}

search::Metric read_metric(Parameters& parameters, search::Metric otherwise) {
  return search::parse_metric(parameters.word_or("metric", std::string(search::name_of(otherwise)),
                                                 {"euclidean", "cosine", "dot"}));
}

Json placed_json(const Matrix& coordinates, const std::vector<float>& novelty,
                 const search::NeighborGraph& found) {
  const auto floats = [](std::span<const float> values) {
    Json list = Json(Json::Array());
    for (const float value : values) list.push(static_cast<double>(value));
    return list;
  };
  Json near = Json(Json::Array());
  for (std::size_t row = 0; row < found.rows; ++row) {
    Json list = Json(Json::Array());
    for (std::size_t i = 0; i < found.degree; ++i) {
      Json one;
      one.set("row", std::uint64_t{found.ids_of(row)[i]});
      one.set("distance", static_cast<double>(found.distances_of(row)[i]));
      list.push(std::move(one));
    }
    near.push(std::move(list));
  }
  Json json;
  json.set("coordinates", floats(coordinates.values()));
  json.set("novelty", floats(novelty));
  json.set("near", std::move(near));
  return json;
}

}  // namespace

struct MapApi::State {
  State(MapData given, int threads, const Service& answering)
      : service(answering),
        edits(std::exchange(given.things.metadata, {}), std::exchange(given.label_file, {}),
              std::exchange(given.edited, {}), std::exchange(given.written, {})),
        data(std::move(given)),
        runs(data, threads,
             {[this](const RunStatus& status) { events.publish("map", to_json(status)); },
              [this] { events.beat(); }, [this] { return color_labels(); }}) {}

  data::Labels color_labels() const;
  HttpResponse describe_map(const Call& call) const;
  HttpResponse column(const Call& call) const;
  HttpResponse save_labels(const Call& call);
  HttpResponse sheet(const Call& call) const;
  HttpResponse neighbors(const Call& call);
  HttpResponse start(const Call& call);
  HttpResponse control(const Call& call);
  HttpResponse coordinates(const Call& call) const;
  void graph(const Call& call, HttpReply reply);
  void place(const Call& call, const HttpReply& reply);
  void spread(const Call& call, const HttpReply& reply);
  void suspects(const Call& call, const HttpReply& reply);
  void outliers(const Call& call, const HttpReply& reply);
  void kinds(const Call& call, const HttpReply& reply);
  HttpResponse axis(const Call& call) const;
  template <typename Make>
  void insight(const Call& call, const HttpReply& reply, Parameters& parameters, Make make);
  void add_insights(Service& to);
  Json all_runs() const;

  const Service& service;
  LabelEdits edits;    // Holds the metadata, which may change.
  const MapData data;  // Holds the rest.
  EventHub events;
  ThreadPool query_pool{1};  // For questions that are answered while a map is computed.
  std::map<search::Metric, search::ExactIndex> indices;
  MapRuns runs;  // Last: its thread uses the others.
};

// None where the colour stands for something else than groups.
data::Labels MapApi::State::color_labels() const {
  const auto table = edits.table();
  const data::Column* column = table->find(data.color_column);
  if (column == nullptr || !is_categorical(*column)) return {};
  return data::labels_of(*table, *column);
}

HttpResponse MapApi::State::describe_map(const Call& call) const {
  call.parameters().finish();
  Json json = describe(data, *edits.table());
  json.set("methods", map_methods());
  json.set("label_file", edits.file_name());
  return json_response(json);
}

// Saves are made by the thread that answers this, so version and column belong together.
HttpResponse MapApi::State::column(const Call& call) const {
  Parameters parameters = call.parameters();
  const std::string name = parameters.text("name");
  parameters.finish();
  HttpResponse response =
      bytes_response(column_bytes(edits.table()->at(name)), "application/octet-stream");
  response.headers.push_back({"X-Version", std::to_string(edits.version(name))});
  return response;
}

HttpResponse MapApi::State::save_labels(const Call& call) {
  Parameters parameters = call.parameters();
  const std::string column = parameters.text("column");
  const auto version = static_cast<std::uint64_t>(parameters.integer("version", 0, INT64_MAX));
  LabelChange change;
  change.rows = parameters.rows("rows", data.size());
  change.values = parameters.texts("values");
  change.which = parameters.rows("which", change.values.size());
  parameters.finish();
  if (column == kIdColumn) {
    throw Error(ErrorCode::invalid_argument, "the ids of the rows stay as they are");
  }
  check_label_change(column, change);
  switch (edits.save(column, version, change)) {
    case LabelEdits::Outcome::nowhere_to_save:
      throw Error(ErrorCode::invalid_argument,
                  "there is no file to save labels in: start kindred view with --save-labels");
    case LabelEdits::Outcome::stale:
      return error_response(409, "somebody else has saved labels in the meantime");
    case LabelEdits::Outcome::foreign:
      return error_response(409, fmt::format("another program has changed {}: start kindred view "
                                             "again to see what it wrote",
                                             edits.file_name()));
    case LabelEdits::Outcome::saved:
      break;
  }
  Json json;
  json.set("version", edits.version(column));
  json.set("column", describe(edits.table()->at(column)));
  events.publish("labels", json);
  return json_response(json);
}

HttpResponse MapApi::State::sheet(const Call& call) const {
  Parameters parameters = call.parameters();
  const auto page = static_cast<std::size_t>(parameters.integer("page", 0, 1'000'000));
  parameters.finish();
  if (page >= data.images.sheet_count())
    throw Error(ErrorCode::not_found, "there is no such sheet");
  const data::Image sheet = data.images.sheet(page);
  return bytes_response(data::encode_png(sheet.width, sheet.height, sheet.channels, sheet.pixels),
                        "image/png");
}

HttpResponse MapApi::State::neighbors(const Call& call) {
  Parameters parameters = call.parameters();
  const auto row = static_cast<std::size_t>(
      parameters.integer("row", 0, static_cast<std::int64_t>(data.size()) - 1));
  const auto k = static_cast<std::size_t>(parameters.integer_or("k", 15, 1, kNeighborsMax));
  const search::Metric metric = read_metric(parameters, data.metric);
  parameters.finish();
  const MatrixView vectors = data.things.vectors;
  const auto index = indices.try_emplace(metric, vectors, metric).first;
  search::TopKFilter others;
  others.allowed.assign(data.size(), true);
  others.allowed[row] = false;
  const auto found = index->second.search(vectors.slice(row, row + 1), k, others, query_pool);
  Json near = Json(Json::Array());
  for (const search::Neighbor& neighbor : found.front()) {
    Json one;
    one.set("row", std::uint64_t{neighbor.id});
    one.set("distance", distance_of(metric, neighbor.score));
    near.push(std::move(one));
  }
  Json json;
  json.set("row", std::uint64_t{row});
  json.set("metric", search::name_of(metric));
  json.set("neighbors", std::move(near));
  return json_response(json);
}

HttpResponse MapApi::State::start(const Call& call) {
  Parameters parameters = call.parameters();
  Json json;
  json.set("id", runs.start(read_map_request(parameters, data.size(), data.metric)));
  return json_response(json);
}

HttpResponse MapApi::State::control(const Call& call) {
  Parameters parameters = call.parameters();
  const auto id = static_cast<std::uint64_t>(parameters.integer("id", 1, INT64_MAX));
  const std::string action = parameters.word_or("action", "stop", {"pause", "resume", "stop"});
  parameters.finish();
  const RunAction what = action == "pause"    ? RunAction::pause
                         : action == "resume" ? RunAction::resume
                                              : RunAction::stop;
  Json json;
  json.set("changed", runs.control(id, what));
  return json_response(json);
}

HttpResponse MapApi::State::coordinates(const Call& call) const {
  Parameters parameters = call.parameters();
  const auto id = static_cast<std::uint64_t>(parameters.integer("id", 1, INT64_MAX));
  parameters.finish();
  const auto found = runs.coordinates(id);
  if (found == nullptr)
    throw Error(ErrorCode::not_found, "there are no coordinates of this map yet");
  HttpResponse response = bytes_response(float_bytes(found->values), "application/octet-stream");
  response.headers.push_back({"X-Dimensions", std::to_string(found->dimensions)});
  response.headers.push_back({"X-Revision", std::to_string(found->revision)});
  return response;
}

// The k nearest of every row, on the thread of the runs: it takes a while.
void MapApi::State::graph(const Call& call, HttpReply reply) {
  Parameters parameters = call.parameters();
  const auto k = static_cast<std::size_t>(parameters.integer("k", 1, kNeighborsMax));
  const search::Metric metric = read_metric(parameters, data.metric);
  parameters.finish();
  if (k >= data.size())
    throw Error(ErrorCode::invalid_argument, "'k' is not below the number of rows");
  runs.post([this, k, metric, call, reply](const MapRuns::Workshop& workshop) {
    service.answer(call, reply, [&] {
      const search::NeighborGraph nearest = search::nearest_of(workshop.graph(metric, k), k);
      std::string bytes(nearest.ids.size() * sizeof(std::uint32_t), '\0');
      std::memcpy(bytes.data(), nearest.ids.data(), bytes.size());
      bytes += float_bytes(nearest.distances);
      return bytes_response(std::move(bytes), "application/octet-stream");
    });
  });
}

// New points go where the directions of the map put them, or else among their neighbours.
void MapApi::State::place(const Call& call, const HttpReply& reply) {
  Parameters parameters = call.parameters();
  const auto id = static_cast<std::uint64_t>(parameters.integer("id", 1, INT64_MAX));
  std::vector<float> values = parameters.numbers("vectors");
  parameters.finish();
  const std::size_t columns = data.things.dimensions();
  if (values.empty() || values.size() % columns != 0) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("'vectors' are {} numbers; the data has {} a row", values.size(), columns));
  }
  const auto map = runs.coordinates(id);
  if (map == nullptr) throw Error(ErrorCode::not_found, "there is no such map yet");
  const auto fresh =
      std::make_shared<const Matrix>(values.size() / columns, columns, std::move(values));
  runs.post([this, call, reply, map, fresh](const MapRuns::Workshop& workshop) {
    service.answer(call, reply, [&] {
      search::NeighborGraphOptions options;
      options.neighbors = std::min(kPlacedBy, data.size());
      options.metric = data.metric;
      const auto found =
          search::neighbors_among(*fresh, data.things.vectors, options, workshop.pool);
      const MatrixView places = {map->values.data(), data.size(), map->dimensions};
      projection::Placement placement = projection::place(found, places);
      if (map->placer) placement.coordinates = map->placer(*fresh, workshop.pool);
      return json_response(placed_json(placement.coordinates, placement.novelty, found));
    });
  });
}

// Reads `column`; has make(labels, workshop) done on the thread of the runs, and answers with it.
template <typename Make>
void MapApi::State::insight(const Call& call, const HttpReply& reply, Parameters& parameters,
                            Make make) {
  const data::Labels labels = labels_in(*edits.table(), parameters.text("column"));
  parameters.finish();
  runs.post([this, labels, call, reply, make](const MapRuns::Workshop& workshop) {
    service.answer(call, reply, [&] { return json_response(make(labels, workshop)); });
  });
}

void MapApi::State::spread(const Call& call, const HttpReply& reply) {
  Parameters parameters = call.parameters();
  const auto id = static_cast<std::uint64_t>(parameters.integer_or("id", 0, 0, INT64_MAX));
  const auto map = runs.coordinates(id);
  if (id != 0 && map == nullptr) throw Error(ErrorCode::not_found, "there is no such map");
  insight(call, reply, parameters, [this, map](const auto& labels, const auto& workshop) {
    return spread_insight(data, labels, map.get(), workshop);
  });
}

void MapApi::State::suspects(const Call& call, const HttpReply& reply) {
  Parameters parameters = call.parameters();
  const auto count = static_cast<std::size_t>(parameters.integer_or("count", 100, 1, 10'000));
  const std::string column = parameters.text("column");
  insight(call, reply, parameters, [this, count, column](const auto& labels, const auto& workshop) {
    return suspects_insight(data, column, labels, count, workshop);
  });
}

void MapApi::State::outliers(const Call& call, const HttpReply& reply) {
  Parameters parameters = call.parameters();
  const auto count = static_cast<std::size_t>(parameters.integer_or("count", 40, 1, 10'000));
  insight(call, reply, parameters, [this, count](const auto& labels, const auto& workshop) {
    return outliers_insight(data, labels, count, workshop);
  });
}

void MapApi::State::kinds(const Call& call, const HttpReply& reply) {
  Parameters parameters = call.parameters();
  const std::string label = parameters.text("label");
  insight(call, reply, parameters, [this, label](const auto& labels, const auto& workshop) {
    return kinds_insight(data, labels, label, workshop);
  });
}

HttpResponse MapApi::State::axis(const Call& call) const {
  Parameters parameters = call.parameters();
  const auto id = static_cast<std::uint64_t>(parameters.integer("id", 1, INT64_MAX));
  const auto axis = static_cast<std::size_t>(parameters.integer("axis", 0, 2));
  parameters.finish();
  const auto map = runs.coordinates(id);
  if (map == nullptr || axis >= map->dimensions) {
    throw Error(ErrorCode::not_found, "there is no such axis yet");
  }
  return json_response(axis_insight(*edits.table(), *map, axis));
}

void MapApi::State::add_insights(Service& to) {
  to.get_later("/api/insight/spread",
               [this](const Call& call, const HttpReply& reply) { spread(call, reply); });
  to.get_later("/api/insight/suspects",
               [this](const Call& call, const HttpReply& reply) { suspects(call, reply); });
  to.get_later("/api/insight/outliers",
               [this](const Call& call, const HttpReply& reply) { outliers(call, reply); });
  to.get_later("/api/insight/kinds",
               [this](const Call& call, const HttpReply& reply) { kinds(call, reply); });
  to.get("/api/insight/axis", [this](const Call& call) { return axis(call); });
}

Json MapApi::State::all_runs() const {
  Json list = Json(Json::Array());
  for (const RunStatus& status : runs.all()) list.push(to_json(status));
  Json json;
  json.set("maps", std::move(list));
  return json;
}

MapApi::MapApi(MapData data, int threads, Service& service)
    : state_(std::make_unique<State>(std::move(data), threads, service)) {
  State* state = state_.get();
  service.get("/api/map", [state](const Call& call) { return state->describe_map(call); });
  service.post("/api/labels", [state](const Call& call) { return state->save_labels(call); });
  service.get("/api/column", [state](const Call& call) { return state->column(call); });
  service.get("/api/sheet", [state](const Call& call) { return state->sheet(call); });
  service.get("/api/neighbors", [state](const Call& call) { return state->neighbors(call); });
  service.get("/api/maps", [state](const Call& call) {
    call.parameters().finish();
    return json_response(state->all_runs());
  });
  service.get_later("/api/graph", [state](const Call& call, HttpReply reply) {
    state->graph(call, std::move(reply));
  });
  service.post_later("/api/place", [state](const Call& call, const HttpReply& reply) {
    state->place(call, reply);
  });
  state->add_insights(service);
  service.post("/api/maps", [state](const Call& call) { return state->start(call); });
  service.post("/api/maps/control", [state](const Call& call) { return state->control(call); });
  service.get("/api/coordinates", [state](const Call& call) { return state->coordinates(call); });
  service.get_later("/api/events", [state](const Call& call, HttpReply reply) {
    call.parameters().finish();
    state->events.join(std::move(reply), "maps", [state] { return state->all_runs(); });
  });
}

MapApi::~MapApi() = default;

}  // namespace kindred::serving
