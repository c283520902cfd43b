#include "kindred/serving/map_api.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <thread>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/embedding/import.h"
#include "tests/support/raw_client.h"
#include "tests/support/temporary_folder.h"

namespace kindred::serving {
namespace {

using namespace std::chrono_literals;
using test::body_of;
using test::RawClient;
using test::status_of;
using ::testing::HasSubstr;

constexpr std::size_t kRows = 60;

// Two groups of points in six dimensions, with a label, a number and a hostile title.
MapData two_groups() {
  MapData map;
  map.name = "groups";
  map.things.labels = embedding::numbered_labels(kRows);
  map.things.vectors = Matrix(kRows, 6);
  map.things.metadata = data::Table(kRows);
  data::TextColumn titles;
  data::TextColumn groups;
  data::NumberColumn numbers;
  for (std::size_t row = 0; row < kRows; ++row) {
    Rng rng(3, 0, row);
    for (float& value : map.things.vectors.row(row)) value = static_cast<float>(rng.normal());
    map.things.vectors.row(row)[0] += row % 2 == 0 ? 9.0F : -9.0F;
    titles.push_back(row == 0 ? "<img src=x onerror=alert(1)>" : fmt::format("point {}", row));
    groups.push_back(row == 1 ? "" : row % 2 == 0 ? "even" : "odd");
    numbers.push_back(row == 2 ? std::numeric_limits<double>::quiet_NaN()
                               : 0.5 + static_cast<double>(row));
  }
  map.things.metadata.add({"title", titles});
  map.things.metadata.add({"group", groups});
  map.things.metadata.add({"size", numbers});
  map.images = {kRows, 2, 2, 1, std::vector<std::uint8_t>(4 * kRows, 7)};
  prepare(map);
  return map;
}

class MapApiTest : public ::testing::Test {
 protected:
  MapApiTest() : service_(options()), api_(editable_groups(), 2, service_) { service_.start(); }
  ~MapApiTest() override { service_.stop(); }

  MapData editable_groups() const {
    MapData map = two_groups();
    map.label_file = folder_ / "groups.edited.csv";
    return map;
  }
  static ServiceOptions options() {
    ServiceOptions options;
    options.token = "token";
    return options;
  }
  std::string ask(std::string_view start, std::string_view body = "") const {
    const RawClient client(service_.port());
    std::string request = fmt::format(
        "{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer token\r\nConnection: close\r\n",
        start, service_.port());
    if (!body.empty()) {
      request +=
          fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    }
    client.send(request + "\r\n" + std::string(body));
    return client.read_to_end();
  }
  Json get(std::string_view path) const {
    return Json::parse(body_of(ask(fmt::format("GET {}", path))));
  }
  int get_status(std::string_view path) const {
    return status_of(ask(fmt::format("GET {}", path)));
  }

  // Starts a map and waits for its end.
  Json finished(std::string_view body) const {
    const Json started = Json::parse(body_of(ask("POST /api/maps", body)));
    const std::uint64_t id = started.at("id").as_uint();
    for (int i = 0; i < 5000; ++i) {
      const Json all = get("/api/maps");
      for (const Json& run : all.at("maps").as_array()) {
        const std::string& state = run.at("state").as_string();
        if (run.at("id").as_uint() == id && state != "waiting" && state != "running") return run;
      }
      std::this_thread::sleep_for(5ms);
    }
    return {};
  }
  std::vector<float> coordinates(const Json& run) const {
    const std::string bytes =
        body_of(ask(fmt::format("GET /api/coordinates?id={}", run.at("id").as_uint())));
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  test::TemporaryFolder folder_;
  Service service_;
  MapApi api_;
};

TEST_F(MapApiTest, DescribesTheData) {
  const Json map = get("/api/map");
  EXPECT_EQ(map.at("count").as_uint(), kRows);
  EXPECT_EQ(map.at("dimensions").as_uint(), 6U);
  EXPECT_EQ(map.at("color").as_string(), "group");
  EXPECT_EQ(map.at("title").as_string(), "title");
  EXPECT_EQ(map.at("images").at("per_sheet").as_uint(), 1024U * 1024U);
  const Json::Array& columns = map.at("columns").as_array();
  ASSERT_EQ(columns.size(), 3U);
  EXPECT_EQ(columns[1].at("distinct").as_uint(), 2U);
  EXPECT_EQ(columns[1].at("missing").as_uint(), 1U);
  EXPECT_FALSE(columns[2].at("whole").as_bool());
}

TEST_F(MapApiTest, SendsColumns) {
  const std::string groups = body_of(ask("GET /api/column?name=group"));
  std::uint32_t length = 0;
  std::memcpy(&length, groups.data(), 4);
  EXPECT_EQ(groups.substr(4, length), R"(["even","odd"])");
  const std::size_t begin = (4 + length + 3) / 4 * 4;
  ASSERT_EQ(groups.size(), begin + 4 * kRows);
  std::vector<std::uint32_t> codes(kRows);
  std::memcpy(codes.data(), groups.data() + begin, 4 * kRows);
  EXPECT_EQ(codes[0], 0U);
  EXPECT_EQ(codes[1], ~0U);
  EXPECT_EQ(codes[3], 1U);
  const std::string numbers = body_of(ask("GET /api/column?name=size"));
  std::vector<double> values(kRows);
  ASSERT_EQ(numbers.size(), 8 * kRows);
  std::memcpy(values.data(), numbers.data(), numbers.size());
  EXPECT_EQ(values[5], 5.5);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_EQ(get_status("/api/column?name=none"), 404);
}

TEST_F(MapApiTest, FindsNeighborsInTheOriginalSpace) {
  const Json near = get("/api/neighbors?row=4&k=59");
  const Json::Array& neighbors = near.at("neighbors").as_array();
  ASSERT_EQ(neighbors.size(), 59U);
  double before = 0.0;
  for (std::size_t i = 0; i < neighbors.size(); ++i) {
    const std::uint64_t row = neighbors[i].at("row").as_uint();
    EXPECT_NE(row, 4U);
    EXPECT_TRUE(i >= 29 || row % 2 == 0);  // Its own group comes first.
    const double distance = neighbors[i].at("distance").as_double();
    EXPECT_GE(distance, before);
    before = distance;
  }
  EXPECT_EQ(get_status("/api/neighbors?row=60"), 400);
  EXPECT_EQ(get_status("/api/neighbors?row=-1"), 400);
  EXPECT_EQ(get_status("/api/neighbors"), 400);
  EXPECT_EQ(get_status("/api/neighbors?row=1&k=1000"), 400);
  EXPECT_EQ(get_status("/api/neighbors?row=1&metric=taxi"), 400);
}

TEST_F(MapApiTest, ComputesPrincipalComponents) {
  const Json run = finished(R"({"method":"pca","dimensions":3})");
  EXPECT_EQ(run.at("state").as_string(), "done");
  EXPECT_GT(run.at("facts").at("variance_shown").as_double(), 0.9);
  const std::vector<float> values = coordinates(run);
  ASSERT_EQ(values.size(), 3 * kRows);
  EXPECT_GT(std::abs(values[0] - values[3]), 10.0F);  // The groups lie apart.
  const Json flat = finished(R"({"method":"pca","dimensions":2,"components":[1,0]})");
  const std::vector<float> swapped = coordinates(flat);
  EXPECT_EQ(swapped[1], values[0]);
  EXPECT_EQ(swapped[0], values[1]);
}

TEST_F(MapApiTest, LaysOutAlongGroups) {
  const Json run = finished(
      R"({"method":"axes","dimensions":2,"x_from":[0,2,4],"x_to":[1,3,5],"y_from":[0],"y_to":[2]})");
  EXPECT_EQ(run.at("state").as_string(), "done");
  const std::vector<float> values = coordinates(run);
  for (std::size_t row = 0; row + 1 < kRows; row += 2)
    EXPECT_LT(values[2 * row], values[2 * row + 2]);
  const Json same = finished(
      R"({"method":"axes","dimensions":2,"x_from":[0],"x_to":[0],"y_from":[0],"y_to":[2]})");
  EXPECT_EQ(same.at("state").as_string(), "failed");
  EXPECT_THAT(same.at("error").as_string(), HasSubstr("same centroid"));
}

TEST_F(MapApiTest, RefusesBadRequestsForMaps) {
  for (const char* bad :
       {R"({"method":"magic"})", R"({"dimensions":4})", R"({"components":[0,1]})",
        R"({"components":[0,1,77]})", R"({"metric":3})", R"({"speed":3})", R"([])",
        R"({"method":"axes","x_from":[1]})", R"({"method":"axes"})", R"({"seed":-1})",
        R"({"method":"axes","dimensions":2,"x_from":[99],"x_to":[1]})"}) {
    EXPECT_EQ(status_of(ask("POST /api/maps", bad)), 400) << bad;
  }
  EXPECT_EQ(get_status("/api/coordinates?id=77"), 404);
  EXPECT_EQ(body_of(ask("POST /api/maps/control", R"({"id":77,"action":"stop"})")),
            R"({"changed":false})");
  EXPECT_EQ(status_of(ask("POST /api/maps/control", R"({"id":1,"action":"explode"})")), 400);
}

TEST_F(MapApiTest, SendsSheetsAndGraphs) {
  EXPECT_THAT(body_of(ask("GET /api/sheet?page=0")), ::testing::StartsWith("\x89PNG"));
  EXPECT_EQ(get_status("/api/sheet?page=1"), 404);
  EXPECT_EQ(body_of(ask("GET /api/graph?k=5")).size(), 5 * kRows * 8);
  EXPECT_EQ(get_status("/api/graph?k=60"), 400);
}

TEST_F(MapApiTest, ComputesUmapAndMeasuresIt) {
  const Json run = finished(R"({"method":"umap","dimensions":3,"neighbors":8})");
  EXPECT_EQ(run.at("state").as_string(), "done");
  EXPECT_EQ(run.at("step").as_int(), run.at("steps").as_int());
  EXPECT_EQ(coordinates(run).size(), 3 * kRows);
  for (int i = 0; i < 5000; ++i) {
    const Json all = get("/api/maps");
    if (const Json* quality = all.at("maps").as_array().back().at("facts").find("quality")) {
      EXPECT_GT(quality->at("label_accuracy").as_double(), 0.9);
      return;
    }
    std::this_thread::sleep_for(5ms);
  }
  FAIL() << "the quality was never measured";
}

TEST_F(MapApiTest, ComputesTsne) {
  const Json run = finished(R"({"method":"tsne","dimensions":2,"perplexity":5,"iterations":300})");
  EXPECT_EQ(run.at("state").as_string(), "done");
  EXPECT_EQ(run.at("steps").as_int(), 300);
  EXPECT_EQ(coordinates(run).size(), 2 * kRows);
}

TEST_F(MapApiTest, StopsAndPausesRuns) {
  // Long enough that it cannot be over before it is paused.
  ask("POST /api/maps", R"({"method":"tsne","iterations":10000,"perplexity":5})");
  const auto control = [&](const char* action) {
    const std::string body = fmt::format(R"({{"id":1,"action":"{}"}})", action);
    return Json::parse(body_of(ask("POST /api/maps/control", body))).at("changed").as_bool();
  };
  const auto run = [&] { return get("/api/maps").at("maps").as_array().front(); };
  const auto reaches = [&](const std::string& state) {
    for (int i = 0; i < 2000 && run().at("state").as_string() != state; ++i) {
      std::this_thread::sleep_for(2ms);
    }
    return run().at("state").as_string() == state;
  };
  for (int i = 0; i < 2000 && !control("pause"); ++i) std::this_thread::sleep_for(1ms);
  ASSERT_TRUE(reaches("paused"));
  const std::int64_t step = run().at("step").as_int();
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(run().at("step").as_int(), step);
  EXPECT_TRUE(control("resume"));
  EXPECT_TRUE(reaches("running"));
  EXPECT_TRUE(control("pause"));
  ASSERT_TRUE(reaches("paused"));
  EXPECT_TRUE(control("stop"));
  EXPECT_TRUE(reaches("stopped"));
  EXPECT_FALSE(control("resume"));
}

TEST_F(MapApiTest, ComparesLabelsWithTheirNeighborhood) {
  const Json spread = get("/api/insight/spread?column=group");
  EXPECT_EQ(spread.at("spreads").as_array().size(), 2U);
  EXPECT_GT(spread.at("spreads").as_array()[0].at("rms").as_double(), 1.5);
  const Json suspects = get("/api/insight/suspects?column=group");
  EXPECT_EQ(suspects.at("total").as_uint(), 0U);  // The groups lie apart.
  EXPECT_EQ(get("/api/insight/outliers?column=group&count=3").at("outliers").as_array().size(), 3U);
  const Json kinds = get("/api/insight/kinds?column=group&label=even");
  EXPECT_GE(kinds.at("kinds").as_array().size(), 1U);
  EXPECT_EQ(get_status("/api/insight/kinds?column=group&label=none"), 404);
  EXPECT_EQ(get_status("/api/insight/spread?column=none"), 404);
  EXPECT_EQ(get_status("/api/insight/spread"), 400);
  finished(R"({"method":"pca"})");
  const Json axis = get("/api/insight/axis?id=1&axis=0");
  EXPECT_EQ(axis.at("columns").as_array().front().at("column").as_string(), "group");
  EXPECT_EQ(axis.at("low").as_array().size(), 8U);
  EXPECT_EQ(get_status("/api/insight/axis?id=9&axis=0"), 404);
}

TEST_F(MapApiTest, TellsOfChanges) {
  const RawClient listener(service_.port());
  listener.send(fmt::format(
      "GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer token\r\n\r\n",
      service_.port()));
  EXPECT_THAT(listener.read_until("\n\n"), HasSubstr("event: maps"));
  ask("POST /api/maps", R"({"method":"pca"})");
  EXPECT_THAT(listener.read_until("\"state\":\"done\""), HasSubstr("event: map\n"));
}

TEST_F(MapApiTest, SavesLabelsAndRefusesAnOlderVersion) {
  const char* change =
      R"({"column":"group","version":0,"rows":[4,6],"which":[0,0],"values":["neither"]})";
  const Json saved = Json::parse(body_of(ask("POST /api/labels", change)));
  EXPECT_EQ(saved.at("version").as_uint(), 1U);
  EXPECT_EQ(saved.at("column").at("distinct").as_uint(), 3U);
  EXPECT_THAT(test::read_bytes(folder_ / "groups.edited.csv"),
              ::testing::StartsWith("group,group before\neven,even\n,\neven,even\nodd,odd\n"
                                    "neither,even\n"));
  const std::string column = ask("GET /api/column?name=group");
  EXPECT_THAT(column, HasSubstr("X-Version: 1"));
  EXPECT_THAT(column, HasSubstr(R"(["even","odd","neither"])"));
  // Of two tabs, the second one is told.
  EXPECT_EQ(status_of(ask("POST /api/labels", change)), 409);
  // What is measured is measured by the labels as they are now.
  EXPECT_EQ(get("/api/insight/spread?column=group").at("spreads").as_array().size(), 3U);
  // Labels that there were not.
  EXPECT_EQ(status_of(ask("POST /api/labels", R"({"column":"seen","version":0,"rows":[2],)"
                                              R"("which":[0],"values":["1"]})")),
            200);
  EXPECT_EQ(get("/api/map").at("columns").as_array().back().at("kind").as_string(), "number");
}

TEST_F(MapApiTest, RefusesBadLabels) {
  for (const char* bad :
       {R"({})", R"({"column":"group","version":0,"rows":[60],"which":[0],"values":["a"]})",
        R"({"column":"group","version":0,"rows":[1],"which":[1],"values":["a"]})",
        R"({"column":"group","version":0,"rows":[1,2],"which":[0],"values":["a"]})",
        R"({"column":"group","version":0,"rows":[1],"which":[0],"values":["a\nb"]})",
        R"({"column":"group","version":0,"rows":[1],"which":[0],"values":[7]})",
        R"({"column":"","version":0,"rows":[1],"which":[0],"values":["a"]})",
        R"({"column":"id","version":0,"rows":[1],"which":[0],"values":["a"]})",
        R"({"column":"group","rows":[1],"which":[0],"values":["a"]})",
        R"({"column":"group","version":0,"rows":[1],"which":[0],"values":["a"],"force":true})"}) {
    EXPECT_EQ(status_of(ask("POST /api/labels", bad)), 400) << bad;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "groups.edited.csv"));
  // Without the token, nothing; and no more than a body's limit.
  const RawClient stranger(service_.port());
  stranger.send(
      fmt::format("POST /api/labels HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: "
                  "close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}",
                  service_.port()));
  EXPECT_EQ(status_of(stranger.read_to_end()), 401);
  EXPECT_EQ(status_of(ask("POST /api/labels", std::string((std::size_t{1} << 20U) + 1, ' '))), 413);
}

TEST_F(MapApiTest, PlacesNewPoints) {
  const Json pca = finished(R"({"method":"pca","dimensions":2})");
  const std::vector<float> known = coordinates(pca);
  // Row 4 again, and a stranger on its side.
  const MapData data = two_groups();
  std::string vectors;
  for (const float value : data.things.vectors.row(4)) vectors += fmt::format("{},", value);
  vectors += "500,0,0,0,0,0";
  const auto place = [&](const std::string& id) {
    return ask("POST /api/place", fmt::format(R"({{"id":{},"vectors":[{}]}})", id, vectors));
  };
  const Json placed = Json::parse(body_of(place("1")));
  const Json::Array& places = placed.at("coordinates").as_array();
  ASSERT_EQ(places.size(), 4U);
  EXPECT_NEAR(places[0].as_double(), static_cast<double>(known[8]), 1e-4);  // Where row 4 lies.
  EXPECT_NEAR(places[1].as_double(), static_cast<double>(known[9]), 1e-4);
  EXPECT_GT(std::abs(places[2].as_double()), 400.0);  // As far away as it is.
  EXPECT_EQ(placed.at("near").as_array()[0].as_array()[0].at("row").as_uint(), 4U);
  EXPECT_GT(placed.at("novelty").as_array()[1].as_double(),
            20.0 * placed.at("novelty").as_array()[0].as_double());
  // Among its neighbours, where a map has no directions.
  finished(R"({"method":"umap","dimensions":2,"neighbors":8})");
  const Json among = Json::parse(body_of(place("2")));
  for (const Json& near : among.at("near").as_array()[1].as_array()) {
    EXPECT_EQ(near.at("row").as_uint() % 2, 0U);
  }
  EXPECT_EQ(status_of(place("9")), 404);
  for (const char* bad :
       {R"({"id":1})", R"({"id":1,"vectors":[]})", R"({"id":1,"vectors":[1,2]})",
        R"({"id":1,"vectors":[1,2,3,4,5,"6"]})", R"({"id":1,"vectors":[1,2,3,4,5,1e300]})"}) {
    EXPECT_EQ(status_of(ask("POST /api/place", bad)), 400) << bad;
  }
}

// Titles are text from anywhere: they travel as JSON and are never part of a page.
TEST_F(MapApiTest, HostileTitlesTravelAsData) {
  const std::string response = ask("GET /api/column?name=title");
  EXPECT_THAT(response, HasSubstr("application/octet-stream"));
  EXPECT_THAT(response, HasSubstr("nosniff"));
  EXPECT_THAT(response, HasSubstr("require-trusted-types-for 'script'"));
}

}  // namespace
}  // namespace kindred::serving
