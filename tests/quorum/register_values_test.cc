// The register's small parts: ballots, quorums, bodies, records, and what an
// operation makes of a value.
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "base/error.h"
#include "quorum/quorum_predicate.h"
#include "quorum/register_op.h"
#include "quorum/register_record.h"
#include "quorum/seen_clock.h"

namespace quorate::quorum {
namespace {

using Kind = RegisterOp::Kind;
using Condition = RegisterCondition::Kind;

Ballot At(uint64_t time, uint64_t node = 1) {
  return {HlcTime(time), {NodeId(node), Boot(1)}, time};
}

RegisterValue Value(const std::string& bytes) {
  RegisterValue value;
  value.accepted = At(8);
  value.origin = At(5);
  value.judged = true;
  value.base = At(3);
  value.present = true;
  value.bytes = bytes;
  value.dot = {{NodeId(1), Boot(1)}, 4};
  return value;
}

TEST(BallotTest, IsAboveWhatItIsToBeAboveWhateverTheClockSays) {
  BallotSource source({NodeId(1), Boot(2)});
  const Ballot far_ahead = At(1'000'000, 3);
  const Ballot ballot = source.Above(far_ahead, HlcTime(5));
  EXPECT_GT(ballot, far_ahead);
  EXPECT_GT(source.Above(ballot, HlcTime(5)), ballot);
  BallotSource other({NodeId(3), Boot(2)});
  EXPECT_EQ(other.Above({}, HlcTime(2)).time, HlcTime(3));
}

TEST(BallotTest, HasATimeThatNoOtherNodeGivesOut) {
  std::set<HlcTime> times;
  for (uint64_t node = 1; node <= 50; ++node) {
    BallotSource source({NodeId(node), Boot(1)});
    for (int i = 0; i < 20; ++i)
      EXPECT_TRUE(times.insert(source.Above({}, HlcTime(7)).time).second);
  }
}

TEST(BallotTest, IsNeverGivenTwice) {
  BallotSource source({NodeId(1), Boot(2)});
  std::set<Ballot> given;
  for (int i = 0; i < 100; ++i) given.insert(source.Above({}, HlcTime(7)));
  EXPECT_EQ(given.size(), 100u);
  BallotSource later_life({NodeId(1), Boot(3)});
  EXPECT_FALSE(given.contains(later_life.Above({}, HlcTime(7))));
}

TEST(QuorumPredicateTest, NeedsAMajorityAndOfBothSetsWhileAReplicaMoves) {
  const auto of = [](const std::set<uint64_t>& nodes) {
    return [nodes](NodeId node) { return nodes.contains(node.value()); };
  };
  const std::vector<NodeId> before = {NodeId(1), NodeId(2), NodeId(3)};
  const std::vector<NodeId> after = {NodeId(2), NodeId(3), NodeId(4)};
  EXPECT_FALSE(MajorityOf(before)(of({1})));
  EXPECT_TRUE(MajorityOf(before)(of({1, 3})));
  EXPECT_FALSE(MajorityOf(before)(of({3, 4})));
  const QuorumPredicate both = MajorityOfBoth(before, after);
  EXPECT_TRUE(both(of({2, 3})));
  EXPECT_FALSE(both(of({1, 2})));
  EXPECT_TRUE(both(of({1, 2, 4})));
}

TEST(RegisterBodyTest, ReadsWhatItWroteAndNothingElse) {
  RegisterBody deleted{At(9), Value("")};
  deleted.value.present = false;
  for (const RegisterBody& body :
       {RegisterBody{At(9), Value("v")}, RegisterBody{At(8), Value("")},
        RegisterBody{At(9), Value("v"), true}, deleted, RegisterBody{At(2), {}}}) {
    const absl::StatusOr<RegisterBody> read = RegisterBodyOf(RegisterRecord(body));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, body);
  }
  const std::string bytes = EncodeRegisterBody({At(9), Value("")});
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ReasonOf(DecodeRegisterBody(bytes.substr(0, size)).status()), "BODY_DAMAGED");
  }
  EXPECT_EQ(ReasonOf(DecodeRegisterBody(EncodeRegisterBody({At(9), {}}) + "x").status()),
            "BODY_DAMAGED");
  EXPECT_EQ(ReasonOf(DecodeRegisterBody(EncodeRegisterBody({At(1), Value("v")})).status()),
            "BODY_DAMAGED");  // promised less than it accepted
}

TEST(RegisterRecordTest, IsSharedWithoutTheOwnPromise) {
  const Record one = *SharedRegisterRecord({At(9), Value("v")});
  const Record other = *SharedRegisterRecord({At(20), Value("v")});
  EXPECT_EQ(one, other);
  EXPECT_FALSE(SharedRegisterRecord({At(9), {}}).has_value());
}

TEST(RegisterRecordTest, MergesToTheHighestThatTheOwnPromiseLets) {
  class : public ConflictSink {
    void Discarded(std::string_view, const Record&, const Record&) override {}
  } sink;
  const RegisterPolicy policy;
  RegisterValue newer = Value("new");
  newer.accepted = At(9);
  const Record old = *SharedRegisterRecord({At(8), Value("old")});
  const Record next = *SharedRegisterRecord({At(9), newer});
  EXPECT_EQ(policy.Merge("k", old, next, {}, sink), next);
  EXPECT_EQ(policy.Merge("k", next, old, {}, sink), next);
  const Record promised = RegisterRecord({At(30), Value("old")});
  EXPECT_EQ(policy.Merge("k", promised, next, {}, sink), promised);
  EXPECT_EQ(ReasonOf(policy.Write("k", nullptr, {}, {}, {}, {}).status()), "ROUND_NEEDED");
}

Judgement Ask(const RegisterOp& op, const RegisterValue& current, uint64_t calendar_us = 100) {
  return JudgeRegisterOp(op, current, calendar_us);
}

TEST(RegisterOpTest, JudgesEachCondition) {
  RegisterOp op;
  op.kind = Kind::kPut;
  op.value = "new";
  const auto holds = [&](Condition kind, const RegisterValue& current) {
    op.condition = {kind, At(5).time, "v"};
    const Judgement judgement = Ask(op, current);
    EXPECT_EQ(judgement.next.has_value(), judgement.outcome.condition_held);
    return judgement.outcome.condition_held;
  };
  EXPECT_TRUE(holds(Condition::kAbsent, {}));
  EXPECT_FALSE(holds(Condition::kAbsent, Value("v")));
  EXPECT_TRUE(holds(Condition::kPresent, Value("v")));
  EXPECT_TRUE(holds(Condition::kVersion, Value("other")));
  EXPECT_TRUE(holds(Condition::kValue, Value("v")));
  EXPECT_FALSE(holds(Condition::kValue, Value("w")));
  const Judgement refused = Ask(op, Value("w"));
  EXPECT_EQ(refused.outcome.value, "w");
  EXPECT_EQ(refused.outcome.version, At(5));
}

TEST(RegisterOpTest, AddsToNumbersOnly) {
  RegisterOp op;
  op.kind = Kind::kAdd;
  op.delta = 2;
  EXPECT_EQ(Ask(op, Value("40")).next->bytes, "42");
  EXPECT_EQ(*Ask(op, {}).outcome.sum, 2);
  EXPECT_EQ(ReasonOf(Ask(op, Value("x")).outcome.status), "NOT_A_COUNTER");
  const std::string most = std::to_string(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(ReasonOf(Ask(op, Value(most)).outcome.status), "COUNTER_OVERFLOW");
  EXPECT_FALSE(Ask(op, Value(most)).next.has_value());
}

TEST(RegisterOpTest, TakesWhatHasExpiredForAbsent) {
  RegisterValue value = Value("v");
  value.expires_at_us = 100;
  RegisterOp read;
  EXPECT_TRUE(Ask(read, value, 99).outcome.found);
  EXPECT_FALSE(Ask(read, value, 100).outcome.found);
}

}  // namespace
}  // namespace quorate::quorum
