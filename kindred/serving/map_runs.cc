#include "kindred/serving/map_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "kindred/base/background_task.h"
#include "kindred/base/error.h"
#include "kindred/projection/quality.h"

namespace kindred::serving {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPublishEvery = std::chrono::milliseconds(40);  // 25 pictures a second.
constexpr auto kIdleEvery = std::chrono::seconds(10);
constexpr std::size_t kRunsKept = 16;
constexpr std::size_t kQualityNeighbors = 15;
// Beyond this, neighbours take minutes: quality is measured only where a map has needed them.
constexpr std::size_t kQualityRowsMax = 20'000;

struct Run {
  RunStatus status;
  std::shared_ptr<const Coordinates> coordinates;
};

}  // namespace

std::string_view name_of(RunState state) noexcept {
  constexpr std::string_view kNames[] = {"waiting", "running", "paused",
                                         "done",    "stopped", "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

Json to_json(const RunStatus& status) {
  Json json;
  json.set("id", status.id);
  json.set("request", to_json(status.request));
  json.set("state", name_of(status.state));
  json.set("activity", status.activity);
  json.set("step", status.step_count);
  json.set("steps", status.steps_total);
  json.set("revision", status.revision);
  json.set("facts", status.facts);
  json.set("error", status.error);
  return json;
}

struct MapRuns::State {
  State(const MapData& given, int threads, Calls to_call)
      : data(given), calls(std::move(to_call)), pool(threads) {}

  void work(const std::stop_token& stop);
  bool wait_for_work(const std::stop_token& stop);
  void do_jobs();
  void begin_next();
  void advance();
  void take_coordinates(bool finished);
  void end(RunState state, const std::string& error = "");
  void measure(std::uint64_t id);
  bool measures_well() const;
  const search::NeighborGraph& graph(search::Metric metric, std::size_t neighbors);
  search::NeighborGraph make_graph(MatrixView vectors, search::Metric metric,
                                   std::size_t neighbors);

  // Changes a run and tells everybody.
  template <typename Change>
  void update(std::uint64_t id, Change change) {
    RunStatus copy;
    {
      const std::lock_guard lock(mutex);
      const auto found = runs.find(id);
      if (found == runs.end()) return;  // Forgotten in the meantime.
      change(found->second);
      copy = found->second.status;
    }
    calls.on_change(copy);
  }

  const MapData& data;
  const Calls calls;

  mutable std::mutex mutex;
  std::condition_variable_any changed;
  // Under mutex.
  std::map<std::uint64_t, Run> runs;
  std::deque<std::uint64_t> waiting;
  std::deque<Job> jobs;
  std::uint64_t next_id = 1;
  bool give_up = false;  // Somebody wants the active run to end.
  bool paused = false;
  bool closing = false;

  // Of the thread of the runs alone.
  ThreadPool pool;
  std::unique_ptr<MapEngine> engine;
  std::uint64_t active = 0;      // 0: none.
  std::uint64_t unmeasured = 0;  // The last finished run, until its quality is known; 0: none.
  bool measuring = false;
  Clock::time_point began;  // Of the active run.
  Clock::time_point published;
  std::map<search::Metric, search::NeighborGraph> graphs;

  std::unique_ptr<BackgroundTask> thread;  // Last: it uses all the others.
};

MapRuns::MapRuns(const MapData& data, int threads, Calls calls)
    : state_(std::make_unique<State>(data, threads, std::move(calls))) {
  state_->thread = std::make_unique<BackgroundTask>(
      [state = state_.get()](const std::stop_token& stop) { state->work(stop); });
}

MapRuns::~MapRuns() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->thread->request_stop();
  state_->thread->wait();
}

std::uint64_t MapRuns::start(MapRequest request) {
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(state_->mutex);
    id = state_->next_id++;
    Run run;
    run.status.id = id;
    run.status.request = std::move(request);
    run.status.facts = Json(Json::Object{});
    state_->runs.emplace(id, std::move(run));
    state_->waiting.push_back(id);
    state_->give_up = true;
    // Old maps are forgotten, never one that waits or runs.
    for (auto it = state_->runs.begin();
         state_->runs.size() > kRunsKept && it != state_->runs.end();) {
      it = it->second.status.state >= RunState::done ? state_->runs.erase(it) : std::next(it);
    }
  }
  state_->changed.notify_all();
  return id;
}

bool MapRuns::control(std::uint64_t id, RunAction action) {
  {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->runs.find(id);
    if (found == state_->runs.end()) return false;
    const RunState state = found->second.status.state;
    const bool alive = state == RunState::running || state == RunState::paused;
    if (!alive) return false;
    if (action == RunAction::stop) state_->give_up = true;
    state_->paused = action == RunAction::pause;
  }
  state_->changed.notify_all();
  return true;
}

std::vector<RunStatus> MapRuns::all() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<RunStatus> statuses;
  for (const auto& [id, run] : state_->runs) statuses.push_back(run.status);
  return statuses;
}

std::shared_ptr<const Coordinates> MapRuns::coordinates(std::uint64_t id) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->runs.find(id);
  return found == state_->runs.end() ? nullptr : found->second.coordinates;
}

void MapRuns::post(Job job) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->jobs.push_back(std::move(job));
  }
  state_->changed.notify_all();
}

void MapRuns::State::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!wait_for_work(stop)) continue;
    do_jobs();
    if (active == 0) begin_next();
    if (active != 0) {
      advance();
    } else if (unmeasured != 0) {
      measure(std::exchange(unmeasured, 0));
    }
  }
}

// False after a while without any.
bool MapRuns::State::wait_for_work(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  const auto has_work = [this] {
    if (!jobs.empty() || !waiting.empty() || unmeasured != 0) return true;
    if (active == 0) return false;
    // A run that is to pause has yet to say that it has.
    return !paused || give_up || runs.at(active).status.state != RunState::paused;
  };
  if (changed.wait_for(lock, stop, kIdleEvery, has_work)) return true;
  lock.unlock();
  calls.on_idle();
  return false;
}

void MapRuns::State::do_jobs() {
  while (true) {
    Job job;
    {
      const std::lock_guard lock(mutex);
      if (jobs.empty()) return;
      job = std::move(jobs.front());
      jobs.pop_front();
    }
    job({pool,
         [this](search::Metric metric, std::size_t neighbors) -> const search::NeighborGraph& {
           return graph(metric, neighbors);
         }});
  }
}

void MapRuns::State::begin_next() {
  {
    const std::lock_guard lock(mutex);
    if (waiting.empty()) return;
    active = waiting.front();
    waiting.pop_front();
    give_up = !waiting.empty();
    paused = false;
  }
  began = Clock::now();
  update(active, [](Run& run) { run.status.state = RunState::running; });
  try {
    const MapRequest request = [&] {
      const std::lock_guard lock(mutex);
      return runs.at(active).status.request;
    }();
    engine = make_engine(
        request, data.things.vectors,
        [this](search::Metric metric, std::size_t neighbors) -> const search::NeighborGraph& {
          return graph(metric, neighbors);
        },
        [this](MatrixView vectors, search::Metric metric, std::size_t neighbors) {
          return make_graph(vectors, metric, neighbors);
        },
        pool);
    update(active, [&](Run& run) {
      run.status.activity.clear();
      run.status.steps_total = engine->steps_total();
    });
  } catch (const Error& error) {
    end(error.code() == ErrorCode::cancelled ? RunState::stopped : RunState::failed, error.what());
  } catch (const std::bad_alloc&) {
    end(RunState::failed, "there is not enough memory for this");
  }
}

void MapRuns::State::advance() {
  bool ends = false;
  bool pauses = false;
  bool was_paused = false;
  {
    const std::lock_guard lock(mutex);
    ends = give_up || closing;
    pauses = paused;
    was_paused = runs.at(active).status.state == RunState::paused;
  }
  if (ends) {
    if (engine->step_count() > 0) take_coordinates(true);
    return end(RunState::stopped);
  }
  if (pauses && was_paused) return;
  if (pauses) {
    if (engine->step_count() > 0) take_coordinates(true);
    return update(active, [](Run& run) { run.status.state = RunState::paused; });
  }
  if (was_paused) update(active, [](Run& run) { run.status.state = RunState::running; });
  try {
    engine->step(pool);
    take_coordinates(engine->is_done());
  } catch (const Error& error) {
    return end(RunState::failed, error.what());
  } catch (const std::bad_alloc&) {
    return end(RunState::failed, "there is not enough memory for this");
  }
  if (engine->is_done()) end(RunState::done);
}

// Copies what the engine has, when the last copy is old enough or the engine has finished.
void MapRuns::State::take_coordinates(bool finished) {
  const Clock::time_point now = Clock::now();
  if (!finished && now - published < kPublishEvery) return;
  published = now;
  const MatrixView view = engine->coordinates();
  auto copy = std::make_shared<Coordinates>();
  copy->dimensions = view.cols;
  copy->values.assign(view.values().begin(), view.values().end());
  if (engine->is_done()) copy->placer = engine->placer();
  update(active, [&](Run& run) {
    copy->revision = ++run.status.revision;
    run.coordinates = std::move(copy);
    run.status.step_count = engine->step_count();
    if (!finished) return;
    run.status.facts = engine->facts();
    run.status.facts.set("seconds", std::chrono::duration<double>(now - began).count());
  });
}

void MapRuns::State::end(RunState state, const std::string& error) {
  update(active, [&](Run& run) {
    run.status.state = state;
    run.status.activity.clear();
    run.status.error = state == RunState::failed ? error : "";
  });
  if (state == RunState::done || state == RunState::stopped) unmeasured = active;
  engine.reset();
  active = 0;
}

bool MapRuns::State::measures_well() const {
  const auto known = graphs.find(data.metric);
  const bool has_graph = known != graphs.end() && known->second.rows == data.size();
  return data.size() >= 5 && (has_graph || data.size() <= kQualityRowsMax);
}

// Numbers beside the picture: how much of the data the map keeps.
void MapRuns::State::measure(std::uint64_t id) {
  std::shared_ptr<const Coordinates> map;
  {
    const std::lock_guard lock(mutex);
    give_up = !waiting.empty();
    const auto found = runs.find(id);
    if (found != runs.end()) map = found->second.coordinates;
  }
  if (map == nullptr || !measures_well()) return;
  measuring = true;
  try {
    projection::QualityOptions options;
    options.neighbors = std::min(kQualityNeighbors, data.size() - 1);
    const MatrixView places = {map->values.data(), data.size(), map->dimensions};
    const projection::MapQuality quality =
        projection::map_quality(data.things.vectors, graph(data.metric, options.neighbors), places,
                                calls.labels(), options, pool);
    update(id, [&](Run& run) { run.status.facts.set("quality", projection::to_json(quality)); });
  } catch (const Error&) {
    // Another map was asked for, which is more urgent; or there is nothing to measure.
  }
  measuring = false;
}

const search::NeighborGraph& MapRuns::State::graph(search::Metric metric, std::size_t neighbors) {
  search::NeighborGraph& kept = graphs[metric];
  const std::size_t possible = std::min(neighbors, data.size() - 1);
  if (kept.rows != data.size() || kept.degree < possible) {
    kept = make_graph(data.things.vectors, metric, neighbors);
  }
  return kept;
}

// Says how far it is, and gives up with Error(cancelled) when something else is to be done.
search::NeighborGraph MapRuns::State::make_graph(MatrixView vectors, search::Metric metric,
                                                 std::size_t neighbors) {
  search::NeighborGraphOptions options;
  options.neighbors = neighbors;
  options.metric = metric;
  options.progress = [this](std::size_t rows_done) {
    bool ends = false;
    {
      const std::lock_guard lock(mutex);
      ends = closing || ((active != 0 || measuring) && give_up);
    }
    if (ends) throw Error(ErrorCode::cancelled, "another map was asked for");
    if (active == 0) return;
    update(active, [&](Run& run) {
      run.status.activity =
          fmt::format("looking for neighbours: {} %", 100 * rows_done / data.size());
    });
  };
  return search::neighbor_graph(vectors, options, pool);
}

}  // namespace kindred::serving
