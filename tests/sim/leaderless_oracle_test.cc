#include "sim/leaderless_oracle.h"

#include <gmock/gmock.h>

namespace quorate::sim {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kOffset = absl::Milliseconds(200);

class LeaderlessOracleTest : public ::testing::Test {
 protected:
  LeaderlessOracleTest() { oracle_.ExpectCalendars({kOffset, 0.01}); }

  LeaderlessOp Begin(Level level, std::string value, absl::Duration ttl = {}) {
    LeaderlessOp op;
    op.id = ++last_;
    op.key = "k";
    op.value = std::move(value);
    op.level = level;
    op.ttl = ttl;
    op.invoked = now_;
    oracle_.Invoked(op);
    return op;
  }
  void Put(Level level, std::string value, uint64_t version, absl::Duration ttl = {}) {
    const LeaderlessOp op = Begin(level, std::move(value), ttl);
    Reply reply;
    reply.receipt.version = version;
    oracle_.Wrote(op, reply, now_);
  }
  void Delete(Level level, uint64_t version) { Put(level, "", version); }
  LeaderlessOp BeginRead(Level level) {
    LeaderlessOp op;
    op.id = ++last_;
    op.key = "k";
    op.read = true;
    op.level = level;
    op.invoked = now_;
    oracle_.Invoked(op);
    return op;
  }
  // What the oracle says to that answer; an empty value: nothing is there.
  std::string Answer(const LeaderlessOp& op, const std::string& value, uint64_t version) {
    violation_.clear();
    Reply reply;
    reply.receipt.version = version;
    reply.receipt.served_by = served_by_;
    reply.found.emplace_back();
    if (!value.empty()) reply.found[0] = kv::Record{"k", value, version};
    oracle_.Read(op, reply, now_);
    return violation_;
  }
  std::string Read(Level level, const std::string& value, uint64_t version) {
    return Answer(BeginRead(level), value, version);
  }

  std::string violation_;
  LeaderlessOracle oracle_{[this](std::string what) { violation_ = std::move(what); }};
  absl::Duration now_ = absl::Seconds(1);
  NodeId served_by_;
  uint64_t last_ = 0;
};

TEST_F(LeaderlessOracleTest, AReadThatOverlapsWithAWriteMissesNothingOlder) {
  Put(Level::kQuorum, "a", 5);
  EXPECT_EQ(Read(Level::kOne, "", 0), "") << "ONE promises nothing";
  EXPECT_THAT(Read(Level::kQuorum, "", 3), HasSubstr("began after version 5"));
  const LeaderlessOp read = BeginRead(Level::kQuorum);
  Put(Level::kEachQuorum, "b", 6);
  EXPECT_EQ(Answer(read, "a", 5), "") << "it began before";
  EXPECT_THAT(Read(Level::kAll, "a", 5), HasSubstr("began after version 6"));
}

TEST_F(LeaderlessOracleTest, AZonesReadMissesNothingThatEachZoneHas) {
  Put(Level::kEachQuorum, "a", 5);
  Put(Level::kQuorum, "b", 6);
  EXPECT_EQ(Read(Level::kLocalQuorum, "a", 5), "") << "another zone's majority may have it";
  EXPECT_THAT(Read(Level::kLocalQuorum, "", 4), HasSubstr("began after version 5"));
}

TEST_F(LeaderlessOracleTest, AKeyThatExpiresIsGoneOnceEveryCalendarSaysSo) {
  Put(Level::kQuorum, "a", 5, absl::Seconds(1));
  now_ += absl::Seconds(1);
  EXPECT_EQ(Read(Level::kQuorum, "a", 5), "") << "who answers may be behind who wrote";
  EXPECT_EQ(Read(Level::kQuorum, "", 5), "") << "or ahead";
  now_ += kOffset;
  EXPECT_EQ(Read(Level::kQuorum, "a", 5), "") << "clocks drift as well";
  now_ += absl::Milliseconds(100);
  EXPECT_THAT(Read(Level::kOne, "a", 5), HasSubstr("which had expired"));
  EXPECT_EQ(Read(Level::kQuorum, "", 5), "");
}

TEST_F(LeaderlessOracleTest, AKeyThatExpiresMayBeShownByANodeThatIsMisledAndNoOther) {
  oracle_.ExpectCalendars({kOffset, 0.01, [this](NodeId node, absl::Duration then) {
                             return node == NodeId(1) && then == now_;
                           }});
  Put(Level::kQuorum, "a", 5, absl::Seconds(1));
  now_ += absl::Seconds(2);
  served_by_ = NodeId(1);
  EXPECT_EQ(Read(Level::kOne, "a", 5), "");
  served_by_ = NodeId(2);
  EXPECT_THAT(Read(Level::kOne, "a", 5), HasSubstr("which had expired"));
}

TEST_F(LeaderlessOracleTest, AKeyThatExpiresIsThereBeforeAnyCalendarSaysOtherwise) {
  Put(Level::kQuorum, "a", 5, absl::Seconds(1));
  now_ += absl::Milliseconds(700);
  EXPECT_THAT(Read(Level::kQuorum, "", 5), HasSubstr("had not expired"));
  EXPECT_EQ(Read(Level::kQuorum, "a", 5), "");
  now_ += absl::Milliseconds(200);
  EXPECT_EQ(Read(Level::kQuorum, "", 5), "") << "a calendar that is ahead says that it has";
}

TEST_F(LeaderlessOracleTest, WhatIsPutForEverIsThereUntilADeleteBeatsIt) {
  Put(Level::kQuorum, "a", 5);
  now_ += absl::Seconds(100);
  EXPECT_THAT(Read(Level::kQuorum, "", 5), HasSubstr("not deleted"));
  EXPECT_THAT(Read(Level::kQuorum, "", 0), HasSubstr("nothing at all"));
  Delete(Level::kOne, 6);
  EXPECT_EQ(Read(Level::kQuorum, "", 6), "");
  EXPECT_EQ(Read(Level::kQuorum, "", 0), "") << "no tombstone is for ever";
  Put(Level::kQuorum, "b", 7);
  EXPECT_THAT(Read(Level::kQuorum, "", 0), HasSubstr("nothing at all")) << "that delete is beaten";
  const LeaderlessOp open = Begin(Level::kQuorum, "");
  EXPECT_EQ(Read(Level::kQuorum, "", 0), "") << "this one may beat it";
  oracle_.Failed(open);
  EXPECT_THAT(Read(Level::kQuorum, "", 0), HasSubstr("nothing at all"));
}

}  // namespace
}  // namespace quorate::sim
