// What waits at a replica that nobody leads any more: told in the time in which
// that is found out, not at its deadline.
#include <gtest/gtest.h>

#include "base/error.h"
#include "raft_world.h"

namespace quorate {
namespace {

class LeaderLostTest : public RaftWorld {
 protected:
  // Of a request with all the time there is.
  std::optional<Reply>& Ask(uint64_t id, Request request) {
    request.partition = PartitionId(7);
    request.deadline = now_ + absl::Hours(1);
    auto& answer = answers_.emplace_back();
    replicas_[id]->Execute(
        std::move(request), [&answer](Reply reply) { answer = std::move(reply); }, now_);
    return answer;
  }
  std::optional<Reply>& Put(Level level) {
    kv::Mutation put;
    put.key = "k";
    put.value = "v";
    Request request;
    request.level = level;
    request.op = kv::Command{{put}};
    return Ask(1, std::move(request));
  }
  // So many ticks of one replica, all that it says lost.
  void Alone(uint64_t id, uint32_t ticks) {
    for (uint32_t i = 0; i < ticks; ++i) {
      replicas_[id]->Tick(now_);
      Take(id);
      sent_.clear();
    }
  }
  const uint32_t election_ticks_ = raft::Config().election_ticks;
};

TEST_F(LeaderLostTest, AWriteUnderWayIsToldOnceNobodyHasTakenOver) {
  const auto& written = Put(Level::kQuorum);
  Alone(1, 2 * election_ticks_);
  EXPECT_FALSE(leader().leading()) << "it has heard of no majority";
  EXPECT_FALSE(written.has_value()) << "another may lead, and commit it";
  Alone(1, election_ticks_);
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(ReasonOf(written->status), "LEADER_CHANGED") << written->status;
  EXPECT_TRUE(absl::IsUnavailable(written->status));
  EXPECT_EQ(AppliedOf(written->status), Applied::kUnknown);
}

TEST_F(LeaderLostTest, AWriteIsAnsweredByWhatBecameOfItWhereAnotherTakesOver) {
  const auto& written = Put(Level::kQuorum);
  Take(1);
  deaf_ = true;
  Settle();  // the others have it, and nobody hears that
  Alone(1, 2 * election_ticks_);
  EXPECT_FALSE(leader().leading());
  deaf_ = false;
  Alone(3, election_ticks_);
  replicas_[2]->Campaign();
  Settle();
  TickLeader(1);
  ASSERT_TRUE(written.has_value());
  EXPECT_TRUE(written->status.ok()) << written->status;
}

TEST_F(LeaderLostTest, AReadInASessionThatWaitsForMoreIsToldToo) {
  Request read;
  read.level = Level::kSession;
  read.seen = {Term(1), LogIndex(1000)};
  read.op = Lookup{{"k"}};
  const auto& answer = Ask(2, std::move(read));
  Alone(2, election_ticks_);
  EXPECT_FALSE(answer.has_value());
  Alone(2, 3 * election_ticks_);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(ReasonOf(answer->status), "SESSION_NOT_COVERED") << answer->status;
}

TEST_F(LeaderLostTest, ABoundThatCannotBeProvenIsRefusedAtOnce) {
  Alone(2, 2 * election_ticks_);
  Request read;
  read.level = Level::kBounded;
  read.bound = absl::Milliseconds(1);
  read.op = Lookup{{"k"}};
  const auto& answer = Ask(2, std::move(read));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(ReasonOf(answer->status), "BOUND_NOT_MET") << answer->status;
}

}  // namespace
}  // namespace quorate
