// How much may be on its way: what either end lets the other send.
#include <gtest/gtest.h>
#include <malloc.h>

#include <string>
#include <vector>

#include "http2/deflated.h"
#include "http2/world.h"

namespace quorate::http2 {
namespace {

using Events = Recorder::Events;

constexpr uint32_t kWindow = 10'000;
constexpr SessionLimits kSmall = {
    .message_bytes_max = 1 << 20, .call_window_bytes = kWindow, .window_bytes = 100'000};

TEST(FlowTest, AMessageMayBeLargerThanTheWindowsOfBothEnds) {
  World world(kSmall, 1000);
  world.Echo();
  const CallId id = world.client.Call("/kv/Put", std::string(500'000, 'x'));
  world.Exchange();
  EXPECT_EQ(world.client.answer(id).Messages(),
            std::vector<std::string>{std::string(500'000, 'x')});
  EXPECT_EQ(world.client.answer(id).status(), "0");
}

// Whether their messages are whole or not.
TEST(FlowTest, OnlySoMuchIsKeptOfCallsThatTheirClientDoesNotEnd) {
  World world({.message_bytes_max = 1 << 20, .kept_bytes_max = 100'000});
  world.Echo();
  const auto begin = [&](size_t bytes) {
    const CallId id = world.client.Begin(HeadersOf("/kv/Put"));
    world.client.Send(id, Framed(std::string(60'000, 'x')).substr(0, bytes));
    world.Exchange();
    return id;
  };
  const auto status = [&](CallId id) { return world.client.answer(id).status(); };
  const CallId whole = begin(60'000 + kMessageHeadBytes);
  const CallId half = begin(30'000);
  const CallId beyond = begin(20'000);
  EXPECT_EQ(status(beyond), "8");
  EXPECT_EQ(status(half), "none");
  world.client.Close(whole);
  world.Exchange();
  EXPECT_EQ(status(whole), "0");
  const CallId in_its_place = begin(60'000 + kMessageHeadBytes);
  EXPECT_EQ(status(in_its_place), "none");
  world.client.Reset(half);
  world.client.Reset(in_its_place);
  world.Exchange();
  for (int i = 0; i < 3; ++i) {
    const CallId next = begin(60'000 + kMessageHeadBytes);
    world.client.Close(next);
    world.Exchange();
    EXPECT_EQ(status(next), "0");
  }
}

TEST(FlowTest, ACallThatIsHeldBackIsNotRefusedForWhatIsKept) {
  World world({.message_bytes_max = 1 << 20, .kept_bytes_max = 100'000});
  const CallId id = world.client.Begin(HeadersOf("/kv/Stream"));
  world.Exchange();
  world.session.HoldBack(id);
  const std::string message = Framed(std::string(200'000, 'x'));
  world.client.Send(id, message.substr(0, 150'000));
  world.Exchange();
  EXPECT_EQ(world.client.answer(id).status(), "none");
  world.client.Send(id, message.substr(150'000));
  world.Exchange();
  EXPECT_EQ(world.service.of(id), (Events{"call /kv/Stream", "message 200000 bytes"}));
}

TEST(FlowTest, WhatIsKeptCountsAsItBecomesNotAsItCame) {
  World world({.message_bytes_max = 1 << 20, .kept_bytes_max = 100'000});
  const std::string small = Deflated(std::string(60'000, 'x'), Form::kGzip);
  std::vector<CallId> ids;
  for (int i = 0; i < 2; ++i) {
    ids.push_back(world.client.Begin(HeadersOf("/kv/Put", {{"grpc-encoding", "gzip"}})));
    world.client.Send(ids.back(), Framed(small, true));
  }
  world.Exchange();
  EXPECT_EQ(world.client.answer(ids[0]).status(), "none");
  EXPECT_EQ(world.client.answer(ids[1]).status(), "8");
}

TEST(FlowTest, AClientMakesOnlySoManyCallsAtOnce) {
  World world({.calls_max = 10});
  world.Exchange();
  std::vector<CallId> ids;
  for (int i = 0; i < 15; ++i) ids.push_back(world.client.Call("/kv/Get", "ask"));
  world.Exchange();
  EXPECT_EQ(world.session.calls(), 10u);
  for (int i = 0; i < 5; ++i) world.session.Finish(ids[i], {});
  world.Exchange();
  EXPECT_EQ(world.session.calls(), 10u);
  EXPECT_EQ(world.service.of(ids.back()), (Events{"call /kv/Get", "message ask", "closed"}));
}

TEST(FlowTest, AnAnswerWaitsForTheClientsWindowAndCountsAsHeld) {
  World world({}, kWindow, false);
  world.Echo();
  const CallId id = world.client.Call("/kv/Get", std::string(25'000, 'x'));
  world.Exchange();
  const size_t all = 25'000 + kMessageHeadBytes;
  for (size_t came = kWindow; came < all; came += kWindow) {
    ASSERT_EQ(world.client.answer(id).body.size(), came);
    ASSERT_EQ(world.session.held_bytes(), all - came);
    world.client.Take(id, kWindow);
    world.Exchange();
  }
  EXPECT_EQ(world.session.held_bytes(), 0u);
  EXPECT_EQ(world.client.answer(id).status(), "0");
}

TEST(FlowTest, AnAnswerThatFillsTheWindowEndsWithoutMoreOfIt) {
  World world({}, kWindow, false);
  world.Echo();
  const CallId id = world.client.Call("/kv/Get", std::string(kWindow - kMessageHeadBytes, 'x'));
  world.Exchange();
  EXPECT_EQ(world.client.answer(id).body.size(), kWindow);
  EXPECT_EQ(world.client.answer(id).status(), "0");
}

TEST(FlowTest, ACallThatIsHeldBackStopsAtItsWindowAndGoesOnAsItsMessagesAreTaken) {
  World world(kSmall);
  const CallId id = world.client.Begin(HeadersOf("/kv/Stream"));
  world.Exchange();
  world.session.HoldBack(id);
  constexpr size_t kMessages = 100;
  const std::string message(1000 - kMessageHeadBytes, 'x');
  for (size_t i = 0; i < kMessages; ++i) world.client.Send(id, Framed(message));
  world.Exchange();
  const auto came = [&] { return world.service.of(id).size() - 1; };
  EXPECT_EQ(came(), kWindow / 1000);
  for (size_t taken = 0; came() < kMessages; ++taken) {
    ASSERT_LE(came() - taken, kWindow / 1000);
    ASSERT_LT(taken, kMessages);
    world.session.Took(id, 1);
    world.Exchange();
  }
  // Others are not held up by it.
  world.Echo();
  const CallId other = world.client.Call("/kv/Get", std::string(200'000, 'x'));
  world.Exchange();
  EXPECT_EQ(world.client.answer(other).status(), "0");
}

TEST(FlowTest, ACallThatIsHeldBackIsSoWhenItsMessagesComeInPieces) {
  World world(kSmall);
  world.read_bytes = 500;
  const CallId id = world.client.Begin(HeadersOf("/kv/Stream"));
  world.Exchange();
  world.session.HoldBack(id);
  constexpr size_t kMessages = 50;
  for (size_t i = 0; i < kMessages; ++i) world.client.Send(id, Framed(std::string(3000, 'x')));
  world.Exchange();
  const auto came = [&] { return world.service.of(id).size() - 1; };
  for (size_t taken = 0; came() < kMessages; ++taken) {
    // A window's worth, and one that began before.
    ASSERT_LE(came() - taken, kWindow / 3000 + 1);
    ASSERT_LT(taken, kMessages);
    world.session.Took(id, 1);
    world.Exchange();
  }
}

TEST(FlowTest, AMessageMayBeTakenAsItComes) {
  World world(kSmall);
  world.read_bytes = 700;
  world.service.on_call = [&](CallId id) { world.session.HoldBack(id); };
  world.service.on_message = [&](CallId id, std::string_view) { world.session.Took(id, 1); };
  const CallId id = world.client.Begin(HeadersOf("/kv/Stream"));
  // Of a long one a part comes before, and of the short ones many with its rest.
  for (size_t i = 0; i < 200; ++i) {
    world.client.Send(id, Framed(std::string(i % 20 == 0 ? 1000 : 5, 'x')));
  }
  world.Exchange();
  EXPECT_EQ(world.service.of(id).size(), 1 + 200u);
  // What was taken was no more than came.
  world.service.on_message = nullptr;
  for (size_t i = 0; i < 30; ++i) world.client.Send(id, Framed(std::string(995, 'x')));
  world.Exchange();
  EXPECT_LE(world.service.of(id).size(), 1 + 200u + kWindow / 1000 + 1);
}

TEST(FlowTest, ACallThatIsHeldBackMayHaveMessagesLargerThanItsWindow) {
  World world(kSmall);
  const CallId id = world.client.Begin(HeadersOf("/kv/Stream"));
  world.Exchange();
  world.session.HoldBack(id);
  for (size_t i = 1; i <= 5; ++i) world.client.Send(id, Framed(std::string(5 * kWindow, 'x')));
  for (size_t i = 1; i <= 5; ++i) {
    world.Exchange();
    EXPECT_EQ(world.service.of(id).size(), 1 + i);
    world.session.Took(id, 1);
  }
  world.Exchange();
  // And then its window is as wide as before, of which nghttp2 tells once half of it is free.
  for (int i = 0; i < 100; ++i)
    world.client.Send(id, Framed(std::string(1000 - kMessageHeadBytes, 'y')));
  world.Exchange();
  EXPECT_GE(world.service.of(id).size(), 1 + 5 + kWindow / 2000);
  EXPECT_LE(world.service.of(id).size(), 1 + 5 + kWindow / 1000);
}

TEST(FlowTest, TheWindowGoesByTheBytesThatCameNotByThoseTheyStandFor) {
  World world(kSmall);
  const CallId id = world.client.Begin(HeadersOf("/kv/Stream", {{"grpc-encoding", "gzip"}}));
  world.Exchange();
  world.session.HoldBack(id);
  const std::string tiny = Framed(Deflated("x", Form::kGzip), true);
  ASSERT_GT(tiny.size(), kMessageHeadBytes + 1);
  constexpr size_t kMessages = 5000;
  for (size_t i = 0; i < kMessages; ++i) {
    world.client.Send(id, tiny);
    world.Exchange();
    ASSERT_EQ(world.service.of(id).size(), i + 2) << "it has come to a halt";
    world.session.Took(id, 1);
  }
}

TEST(FlowTest, ACallThatHasEndedHoldsNothingBack) {
  World world({.call_window_bytes = kWindow, .window_bytes = 65535});
  for (int round = 0; round < 50; ++round) {
    const CallId id = world.client.Begin(HeadersOf("/kv/Stream"));
    world.Exchange();
    world.session.HoldBack(id);
    for (int i = 0; i < 20; ++i) world.client.Send(id, Framed(std::string(995, 'x')));
    world.Exchange();
    ASSERT_EQ(world.service.of(id).size(), 1 + kWindow / 1000) << round;
    if (round % 2 == 0) {
      world.client.Reset(id);
    } else {
      world.session.Finish(id, {});
    }
    world.Exchange();
  }
}

// Of the heap, by this process.
size_t BytesInUse() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

TEST(FlowTest, AStreamWhoseClientLagsBehindDoesNotGrow) {
  constexpr size_t kLag = 1 << 20;
  constexpr size_t kStep = 100'000;
  World world({}, 1 << 20, false);
  world.client.WidenConnection(64 << 20);
  const CallId id = world.client.Begin(HeadersOf("/kv/Stream"));
  world.Exchange();
  SendText(world.session, id, std::string((1 << 20) + kLag, 'x'));
  world.Exchange();
  const size_t before = BytesInUse();
  for (int i = 0; i < 500; ++i) {
    SendText(world.session, id, std::string(kStep - kMessageHeadBytes, 'y'));
    world.client.Take(id, kStep);
    world.client.answer(id).body.clear();
    world.Exchange();
    ASSERT_GT(world.session.held_bytes(), 0u);
    ASSERT_LT(world.session.held_bytes(), 2 * kLag);
  }
  EXPECT_LT(BytesInUse(), before + 10 * kLag);
}

}  // namespace
}  // namespace quorate::http2
