// Stories of registers one of whose acceptors has lost its disk: what it may count for
// before it is filled, and what it must have been told by then.
#include <gtest/gtest.h>

#include "base/error.h"
#include "cluster.h"
#include "quorum/register_record.h"

namespace quorate::quorum {
namespace {

using Kind = RegisterOp::Kind;
using Nodes = std::set<uint64_t>;

const RegisterPolicy kRegisters;

RegisterOp Put(const std::string& value, bool if_absent = false) {
  RegisterOp op;
  op.kind = Kind::kPut;
  op.value = value;
  if (if_absent) op.condition.kind = RegisterCondition::Kind::kAbsent;
  return op;
}
RegisterOp Delete() {
  RegisterOp op;
  op.kind = Kind::kDelete;
  return op;
}

bool IsOfARound(const Message& message) {
  return std::holds_alternative<RegisterAsk>(message.body) ||
         std::holds_alternative<RegisterAnswer>(message.body);
}
bool IsOfAFill(const Message& message) {
  return std::holds_alternative<FillAsk>(message.body) ||
         std::holds_alternative<FillAnswer>(message.body) ||
         std::holds_alternative<SyncAsk>(message.body) ||
         std::holds_alternative<SyncAnswer>(message.body);
}

ClusterOptions Options(uint64_t replicas) {
  ClusterOptions options;
  options.policy = &kRegisters;
  options.replicas = replicas;
  options.config.bare_promise_age = absl::Seconds(1);
  options.config.skew_us_max = 4'000'000;
  return options;
}

class RegisterLostDiskTest : public ::testing::Test {
 protected:
  void Begin(const ClusterOptions& options) {
    cluster_ = std::make_unique<Cluster>(options);
    cluster_->ExpectViolations();
  }
  void LoseDisk(uint64_t node) {
    cluster_->Crash(node);
    cluster_->Wipe(node);
    cluster_->Restart(node);
  }
  // What is said of rounds among these, to the end; all else that is under way is lost.
  void RoundsAmong(const Nodes& nodes) {
    for (int i = 0; i < 20; ++i) {
      const auto sent = cluster_->Take([](const Message&) { return true; });
      for (const Message& message : sent) {
        const bool among =
            nodes.contains(message.from.node.value()) && nodes.contains(message.to.value());
        if (among && IsOfARound(message)) cluster_->Deliver(message);
      }
    }
  }
  // The node is filled by these, who say nothing to one another and learn nothing from it.
  void FillFrom(uint64_t node, const Nodes& sources) {
    for (int i = 0; i < 100 && !cluster_->core(node).filled(); ++i) {
      cluster_->Pass(absl::Milliseconds(20));
      cluster_->Tick(node);
      for (int way = 0; way < 2; ++way) {
        const auto sent = cluster_->Take(IsOfAFill);
        for (const Message& message : sent) {
          const uint64_t from = message.from.node.value();
          const uint64_t to = message.to.value();
          const bool asks = std::holds_alternative<FillAsk>(message.body) ||
                            std::holds_alternative<SyncAsk>(message.body);
          const bool wanted =
              asks ? from == node && sources.contains(to) : to == node && sources.contains(from);
          if (wanted) cluster_->Deliver(message);
        }
      }
    }
    ASSERT_TRUE(cluster_->core(node).filled());
    cluster_->in_flight().clear();
  }
  std::vector<Message> TakeAll() {
    return cluster_->Take([](const Message&) { return true; });
  }
  void DeliverTo(const std::vector<Message>& sent, const Nodes& nodes) {
    for (const Message& message : sent) {
      if (nodes.contains(message.to.value())) cluster_->Deliver(message);
    }
  }
  const RegisterOutcome* Outcome(uint64_t node, uint64_t id) {
    const Reply* reply = cluster_->Find(node, id);
    return reply != nullptr && reply->status.ok() && reply->outcome ? &*reply->outcome : nullptr;
  }
  std::string Told(uint64_t node, uint64_t id) {
    const RegisterOutcome* outcome = Outcome(node, id);
    return outcome == nullptr ? "" : outcome->value;
  }
  // A put if absent by n1, whose ballot lies ahead. What it sends next is returned.
  std::vector<Message> BeginPutIfAbsent() {
    cluster_->SetCalendarOffset(1, 3'000'000);
    put_ = cluster_->Operate(1, "k", Put("of n1", true));
    return TakeAll();
  }
  // Nobody held anything, as far as a majority could say.
  bool PutIfAbsentIsDone() {
    cluster_->Settle(20);
    const RegisterOutcome* outcome = Outcome(1, put_);
    return outcome != nullptr && outcome->condition_held;
  }

  std::unique_ptr<Cluster> cluster_;
  uint64_t put_ = 0;
};

TEST_F(RegisterLostDiskTest, IsFilledByTheOthersAndTakesPartAgain) {
  Begin(Options(3));
  for (const char* key : {"a", "b", "k"}) (void)cluster_->Operate(1, key, Put("old"));
  cluster_->Settle();
  (void)cluster_->Operate(1, "b", Delete());
  cluster_->Settle();
  EXPECT_TRUE(cluster_->store(1).dot_log.empty()) << "no log has them any more";
  LoseDisk(3);
  cluster_->in_flight().clear();
  const uint64_t early = cluster_->Operate(3, "k", RegisterOp());
  ASSERT_NE(cluster_->Find(3, early), nullptr);
  EXPECT_EQ(ReasonOf(cluster_->Find(3, early)->status), "REPLICA_FILLING");
  cluster_->Settle(20);
  EXPECT_TRUE(cluster_->core(3).filled());
  const uint64_t read = cluster_->Operate(3, "k", RegisterOp());
  const uint64_t write = cluster_->Operate(3, "k", Put("too early"));
  cluster_->Settle(20);
  EXPECT_EQ(Told(3, read), "old");
  EXPECT_EQ(ReasonOf(cluster_->Find(3, write)->status), "REPLICA_FILLING")
      << "a version could be one that it gave before";
  cluster_->Isolate(1);
  const uint64_t other = cluster_->Operate(2, "a", Put("by n2 and n3"));
  cluster_->DeliverAll();
  EXPECT_NE(Outcome(2, other), nullptr);
  cluster_->Heal();
  cluster_->Settle(200);
  const uint64_t later = cluster_->Operate(3, "k", Put("new"));
  cluster_->Settle();
  EXPECT_NE(Outcome(3, later), nullptr);
  for (uint64_t node = 1; node <= 3; ++node) {
    EXPECT_EQ(cluster_->Value(node, "k"), cluster_->Value(1, "k"));
    EXPECT_EQ(cluster_->store(node).records.size(), 2u) << "the deleted one is gone";
    EXPECT_TRUE(cluster_->store(node).dot_log.empty()) << node;
    EXPECT_EQ(cluster_->core(node).knowledge().seen, cluster_->core(1).knowledge().seen);
  }
  EXPECT_EQ(cluster_->store(3).floor, cluster_->store(1).floor);
  EXPECT_TRUE(cluster_->invariants().violations().empty());
}

TEST_F(RegisterLostDiskTest, AnswersNoRoundBeforeItIsFilled) {
  Begin(Options(3));
  LoseDisk(3);
  cluster_->Isolate(2);
  const uint64_t put = cluster_->Operate(1, "k", Put("v"));
  RoundsAmong({1, 3});
  EXPECT_EQ(cluster_->Find(1, put), nullptr);
  EXPECT_FALSE(cluster_->core(3).filled());
}

class RegisterLostDiskRuleTest : public RegisterLostDiskTest,
                                 public ::testing::WithParamInterface<bool> {
 protected:
  // Of five, with the rule taken out or not.
  void Five(bool Bugs::*bug) {
    ClusterOptions options = Options(5);
    options.config.bugs.*bug = broken();
    Begin(options);
  }
  void Five(bool RegisterBugs::*bug) {
    ClusterOptions options = Options(5);
    options.config.bugs.registers.*bug = broken();
    Begin(options);
  }
  bool broken() const { return GetParam(); }
};

// n5 promises, and loses its disk; three who know nothing of that fill it, and it takes
// a lower ballot. Then one of them promises as well.
TEST_P(RegisterLostDiskRuleTest, APromiseOfAnEarlierLifeCountsForNoQuorum) {
  Five(&Bugs::count_earlier_lives);
  const auto prepares = BeginPutIfAbsent();
  DeliverTo(prepares, {5});
  DeliverTo(TakeAll(), {1});
  LoseDisk(5);
  FillFrom(5, {2, 3, 4});
  const uint64_t other = cluster_->Operate(3, "k", Put("of n3"));
  RoundsAmong({3, 4, 5});
  ASSERT_NE(Outcome(3, other), nullptr);
  DeliverTo(prepares, {2});
  DeliverTo(TakeAll(), {1});
  EXPECT_EQ(PutIfAbsentIsDone(), broken());
}

// n1, n2 and n5 have promised; n5 loses its disk, and its promise with it unless n2
// tells it.
TEST_P(RegisterLostDiskRuleTest, WhatTheOthersPromisedIsPromisedByWhomTheyFill) {
  Five(&RegisterBugs::fill_without_promises);
  DeliverTo(BeginPutIfAbsent(), {2, 5});
  DeliverTo(TakeAll(), {1});
  const auto accepts = TakeAll();
  LoseDisk(5);
  FillFrom(5, {2, 3, 4});
  const uint64_t other = cluster_->Operate(3, "k", Put("of n3"));
  RoundsAmong({3, 4, 5});
  ASSERT_NE(Outcome(3, other), nullptr);
  DeliverTo(accepts, {2, 5});
  const auto answers = TakeAll();
  DeliverTo(answers, {1});
  EXPECT_EQ(PutIfAbsentIsDone(), broken());
}

// As before, but n3 has accepted what n5 promised not to: that fills it as well.
TEST_P(RegisterLostDiskRuleTest, AValueBelowAPromiseIsNotAcceptedByHoldingIt) {
  Five(&RegisterBugs::inherited_is_accepted);
  (void)cluster_->Operate(3, "k", Put("of n3"));
  DeliverTo(TakeAll(), {2, 4});
  DeliverTo(TakeAll(), {3});
  const auto lower = TakeAll();
  DeliverTo(BeginPutIfAbsent(), {2, 5});
  DeliverTo(TakeAll(), {1});
  const auto accepts = TakeAll();
  LoseDisk(5);
  FillFrom(5, {2, 3, 4});
  EXPECT_NE(cluster_->Value(5, "k").find("of n3"), std::string::npos);
  DeliverTo(lower, {4});
  const uint64_t read = cluster_->Operate(4, "k", RegisterOp());
  RoundsAmong({3, 4, 5});
  EXPECT_EQ(Told(4, read), broken() ? "of n3" : "");
  DeliverTo(accepts, {2, 5});
  DeliverTo(TakeAll(), {1});
  EXPECT_EQ(PutIfAbsentIsDone() && Told(4, read) == "of n3", broken());
}

INSTANTIATE_TEST_SUITE_P(Rules, RegisterLostDiskRuleTest, ::testing::Bool(), [](const auto& one) {
  return std::string(one.param ? "Broken" : "Kept");
});

}  // namespace
}  // namespace quorate::quorum
