#include "http2/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "http2/deflated.h"
#include "http2/world.h"

namespace quorate::http2 {
namespace {

using Events = Recorder::Events;
using ::testing::ElementsAre;

TEST(SessionTest, AnswersAUnaryCall) {
  World world;
  world.Echo();
  const CallId id = world.client.Call("/kv/Get", "ask");
  world.Exchange();
  EXPECT_EQ(world.service.of(id), (Events{"call /kv/Get", "message ask", "closed"}));
  const Answer& answer = world.client.answer(id);
  EXPECT_EQ(answer.headers.at(":status"), "200");
  EXPECT_EQ(answer.headers.at("content-type"), "application/grpc");
  EXPECT_EQ(answer.Messages(), (std::vector<std::string>{"ask"}));
  EXPECT_EQ(answer.status(), "0");
  EXPECT_TRUE(answer.closed);
  EXPECT_FALSE(answer.was_reset);
  EXPECT_EQ(world.session.calls(), 0u);
  EXPECT_EQ(world.session.held_bytes(), 0u);
}

TEST(SessionTest, GivesTheCallsTimeoutAndMetadata) {
  World world;
  const CallId id = world.client.Call("/kv/Get", "ask",
                                      {{"grpc-timeout", "250m"},
                                       {"user-agent", "test"},
                                       {"grpc-accept-encoding", "identity"},
                                       {"who", "me"},
                                       {"bytes-bin", "AP8"}});
  const CallId plain = world.client.Call("/kv/Get", "ask");
  world.Exchange();
  const CallHead& head = world.service.heads.at(id);
  EXPECT_EQ(head.timeout, absl::Milliseconds(250));
  EXPECT_THAT(head.metadata, ElementsAre(std::pair("who", "me"),
                                         std::pair("bytes-bin", std::string("\0\xff", 2))));
  EXPECT_EQ(world.service.heads.at(plain).timeout, std::nullopt);
}

TEST(SessionTest, AnErrorIsAnAnswerOfTrailersAlone) {
  World world;
  world.service.on_closed = [&](CallId id) {
    world.session.Finish(id, {absl::StatusCode::kNotFound, "100 % of it µ\n", "\x08\x05\xff"});
  };
  const CallId id = world.client.Call("/kv/Get", "ask");
  world.Exchange();
  const Answer& answer = world.client.answer(id);
  EXPECT_EQ(answer.header_frames, 1);
  EXPECT_EQ(answer.headers.at(":status"), "200");
  EXPECT_EQ(answer.headers.at("content-type"), "application/grpc");
  EXPECT_EQ(answer.status(), "5");
  EXPECT_EQ(answer.headers.at("grpc-message"), "100 %25 of it %C2%B5%0A");
  EXPECT_EQ(answer.headers.at("grpc-status-details-bin"), "CAX/");
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(answer.closed);
}

TEST(SessionTest, AnErrorAfterMessagesComesInTheTrailers) {
  World world;
  world.service.on_closed = [&](CallId id) {
    world.session.SendHead(id);
    SendText(world.session, id, "one");
    SendText(world.session, id, "");
    world.session.Finish(id, {absl::StatusCode::kUnavailable, "gone", ""});
  };
  const CallId id = world.client.Call("/kv/Get", "ask");
  world.Exchange();
  const Answer& answer = world.client.answer(id);
  EXPECT_EQ(answer.header_frames, 2);
  EXPECT_EQ(answer.Messages(), (std::vector<std::string>{"one", ""}));
  EXPECT_EQ(answer.status(), "14");
  EXPECT_EQ(answer.headers.at("grpc-message"), "gone");
  EXPECT_FALSE(answer.headers.contains("grpc-status-details-bin"));
}

TEST(SessionTest, TheHeadGoesAloneIfItIsAskedFor) {
  World world;
  const CallId id = world.client.Begin(HeadersOf("/kv/Stream"));
  world.Exchange();
  EXPECT_EQ(world.client.answer(id).header_frames, 0);
  world.session.SendHead(id);
  world.session.SendHead(id);
  world.Exchange();
  EXPECT_EQ(world.client.answer(id).header_frames, 1);
  EXPECT_FALSE(world.client.answer(id).closed);
  SendText(world.session, id, "later");
  world.Exchange();
  EXPECT_EQ(world.client.answer(id).Messages(), std::vector<std::string>{"later"});
}

TEST(SessionTest, CallsThatAreInterleavedAreKeptApart) {
  World world;
  world.Echo();
  std::vector<CallId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(world.client.Begin(HeadersOf("/kv/Stream")));
  for (int round = 0; round < 3; ++round) {
    for (const CallId id : ids) {
      const std::string framed = Framed(std::to_string(id) + "-" + std::to_string(round));
      world.client.Send(id, framed.substr(0, 3));
    }
    world.Exchange();
    for (const CallId id : ids) {
      const std::string framed = Framed(std::to_string(id) + "-" + std::to_string(round));
      world.client.Send(id, framed.substr(3));
    }
    world.Exchange();
  }
  EXPECT_EQ(world.session.calls(), ids.size());
  for (const CallId id : ids) world.client.Close(id);
  world.Exchange();
  for (const CallId id : ids) {
    const std::string name = std::to_string(id);
    EXPECT_EQ(world.client.answer(id).Messages(),
              (std::vector<std::string>{name + "-0", name + "-1", name + "-2"}));
    EXPECT_EQ(world.client.answer(id).status(), "0");
  }
  EXPECT_EQ(world.session.calls(), 0u);
}

TEST(SessionTest, AnswersInWhateverOrder) {
  World world;
  const CallId first = world.client.Call("/kv/Get", "1");
  const CallId second = world.client.Call("/kv/Get", "2");
  world.Exchange();
  for (const CallId id : {second, first}) {
    EXPECT_FALSE(world.client.answer(id).closed);
    SendText(world.session, id, "answer");
    world.session.Finish(id, {});
    world.Exchange();
    EXPECT_EQ(world.client.answer(id).status(), "0");
  }
}

TEST(SessionTest, ACallThatIsGivenUpIsLostOnceAndItsAnswerDropped) {
  World world;
  const CallId id = world.client.Call("/kv/Get", "ask");
  world.Exchange();
  world.client.Reset(id);
  world.Exchange();
  EXPECT_EQ(world.service.of(id), (Events{"call /kv/Get", "message ask", "closed", "lost"}));
  EXPECT_EQ(world.session.calls(), 0u);
  world.session.SendHead(id);
  SendText(world.session, id, "late");
  world.session.HoldBack(id);
  world.session.Took(id, 1);
  world.session.Finish(id, {});
  EXPECT_EQ(world.session.held_bytes(), 0u);
  world.Exchange();
  EXPECT_EQ(world.client.answer(id).header_frames, 0);
}

TEST(SessionTest, WhatALostCallWasToBeSentIsForgotten) {
  World world({}, 1000, false);
  const CallId id = world.client.Call("/kv/Get", "ask");
  world.Exchange();
  SendText(world.session, id, std::string(5000, 'x'));
  world.Exchange();
  EXPECT_EQ(world.session.held_bytes(), 5000 + kMessageHeadBytes - 1000);
  world.client.Reset(id);
  world.Exchange();
  EXPECT_EQ(world.session.held_bytes(), 0u);
}

TEST(SessionTest, ACallThatIsFinishedIsNotLost) {
  World world({}, 1000, false);
  world.Echo();
  const CallId id = world.client.Call("/kv/Get", std::string(5000, 'x'));
  world.Exchange();
  EXPECT_FALSE(world.client.answer(id).closed);
  world.client.Reset(id);
  world.Exchange();
  EXPECT_EQ(world.service.of(id), (Events{"call /kv/Get", "message 5000 bytes", "closed"}));
}

TEST(SessionTest, AllCallsAreLostWithTheirConnection) {
  Recorder service;
  Client client;
  CallId begun = 0;
  CallId finished = 0;
  {
    Session session(service, {});
    begun = client.Call("/kv/Get", "1");
    finished = client.Call("/kv/Get", "2");
    ASSERT_TRUE(session.Feed(client.Output()).ok());
    session.Finish(finished, {});
  }
  EXPECT_EQ(service.of(begun).back(), "lost");
  EXPECT_EQ(service.of(finished).back(), "closed");
}

TEST(SessionTest, AClientMayEndItsCallLate) {
  World world;
  world.Echo();
  const CallId id = world.client.Begin(HeadersOf("/kv/Get"));
  world.client.Send(id, Framed("ask"));
  world.Exchange();
  EXPECT_EQ(world.service.of(id), (Events{"call /kv/Get", "message ask"}));
  world.client.Close(id);
  world.Exchange();
  EXPECT_EQ(world.service.of(id).back(), "closed");
  EXPECT_EQ(world.client.answer(id).status(), "0");
  EXPECT_FALSE(world.client.answer(id).was_reset);
}

TEST(SessionTest, AnEndBeforeTheClientsOwnTellsItToSendNoMore) {
  World world;
  world.service.on_message = [&](CallId id, std::string_view) {
    world.session.Finish(id, {absl::StatusCode::kResourceExhausted, "full", ""});
  };
  const CallId id = world.client.Begin(HeadersOf("/kv/Stream"));
  world.client.Send(id, Framed("one"));
  world.client.Send(id, Framed("two"));
  world.Exchange();
  EXPECT_EQ(world.service.of(id), (Events{"call /kv/Stream", "message one"}));
  const Answer& answer = world.client.answer(id);
  EXPECT_EQ(answer.status(), "8");
  EXPECT_TRUE(answer.was_reset);
  EXPECT_EQ(answer.error, uint32_t{NGHTTP2_NO_ERROR});
}

TEST(SessionTest, ACallMayBeFinishedAsItBegins) {
  World world;
  world.service.on_call = [&](CallId id) {
    world.session.Finish(id, {absl::StatusCode::kUnimplemented, "no such", ""});
  };
  const CallId id = world.client.Call("/kv/None", "ask");
  world.Exchange();
  EXPECT_EQ(world.service.of(id), Events{"call /kv/None"});
  EXPECT_EQ(world.client.answer(id).status(), "12");
}

TEST(SessionTest, ReadsMessagesThatAreCompressed) {
  World world;
  world.Echo();
  for (const auto& [name, form] :
       {std::pair("gzip", Form::kGzip), std::pair("deflate", Form::kZlib)}) {
    const CallId id = world.client.Begin(HeadersOf("/kv/Get", {{"grpc-encoding", name}}));
    world.client.Send(id, Framed(Deflated("squeezed", form), true) + Framed("plain"));
    world.client.Close(id);
    world.Exchange();
    EXPECT_EQ(world.service.of(id),
              (Events{"call /kv/Get", "message squeezed", "message plain", "closed"}));
    EXPECT_EQ(world.client.answer(id).headers.at("grpc-accept-encoding"), "identity,deflate,gzip");
  }
}

TEST(SessionTest, ThePeersMessageLimitHoldsForWhatIsCompressed) {
  World world({.message_bytes_max = 100});
  const CallId id = world.client.Begin(HeadersOf("/kv/Get", {{"grpc-encoding", "gzip"}}));
  world.client.Send(id, Framed(Deflated(std::string(101, 'x'), Form::kGzip), true));
  world.client.Close(id);
  world.Exchange();
  EXPECT_EQ(world.client.answer(id).status(), "8");
  EXPECT_EQ(world.service.of(id), (Events{"call /kv/Get", "lost"}));
}

TEST(SessionTest, NewCallsAreNotBegunOnceRefusedAndOthersAreAnswered) {
  World world;
  const CallId before = world.client.Call("/kv/Get", "before");
  world.Exchange();
  world.session.Refuse();
  const CallId late = world.client.Call("/kv/Get", "late");
  world.Exchange();
  EXPECT_EQ(world.client.answer(late).status(), "14");
  // gRPC's client may then give up a call that it has not sent, which ends a connection at once.
  EXPECT_FALSE(world.client.told_to_go());
  EXPECT_FALSE(world.session.ended());
  SendText(world.session, before, "answer");
  world.session.Finish(before, {});
  // On its way before the client knows.
  const CallId crossing = world.client.Call("/kv/Get", "crossing");
  ASSERT_TRUE(world.session.Feed(world.client.Output()).ok());
  world.Exchange();
  EXPECT_EQ(world.client.answer(before).status(), "0");
  EXPECT_TRUE(world.client.told_to_go());
  EXPECT_EQ(world.client.answer(crossing).status(), "14");
  EXPECT_EQ(world.service.calls(), 1u);
  EXPECT_EQ(world.session.calls(), 0u);
  EXPECT_TRUE(world.session.ended());
}

TEST(SessionTest, ARefusalWithoutCallsEndsTheConnection) {
  World world;
  world.Exchange();
  EXPECT_FALSE(world.session.ended());
  world.session.Refuse();
  world.Exchange();
  EXPECT_TRUE(world.client.told_to_go());
  EXPECT_TRUE(world.session.ended());
}

}  // namespace
}  // namespace quorate::http2
