// What is no call of gRPC's, or one that cannot be read.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/status_codec.h"
#include "http2/deflated.h"
#include "http2/headers.h"
#include "http2/raw.h"
#include "http2/world.h"

namespace quorate::http2 {
namespace {

using Events = Recorder::Events;

std::string ReasonIn(const Answer& answer) {
  const auto found = answer.headers.find("grpc-status-details-bin");
  if (found == answer.headers.end()) return "none";
  const auto status = DecodeStatusDetails(DecodeBinary(found->second).value_or(""));
  return status ? std::string(ReasonOf(*status)) : "no details of ours";
}

TEST(MalformedTest, WhatIsNotGrpcIsToldSoByHttp) {
  World world;
  Headers get = HeadersOf("/kv/Get");
  get[0].second = "GET";
  const CallId got = world.client.Begin(get, true);
  std::vector<CallId> others;
  for (const char* type : {"text/html", "application/json", "application/grpc-web",
                           "application/grpc-web+proto", "application/grpcx", "application", ""}) {
    Headers other = HeadersOf("/kv/Get");
    other[5].second = type;
    others.push_back(world.client.Begin(other, true));
  }
  Headers none = HeadersOf("/kv/Get");
  none.pop_back();
  others.push_back(world.client.Begin(none, true));
  world.Exchange();
  EXPECT_EQ(world.client.answer(got).headers[":status"], "405");
  for (const CallId id : others) {
    EXPECT_EQ(world.client.answer(id).headers[":status"], "415") << id;
    EXPECT_TRUE(world.client.answer(id).closed);
  }
  EXPECT_EQ(world.service.calls(), 0u);
  EXPECT_EQ(world.session.calls(), 0u);
  // Nor does it matter to others.
  world.Echo();
  const CallId next = world.client.Call("/kv/Get", "ask");
  world.Exchange();
  EXPECT_EQ(world.client.answer(next).status(), "0");
}

TEST(MalformedTest, EachFormOfGrpcsTypeIsTaken) {
  World world;
  world.Echo();
  for (const char* type :
       {"application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"}) {
    Headers headers = HeadersOf("/kv/Get");
    headers[5].second = type;
    const CallId id = world.client.Begin(headers, true);
    world.Exchange();
    EXPECT_EQ(world.client.answer(id).status(), "0") << type;
  }
}

TEST(MalformedTest, HeadersThatCannotBeReadAreRefusedByName) {
  World world;
  for (const Headers& bad :
       {Headers{{"grpc-timeout", "soon"}}, Headers{{"grpc-timeout", "123456789S"}},
        Headers{{"grpc-timeout", "1S"}, {"grpc-timeout", "2s"}}, Headers{{"x-bin", "*"}}}) {
    const CallId id = world.client.Call("/kv/Get", "ask", bad);
    world.Exchange();
    EXPECT_EQ(world.client.answer(id).status(), "3");
    EXPECT_EQ(ReasonIn(world.client.answer(id)), "CALL_MALFORMED");
  }
  EXPECT_EQ(world.service.calls(), 0u);
  EXPECT_EQ(world.session.calls(), 0u);
}

TEST(MalformedTest, BinaryHeadersOfOneNameMayComeAsOne) {
  World world;
  const CallId id = world.client.Call("/kv/Get", "ask", {{"x-bin", "YQ==,YWI"}});
  world.Exchange();
  const auto& metadata = world.service.heads[id].metadata;
  ASSERT_EQ(metadata.size(), 2u);
  EXPECT_EQ(metadata[0], (std::pair<std::string, std::string>("x-bin", "a")));
  EXPECT_EQ(metadata[1], (std::pair<std::string, std::string>("x-bin", "ab")));
}

// HTTP allows more in them than gRPC, whose library takes it for a mistake of its caller's.
TEST(MalformedTest, WhatIsNoMetadataOfGrpcsIsIgnored) {
  World world;
  const CallId id = world.client.Call("/kv/Get", "ask",
                                      {{"text", "\xc3\xa4"},
                                       {"tab", "a\tb"},
                                       {"what!is", "this"},
                                       {"tilde~", "x"},
                                       {"good-1_2.3", "~ !"}});
  world.Exchange();
  const auto& metadata = world.service.heads.at(id).metadata;
  ASSERT_EQ(metadata.size(), 1u);
  EXPECT_EQ(metadata[0], (std::pair<std::string, std::string>("good-1_2.3", "~ !")));
}

TEST(MalformedTest, AMessageThatIsCutOffEndsTheCall) {
  for (const size_t bytes : {size_t{1}, kMessageHeadBytes, kMessageHeadBytes + 2}) {
    World world;
    const CallId id = world.client.Begin(HeadersOf("/kv/Get"));
    world.client.Send(id, Framed("whole") + Framed("cut").substr(0, bytes));
    world.client.Close(id);
    world.Exchange();
    EXPECT_EQ(world.service.of(id), (Events{"call /kv/Get", "message whole", "lost"}));
    EXPECT_EQ(ReasonIn(world.client.answer(id)), "CALL_MALFORMED");
    EXPECT_EQ(world.session.calls(), 0u);
  }
}

TEST(MalformedTest, AMessageThatIsTooLargeEndsTheCall) {
  World world({.message_bytes_max = 10});
  world.Echo();
  const CallId id = world.client.Begin(HeadersOf("/kv/Stream"));
  world.client.Send(id, Framed("fits") + Framed("does not fit") + Framed("next"));
  world.Exchange();
  EXPECT_EQ(world.service.of(id), (Events{"call /kv/Stream", "message fits", "lost"}));
  EXPECT_EQ(world.client.answer(id).Messages(), std::vector<std::string>{"fits"});
  EXPECT_EQ(world.client.answer(id).status(), "8");
  EXPECT_EQ(ReasonIn(world.client.answer(id)), "CALL_TOO_LARGE");
}

TEST(MalformedTest, ACompressionThatIsNotKnownIsUnimplemented) {
  World world;
  const CallId id = world.client.Begin(HeadersOf("/kv/Get", {{"grpc-encoding", "snappy"}}));
  world.client.Send(id, Framed("plain") + Framed("?", true));
  world.Exchange();
  EXPECT_EQ(world.service.of(id), (Events{"call /kv/Get", "message plain", "lost"}));
  EXPECT_EQ(world.client.answer(id).status(), "12");
  EXPECT_EQ(world.client.answer(id).headers.at("grpc-accept-encoding"), "identity,deflate,gzip");
}

TEST(MalformedTest, CompressedGarbageEndsTheCall) {
  World world;
  const CallId id = world.client.Begin(HeadersOf("/kv/Get", {{"grpc-encoding", "gzip"}}));
  world.client.Send(id, Framed("garbage", true));
  world.Exchange();
  EXPECT_EQ(ReasonIn(world.client.answer(id)), "CALL_MALFORMED");
}

// A byte of HPACK may stand for kilobytes.
TEST(MalformedTest, HeadersAreNotKeptBeyondWhatTheClientIsToldTheyMayHave) {
  World world;
  const Headers many(1000, {"x", std::string(1000, 'x')});
  const CallId bomb = world.client.Call("/kv/Get", "ask", many);
  const CallId most =
      world.client.Call("/kv/Get", "ask", Headers(14, {"x", std::string(1000, 'x')}));
  world.Exchange();
  EXPECT_FALSE(world.service.heads.contains(bomb));
  EXPECT_EQ(world.client.answer(bomb).status(), "8");
  EXPECT_EQ(ReasonIn(world.client.answer(bomb)), "CALL_TOO_LARGE");
  ASSERT_TRUE(world.service.heads.contains(most));
  EXPECT_EQ(world.service.heads.at(most).metadata.size(), 14u);
}

TEST(MalformedTest, AConnectionThatIsNotHttp2IsAnError) {
  for (const char* said : {"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
                           "PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n", "\x16\x03\x01 hello", "P?"}) {
    Recorder service;
    Session session(service, {});
    EXPECT_FALSE(session.Feed(said).ok()) << said;
  }
  // Not yet.
  Recorder service;
  Session session(service, {});
  EXPECT_TRUE(session.Feed("PRI * HTTP/2").ok());
  EXPECT_FALSE(session.ended());
}

TEST(MalformedTest, FramesThatMakeNoSenseEndTheConnectionWithAWord) {
  for (const std::string& frame :
       {raw::Frame(raw::kData, 0, 1, "x"), raw::Frame(raw::kHeaders, raw::kEndHeaders, 2, "\x82"),
        raw::Frame(raw::kHeaders, raw::kEndHeaders, 1, "\xff\xff\xff\xff"),
        raw::Frame(raw::kSettings, 0, 0, "x"), raw::Frame(raw::kContinuation, 0, 1, "")}) {
    Recorder service;
    Session session(service, {});
    const absl::Status fed = session.Feed(raw::Preface() + frame);
    std::string out;
    session.TakeOutput(out);
    EXPECT_TRUE(!fed.ok() || session.ended());
    EXPECT_TRUE(raw::HasFrame(out, raw::kGoAway)) << fed;
  }
}

// Ends by what is sent: the session itself gives the call up.
TEST(MalformedTest, ACallWhoseTrailersMakeNoSenseIsLost) {
  Recorder service;
  Session session(service, {});
  Client client;
  const CallId id = client.Begin(HeadersOf("/kv/Stream"));
  ASSERT_TRUE(session.Feed(client.Output()).ok());
  // Headers again, which do not end the call.
  ASSERT_TRUE(session.Feed(raw::Frame(raw::kHeaders, raw::kEndHeaders, id, "")).ok());
  std::string out;
  session.TakeOutput(out);
  EXPECT_TRUE(raw::HasFrame(out, raw::kReset));
  EXPECT_EQ(service.of(id), (Events{"call /kv/Stream", "lost"}));
  EXPECT_EQ(session.calls(), 0u);
}

}  // namespace
}  // namespace quorate::http2
