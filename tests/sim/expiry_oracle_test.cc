#include "sim/expiry_oracle.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace quorate::sim {
namespace {

constexpr absl::Duration kMs = absl::Milliseconds(1);

// Puts of x0 that live for 100 ms, and a bound of 20 ms.
class ExpiryOracleTest : public ::testing::Test {
 protected:
  ExpiryOracleTest() { oracle_.Expect(20 * kMs, absl::Seconds(10)); }

  Op Put(int64_t invoked, const std::string& value) {
    Op op = Make(invoked);
    kv::Mutation put;
    put.key = "x0";
    put.value = value;
    put.ttl_us = 100'000;
    op.mutations.push_back(std::move(put));
    oracle_.Invoked(op);
    return op;
  }
  void End(Op op, int64_t returned, Outcome outcome = Outcome::kDone) {
    op.outcome = outcome;
    op.returned = returned * kMs;
    EXPECT_EQ(oracle_.Returned(op), "");
  }
  // An addition, or a put under a condition: what it was told, and whether that
  // can be.
  std::string Write(int64_t invoked, int64_t returned, kv::Mutation mutation, bool existed,
                    bool held = true, int64_t counter = 0) {
    Op op = Make(invoked);
    mutation.key = "x0";
    mutation.ttl_us = 100'000;
    op.mutations.push_back(std::move(mutation));
    op.level = Level::kQuorum;
    oracle_.Invoked(op);
    op.outcome = Outcome::kDone;
    op.returned = returned * kMs;
    op.reply.write.results.push_back({1, existed, counter});
    if (!held) op.reply.write.status = absl::FailedPreconditionError("CONDITION_FAILED");
    return oracle_.Returned(op);
  }
  std::string Add(int64_t invoked, int64_t returned, bool existed, int64_t counter) {
    kv::Mutation add;
    add.action = kv::Mutation::Action::kAdd;
    add.delta = 3;
    return Write(invoked, returned, add, existed, true, counter);
  }
  std::string PutIf(kv::Condition::Kind kind, int64_t invoked, int64_t returned, bool held) {
    kv::Mutation put;
    put.value = "c";
    put.condition.kind = kind;
    put.condition.value = "a";
    const bool absent = kind == kv::Condition::Kind::kAbsent;
    return Write(invoked, returned, put, held != absent, held);
  }
  std::string Read(int64_t invoked, int64_t returned, std::optional<std::string> value) {
    Op op = Make(invoked);
    op.kind = OpKind::kLookup;
    op.level = Level::kLinearizable;
    op.keys = {"x0"};
    op.returned = returned * kMs;
    op.outcome = Outcome::kDone;
    op.reply.found.emplace_back();
    if (value) op.reply.found.back() = kv::Record{"x0", *value, 1};
    return oracle_.Returned(op);
  }

  ExpiryOracle oracle_;

 private:
  Op Make(int64_t invoked) {
    Op op;
    op.id = next_id_++;
    op.partition = PartitionId(2);
    op.invoked = invoked * kMs;
    return op;
  }
  uint64_t next_id_ = 1;
};

TEST_F(ExpiryOracleTest, AKeyMayBeFoundUntilItsTimeAndTheBoundArePast) {
  End(Put(0, "a"), 10);
  EXPECT_EQ(Read(129, 135, "a"), "");
  EXPECT_NE(Read(131, 135, "a"), "");
}

TEST_F(ExpiryOracleTest, AKeyMayBeGoneOnceItsTimeLessTheBoundIsPast) {
  End(Put(0, "a"), 10);
  EXPECT_NE(Read(70, 79, std::nullopt), "");
  EXPECT_EQ(Read(70, 80, std::nullopt), "");
}

TEST_F(ExpiryOracleTest, AWriteThatMayHaveComeBetweenExcusesAnAbsentKey) {
  End(Put(0, "a"), 10);
  const Op doubtful = Put(20, "b");
  EXPECT_EQ(Read(30, 40, std::nullopt), "");
  End(doubtful, 50, Outcome::kUnknown);
  EXPECT_EQ(Read(60, 70, std::nullopt), "");
}

TEST_F(ExpiryOracleTest, AWriteThatEndedBeforeIsNoExcuse) {
  End(Put(0, "a"), 10);
  End(Put(20, "b"), 30);
  EXPECT_NE(Read(60, 70, std::nullopt), "");
}

TEST_F(ExpiryOracleTest, AConditionSeesAKeyUntilItExpiresAndNotAfter) {
  using Kind = kv::Condition::Kind;
  End(Put(0, "a"), 10);
  EXPECT_NE(PutIf(Kind::kAbsent, 20, 30, true), "");
  End(Put(1000, "a"), 1010);
  EXPECT_NE(PutIf(Kind::kPresent, 1020, 1030, false), "");
  EXPECT_EQ(PutIf(Kind::kAbsent, 1040, 1050, false), "");
  EXPECT_NE(PutIf(Kind::kAbsent, 1131, 1135, false), "");
  EXPECT_NE(PutIf(Kind::kPresent, 1131, 1135, true), "");
  EXPECT_NE(PutIf(Kind::kValue, 1431, 1435, true), "");
  EXPECT_EQ(PutIf(Kind::kAbsent, 1631, 1635, true), "");
}

TEST_F(ExpiryOracleTest, AWriteThatWasRefusedMadeNothing) {
  End(Put(0, "a"), 10);
  EXPECT_EQ(PutIf(kv::Condition::Kind::kAbsent, 120, 125, false), "");
  EXPECT_NE(Read(150, 160, "c"), "");
}

TEST_F(ExpiryOracleTest, AnAdditionLeavesTheTimeOfWhatItFinds) {
  EXPECT_EQ(Add(0, 10, false, 3), "");
  EXPECT_EQ(Add(90, 95, true, 6), "");
  EXPECT_EQ(Read(110, 120, std::nullopt), "");
  EXPECT_NE(Read(131, 135, "6"), "");
  EXPECT_NE(Add(131, 135, true, 9), "");
}

TEST_F(ExpiryOracleTest, AnAdditionBeginsAnewAfterTheTimeAndNotBefore) {
  EXPECT_EQ(Add(0, 10, false, 3), "");
  EXPECT_NE(Add(20, 30, false, 3), "");
  EXPECT_EQ(Add(500, 510, false, 3), "");
  EXPECT_NE(Add(1000, 1010, false, 6), "");
}

TEST_F(ExpiryOracleTest, NothingIsPromisedOfAPutInDoubtNorAfterTheEnd) {
  End(Put(0, "a"), 10, Outcome::kUnknown);
  EXPECT_EQ(Read(500, 510, "a"), "");
  End(Put(600, "b"), 610);
  EXPECT_EQ(Read(10'000, 10'001, "b"), "");
}

}  // namespace
}  // namespace quorate::sim
