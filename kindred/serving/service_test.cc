#include "kindred/serving/service.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <mutex>
#include <thread>

#include "kindred/base/error.h"
#include "kindred/serving/access.h"
#include "tests/support/raw_client.h"

namespace kindred::serving {
namespace {

using namespace std::chrono_literals;
using test::body_of;
using test::RawClient;
using test::status_of;

constexpr const char* kToken = "0123456789abcdef0123456789abcdef";

// A service with an echo, a few handlers that fail, and limits short enough for a test.
class ServiceTest : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(HttpOptions http) {
    http.head_time_max = 1500ms;
    http.body_time_max = 1500ms;
    http.idle_time_max = 10s;
    http.body_bytes_max = 10'000;
    http.stop_time_max = 20s;
    ServiceOptions options;
    options.http = http;
    options.token = kToken;
    options.waiting_count_max = 4;
    options.log = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      log_ += std::string(line) + "\n";
    };
    service_ = std::make_unique<Service>(std::move(options));
    service_->get("/api/echo", [](const Call& call) {
      Parameters parameters = call.parameters();
      Json json;
      json.set("k", parameters.integer_or("k", 15, 1, 999));
      parameters.finish();
      return json_response(json);
    });
    service_->post("/api/echo", [](const Call& call) {
      Parameters parameters = call.parameters();
      Json json;
      json.set("name", parameters.text("name"));
      parameters.finish();
      return json_response(json);
    });
    service_->get("/api/broken", [](const Call&) -> HttpResponse {
      throw std::runtime_error("secret of /home/me");
    });
    service_->get("/api/unreadable", [](const Call&) -> HttpResponse {
      throw Error(ErrorCode::io, "/home/me/model cannot be read");
    });
    service_->get("/api/slow", [](const Call&) {
      std::this_thread::sleep_for(300ms);
      return json_response(Json(Json::Object{}));
    });
    service_->get("/api/large", [](const Call&) {
      HttpResponse response;
      response.body.assign(std::size_t{8} << 20U, 'x');
      return response;
    });
    service_->get_later("/api/events", [this](const Call&, HttpReply reply) {
      HttpResponse head;
      head.content_type = "text/event-stream";
      stream_.set_value(reply.stream(std::move(head)));
    });
    service_->start();
  }

  std::string head(std::string_view start_line, std::string_view more = "") const {
    return fmt::format("{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}\r\n", start_line, service_->port(),
                       more);
  }
  std::string authorized(std::string_view start_line, std::string_view more = "") const {
    return head(start_line, fmt::format("Authorization: Bearer {}\r\n{}", kToken, more));
  }
  std::string ask(const std::string& request) const {
    const RawClient client(service_->port());
    client.send(request);
    return client.read_to_end();
  }
  std::string get(std::string_view path) const {
    return ask(authorized(fmt::format("GET {}", path), "Connection: close\r\n"));
  }
  std::string post(std::string_view body, std::string_view type = "application/json") const {
    return ask(authorized("POST /api/echo", fmt::format("Connection: close\r\nContent-Type: {}\r\n"
                                                        "Content-Length: {}\r\n",
                                                        type, body.size())) +
               std::string(body));
  }
  std::string log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  std::promise<HttpStream> stream_;
  std::mutex mutex_;
  std::string log_;
  std::unique_ptr<Service> service_;  // Last: its threads use the others.
};

TEST_F(ServiceTest, AnswersCalls) {
  const std::string response = get("/api/echo?k=3");
  EXPECT_EQ(status_of(response), 200);
  EXPECT_EQ(body_of(response), R"({"k":3})");
  EXPECT_EQ(body_of(post(R"({"name":"x"})")), R"({"name":"x"})");
  EXPECT_NE(response.find("Content-Security-Policy: default-src 'none'"), std::string::npos);
  EXPECT_NE(response.find("Cache-Control: no-store"), std::string::npos);
}

TEST_F(ServiceTest, AnswersPipelinedRequestsInOrder) {
  const RawClient client(service_->port());
  std::string requests;
  for (int i = 1; i <= 50; ++i) requests += authorized(fmt::format("GET /api/echo?k={}", i));
  client.send(requests + authorized("GET /api/echo?k=51", "Connection: close\r\n"));
  const std::string all = client.read_to_end();
  std::size_t at = 0;
  for (int i = 1; i <= 51; ++i) {
    at = all.find(fmt::format("{{\"k\":{}}}", i), at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(ServiceTest, HeadHasNoBody) {
  const std::string response = ask(head("HEAD /healthz", "Connection: close\r\n"));
  EXPECT_EQ(status_of(response), 200);
  EXPECT_EQ(body_of(response), "");
}

// A head has a time from first byte to last, however busily its bytes trickle.
TEST_F(ServiceTest, SlowHeadsAreCutWhileOthersAreServed) {
  std::vector<RawClient> slow;
  for (int i = 0; i < 100; ++i) slow.emplace_back(service_->port());
  const auto begin = std::chrono::steady_clock::now();
  auto worst = 0ms;
  while (std::chrono::steady_clock::now() - begin < 1700ms) {
    for (const RawClient& client : slow) client.send("G");
    const auto asked = std::chrono::steady_clock::now();
    EXPECT_EQ(status_of(get("/api/echo")), 200);
    worst = std::max(worst, std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::steady_clock::now() - asked));
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_LT(worst, 1400ms);  // Nobody waits for them; the margin is for busy machines.
  for (const RawClient& client : slow) EXPECT_EQ(status_of(client.read_to_end()), 408);
}

TEST_F(ServiceTest, BodiesThatDoNotArriveAreAnswered408) {
  const std::string response =
      ask(authorized("POST /api/echo", "Content-Type: application/json\r\nContent-Length: 9\r\n") +
          "{}");
  EXPECT_EQ(status_of(response), 408);
}

TEST_F(ServiceTest, BodiesOverTheLimitAreRefused) {
  const std::string type = "Content-Type: application/json\r\n";
  EXPECT_EQ(status_of(ask(authorized("POST /api/echo", type + "Content-Length: 10001\r\n"))), 413);
  EXPECT_EQ(status_of(ask(
                authorized("POST /api/echo", type + "Content-Length: 99999999999999999999\r\n"))),
            400);
  std::string chunked = authorized("POST /api/echo", type + "Transfer-Encoding: chunked\r\n");
  for (int i = 0; i < 12; ++i) chunked += "400\r\n" + std::string(1024, ' ') + "\r\n";
  EXPECT_EQ(status_of(ask(chunked)), 413);
  std::string crumbs = authorized("POST /api/echo", type + "Transfer-Encoding: chunked\r\n");
  for (int i = 0; i < 20'000; ++i) crumbs += "1\r\n \r\n";
  EXPECT_EQ(status_of(ask(crumbs)), 413);
}

TEST_F(ServiceTest, ChunkedBodiesAreTakenOrRefused) {
  const std::string start = authorized("POST /api/echo",
                                       "Content-Type: application/json\r\nConnection: close\r\n"
                                       "Transfer-Encoding: chunked\r\n");
  EXPECT_EQ(body_of(ask(start + "5\r\n{\"nam\r\n7\r\ne\":\"x\"}\r\n0\r\n\r\n")), R"({"name":"x"})");
  EXPECT_EQ(status_of(ask(start + "-2\r\n{}\r\n0\r\n\r\n")), 400);
  EXPECT_EQ(status_of(ask(start + "FFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n")), 413);
  EXPECT_EQ(status_of(ask(start + "FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n")), 400);
  EXPECT_EQ(status_of(ask(start + "2;" + std::string(20'000, 'x'))), 400);
  EXPECT_EQ(status_of(ask(start + "2\r\n{}\r\n0\r\nX-More: 1\r\n\r\n")), 400);
}

TEST_F(ServiceTest, MalformedHeadsAreRefusedAndTheConnectionClosed) {
  EXPECT_EQ(status_of(ask("GET / HTTP/1.1\nHost: a\n\n")), 400);
  EXPECT_EQ(
      status_of(ask(head("POST /api/echo", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"))),
      400);
  EXPECT_EQ(status_of(ask(head("GET /", "X: " + std::string(9000, 'x') + "\r\n"))), 431);
  EXPECT_EQ(status_of(ask(head("GET /" + std::string(9000, 'x')))), 431);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "X: 1\r\n";
  EXPECT_EQ(status_of(ask(head("GET /", many))), 431);
  EXPECT_EQ(status_of(ask(
                head("POST /api/echo", "Content-Encoding: gzip\r\nContent-Length: 1\r\n") + "x")),
            415);
}

TEST_F(ServiceTest, PathsLeadNowhereElse) {
  for (const char* path :
       {"/..%2f..%2fetc/passwd", "/%00", "/a\\b", "//etc", "/../etc/passwd", "/%zz"}) {
    EXPECT_EQ(status_of(ask(head(fmt::format("GET {}", path), "Connection: close\r\n"))), 400)
        << path;
  }
  EXPECT_EQ(status_of(ask(head("GET /etc/passwd", "Connection: close\r\n"))), 404);
}

TEST_F(ServiceTest, JsonIsReadStrictly) {
  EXPECT_EQ(status_of(post(std::string(9'000, '['))), 400);
  for (const char* bad :
       {"{", "[]", "1", "{\"name\":\"x\"} x", "{\"name\":\"x\",\"name\":\"y\"}", "{\"name\":1e999}",
        "{\"name\":NaN}", "{\"name\":\"\\ud800\"}", "{\"name\":3}", "{\"name\":null}", "{}",
        "{\"name\":\"x\",\"more\":1}", "{\"name\":\"\xff\"}"}) {
    EXPECT_EQ(status_of(post(bad)), 400) << bad;
  }
  EXPECT_NE(body_of(post("{\"name\":3}")).find("'name' is 3, not a text"), std::string::npos);
  EXPECT_NE(body_of(post("{\"name\":\"x\",\"more\":1}")).find("'more' is not a parameter"),
            std::string::npos);
  EXPECT_NE(body_of(post("{\"name\"")).find("the body is not JSON"), std::string::npos);
  EXPECT_EQ(status_of(get("/api/echo?k=0")), 400);
  EXPECT_EQ(status_of(get("/api/echo?k=x")), 400);
  EXPECT_EQ(status_of(get("/api/echo?k=3&k=4")), 400);
  EXPECT_EQ(status_of(get("/api/echo?j=3")), 400);
}

TEST_F(ServiceTest, OtherNamesOfThisMachineAreRefusedEverywhere) {
  for (const char* path : {"/", "/app.js", "/healthz", "/api/echo"}) {
    for (const char* host : {"evil.com", "127.0.0.1", "127.0.0.1:1", "localhost.evil.com:80"}) {
      const std::string request = fmt::format(
          "GET {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
          path, host, kToken);
      EXPECT_EQ(status_of(ask(request)), 421) << path << " " << host;
    }
  }
  const std::string local = fmt::format(
      "GET /healthz HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n", service_->port());
  EXPECT_EQ(status_of(ask(local)), 200);
}

TEST_F(ServiceTest, OtherSitesAreRefused) {
  for (const char* origin : {"null", "http://evil.com", "https://127.0.0.1:1", ""}) {
    const std::string more = fmt::format("Origin: {}\r\nConnection: close\r\n", origin);
    EXPECT_EQ(status_of(ask(authorized("GET /api/echo", more))), 403) << origin;
    EXPECT_EQ(status_of(ask(head("GET /healthz", more))), 403) << origin;
  }
  const std::string own =
      fmt::format("Origin: http://127.0.0.1:{}\r\nConnection: close\r\n", service_->port());
  EXPECT_EQ(status_of(ask(authorized("GET /api/echo", own))), 200);
  EXPECT_EQ(status_of(post("{\"name\":\"x\"}", "text/plain")), 415);
}

TEST_F(ServiceTest, EveryCallNeedsTheToken) {
  const std::string last = "Connection: close\r\n";
  EXPECT_EQ(status_of(ask(head("GET /api/echo", last))), 401);
  EXPECT_EQ(status_of(ask(head("GET /api/nothing", last))), 401);
  EXPECT_EQ(status_of(ask(head("GET /api/echo", last + "Authorization: Bearer x\r\n"))), 401);
  EXPECT_EQ(status_of(ask(head("GET /api/echo", last + "Authorization: Basic " + kToken + "\r\n"))),
            401);
  EXPECT_EQ(status_of(ask(head(fmt::format("GET /api/echo?token={}", kToken), last))), 401);
  EXPECT_EQ(log().find(kToken), std::string::npos);
  EXPECT_EQ(service_->url(),
            fmt::format("http://127.0.0.1:{}/#token={}", service_->port(), kToken));
}

TEST(Access, ComparesWholeTokens) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abd", "abc"));
  EXPECT_FALSE(equal_in_constant_time("ab", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abcabc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("", "abc"));
  EXPECT_FALSE(equal_in_constant_time("a", ""));
  EXPECT_EQ(make_token().size(), 64U);
  EXPECT_NE(make_token(), make_token());
}

TEST_F(ServiceTest, WrongMethodsAreToldTheRightOnes) {
  const std::string response = ask(authorized("DELETE /api/echo", "Connection: close\r\n"));
  EXPECT_EQ(status_of(response), 405);
  EXPECT_NE(response.find("Allow: GET, POST"), std::string::npos);
  EXPECT_EQ(status_of(ask(head("POST /", "Content-Length: 0\r\nConnection: close\r\n"))), 405);
}

TEST_F(ServiceTest, FailuresShowAnIdAndNothingElse) {
  for (const char* path : {"/api/broken", "/api/unreadable"}) {
    const std::string response = get(path);
    EXPECT_EQ(status_of(response), 500);
    EXPECT_EQ(response.find("/home/me"), std::string::npos);
    const auto id = response.find("X-Request-Id: ");
    ASSERT_NE(id, std::string::npos);
    const std::string named = response.substr(id + 14, response.find("\r\n", id) - id - 14);
    EXPECT_NE(log().find(named), std::string::npos);
  }
  EXPECT_NE(log().find("secret of /home/me"), std::string::npos);
}

TEST_F(ServiceTest, AFloodIsAnswered503) {
  std::vector<RawClient> clients;
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back(service_->port());
    clients.back().send(authorized("GET /api/slow", "Connection: close\r\n"));
  }
  int served = 0;
  int refused = 0;
  for (const RawClient& client : clients) {
    const std::string response = client.read_to_end();
    served += status_of(response) == 200 ? 1 : 0;
    if (status_of(response) != 503) continue;
    ++refused;
    EXPECT_NE(response.find("Retry-After: 1"), std::string::npos);
  }
  EXPECT_EQ(served + refused, 12);
  EXPECT_GE(served, 4);
  EXPECT_GE(refused, 1);
}

TEST_F(ServiceTest, ClientsThatResetHarmNobody) {
  for (int i = 0; i < 20; ++i) {
    RawClient client(service_->port());
    client.send(authorized("GET /api/large"));
    client.reset();
  }
  std::string response = get("/api/large");
  while (status_of(response) == 503) response = get("/api/large");  // Theirs come first.
  EXPECT_EQ(body_of(response).size(), std::size_t{8} << 20U);
}

TEST_F(ServiceTest, StreamsUntilEitherSideEnds) {
  const RawClient client(service_->port());
  client.send(authorized("GET /api/events"));
  HttpStream stream = stream_.get_future().get();
  EXPECT_TRUE(stream.write("data: 1\n\n"));
  EXPECT_NE(client.read_until("data: 1\n\n").find("text/event-stream"), std::string::npos);
  stream.write("data: 2\n\n");
  stream.close();
  EXPECT_EQ(client.read_to_end(), "data: 2\n\n");
}

TEST_F(ServiceTest, AStreamThatNobodyReadsIsCut) {
  RawClient client(service_->port());
  client.send(authorized("GET /api/events"));
  HttpStream stream = stream_.get_future().get();
  bool cut = false;
  for (int i = 0; i < 400 && !cut; ++i) {
    cut = !stream.write(std::string(std::size_t{1} << 20U, 'x'));
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_TRUE(cut);
}

TEST_F(ServiceTest, StopsWhenWhatIsUnderWayIsDone) {
  const RawClient busy(service_->port());
  const RawClient idle(service_->port());
  const RawClient listening(service_->port());
  listening.send(authorized("GET /api/events"));
  stream_.get_future().wait();
  busy.send(authorized("GET /api/slow"));
  std::this_thread::sleep_for(100ms);
  const auto begin = std::chrono::steady_clock::now();
  service_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 15s);
  EXPECT_EQ(status_of(busy.read_to_end()), 200);
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_THROW(RawClient{service_->port()}, std::runtime_error);
}

TEST_F(ServiceTest, ConnectionsBeyondTheLimitReplaceTheOldestThatWaits) {
  service_.reset();
  HttpOptions few;
  few.connection_count_max = 10;
  start(few);
  std::vector<RawClient> idle;
  for (int i = 0; i < 40; ++i) idle.emplace_back(service_->port());
  EXPECT_EQ(status_of(get("/api/echo")), 200);
}

TEST_F(ServiceTest, ATakenPortIsAnError) {
  HttpOptions taken;
  taken.port = service_->port();
  ServiceOptions options;
  options.http = taken;
  options.token = kToken;
  Service second(options);
  try {
    second.start();
    FAIL() << "listened on a taken port";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(fmt::format("port {}", taken.port)),
              std::string::npos);
  }
  options.http.port_last = static_cast<std::uint16_t>(taken.port + 20);
  Service third(options);
  third.start();
  EXPECT_GT(third.port(), taken.port);
}

}  // namespace
}  // namespace kindred::serving
