// However a connection's bytes are split on their way, what they say is the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "http2/deflated.h"
#include "http2/raw.h"
#include "http2/world.h"

namespace quorate::http2 {
namespace {

struct Told {
  std::map<CallId, Recorder::Events> events;
  std::map<CallId, std::vector<std::pair<std::string, std::string>>> metadata;
  // That are answered; windows are opened by how much has come.
  std::vector<std::string> frames;
  bool operator==(const Told&) const = default;
};

// What a client says in some calls of every kind.
std::string Said(std::vector<CallId>& ids) {
  Client client;
  const auto add = [&](CallId id) {
    ids.push_back(id);
    return id;
  };
  add(client.Call("/kv/Get", "ask", {{"grpc-timeout", "1S"}, {"x-bin", "YQ"}}));
  const CallId stream = add(client.Begin(HeadersOf("/kv/Stream", {{"grpc-encoding", "gzip"}})));
  client.Send(stream, Framed("one") + Framed("") + Framed(Deflated("two", Form::kGzip), true));
  std::string said = client.Output();
  add(client.Call("/kv/Put", std::string(40'000, 'x'), {{"long", std::string(5000, 'y')}}));
  said += client.Output();
  const CallId lost = add(client.Begin(HeadersOf("/kv/Stream")));
  client.Send(lost, Framed("whole") + Framed("cut").substr(0, 6));
  said += client.Output();
  client.Reset(lost);
  client.Send(stream, Framed("three"));
  client.Close(stream);
  said += client.Output();
  add(client.Begin(HeadersOf("/kv/None"), true));
  add(client.Call("/kv/Bad", "ask", {{"grpc-timeout", "never"}}));
  return said + client.Output();
}

Told Fed(const std::vector<std::string>& parts, const std::vector<CallId>& ids) {
  Recorder service;
  Session session(service, {});
  for (const std::string& part : parts) EXPECT_TRUE(session.Feed(part).ok());
  Told told;
  std::string out;
  session.TakeOutput(out);
  told.frames = raw::FramesIn(out);
  std::erase_if(told.frames,
                [](const std::string& frame) { return raw::TypeOf(frame) == raw::kWindowUpdate; });
  for (const CallId id : ids) {
    told.events[id] = service.of(id);
    told.metadata[id] = service.heads[id].metadata;
  }
  return told;
}

class SplitsTest : public ::testing::Test {
 protected:
  std::vector<CallId> ids_;
  const std::string said_ = Said(ids_);
  const Told whole_ = Fed({said_}, ids_);
};

TEST_F(SplitsTest, TheCallsAreAsTheyWereMade) {
  using Events = Recorder::Events;
  EXPECT_EQ(whole_.events.at(ids_[0]), (Events{"call /kv/Get", "message ask", "closed"}));
  EXPECT_EQ(whole_.events.at(ids_[1]), (Events{"call /kv/Stream", "message one", "message ",
                                               "message two", "message three", "closed"}));
  EXPECT_EQ(whole_.events.at(ids_[2]), (Events{"call /kv/Put", "message 40000 bytes", "closed"}));
  EXPECT_EQ(whole_.events.at(ids_[3]), (Events{"call /kv/Stream", "message whole", "lost"}));
  EXPECT_EQ(whole_.events.at(ids_[4]), (Events{"call /kv/None", "closed"}));
  EXPECT_EQ(whole_.events.at(ids_[5]), Events{});
}

TEST_F(SplitsTest, ByteByByteIsAsAtOnce) {
  std::vector<std::string> bytes;
  for (const char byte : said_) bytes.emplace_back(1, byte);
  const Told told = Fed(bytes, ids_);
  EXPECT_EQ(told.events, whole_.events);
  EXPECT_EQ(told.metadata, whole_.metadata);
  EXPECT_EQ(told.frames, whole_.frames);
}

TEST_F(SplitsTest, EverySplitInTwoIsAsAtOnce) {
  for (size_t at = 0; at <= said_.size(); at += at < 2000 ? 1 : 97) {
    ASSERT_EQ(Fed({said_.substr(0, at), said_.substr(at)}, ids_), whole_) << at;
  }
}

TEST_F(SplitsTest, RandomSplitsAreAsAtOnce) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const size_t longest = size_t{1} << random() % 14;
    std::vector<std::string> parts;
    for (size_t at = 0; at < said_.size();) {
      parts.push_back(said_.substr(at, 1 + random() % longest));
      at += parts.back().size();
    }
    ASSERT_EQ(Fed(parts, ids_), whole_) << "seed " << seed;
  }
}

// Nothing is known of it but that the session and its calls come to an end.
TEST_F(SplitsTest, DamagedBytesDoNoHarm) {
  for (uint32_t seed = 0; seed < 2000; ++seed) {
    std::mt19937 random(seed);
    std::string damaged = said_;
    const size_t from = random() % 4 == 0 ? 0 : 24;  // mostly behind the preface
    for (size_t hits = 1 + random() % 4; hits > 0; --hits) {
      damaged[from + random() % (damaged.size() - from)] = static_cast<char>(random());
    }
    Recorder service;
    {
      Session session(service, {});
      std::string out;
      for (size_t at = 0; at < damaged.size();) {
        const size_t bytes = 1 + random() % 10'000;
        if (!session.Feed(std::string_view(damaged).substr(at, bytes)).ok()) break;
        session.TakeOutput(out);
        at += bytes;
      }
    }
    for (const auto& [id, head] : service.heads) {
      const auto events = service.of(id);
      ASSERT_EQ(events.front().substr(0, 4), "call") << seed;
      ASSERT_EQ(std::count(events.begin(), events.end(), "lost"), 1) << seed;
    }
  }
}

}  // namespace
}  // namespace quorate::http2
