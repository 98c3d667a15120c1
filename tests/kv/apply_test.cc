// What each action and condition means.
#include "kv/apply.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "kv/layout.h"
#include "world.h"

namespace quorate::kv {
namespace {

using Kind = Condition::Kind;

class ApplyTest : public ::testing::Test {
 protected:
  void ExpectFails(const CommandResult& result, const std::string& reason) {
    EXPECT_EQ(result.status.code(), absl::StatusCode::kFailedPrecondition) << result.status;
    EXPECT_EQ(ReasonOf(result.status), reason);
    EXPECT_EQ(AppliedOf(result.status), Applied::kNo);
    EXPECT_EQ(result.version, 0u);
  }

  std::unique_ptr<Engine> engine_ = MakeEngine(EngineKind::kMemory);
  Partition partition_{*engine_};
};

TEST_F(ApplyTest, APutTakesTheNextVersion) {
  EXPECT_EQ(partition_.Run(Put("a", "1")).version, 1u);
  const CommandResult second = partition_.Run(Put("a", "2"));
  EXPECT_EQ(second.version, 2u);
  EXPECT_EQ(second.results.at(0).version, 2u);
  EXPECT_EQ(partition_.ValueOf("a"), "2");
  EXPECT_EQ(partition_.VersionOf("a"), 2u);
}

TEST_F(ApplyTest, AnEmptyValueIsAValue) {
  partition_.Run(Put("a", ""));
  EXPECT_EQ(partition_.ValueOf("a"), "");
  EXPECT_TRUE(partition_.Run(If(Kind::kPresent, Put("a", "1"))).status.ok());
}

TEST_F(ApplyTest, ADeleteTellsWhetherThereWasAnything) {
  partition_.Run(Put("a", "1"));
  const CommandResult first = partition_.Run(Delete("a"));
  EXPECT_EQ(first.version, 2u);
  EXPECT_EQ(first.results.at(0).version, 0u);
  EXPECT_TRUE(first.results.at(0).existed);
  EXPECT_EQ(partition_.ValueOf("a"), "-");
  const CommandResult second = partition_.Run(Delete("a"));
  EXPECT_TRUE(second.status.ok());
  EXPECT_FALSE(second.results.at(0).existed);
}

TEST_F(ApplyTest, WhatChangesNothingTakesNoVersion) {
  partition_.Run(Put("a", "1"));
  EXPECT_EQ(partition_.Run(Delete("none")).version, 0u);
  EXPECT_EQ(partition_.Run(If(Kind::kAbsent, Put("a", "2"))).version, 0u);
  EXPECT_EQ(partition_.Run(Add("a x", INT64_MAX)).version, 2u);
  EXPECT_EQ(partition_.Run(Add("a x", 1)).version, 0u);
  EXPECT_EQ(partition_.Run(Put("a", "2")).version, 3u);
}

TEST_F(ApplyTest, ConditionsHoldAsTheySay) {
  EXPECT_TRUE(partition_.Run(If(Kind::kAbsent, Put("a", "1"))).status.ok());
  EXPECT_TRUE(partition_.Run(If(Kind::kPresent, Put("a", "2"))).status.ok());
  EXPECT_TRUE(partition_.Run(IfVersion(2, Put("a", "3"))).status.ok());
  EXPECT_TRUE(partition_.Run(IfValue("3", Put("a", "4"))).status.ok());
  EXPECT_TRUE(partition_.Run(IfVersion(0, Put("new", "1"))).status.ok());
  EXPECT_TRUE(partition_.Run(IfValue("4", Delete("a"))).results.at(0).existed);
  EXPECT_EQ(partition_.ValueOf("a"), "-");
}

TEST_F(ApplyTest, AFailedConditionTellsTheVersionFoundAndDoesNothing) {
  partition_.Run(Put("a", "1"));
  partition_.Run(Put("a", "2"));
  for (const Mutation& mutation :
       {If(Kind::kAbsent, Put("a", "x")), IfVersion(1, Put("a", "x")), IfVersion(0, Put("a", "x")),
        IfValue("1", Put("a", "x")), IfValue("", Delete("a")), IfVersion(9, Add("a", 1))}) {
    const CommandResult result = partition_.Run(mutation);
    ExpectFails(result, "CONDITION_FAILED");
    EXPECT_EQ(result.results.at(0).version, 2u);
    EXPECT_TRUE(result.results.at(0).existed);
    EXPECT_EQ(partition_.ValueOf("a"), "2");
  }
  for (const Mutation& mutation : {If(Kind::kPresent, Put("b", "x")), IfVersion(2, Put("b", "x")),
                                   IfValue("", Put("b", "x"))}) {
    const CommandResult result = partition_.Run(mutation);
    ExpectFails(result, "CONDITION_FAILED");
    EXPECT_EQ(result.results.at(0).version, 0u);
    EXPECT_EQ(partition_.ValueOf("b"), "-");
  }
}

TEST_F(ApplyTest, CountersAreDecimalText) {
  EXPECT_EQ(partition_.Run(Add("n", 5)).results.at(0).counter, 5);
  const CommandResult second = partition_.Run(Add("n", -12));
  EXPECT_EQ(second.results.at(0).counter, -7);
  EXPECT_TRUE(second.results.at(0).existed);
  EXPECT_EQ(partition_.ValueOf("n"), "-7");
  partition_.Run(Put("n", "40"));
  EXPECT_EQ(partition_.Run(Add("n", 2)).results.at(0).counter, 42);
}

TEST_F(ApplyTest, WhatIsNoNumberIsNotCounted) {
  for (const char* text : {"", "abc", "1 ", " 1", "+1", "1.5", "0x1", "9223372036854775808"}) {
    partition_.Run(Put("n", text));
    ExpectFails(partition_.Run(Add("n", 1)), "NOT_A_COUNTER");
    EXPECT_EQ(partition_.ValueOf("n"), text);
  }
}

TEST_F(ApplyTest, ACounterDoesNotWrapAround) {
  partition_.Run(Add("n", INT64_MAX));
  ExpectFails(partition_.Run(Add("n", 1)), "COUNTER_OVERFLOW");
  EXPECT_EQ(partition_.Run(Add("n", INT64_MIN)).results.at(0).counter, -1);
  partition_.Run(Put("n", std::to_string(INT64_MIN)));
  ExpectFails(partition_.Run(Add("n", -1)), "COUNTER_OVERFLOW");
}

TEST_F(ApplyTest, ABatchIsTakenInOrderUnderOneVersion) {
  const CommandResult result =
      partition_.Run({Put("a", "1"), Put("b", "2"), Add("n", 1), Add("n", 1), Delete("b")});
  EXPECT_EQ(result.version, 1u);
  EXPECT_EQ(result.results.at(3).counter, 2);
  EXPECT_TRUE(result.results.at(4).existed);
  EXPECT_EQ(partition_.VersionOf("a"), 1u);
  EXPECT_EQ(partition_.VersionOf("n"), 1u);
  EXPECT_EQ(partition_.ValueOf("b"), "-");
}

TEST_F(ApplyTest, AllOfABatchOrNothing) {
  partition_.Run({Put("a", "old"), Put("text", "x"), Put("gone", "old")});
  const CommandResult condition =
      partition_.Run({Put("a", "new"), If(Kind::kPresent, Put("none", "1"))});
  ExpectFails(condition, "CONDITION_FAILED");
  const CommandResult counter =
      partition_.Run({Put("a", "new"), Put("b", "new"), Delete("gone"), Add("text", 1)});
  ExpectFails(counter, "NOT_A_COUNTER");
  EXPECT_TRUE(counter.results.empty());
  EXPECT_EQ(partition_.ValueOf("a"), "old");
  EXPECT_EQ(partition_.ValueOf("b"), "-");
  EXPECT_EQ(partition_.ValueOf("gone"), "old");
  EXPECT_EQ(partition_.state.applied().last_version, 1u);
}

TEST_F(ApplyTest, ConditionsLookAtTheStateBeforeTheBatch) {
  EXPECT_TRUE(partition_.Run({Put("a", "1"), If(Kind::kAbsent, Put("a", "2"))}).status.ok());
  EXPECT_EQ(partition_.ValueOf("a"), "2");
  const CommandResult result = partition_.Run({Delete("a"), IfValue("2", Delete("a"))});
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_FALSE(result.results.at(1).existed) << "the first mutation took it";
}

TEST_F(ApplyTest, ADamagedRecordStopsTheReplica) {
  partition_.Run(Put("n", "1"));
  EngineBatch batch;
  batch.PutKey(RecordKey(kPartition, "n"), "damaged");
  ASSERT_TRUE(engine_->Write(batch).ok());
  const Command command{{Add("n", 1)}};
  const LogEntry entry = CommandEntry(LogIndex(2), {command});
  const auto applied = partition_.state.Apply({entry}, "members");
  EXPECT_EQ(applied.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(partition_.state.applied().index, LogIndex(1));
}

}  // namespace
}  // namespace quorate::kv
