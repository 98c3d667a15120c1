// The stories of one operation; what holds whatever happens is in
// register_property_test.cc.
#include "quorum/proposer.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::quorum {
namespace {

using Kind = RegisterOp::Kind;
using Condition = RegisterCondition::Kind;

// Three acceptors, or more, and one proposer at n1. Messages go where and when
// the test says.
class ProposerTest : public ::testing::Test {
 protected:
  struct Node {
    std::optional<RegisterBody> body;
    Ballot floor;
  };

  void Begin(RegisterOp op, uint64_t nodes = 3) {
    ProposerConfig config;
    for (uint64_t id = 1; id <= nodes; ++id) config.replicas.push_back(NodeId(id));
    config.quorum = MajorityOf(config.replicas);
    Begin(std::move(op), std::move(config));
  }
  void Begin(RegisterOp op, ProposerConfig config) {
    requests_.clear();
    outcome_.reset();
    proposer_ = std::make_unique<Proposer>(std::move(config), ballots_, std::move(op), Now());
    Pump();
  }

  // Delivers what was sent to these, and their answers.
  void Answer(std::vector<uint64_t> nodes) {
    for (uint64_t id : nodes) {
      const auto at = requests_.find(NodeId(id));
      if (at == requests_.end()) continue;
      const RegisterRequest request = at->second;
      requests_.erase(at);
      Tell(id, request);
    }
  }
  void Tell(uint64_t id, const RegisterRequest& request) {
    AcceptorStep step = StepAcceptor(nodes_[id].body, nodes_[id].floor, request);
    if (step.persist) nodes_[id].body = step.persist;
    proposer_->Replied(NodeId(id), step.reply, Now());
    Pump();
  }
  void Pump() {
    while (proposer_->has_output()) {
      ProposerOutput output = proposer_->TakeOutput();
      for (auto& [to, request] : output.messages) requests_[to] = request;
      paused_ = output.pause != 0;
      if (output.outcome) outcome_ = output.outcome;
      if (!output.accept_here) continue;
      RegisterRequest request = *output.accept_here;
      request.value.dot = {{NodeId(1), Boot(1)}, ++dots_};
      AcceptorStep step = StepAcceptor(nodes_[1].body, nodes_[1].floor, request);
      if (!step.reply.granted) {
        proposer_->RefusedHere(step.reply, Now());
        continue;
      }
      nodes_[1].body = step.persist;
      proposer_->AcceptedHere(request.value.dot);
      proposer_->Replied(NodeId(1), step.reply, Now());  // synced at once
    }
  }
  // What another proposer has done meanwhile.
  void Hold(uint64_t id, uint64_t time, const std::string& bytes) {
    RegisterValue value;
    value.accepted = value.origin = At(time);
    value.present = true;
    value.bytes = bytes;
    nodes_[id].body = RegisterBody{At(time), value};
  }
  void Promise(uint64_t id, uint64_t time) {
    if (!nodes_[id].body) nodes_[id].body.emplace();
    nodes_[id].body->promised = At(time);
  }
  static Ballot At(uint64_t time) { return {HlcFromMicros(time), {NodeId(9), Boot(1)}, 1}; }
  const RegisterValue& HeldAt(uint64_t id) { return nodes_[id].body->value; }
  HlcTime Now() { return HlcFromMicros(++now_); }
  Applied applied() { return AppliedOf(outcome_->status); }

  static RegisterOp Put(const std::string& value, Condition condition = Condition::kNone) {
    RegisterOp op;
    op.kind = Kind::kPut;
    op.value = value;
    op.condition.kind = condition;
    op.condition.value = "expected";
    return op;
  }

  std::map<uint64_t, Node> nodes_;
  BallotSource ballots_{{NodeId(1), Boot(1)}};
  std::unique_ptr<Proposer> proposer_;
  std::map<NodeId, RegisterRequest> requests_;
  std::optional<RegisterOutcome> outcome_;
  bool paused_ = false;
  uint64_t now_ = 100;
  uint64_t dots_ = 0;
};

TEST_F(ProposerTest, WritesBlindAboveTheHighestBallotThatAQuorumKnows) {
  Hold(2, 5000, "old");  // by a clock far ahead
  Begin(Put("new"));
  Answer({1, 2});
  EXPECT_GT(HeldAt(1).accepted, At(5000));
  EXPECT_FALSE(outcome_.has_value());
  Answer({3});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_TRUE(outcome_->status.ok());
  EXPECT_EQ(outcome_->version, HeldAt(3).origin);
}

TEST_F(ProposerTest, JudgesTheNewestValueThatAQuorumTells) {
  Hold(2, 50, "expected");
  Hold(3, 40, "other");
  Begin(Put("new", Condition::kValue));
  Answer({1, 2});
  Answer({2});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_TRUE(outcome_->condition_held);
  EXPECT_EQ(HeldAt(2).bytes, "new");
  EXPECT_EQ(HeldAt(2).base, At(50));
}

TEST_F(ProposerTest, ReadsInOneRoundWhereAQuorumAgrees) {
  Hold(1, 50, "v");
  Hold(2, 50, "v");
  Hold(3, 60, "pending");
  Begin(RegisterOp());
  Answer({1, 2});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_EQ(outcome_->value, "v");
}

TEST_F(ProposerTest, BringsWhatAReadReturnsToAQuorumFirst) {
  Hold(1, 50, "old");
  Hold(2, 60, "newer");
  Begin(RegisterOp());
  Answer({1, 2});
  EXPECT_FALSE(outcome_.has_value());
  Answer({1});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_EQ(outcome_->value, "newer");
  EXPECT_EQ(HeldAt(1).accepted, At(60));  // under its own ballot
}

TEST_F(ProposerTest, CompletesThePendingRoundWhereAPromiseRefusesAReadsRepair) {
  Hold(2, 60, "newer");
  Begin(RegisterOp());
  Answer({1, 2});
  Promise(1, 70);
  Promise(3, 70);
  Answer({1, 3});  // refused
  EXPECT_FALSE(outcome_.has_value());
  Answer({1, 2, 3});  // a round of its own
  Answer({2, 3});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_EQ(outcome_->value, "newer");
  EXPECT_EQ(outcome_->version, At(60));  // the version does not change with it
  EXPECT_GT(HeldAt(3).accepted, At(70));
}

TEST_F(ProposerTest, FailsAReadThatCannotBeBroughtToAQuorum) {
  Hold(2, 60, "newer");
  Begin(RegisterOp());
  Answer({1, 2});
  proposer_->TimedOut();
  Pump();
  EXPECT_EQ(ReasonOf(outcome_->status), "DEADLINE_EXCEEDED");
  EXPECT_EQ(applied(), Applied::kNo);
}

TEST_F(ProposerTest, CompletesWhatAFailedConditionWasJudgedBy) {
  Hold(2, 60, "pending");
  Begin(Put("new", Condition::kAbsent));
  Answer({1, 2});
  EXPECT_FALSE(outcome_.has_value());
  Answer({3});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_FALSE(outcome_->condition_held);
  EXPECT_EQ(outcome_->value, "pending");
  EXPECT_EQ(HeldAt(1).bytes, "pending");
}

TEST_F(ProposerTest, AnswersAFailedConditionAtOnceWhereAQuorumHoldsTheValue) {
  Hold(1, 60, "v");
  Hold(2, 60, "v");
  Begin(Put("new", Condition::kAbsent));
  Answer({1, 2});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_FALSE(outcome_->condition_held);
}

TEST_F(ProposerTest, SendsTheSameBallotAndValueAgain) {
  Begin(Put("new"));
  Answer({1, 2});
  const RegisterValue first = requests_[NodeId(2)].value;
  requests_.clear();
  proposer_->Resend(Now());
  Pump();
  EXPECT_EQ(requests_[NodeId(2)].value, first);
  EXPECT_EQ(requests_[NodeId(3)].value, first);
  EXPECT_FALSE(requests_.contains(NodeId(1)));  // its own acceptor has it
}

TEST_F(ProposerTest, TellsUnknownOnceAnAcceptorMayHaveTakenTheWrite) {
  Begin(Put("new"));
  proposer_->TimedOut();
  Pump();
  EXPECT_EQ(applied(), Applied::kNo);  // nothing was proposed yet
  Begin(Put("new"));
  Answer({1, 2});
  proposer_->TimedOut();
  Pump();
  EXPECT_EQ(applied(), Applied::kUnknown);
}

// It was accepted here, then others went above it without having seen it.
TEST_F(ProposerTest, LearnsThatItWasNotDoneAndTriesAnew) {
  Begin(Put("new", Condition::kAbsent));
  Answer({1, 2});
  Promise(2, 900);
  Promise(3, 900);
  Answer({2, 3});  // refused
  EXPECT_TRUE(paused_);
  proposer_->Continue(Now());
  Pump();
  Answer({2, 3});  // nothing there, and both promise
  Answer({2});     // the nothing is completed
  EXPECT_TRUE(paused_);
  EXPECT_FALSE(outcome_.has_value());
  proposer_->Continue(Now());
  Pump();
  Answer({1, 2});
  Answer({2});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_TRUE(outcome_->status.ok() && outcome_->condition_held);
}

TEST_F(ProposerTest, LearnsThatItWasDoneWhereALaterRoundJudgedIt) {
  Begin(Put("new", Condition::kAbsent));
  Answer({1, 2});
  const Ballot own = HeldAt(1).accepted;
  for (uint64_t id : {2, 3}) {
    Hold(id, 900, "later");
    nodes_[id].body->value.judged = true;
    nodes_[id].body->value.base = own;
  }
  Answer({2, 3});
  proposer_->Continue(Now());
  Pump();
  Answer({2, 3});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_TRUE(outcome_->status.ok());
  EXPECT_EQ(outcome_->version, own);
}

TEST_F(ProposerTest, TellsUnknownWhereWhatBecameOfItMayHaveBeenDropped) {
  Begin(Put("new", Condition::kAbsent));
  Answer({1, 2});
  for (uint64_t id : {2, 3}) nodes_[id] = {std::nullopt, At(900)};
  Answer({2, 3});
  proposer_->Continue(Now());
  Pump();
  Answer({2, 3});
  Answer({2});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_EQ(ReasonOf(outcome_->status), "REGISTER_CONTENDED");
  EXPECT_EQ(applied(), Applied::kUnknown);
}

TEST_F(ProposerTest, GivesUpWhereOthersAlwaysComeBetween) {
  Begin(Put("new", Condition::kAbsent));
  for (uint64_t i = 1; i < 100 && !outcome_; ++i) {
    for (uint64_t id : {1, 2, 3}) Promise(id, 1000 * i);
    Answer({1, 2, 3});
    proposer_->Continue(Now());
    Pump();
  }
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_EQ(ReasonOf(outcome_->status), "REGISTER_CONTENDED");
  EXPECT_EQ(applied(), Applied::kNo);
}

TEST_F(ProposerTest, NeedsAQuorumOfBothSetsWhileAReplicaMoves) {
  ProposerConfig config;
  for (uint64_t id : {1, 2, 3, 4}) config.replicas.push_back(NodeId(id));
  config.quorum =
      MajorityOfBoth({NodeId(1), NodeId(2), NodeId(3)}, {NodeId(2), NodeId(3), NodeId(4)});
  Begin(Put("new", Condition::kAbsent), config);
  Answer({1, 2});  // no majority of the new
  EXPECT_EQ(requests_[NodeId(3)].kind, RegisterRequest::Kind::kPrepare);
  Answer({4});  // empty, and counts
  EXPECT_EQ(requests_[NodeId(2)].kind, RegisterRequest::Kind::kAccept);
  Answer({2});
  EXPECT_FALSE(outcome_.has_value());
  Answer({3});
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_TRUE(outcome_->status.ok());
}

TEST_F(ProposerTest, IgnoresLateAndForeignReplies) {
  Begin(RegisterOp());
  const RegisterRequest query = requests_[NodeId(2)];
  Answer({1});
  RegisterReply stranger;
  stranger.number = query.number;
  stranger.granted = true;
  proposer_->Replied(NodeId(8), stranger, Now());
  stranger.number += 7;
  proposer_->Replied(NodeId(2), stranger, Now());
  EXPECT_FALSE(proposer_->finished());
  Answer({2});
  EXPECT_TRUE(proposer_->finished());
  Tell(3, query);
  EXPECT_FALSE(proposer_->has_output());
}

}  // namespace
}  // namespace quorate::quorum
