#include "kindred/serving/event_hub.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <utility>

#include "kindred/serving/service.h"
#include "tests/support/raw_client.h"

namespace kindred::serving {
namespace {

using namespace std::chrono_literals;

TEST(EventHub, WhatIsPublishedWhileSomebodyJoinsReachesThem) {
  ServiceOptions options;
  options.token = "token";
  Service service(std::move(options));
  EventHub hub;
  std::jthread publisher;
  service.get_later("/api/events", [&](const Call&, HttpReply reply) {
    hub.join(std::move(reply), "first", [&] {
      publisher = std::jthread([&] { hub.publish("second", Json(Json::Array{})); });
      std::this_thread::sleep_for(50ms);  // Time enough to publish before the stream is there.
      return Json(Json::Object{});
    });
  });
  service.start();
  const test::RawClient listener(service.port());
  listener.send(fmt::format(
      "GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer token\r\n\r\n",
      service.port()));
  EXPECT_THAT(listener.read_until("event: second\ndata: []"),
              ::testing::HasSubstr("event: first\ndata: {}\n\nevent: second"));
  service.stop();
}

}  // namespace
}  // namespace kindred::serving
