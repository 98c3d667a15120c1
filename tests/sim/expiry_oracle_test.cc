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

TEST_F(ExpiryOracleTest, NothingIsPromisedOfAPutInDoubtNorAfterTheEnd) {
  End(Put(0, "a"), 10, Outcome::kUnknown);
  EXPECT_EQ(Read(500, 510, "a"), "");
  End(Put(600, "b"), 610);
  EXPECT_EQ(Read(10'000, 10'001, "b"), "");
}

}  // namespace
}  // namespace quorate::sim
