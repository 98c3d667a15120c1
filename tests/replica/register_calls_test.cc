#include "replica/register_calls.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "quorum/register_record.h"
#include "replica/quorum_store.h"
#include "storage/mem_engine.h"

namespace quorate {
namespace {

using quorum::Ballot;
using quorum::Identity;

const Identity kSelf{NodeId(1), Boot(2)};

Ballot At(uint64_t time) { return {HlcTime(time), kSelf, 1}; }

TEST(RegisterCallsTest, AConditionOfVersionZeroAsksForAKeyWithoutAValue) {
  kv::Mutation mutation;
  mutation.condition.kind = kv::Condition::Kind::kVersion;
  const quorum::Now now{absl::Seconds(1), 1'000};
  EXPECT_EQ(register_calls::OpOf(mutation, now).condition.kind,
            quorum::RegisterCondition::Kind::kAbsent);
  mutation.condition.version = 7;
  mutation.ttl_us = 5;
  const quorum::RegisterOp op = register_calls::OpOf(mutation, now);
  EXPECT_EQ(op.condition.kind, quorum::RegisterCondition::Kind::kVersion);
  EXPECT_EQ(op.condition.version, HlcTime(7));
  EXPECT_EQ(op.expires_at_us, 1'005u);
}

TEST(RegisterCallsTest, ADeleteTakesARoundForItTellsWhetherThereWasAValue) {
  kv::Mutation mutation;
  EXPECT_TRUE(register_calls::OpOf(mutation, {}).IsBlindWrite());
  mutation.action = kv::Mutation::Action::kDelete;
  EXPECT_FALSE(register_calls::OpOf(mutation, {}).IsBlindWrite());
}

TEST(RegisterCallsTest, AConditionThatFailedTellsTheVersionFoundAsInModeRaft) {
  quorum::RegisterOutcome outcome;
  outcome.condition_held = false;
  outcome.found = true;
  outcome.version = At(9);
  Reply answer;
  kv::Condition condition;
  condition.kind = kv::Condition::Kind::kAbsent;
  register_calls::TakeWrite("k", condition, outcome, answer);
  EXPECT_EQ(ReasonOf(answer.status), "CONDITION_FAILED");
  ASSERT_EQ(answer.write.results.size(), 1u);
  EXPECT_EQ(answer.write.results[0].version, 9u);
  EXPECT_EQ(answer.write.version, 0u);
}

TEST(RegisterCallsTest, APlainReadShowsTheValueUnderItsOwnVersionAndNoPromise) {
  quorum::RegisterBody body;
  body.promised = At(20);
  EXPECT_FALSE(register_calls::PlainRecord("k", RegisterRecord(body)).has_value());
  body.value.accepted = At(20);
  body.value.origin = At(9);
  body.value.present = true;
  body.value.bytes = "v";
  const auto shown = register_calls::PlainRecord("k", RegisterRecord(body));
  ASSERT_TRUE(shown.has_value());
  EXPECT_EQ(shown->value, "v");
  EXPECT_EQ(shown->version, 9u);
}

TEST(QuorumStoreTest, TheBallotFloorIsThereAfterARestart) {
  MemEngine engine{MemEngineOptions{}};
  QuorumStore store(PartitionId(7), engine);
  EXPECT_FALSE(store.Restore()->floor);
  const std::vector<quorum::Effect> effects = {quorum::RaiseFloor{At(9)},
                                               quorum::Checkpoint{{}, true, {}, {"k"}}};
  ASSERT_TRUE(store.Apply(EncodeEffects(effects), LogIndex(1)).ok());
  ASSERT_TRUE(store.Releasable().ok());
  EXPECT_EQ(QuorumStore(PartitionId(7), engine).Restore()->floor, At(9));
}

}  // namespace
}  // namespace quorate
