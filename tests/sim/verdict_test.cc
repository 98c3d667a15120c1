#include "sim/verdict.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "sim/client_writers.h"

namespace quorate::sim {
namespace {

Reply Refused(const char* reason, Applied applied) {
  Reply reply;
  reply.status = MakeError(absl::StatusCode::kFailedPrecondition, reason, "no", applied);
  return reply;
}

Reply Told(kv::Fate fate) {
  Reply reply;
  reply.write.fate = fate;
  return reply;
}

const Op& Write() {
  static const Op op = [] {
    Op made;
    made.level = Level::kQuorum;
    return made;
  }();
  return op;
}

TEST(VerdictTest, ARefusalSettlesAWriteOnlyWhereNoCopyWasSentBefore) {
  const Reply reply = Refused("NOT_LEADER", Applied::kNo);
  EXPECT_EQ(Conclude(Write(), reply, Asked::kAgain, /*doubt=*/false), Outcome::kFailed);
  EXPECT_EQ(Conclude(Write(), reply, Asked::kAgain, /*doubt=*/true), Outcome::kUnknown);
}

TEST(VerdictTest, TheStateMachinesOwnVerdictsEndADoubt) {
  const auto conclude = [](const char* reason) {
    return Conclude(Write(), Refused(reason, Applied::kNo), Asked::kAgain, /*doubt=*/true);
  };
  EXPECT_EQ(conclude("CONDITION_FAILED"), Outcome::kDone);
  EXPECT_EQ(conclude("NOT_A_COUNTER"), Outcome::kFailed);
  EXPECT_EQ(conclude("WRITE_FENCED"), Outcome::kFailed);
}

TEST(VerdictTest, AForgottenWriterSettlesOnlyTheFirstCopy) {
  const Reply reply = Refused("WRITER_EXPIRED", Applied::kUnknown);
  EXPECT_EQ(Conclude(Write(), reply, Asked::kAgain, /*doubt=*/false), Outcome::kFailed);
  EXPECT_EQ(Conclude(Write(), reply, Asked::kAgain, /*doubt=*/true), Outcome::kUnknown);
}

TEST(VerdictTest, AFateIsBelieved) {
  const auto conclude = [](kv::Fate fate) {
    return Conclude(Write(), Told(fate), Asked::kFate, /*doubt=*/true);
  };
  EXPECT_EQ(conclude(kv::Fate::kApplied), Outcome::kDone);
  EXPECT_EQ(conclude(kv::Fate::kNever), Outcome::kFailed);
  EXPECT_EQ(conclude(kv::Fate::kExpired), Outcome::kUnknown);
}

TEST(VerdictTest, AWriteUnderWayCanNotBeSettledOrFencedByNobody) {
  EXPECT_NE(Impossible(Refused("WRITE_SETTLED", Applied::kUnknown), Asked::kAgain, false), "");
  EXPECT_NE(Impossible(Refused("WRITE_FENCED", Applied::kNo), Asked::kAgain, false), "");
  EXPECT_EQ(Impossible(Refused("WRITE_FENCED", Applied::kNo), Asked::kAgain, true), "");
  EXPECT_NE(Impossible(Told(kv::Fate::kSettled), Asked::kFate, true), "");
}

TEST(ClientWritersTest, SettlesUpToTheFirstWriteThatIsStillUnderWay) {
  ClientWriters writers;
  const PartitionId partition(2);
  EXPECT_FALSE(writers.Number(0, partition));
  ASSERT_TRUE(writers.WantsOpening(0, partition));
  EXPECT_FALSE(writers.WantsOpening(0, partition));
  writers.Opened(0, partition, 7);
  const auto first = writers.Number(0, partition);
  const auto second = writers.Number(0, partition);
  ASSERT_TRUE(first && second);
  writers.Settle(0, partition, *second);
  EXPECT_EQ(writers.Number(0, partition)->settled_below, first->sequence);
  writers.Settle(0, partition, *first);
  EXPECT_EQ(writers.Number(0, partition)->settled_below, second->sequence + 1);
}

}  // namespace
}  // namespace quorate::sim
