// A map of one's own data, served from one's own program.
//
//    map_server_example [--stay]
//
// Three clouds of points with a label each become a map at an address on this machine. With
// --stay it is there until Ctrl-C; without, the program asks the server to end at once.

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

#include "kindred/base/error.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/rng.h"
#include "kindred/embedding/import.h"
#include "kindred/serving/access.h"
#include "kindred/serving/map_api.h"
#include "kindred/serving/service.h"

namespace {

using namespace kindred;

constexpr std::size_t kRows = 600;
constexpr std::size_t kColumns = 12;

serving::MapData three_clouds() {
  serving::MapData map;
  map.name = "three clouds";
  map.about = "600 made-up points in 12 dimensions";
  map.things.labels = embedding::numbered_labels(kRows);
  map.things.vectors = Matrix(kRows, kColumns);
  data::TextColumn labels;
  for (std::size_t row = 0; row < kRows; ++row) {
    Rng rng(1, 0, row);
    for (float& value : map.things.vectors.row(row)) value = static_cast<float>(rng.normal());
    map.things.vectors.row(row)[row % 3] += 6.0F;
    labels.push_back("cloud " + std::to_string(row % 3 + 1));
  }
  map.things.metadata = data::Table(kRows);
  map.things.metadata.add({"label", std::move(labels)});
  serving::prepare(map);
  return map;
}

}  // namespace

int main(int count, char** values) {
  const bool stays = count > 1 && std::string_view(values[1]) == "--stay";
  try {
    const Interrupt interrupt("\nclosing the map\n");
    serving::ServiceOptions options;  // On 127.0.0.1 alone, at any free port.
    options.token = serving::make_token();
    serving::Service service(options);
    serving::MapApi api(three_clouds(), 0, service);
    // A call beside those of the map; like them it needs the token.
    service.get("/api/version", [](const serving::Call& call) {
      call.parameters().finish();
      return serving::json_response(Json(Json::Object{{"version", 1}}));
    });
    service.start();
    std::printf("%s\n", service.url().c_str());
    std::fflush(stdout);
    while (stays && !interrupt.requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    service.stop();
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
