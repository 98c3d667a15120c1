// What clients wait for, over a real Raft core of one voter or of three.
#include <gtest/gtest.h>

#include "base/error.h"
#include "kv/bundle.h"
#include "raft/raft.h"
#include "replica/proposals.h"
#include "replica/reads.h"

namespace quorate {
namespace {

constexpr absl::Duration kNow = absl::Seconds(10);

raft::Raft MakeRaft(std::vector<NodeId> voters) {
  raft::Config config;
  config.self = NodeId(1);
  raft::Restored restored;
  restored.base.configuration.voters = std::move(voters);
  return raft::Raft(config, std::move(restored));
}

// Everything the core hands out is durable at once.
std::vector<LogEntry> Settle(raft::Raft& raft) {
  std::vector<LogEntry> committed;
  while (raft.has_output()) {
    raft::Output output = raft.TakeOutput();
    if (output.persist) raft.Persisted(output.persist->id);
    for (LogEntry& entry : output.committed) {
      raft.Applied(entry.index);
      committed.push_back(std::move(entry));
    }
  }
  return committed;
}

struct Answers {
  std::vector<absl::Status> all;
  ReplyFn Taker() {
    return [this](Reply reply) { all.push_back(reply.status); };
  }
};

Request Write(std::string key, absl::Duration deadline = kNow + absl::Seconds(1)) {
  Request request;
  request.level = Level::kQuorum;
  request.deadline = deadline;
  kv::Mutation put;
  put.key = std::move(key);
  request.op = kv::Command{{put}};
  return request;
}

Request Get(absl::Duration deadline = kNow + absl::Seconds(1)) {
  Request request;
  request.level = Level::kLinearizable;
  request.deadline = deadline;
  request.op = Lookup{{"k"}};
  return request;
}

class WaitingTest : public ::testing::Test {
 protected:
  WaitingTest() : raft_(MakeRaft({NodeId(1)})) {
    raft_.Campaign();
    Settle(raft_);
  }
  raft::Raft raft_;
  Proposals proposals_;
  Reads reads_;
  Answers answers_;
};

TEST_F(WaitingTest, WritesOfOneTurnShareAnEntry) {
  proposals_.Queue(Write("a"), answers_.Taker());
  proposals_.Queue(Write("b"), answers_.Taker());
  proposals_.Flush(raft_, kNow, 0);
  const auto committed = Settle(raft_);
  ASSERT_EQ(committed.size(), 1u);
  const auto commands = kv::DecodeBundle(committed[0].data.view());
  ASSERT_TRUE(commands.ok());
  EXPECT_EQ(commands->commands.size(), 2u);
  EXPECT_EQ(proposals_.TakeApplied(committed[0].index, committed[0].term).size(), 2u);
  EXPECT_EQ(proposals_.waiting(), 0u);
}

TEST_F(WaitingTest, AWritePastItsDeadlineIsDroppedBeforeItIsBegun) {
  const LogIndex last = raft_.last_index();
  proposals_.Queue(Write("a", kNow), answers_.Taker());
  proposals_.Flush(raft_, kNow, 0);
  EXPECT_EQ(raft_.last_index(), last);
  ASSERT_EQ(answers_.all.size(), 1u);
  EXPECT_EQ(AppliedOf(answers_.all[0]), Applied::kNo);
}

TEST_F(WaitingTest, AWriteWhosePlaceWasTakenWasNotApplied) {
  proposals_.Queue(Write("a"), answers_.Taker());
  proposals_.Flush(raft_, kNow, 0);
  const auto taken = proposals_.TakeApplied(raft_.last_index(), Term(99));
  EXPECT_TRUE(taken.empty());
  ASSERT_EQ(answers_.all.size(), 1u);
  EXPECT_EQ(AppliedOf(answers_.all[0]), Applied::kNo);
}

TEST_F(WaitingTest, AWriteJumpedOverByASnapshotIsUnknown) {
  proposals_.Queue(Write("a"), answers_.Taker());
  proposals_.Flush(raft_, kNow, 0);
  proposals_.SkipTo(raft_.last_index());
  ASSERT_EQ(answers_.all.size(), 1u);
  EXPECT_EQ(AppliedOf(answers_.all[0]), Applied::kUnknown);
}

TEST_F(WaitingTest, ATimeOutOfABegunWriteIsUnknownAndAnsweredOnce) {
  proposals_.Queue(Write("a"), answers_.Taker());
  proposals_.Flush(raft_, kNow, 0);
  proposals_.Expire(kNow + absl::Seconds(2));
  ASSERT_EQ(answers_.all.size(), 1u);
  EXPECT_TRUE(absl::IsDeadlineExceeded(answers_.all[0]));
  EXPECT_EQ(AppliedOf(answers_.all[0]), Applied::kUnknown);
  const auto taken = proposals_.TakeApplied(raft_.last_index(), raft_.term());
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_FALSE(taken[0].reply);
}

TEST_F(WaitingTest, AtTheEndQueuedWritesAreNotDoneAndBegunOnesUnknown) {
  proposals_.Queue(Write("begun"), answers_.Taker());
  proposals_.Flush(raft_, kNow, 0);
  proposals_.Queue(Write("queued"), answers_.Taker());
  proposals_.FailAll("SHUTTING_DOWN", "bye");
  ASSERT_EQ(answers_.all.size(), 2u);
  EXPECT_EQ(AppliedOf(answers_.all[0]), Applied::kNo);
  EXPECT_EQ(AppliedOf(answers_.all[1]), Applied::kUnknown);
}

// Deposed by what came before the write in the same turn, say.
TEST_F(WaitingTest, AWriteAtAReplicaThatDoesNotLeadIsNotDoneAndMayBeSentAgain) {
  raft::Raft follower = MakeRaft({NodeId(1), NodeId(2), NodeId(3)});
  proposals_.Queue(Write("a"), answers_.Taker());
  proposals_.Flush(follower, kNow, 0);
  ASSERT_EQ(answers_.all.size(), 1u);
  EXPECT_EQ(AppliedOf(answers_.all[0]), Applied::kNo);
  EXPECT_EQ(answers_.all[0].code(), absl::StatusCode::kUnavailable);
}

TEST_F(WaitingTest, AReadWaitsUntilTheStateHasReachedItsIndex) {
  proposals_.Queue(Write("a"), answers_.Taker());
  proposals_.Flush(raft_, kNow, 0);
  Settle(raft_);
  reads_.Queue(Get(), answers_.Taker());
  reads_.Queue(Get(), answers_.Taker());
  reads_.Flush(raft_, kNow);
  size_t confirmed = 0;
  while (raft_.has_output()) {
    for (const raft::ReadReady& ready : raft_.TakeOutput().reads) {
      EXPECT_EQ(ready.index, raft_.last_index());
      reads_.Confirmed(ready);
      ++confirmed;
    }
  }
  EXPECT_EQ(confirmed, 1u) << "reads of one turn share a round";
  EXPECT_TRUE(reads_.TakeReady(raft_.last_index().prev()).empty());
  EXPECT_EQ(reads_.TakeReady(raft_.last_index()).size(), 2u);
}

TEST_F(WaitingTest, ReadsPastTheirDeadlineAreAnsweredAndNeverServed) {
  raft::Raft alone = MakeRaft({NodeId(1), NodeId(2), NodeId(3)});
  reads_.Queue(Get(kNow), answers_.Taker());
  reads_.Flush(alone, kNow);
  ASSERT_EQ(answers_.all.size(), 1u);
  EXPECT_TRUE(absl::IsDeadlineExceeded(answers_.all[0]));
  reads_.Queue(Get(), answers_.Taker());
  reads_.Flush(raft_, kNow);
  reads_.Expire(kNow + absl::Seconds(5));
  EXPECT_EQ(answers_.all.size(), 2u);
}

}  // namespace
}  // namespace quorate
