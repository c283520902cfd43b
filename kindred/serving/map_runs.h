// The maps of one data set: computed one at a time, on one thread, watched while they grow.
//
//    MapRuns runs(data, threads, on_change);
//    const std::uint64_t id = runs.start(request);   // Returns at once.
//    runs.control(id, RunAction::pause);
//    runs.coordinates(id)                            // The latest, at any time.
//
// A run advances by steps until it is done; between two steps the thread looks for what else
// there is to do: a pause, a stop, a new run (which stops the one under way), or a job such
// as the search for wrong labels. A neighbour graph is made once for a metric and kept. When
// nothing else is to be done, the quality of the last finished map is measured.
//
// Thread safety: all members from any thread.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/labels.h"
#include "kindred/search/neighbor_graph.h"
#include "kindred/serving/map_data.h"
#include "kindred/serving/map_method.h"

namespace kindred::serving {

enum class RunState { waiting, running, paused, done, stopped, failed };
enum class RunAction { pause, resume, stop };

std::string_view name_of(RunState state) noexcept;

struct RunStatus {
  std::uint64_t id = 0;
  MapRequest request;
  RunState state = RunState::waiting;
  std::string activity;  // "looking for neighbours: 40 %"; "" while stepping.
  int step_count = 0;
  int steps_total = 0;
  std::uint64_t revision = 0;  // Grows with every change of the coordinates.
  Json facts;                  // Of the engine, and quality once it is known.
  std::string error;           // Of a failed run.
};

Json to_json(const RunStatus& status);

struct Coordinates {
  std::uint64_t revision = 0;
  std::size_t dimensions = 0;
  std::vector<float> values;  // rows x dimensions.
  Placer placer;              // Of a finished map, where it has one.
};

class MapRuns {
 public:
  // What a job may use; only while it runs.
  struct Workshop {
    ThreadPool& pool;
    GraphSource graph;
  };
  using Job = std::function<void(const Workshop& workshop)>;

  // Called from the thread of the runs.
  struct Calls {
    std::function<void(const RunStatus& status)> on_change;
    std::function<void()> on_idle;         // Now and then.
    std::function<data::Labels()> labels;  // Those to measure a map by; none where there are none.
  };

  // `data` must outlive *this, its vectors unchanged.
  MapRuns(const MapData& data, int threads, Calls calls);
  // Gives up what is under way at its next step.
  ~MapRuns();

  std::uint64_t start(MapRequest request);

  // False when there is no such run, or the action does not apply to its state.
  bool control(std::uint64_t id, RunAction action);

  std::vector<RunStatus> all() const;

  // Null when there is no such run or it has no coordinates yet.
  std::shared_ptr<const Coordinates> coordinates(std::uint64_t id) const;

  // Does the job on the thread of the runs, between two steps. Jobs must not throw.
  void post(Job job);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kindred::serving
