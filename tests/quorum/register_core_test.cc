// Stories of registers behind the core: disks, promises and anti-entropy; what
// holds whatever happens is in register_core_property_test.cc.
#include <gtest/gtest.h>

#include "base/error.h"
#include "cluster.h"
#include "quorum/register_record.h"

namespace quorate::quorum {
namespace {

using Kind = RegisterOp::Kind;
using Condition = RegisterCondition::Kind;

const RegisterPolicy kRegisters;

RegisterOp Read() { return {}; }
RegisterOp Put(const std::string& value) {
  RegisterOp op;
  op.kind = Kind::kPut;
  op.value = value;
  return op;
}
RegisterOp Delete() {
  RegisterOp op;
  op.kind = Kind::kDelete;
  return op;
}
RegisterOp Add(int64_t delta) {
  RegisterOp op;
  op.kind = Kind::kAdd;
  op.delta = delta;
  return op;
}

bool IsOfARound(const Message& message) {
  return std::holds_alternative<RegisterAsk>(message.body);
}
bool IsAccept(const Message& message) {
  const auto* ask = std::get_if<RegisterAsk>(&message.body);
  return ask != nullptr && ask->request.kind == RegisterRequest::Kind::kAccept;
}
bool IsRepair(const Message& message) {
  return std::holds_alternative<SyncAsk>(message.body) ||
         std::holds_alternative<SyncAnswer>(message.body);
}

class RegisterCoreTest : public ::testing::Test {
 protected:
  static ClusterOptions Options() {
    ClusterOptions options;
    options.policy = &kRegisters;
    options.config.bare_promise_age = absl::Seconds(1);
    return options;
  }

  const RegisterOutcome& Done(uint64_t node, const std::string& key, RegisterOp op) {
    const uint64_t id = cluster_.Operate(node, key, std::move(op));
    cluster_.DeliverAll();
    return OutcomeOf(node, id);
  }
  const RegisterOutcome& OutcomeOf(uint64_t node, uint64_t id) {
    static const RegisterOutcome kNone;
    const Reply* reply = cluster_.Find(node, id);
    EXPECT_NE(reply, nullptr);
    if (reply == nullptr) return kNone;
    EXPECT_TRUE(reply->status.ok()) << reply->status;
    EXPECT_TRUE(reply->outcome.has_value());
    return reply->outcome ? *reply->outcome : kNone;
  }
  std::string Plain(uint64_t node, Level level) {
    const uint64_t id = cluster_.Get(node, "k", level);
    cluster_.DeliverAll();
    const Reply* reply = cluster_.Find(node, id);
    if (reply == nullptr || !reply->record) return "";
    return RegisterBodyOf(*reply->record)->value.bytes;
  }

  Cluster cluster_{Options()};
};

TEST_F(RegisterCoreTest, AnUncontendedReadTakesOneRoundTripAndAWriteTwo) {
  EXPECT_EQ(Done(1, "k", Put("v")).round_trips, 2u);
  for (uint64_t node : {1, 2, 3}) {
    const RegisterOutcome& read = Done(node, "k", Read());
    EXPECT_EQ(read.round_trips, 1u);
    EXPECT_EQ(read.value, "v");
    EXPECT_GE(read.holders.size(), 2u);
  }
  EXPECT_EQ(Done(2, "n", Add(5)).sum, 5);
  EXPECT_EQ(Done(3, "n", Add(2)).round_trips, 2u);
  EXPECT_EQ(cluster_.core(1).register_round_trips(), 3u);
}

TEST_F(RegisterCoreTest, JudgesConditionsByTheNewestWhicheverReplicaIsAsked) {
  const Ballot version = Done(1, "k", Put("a")).version;
  RegisterOp swap = Put("b");
  swap.condition = {Condition::kVersion, version.time, ""};
  EXPECT_TRUE(Done(2, "k", swap).condition_held);
  const RegisterOutcome& again = Done(3, "k", swap);
  EXPECT_FALSE(again.condition_held);
  EXPECT_EQ(again.value, "b");
  EXPECT_GT(again.version, version);
  RegisterOp add = Put("c");
  add.condition.kind = Condition::kAbsent;
  EXPECT_FALSE(Done(1, "k", add).condition_held);
  (void)Done(2, "k", Delete());
  EXPECT_TRUE(Done(3, "k", add).condition_held);
}

TEST_F(RegisterCoreTest, WritesOfOneKeyThroughOneNodeDoNotOvertakeOneAnother) {
  std::vector<uint64_t> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(cluster_.Operate(1, "n", Add(1)));
  cluster_.DeliverAll();
  for (size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(OutcomeOf(1, ids[i]).sum, static_cast<int64_t>(i) + 1);
    EXPECT_EQ(OutcomeOf(1, ids[i]).round_trips, 2u);
  }
}

TEST_F(RegisterCoreTest, WhereTwoNodesContendBothAreDoneAfterAWhile) {
  const uint64_t one = cluster_.Operate(1, "n", Add(1));
  const uint64_t other = cluster_.Operate(2, "n", Add(1));
  cluster_.Settle(20);
  const auto a = OutcomeOf(1, one).sum;
  const auto b = OutcomeOf(2, other).sum;
  EXPECT_EQ(a.value_or(0) + b.value_or(0), 3);
  EXPECT_EQ(Done(3, "n", Read()).value, "2");
}

// A replica that missed what the session wrote waits, or lets another answer.
TEST_F(RegisterCoreTest, AReadInASessionGivesNothingOlderThanWhatItsSessionWroteAndRead) {
  (void)Done(1, "k", Put("a"));
  cluster_.Settle(3);
  cluster_.Cut(1, 3);
  cluster_.Cut(2, 3);
  const uint64_t wrote = cluster_.Operate(1, "k", Put("b"));
  cluster_.DeliverAll();
  SessionPart session = cluster_.Find(1, wrote)->receipt.seen;
  EXPECT_FALSE(session.dots.empty());
  ReadRequest read;
  read.id = 77;
  read.key = "k";
  read.level = Level::kSession;
  read.deadline = cluster_.now() + absl::Seconds(2);
  read.session = session;
  cluster_.Read(3, read);
  cluster_.DeliverAll();
  EXPECT_EQ(cluster_.Find(3, 77), nullptr) << "it has neither that nor anybody who does";
  EXPECT_EQ(Plain(3, Level::kOne), "a");
  cluster_.Heal();
  cluster_.DeliverAll();
  ASSERT_NE(cluster_.Find(3, 77), nullptr);
  EXPECT_EQ(RegisterBodyOf(*cluster_.Find(3, 77)->record)->value.bytes, "b");
  // What it reads linearizably, and what it is refused by, it has seen as well.
  RegisterOp absent = Put("c");
  absent.condition.kind = Condition::kAbsent;
  for (const RegisterOp& op : {Read(), absent, Add(1)}) {
    const uint64_t id = cluster_.Operate(2, "k", op);
    cluster_.DeliverAll();
    const Reply* reply = cluster_.Find(2, id);
    ASSERT_NE(reply, nullptr);
    if (!reply->status.ok()) continue;  // b is no number
    const Dot held = cluster_.store(1).Lookup("k")->dot;
    EXPECT_TRUE(reply->receipt.seen.dots.Contains(held));
  }
}

TEST_F(RegisterCoreTest, ReadsInTheOwnZoneNeedAMajorityOfThatAlone) {
  ClusterOptions options = Options();
  options.replicas = 4;
  options.zones = {"a", "a", "b", "b"};
  Cluster zones(options);
  const uint64_t id = zones.Operate(1, "k", Put("v"));
  zones.DeliverAll();
  ASSERT_TRUE(zones.Find(1, id)->status.ok());
  zones.Settle(3);
  for (uint64_t other : {3, 4}) zones.Isolate(other);
  const uint64_t near = zones.Get(1, "k", Level::kLocalQuorum);
  zones.DeliverAll();
  ASSERT_TRUE(zones.Find(1, near) != nullptr && zones.Find(1, near)->record);
  EXPECT_EQ(RegisterBodyOf(*zones.Find(1, near)->record)->value.bytes, "v");
  zones.PeerGone(1, 2);
  const uint64_t alone = zones.Get(1, "k", Level::kLocalQuorum);
  EXPECT_EQ(ReasonOf(zones.Find(1, alone)->status), "REPLICAS_MISSING");
}

TEST_F(RegisterCoreTest, RefusesAtOnceWithoutAMajorityAndGoesOnWithOne) {
  (void)Done(1, "k", Put("v"));
  cluster_.Isolate(3);
  const Reply* refused = cluster_.Find(3, cluster_.Operate(3, "k", Put("lost")));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(ReasonOf(refused->status), "REPLICAS_MISSING");
  EXPECT_EQ(AppliedOf(refused->status), Applied::kNo);
  EXPECT_NE(refused->status.message().find("n1, n2 can't be reached"), std::string::npos);
  EXPECT_EQ(Done(1, "k", Put("w")).holders.size(), 2u);
  EXPECT_EQ(Plain(3, Level::kOne), "v");
  cluster_.Heal();
  EXPECT_EQ(Done(3, "k", Read()).value, "w");
}

TEST_F(RegisterCoreTest, TellsAWriteAsUnknownThatLostItsMajorityOnTheWay) {
  const uint64_t id = cluster_.Operate(1, "k", Put("v"));
  // The query is answered; what is to be accepted reaches nobody.
  while (cluster_.Take(IsAccept).empty()) cluster_.DeliverAt(0);
  cluster_.Isolate(1);
  const Reply* reply = cluster_.Find(1, id);
  ASSERT_NE(reply, nullptr);
  EXPECT_EQ(ReasonOf(reply->status), "REPLICAS_LOST");
  EXPECT_EQ(AppliedOf(reply->status), Applied::kUnknown);
}

TEST_F(RegisterCoreTest, APlainReadShowsWhatIsAcceptedAndNeverABarePromise) {
  EXPECT_EQ(Plain(1, Level::kOne), "");
  RegisterOp absent = Put("v");
  absent.condition.kind = Condition::kPresent;
  const uint64_t id = cluster_.Operate(1, "k", absent);
  cluster_.DeliverAll();
  EXPECT_FALSE(OutcomeOf(1, id).condition_held);
  for (Level level : {Level::kOne, Level::kTwo, Level::kQuorum, Level::kAll}) {
    EXPECT_EQ(Plain(2, level), "");
  }
  (void)Done(1, "k", Put("v"));
  for (Level level : {Level::kOne, Level::kTwo, Level::kQuorum, Level::kAll}) {
    EXPECT_EQ(Plain(2, level), "v");
  }
}

// n3 promises to n2's round and misses the value that n1 and n2 hold under a lower
// ballot: until the round is complete, what repair brings is refused and unseen.
TEST_F(RegisterCoreTest, WhatAPromiseRefusesStaysUnseenUntilTheRoundIsComplete) {
  cluster_.Cut(1, 3);
  (void)Done(1, "k", Put("v"));
  const Dot dot = cluster_.store(1).Lookup("k")->dot;
  cluster_.Heal();
  (void)cluster_.Take(IsRepair);
  (void)cluster_.Operate(2, "k", Add(1));  // it is no number: nothing is accepted
  cluster_.Cut(2, 1);
  for (const Message& ask : cluster_.Take(IsOfARound)) {
    if (ask.to == NodeId(3)) cluster_.Deliver(ask);
  }
  (void)cluster_.Take([](const Message&) { return true; });
  ASSERT_FALSE(cluster_.core(3).knowledge().seen.Contains(dot));
  cluster_.Pass(absl::Milliseconds(600));
  cluster_.Tick(3);  // asks what it misses
  while (!cluster_.in_flight().empty() && !IsOfARound(cluster_.in_flight().front())) {
    cluster_.DeliverAt(0);
  }
  EXPECT_FALSE(cluster_.core(3).knowledge().seen.Contains(dot));
  EXPECT_FALSE(cluster_.in_flight().empty());  // the round that completes it
  cluster_.Heal();
  cluster_.Settle();
  for (uint64_t node : {1, 2, 3}) {
    EXPECT_TRUE(cluster_.core(node).knowledge().seen.Contains(dot)) << node;
    EXPECT_EQ(Plain(node, Level::kOne), "v") << node;
    EXPECT_TRUE(cluster_.store(node).dot_log.empty()) << node;
  }
}

TEST_F(RegisterCoreTest, ATombstoneThatAllHaveGoesAndLeavesItsBallotInTheFloor) {
  const Ballot written = Done(1, "k", Put("v")).version;
  (void)Done(2, "k", Delete());
  cluster_.Settle();
  for (uint64_t node : {1, 2, 3}) {
    EXPECT_TRUE(cluster_.store(node).records.empty());
    EXPECT_GT(cluster_.disk(node).floor, written);
  }
  // A message of the deleted value, ever so late, and after a restart.
  cluster_.Crash(3);
  cluster_.Restart(3);
  Message late{{NodeId(1), Boot(1)}, NodeId(3), Boot(), RegisterAsk{}};
  auto& ask = std::get<RegisterAsk>(late.body);
  ask.key = "k";
  ask.request.kind = RegisterRequest::Kind::kAccept;
  ask.request.value.accepted = ask.request.value.origin = written;
  ask.request.value.present = true;
  ask.request.value.bytes = "v";
  ask.request.value.dot = {{NodeId(1), Boot(1)}, 1};
  cluster_.Deliver(late);
  EXPECT_TRUE(cluster_.store(3).records.empty());
  EXPECT_FALSE(Done(3, "k", Read()).found);
}

TEST_F(RegisterCoreTest, AnOldPromiseWithoutAValueGivesWayToTheFloor) {
  (void)Done(1, "k", Put("v"));
  RegisterOp present = Put("w");
  present.condition.kind = Condition::kVersion;
  (void)Done(1, "other", present);  // promised, completed as absent
  cluster_.Cut(1, 2);
  cluster_.Cut(1, 3);
  (void)cluster_.Operate(1, "third", Add(1));
  ASSERT_TRUE(cluster_.store(1).Lookup("third").has_value());
  EXPECT_FALSE(cluster_.store(1).Lookup("third")->dot);
  cluster_.Heal();
  cluster_.Settle();
  for (uint64_t node : {1, 2, 3}) {
    EXPECT_TRUE(cluster_.store(node).Lookup("k").has_value());
    EXPECT_FALSE(cluster_.store(node).Lookup("third").has_value() &&
                 !cluster_.store(node).Lookup("third")->dot);
    EXPECT_FALSE(cluster_.store(node).Lookup("other").has_value());
  }
}

TEST_F(RegisterCoreTest, APromiseIsToldOnlyOnceItIsDurableAndHoldsAfterARestart) {
  cluster_.options().sync_at_once = false;
  cluster_.SyncAll(1);
  const uint64_t id = cluster_.Operate(1, "n", Add(1));
  cluster_.SyncAll(1);
  for (const Message& ask : cluster_.Take(IsOfARound)) {
    if (ask.to == NodeId(2)) cluster_.Deliver(ask);
  }
  EXPECT_TRUE(cluster_.in_flight().empty());
  cluster_.SyncAll(2);
  EXPECT_FALSE(cluster_.in_flight().empty());
  const std::optional<Record> promised = cluster_.disk(2).Lookup("n");
  ASSERT_TRUE(promised.has_value());
  cluster_.Crash(2);
  cluster_.Restart(2);
  EXPECT_EQ(cluster_.store(2).Lookup("n"), promised);
  EXPECT_EQ(cluster_.Find(1, id), nullptr);
}

TEST_F(RegisterCoreTest, ARestartGivesOutNoTimeASecondTime) {
  const auto ballot_sent = [&] {
    (void)cluster_.Operate(1, "n", Add(1));
    const std::vector<Message> asks = cluster_.Take(IsOfARound);
    EXPECT_FALSE(asks.empty());
    return asks.empty() ? Ballot() : std::get<RegisterAsk>(asks.front().body).request.ballot;
  };
  const Ballot before = ballot_sent();
  cluster_.Crash(1);
  cluster_.SetCalendarOffset(1, -1'000'000);
  cluster_.Restart(1);
  const Ballot after = ballot_sent();
  EXPECT_GT(after.time, before.time);
  EXPECT_NE(after.identity, before.identity);
}

TEST_F(RegisterCoreTest, WhoseCalendarIsTooFarAheadIsToldSo) {
  cluster_.SetCalendarOffset(1, 60'000'000);
  const uint64_t id = cluster_.Operate(1, "k", Put("v"));
  cluster_.DeliverAll();
  const Reply* reply = cluster_.Find(1, id);
  ASSERT_NE(reply, nullptr);
  EXPECT_EQ(ReasonOf(reply->status), "TIME_AHEAD");
  cluster_.SetCalendarOffset(1, 0);
}

}  // namespace
}  // namespace quorate::quorum
