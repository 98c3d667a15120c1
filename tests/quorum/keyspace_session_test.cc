#include "quorum/keyspace_session.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/session_token.h"

namespace quorate::quorum {
namespace {

Identity Id(uint64_t node, uint64_t boot) { return {NodeId(node), Boot(boot)}; }

SessionPart Part(std::initializer_list<Dot> dots, uint64_t time) {
  SessionPart part;
  for (const Dot& dot : dots) part.Note(dot, HlcTime(time));
  return part;
}

KeyspaceSession Sample() {
  KeyspaceSession session;
  session.Note(PartitionId(70), Part({{Id(1, 2), 1}, {Id(1, 2), 2}, {Id(1, 2), 9}}, 50));
  session.Note(PartitionId(70), Part({{Id(3, 1), 4}}, 40));
  session.Note(PartitionId(900), Part({{Id(2, 7), 1}}, 60));
  return session;
}

TEST(KeyspaceSessionTest, ComesBackAsItWas) {
  const auto back = KeyspaceSession::Decode(Sample().Encode());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, Sample());
  EXPECT_EQ(back->Find(PartitionId(70)).dots.ToString(), "n1b2:1-2,9 n3b1:4");
  EXPECT_TRUE(back->Find(PartitionId(71)).dots.empty());
}

TEST(KeyspaceSessionTest, ItsTimeIsTheNewestOfAllItsPartitions) {
  EXPECT_EQ(Sample().Find(PartitionId(70)).time, HlcTime(60));
}

TEST(KeyspaceSessionTest, TwoAreMergedInAnyOrder) {
  KeyspaceSession other;
  other.Note(PartitionId(70), Part({{Id(1, 2), 3}}, 70));
  KeyspaceSession one = Sample();
  one.Merge(other);
  other.Merge(Sample());
  EXPECT_EQ(one, other);
  EXPECT_EQ(one.Find(PartitionId(70)).dots.ToString(), "n1b2:1-3,9 n3b1:4");
  EXPECT_EQ(one.time(), HlcTime(70));
}

TEST(KeyspaceSessionTest, ABootThatHasEndedIsForgottenAndNotToldOn) {
  KeyspaceSession session = Sample();
  SessionPart news;
  news.dots.End(NodeId(1), Boot(3));
  news.Note({Id(1, 3), 1}, HlcTime(80));
  session.Note(PartitionId(70), news);
  EXPECT_EQ(session.Find(PartitionId(70)).dots.ToString(), "n1b3:1 n3b1:4");
  EXPECT_TRUE(session.Find(PartitionId(70)).dots.ended().empty());
}

// As in a cluster of nine nodes with long lives, each partition on three.
TEST(KeyspaceSessionTest, SixtyFourPartitionsTakeLessThanAKilobyteInAToken) {
  KeyspaceSession session;
  for (uint64_t p = 0; p < 64; ++p) {
    SessionPart part;
    for (uint64_t replica = 0; replica < 3; ++replica) {
      part.Note({Id(1 + (p + replica) % 9, 300), 1'000'000 + p},
                HlcFromMicros(1'800'000'000'000'000));
    }
    SeenClock seen;
    for (const auto& [identity, set] : part.dots.sets()) seen.Add(identity, {1, 1'048'000});
    part.Compact(seen);
    session.Note(PartitionId(1000 + p), part);
  }
  SessionToken token;
  token.SetLeaderless(SessionToken::HashOf("carts"), session.Encode());
  EXPECT_LE(token.Encode("here").size(), 1024u);
}

TEST(KeyspaceSessionTest, NonsenseIsRefusedWhereverItIs) {
  const std::string good = Sample().Encode();
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(ReasonOf(KeyspaceSession::Decode(good.substr(0, size)).status()), "SESSION_DAMAGED")
        << size;
  }
  EXPECT_EQ(ReasonOf(KeyspaceSession::Decode(good + "x").status()), "SESSION_DAMAGED");
  EXPECT_EQ(ReasonOf(KeyspaceSession::Decode(std::string(9, '\xff')).status()), "SESSION_DAMAGED");
  // Whatever is in a byte, it is read as something or refused.
  for (size_t i = 0; i < good.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string forged = good;
      forged[i] = static_cast<char>(value);
      const auto read = KeyspaceSession::Decode(forged);
      if (read.ok()) (void)read->Encode();
    }
  }
}

}  // namespace
}  // namespace quorate::quorum
