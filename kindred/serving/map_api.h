// The calls that the page of the map makes.
//
//    GET  /api/map                                       what there is: describe(MapData)
//    GET  /api/column?name=                              a column, as column_bytes(), with its
//                                                        version in X-Version
//    POST /api/labels {"column", "version", "rows",      saves labels; label_edits.h. Refused with
//                      "which", "values"}                409 where the version is an older one
//    GET  /api/sheet?page=                               a sheet of images, PNG
//    GET  /api/neighbors?row=&k=&metric=                 the nearest in the original space
//    GET  /api/graph?k=&metric=                          the k nearest of every row
//    GET  /api/insight/spread?column=                    and suspects, outliers, kinds, axis:
//                                                        map_insights.h
//    GET  /api/maps                                      every run with its state
//    POST /api/maps {"method", "dimensions", ...}        starts one
//    POST /api/maps/control {"id", "action"}             pause, resume, stop
//    GET  /api/coordinates?id=                           the latest, float32
//    POST /api/place {"id", "vectors"}                   where new vectors lie in a map, how far
//                                                        they are from what is known, and from what
//    GET  /api/events                                    "map": a run has changed; "labels": a
//                                                        column has
//
// Thread safety: one owner; the service calls it from its worker.

#pragma once

#include <memory>

#include "kindred/serving/map_data.h"
#include "kindred/serving/service.h"

namespace kindred::serving {

class MapApi {
 public:
  // Adds its calls to the service, which must not start before, nor outlive *this.
  MapApi(MapData data, int threads, Service& service);
  ~MapApi();
  MapApi(const MapApi&) = delete;
  MapApi& operator=(const MapApi&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kindred::serving
