#include "kindred/serving/map_api.h"

#include <fmt/format.h>

#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/thread_pool.h"
#include "kindred/search/exact.h"
#include "kindred/serving/event_hub.h"
#include "kindred/serving/map_insights.h"
#include "kindred/serving/map_runs.h"

namespace kindred::serving {
namespace {

constexpr std::int64_t kNeighborsMax = 999;

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

}  // namespace

struct MapApi::State {
  State(MapData given, int threads, const Service& answering)
      : service(answering),
        data(std::move(given)),
        runs(
            data, threads,
            [this](const RunStatus& status) { events.publish("map", to_json(status)); },
            [this] { events.beat(); }) {}

  HttpResponse column(const Call& call) const;
  HttpResponse sheet(const Call& call) const;
  HttpResponse neighbors(const Call& call);
  HttpResponse start(const Call& call);
  HttpResponse control(const Call& call);
  HttpResponse coordinates(const Call& call) const;
  void graph(const Call& call, HttpReply reply);
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
  const MapData data;
  EventHub events;
  ThreadPool query_pool{1};  // For questions that are answered while a map is computed.
  std::map<search::Metric, search::ExactIndex> indices;
  MapRuns runs;  // Last: its thread uses the others.
};

HttpResponse MapApi::State::column(const Call& call) const {
  Parameters parameters = call.parameters();
  const std::string name = parameters.text("name");
  parameters.finish();
  return bytes_response(column_bytes(data.things.metadata.at(name)), "application/octet-stream");
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

// Reads `column`; has make(labels, workshop) done on the thread of the runs, and answers with it.
template <typename Make>
void MapApi::State::insight(const Call& call, const HttpReply& reply, Parameters& parameters,
                            Make make) {
  const data::Labels labels = labels_in(data, parameters.text("column"));
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
  insight(call, reply, parameters, [this, count](const auto& labels, const auto& workshop) {
    return suspects_insight(data, labels, count, workshop);
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
  return json_response(axis_insight(data, *map, axis));
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
  service.get("/api/map", [state](const Call& call) {
    call.parameters().finish();
    Json json = describe(state->data);
    json.set("methods", map_methods());
    return json_response(json);
  });
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
  state->add_insights(service);
  service.post("/api/maps", [state](const Call& call) { return state->start(call); });
  service.post("/api/maps/control", [state](const Call& call) { return state->control(call); });
  service.get("/api/coordinates", [state](const Call& call) { return state->coordinates(call); });
  service.get_later("/api/events", [state](const Call& call, HttpReply reply) {
    call.parameters().finish();
    state->events.join(std::move(reply), "maps", state->all_runs());
  });
}

MapApi::~MapApi() = default;

}  // namespace kindred::serving
