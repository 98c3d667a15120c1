// What becomes of an operation on a register whose outcome its client does not know,
// as short stories.
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/hash.h"
#include "cluster.h"
#include "quorum/register_record.h"

namespace quorate::quorum {
namespace {

using Kind = RegisterOp::Kind;

const RegisterPolicy kRegisters;

RegisterOp Put(const std::string& value) {
  RegisterOp op;
  op.kind = Kind::kPut;
  op.value = value;
  return op;
}
RegisterOp Add(int64_t delta) {
  RegisterOp op;
  op.kind = Kind::kAdd;
  op.delta = delta;
  return op;
}

bool IsAccept(const Message& message) {
  const auto* ask = std::get_if<RegisterAsk>(&message.body);
  return ask != nullptr && ask->request.kind == RegisterRequest::Kind::kAccept;
}
bool Repairs(const Message& message) {
  return std::holds_alternative<SyncAsk>(message.body) ||
         std::holds_alternative<SyncAnswer>(message.body);
}

class RegisterOperationsTest : public ::testing::Test {
 protected:
  explicit RegisterOperationsTest(RegisterBugs bugs = {}) : cluster_(Options(bugs)) {}

  static ClusterOptions Options(RegisterBugs bugs) {
    ClusterOptions options;
    options.policy = &kRegisters;
    options.config.bugs.registers = bugs;
    return options;
  }

  void Begin() {
    (void)cluster_.Operate(1, "k", Put("1"));
    cluster_.DeliverAll();
  }
  uint64_t Once(uint64_t node, RegisterOp op, OperationId id) {
    RegisterCall call;
    call.id = next_id_++;
    call.key = "k";
    call.operation = OperationAsk{id, 0, static_cast<uint32_t>(Hash64(op.value) + op.delta)};
    call.op = std::move(op);
    call.deadline = cluster_.now() + absl::Seconds(2);
    cluster_.Operate(node, call);
    return call.id;
  }
  OperationId NewId(uint64_t node) { return {cluster_.OpenWriter(node), 1}; }
  std::optional<Fate> FateAt(uint64_t node, OperationId id, bool fence = true) {
    const uint64_t asked = cluster_.Resolve(node, id, fence, Level::kLinearizable);
    cluster_.DeliverAll();
    const Reply* reply = cluster_.Find(node, asked);
    if (reply == nullptr) return std::nullopt;
    last_ = *reply;
    return reply->fate;
  }
  std::string ReasonAt(uint64_t node, uint64_t id) {
    const Reply* reply = cluster_.Find(node, id);
    return reply == nullptr ? "no answer" : ReasonOf(reply->status);
  }
  std::string Read(uint64_t node) {
    const uint64_t id = cluster_.Operate(node, "k", RegisterOp());
    cluster_.DeliverAll();
    const Reply* reply = cluster_.Find(node, id);
    EXPECT_TRUE(reply != nullptr && reply->status.ok());
    return reply == nullptr || !reply->outcome ? "?" : reply->outcome->value;
  }
  // Until it is to be accepted, which then reaches nobody else.
  std::vector<Message> StopBeforeOthersAccept() {
    std::vector<Message> accepts;
    while (accepts.empty() && !cluster_.in_flight().empty()) {
      cluster_.DeliverAt(0);
      accepts = cluster_.Take(IsAccept);
    }
    EXPECT_FALSE(accepts.empty());
    return accepts;
  }

  Cluster cluster_;
  uint64_t next_id_ = 1;
  Reply last_;
};

TEST_F(RegisterOperationsTest, WhatAQuorumAcceptedIsAppliedWhoeverIsAskedAndWhateverCameSince) {
  const OperationId id = NewId(1);
  const uint64_t asked = Once(1, Add(5), id);
  cluster_.DeliverAll();
  const Ballot version = cluster_.Find(1, asked)->outcome->version;
  for (int i = 0; i < 3; ++i) (void)cluster_.Operate(2, "k", Put("7"));
  cluster_.DeliverAll();
  for (uint64_t node : {1, 2, 3}) {
    ASSERT_EQ(FateAt(node, id), Fate::kApplied) << node;
    EXPECT_EQ(last_.outcome->version, version);
    EXPECT_EQ(last_.outcome->sum, 5);
    EXPECT_EQ(last_.key, "k");
  }
}

TEST_F(RegisterOperationsTest, WhatNobodyAcceptedNeverWillBe) {
  const OperationId id = NewId(1);
  EXPECT_EQ(FateAt(2, id, /*fence=*/false), Fate::kPossible);
  EXPECT_EQ(FateAt(2, id), Fate::kNever);
  for (uint64_t node : {1, 2, 3}) EXPECT_EQ(ReasonAt(node, Once(node, Add(1), id)), "WRITE_FENCED");
  EXPECT_EQ(Read(1), "");
}

TEST_F(RegisterOperationsTest, WhatIsFencedBeforeItIsAcceptedIsNotBegun) {
  const OperationId id = NewId(1);
  const uint64_t asked = Once(1, Add(1), id);  // its promises are under way
  const std::vector<Message> promises = cluster_.Take(
      [](const Message& message) { return std::holds_alternative<RegisterAsk>(message.body); });
  EXPECT_EQ(FateAt(2, id), Fate::kNever);
  for (const Message& message : promises) cluster_.Deliver(message);
  cluster_.DeliverAll();
  EXPECT_EQ(ReasonAt(1, asked), "WRITE_FENCED");
  EXPECT_EQ(AppliedOf(cluster_.Find(1, asked)->status), Applied::kNo);
  EXPECT_EQ(Read(3), "");
}

TEST_F(RegisterOperationsTest, WhatOneAcceptedIsCompletedByTheQuestion) {
  const OperationId id = NewId(1);
  (void)Once(1, Add(5), id);
  const std::vector<Message> accepts = StopBeforeOthersAccept();
  for (const Message& message : accepts) {
    if (message.to == NodeId(2)) cluster_.Deliver(message);
  }
  cluster_.Take(Repairs);
  cluster_.Isolate(1);  // its coordinator
  ASSERT_EQ(FateAt(3, id), Fate::kApplied);
  EXPECT_EQ(last_.outcome->sum, 5);
  EXPECT_EQ(Read(2), "5");
}

TEST_F(RegisterOperationsTest, WhatOnlyALostCoordinatorAcceptedIsPossibleWhileItIsAway) {
  Begin();
  const OperationId id = NewId(1);
  (void)Once(1, Add(5), id);
  (void)StopBeforeOthersAccept();
  cluster_.Isolate(1);
  EXPECT_EQ(FateAt(2, id), std::nullopt);
  EXPECT_EQ(ReasonOf(last_.status), "REPLICAS_MISSING");
  (void)cluster_.Operate(2, "k", Add(100));
  cluster_.DeliverAll();
  cluster_.Heal();
  EXPECT_EQ(FateAt(2, id), Fate::kNever);
  (void)cluster_.Operate(3, "k", Put("7"));
  cluster_.DeliverAll();
  EXPECT_EQ(FateAt(3, id), Fate::kNever) << "n2 has noted it, where the key tells no more";
  cluster_.Settle();
  EXPECT_EQ(Read(1), "7");
}

// It is overtaken by what knows it not, so it never was; whoever is asked.
TEST_F(RegisterOperationsTest, WhatWasOvertakenIsNotDoneAgainUnderItsNumber) {
  Begin();
  const OperationId id = NewId(1);
  const uint64_t asked = Once(1, Add(5), id);
  (void)StopBeforeOthersAccept();
  cluster_.Take(Repairs);
  cluster_.Isolate(1);
  (void)cluster_.Operate(2, "k", Add(100));
  cluster_.DeliverAll();
  cluster_.Heal();
  cluster_.Settle(5);
  EXPECT_EQ(ReasonAt(1, asked), "REPLICAS_LOST");
  EXPECT_EQ(FateAt(1, id), Fate::kNever);
  const uint64_t again = Once(1, Add(5), id);
  cluster_.DeliverAll();
  EXPECT_EQ(ReasonAt(1, again), "REGISTER_CONTENDED");
  EXPECT_EQ(AppliedOf(cluster_.Find(1, again)->status), Applied::kNo);
  EXPECT_EQ(Read(3), "101");
}

TEST_F(RegisterOperationsTest, TheSameOperationSentAgainIsDoneOnceAndToldAgain) {
  const OperationId id = NewId(1);
  const uint64_t first = Once(1, Add(5), id);
  const uint64_t meanwhile = Once(1, Add(5), id);
  EXPECT_EQ(ReasonAt(1, Once(1, Add(6), id)), "IDENTITY_REUSED");
  cluster_.DeliverAll();
  cluster_.Crash(1);
  cluster_.Restart(1);
  const uint64_t later = Once(1, Add(5), id);
  cluster_.DeliverAll();
  for (const uint64_t request : {first, meanwhile, later}) {
    const Reply* reply = cluster_.Find(1, request);
    ASSERT_NE(reply, nullptr);
    ASSERT_TRUE(reply->status.ok()) << reply->status;
    EXPECT_EQ(reply->outcome->sum, 5);
    EXPECT_FALSE(reply->fate.has_value());
  }
  EXPECT_EQ(ReasonAt(1, Once(1, Add(6), id)), "IDENTITY_REUSED");
  EXPECT_EQ(Read(2), "5");
}

// Right before the put that came over it, it may always have been; but one who asked
// was told that it never was, when that one had not come yet.
// n3 has just started with a calendar an hour ahead, and has not been told yet.
class UnconfirmedTest : public RegisterOperationsTest {
 protected:
  void SetWrong() {
    cluster_.SetCalendarOffset(3, absl::ToInt64Microseconds(absl::Hours(1)));
    cluster_.SetCalendarConfirmed(3, false);
  }
  void ExpectNothingFarAhead() {
    cluster_.SetCalendarOffset(3, 0);
    cluster_.SetCalendarConfirmed(3, true);
    cluster_.Heal();
    const uint64_t put = cluster_.Operate(3, "k", Put("after"));
    cluster_.Settle(20);
    EXPECT_EQ(ReasonAt(3, put), "");
    for (uint64_t node : {1, 2, 3}) {
      EXPECT_EQ(Read(node), "after");
      EXPECT_TRUE(cluster_.store(node).dot_log.empty()) << node;
      EXPECT_EQ(cluster_.core(node).times_refused(), 0u) << node;
    }
  }
};

TEST_F(UnconfirmedTest, WritesAreRefusedByName) {
  Begin();
  SetWrong();
  EXPECT_EQ(ReasonAt(3, cluster_.Operate(3, "k", Put("2"))), "CLOCK_UNCONFIRMED");
  ExpectNothingFarAhead();
}

TEST_F(UnconfirmedTest, TheQuestionForAFateCompletesItAtATimeThatOthersTake) {
  const OperationId id = NewId(1);
  (void)Once(1, Add(5), id);
  for (const Message& message : StopBeforeOthersAccept()) {
    if (message.to == NodeId(2)) cluster_.Deliver(message);
  }
  cluster_.Take(Repairs);
  cluster_.Isolate(1);
  SetWrong();
  ASSERT_EQ(FateAt(3, id), Fate::kApplied);
  ExpectNothingFarAhead();
}

TEST_F(UnconfirmedTest, AWriteThatBeganBeforeTheCalendarWasSetEndsAtATimeThatOthersTake) {
  Begin();
  const uint64_t put = cluster_.Operate(3, "k", Put("2"));
  SetWrong();
  cluster_.DeliverAll();
  EXPECT_EQ(ReasonAt(3, put), "");
  ExpectNothingFarAhead();
}

class OverwrittenTest : public RegisterOperationsTest, public ::testing::WithParamInterface<bool> {
 protected:
  static RegisterBugs Bug() {
    RegisterBugs bugs;
    bugs.overwritten_though_closed = GetParam();
    return bugs;
  }
  OverwrittenTest() : RegisterOperationsTest(Bug()) {}
};

TEST_P(OverwrittenTest, APutIsNotCalledDoneAfterItWasSaidThatItNeverWas) {
  const OperationId id = NewId(1);
  const uint64_t asked = Once(1, Put("a"), id);
  (void)StopBeforeOthersAccept();
  // n2 and n3 are told nothing by n1, and n1 hears nothing; n1's question comes later.
  const auto from_or_to_1 = [](const Message& message) {
    return message.from.node == NodeId(1) || message.to == NodeId(1);
  };
  const uint64_t question = cluster_.Resolve(2, id, true, Level::kLinearizable);
  for (const Message& message : cluster_.Take(from_or_to_1)) {
    const bool resolves = std::holds_alternative<ResolveAsk>(message.body);
    if (resolves) cluster_.Deliver(message);
  }
  // Its answer says that n1 alone accepted it.
  for (int i = 0; i < 50 && cluster_.Find(2, question) == nullptr; ++i) {
    for (const Message& message : cluster_.Take(from_or_to_1)) {
      if (std::holds_alternative<ResolveAnswer>(message.body)) cluster_.Deliver(message);
    }
    if (!cluster_.in_flight().empty()) cluster_.DeliverAt(0);
  }
  ASSERT_NE(cluster_.Find(2, question), nullptr);
  ASSERT_EQ(cluster_.Find(2, question)->fate, Fate::kNever);
  (void)cluster_.Operate(2, "k", Put("b"));
  for (int i = 0; i < 50 && !cluster_.in_flight().empty(); ++i) {
    (void)cluster_.Take(from_or_to_1);
    if (!cluster_.in_flight().empty()) cluster_.DeliverAt(0);
  }
  // Now n1 sends again, is overtaken, and finds the put.
  cluster_.Settle(10);
  const Reply* told = cluster_.Find(1, asked);
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->status.ok(), GetParam()) << told->status;
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutTheRule, OverwrittenTest, ::testing::Bool(),
                         [](const auto& run) {
                           return std::string(run.param ? "RuleTakenOut" : "Rule");
                         });

}  // namespace
}  // namespace quorate::quorum
