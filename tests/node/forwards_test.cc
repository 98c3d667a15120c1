#include "node/forwards.h"

#include <gtest/gtest.h>

#include "base/boot.h"
#include "base/error.h"
#include "node/replay_window.h"

namespace quorate {
namespace {

constexpr absl::Duration kNow = absl::Milliseconds(1);

Request Read(absl::Duration deadline) {
  Request request;
  request.deadline = deadline;
  request.op = Lookup{{"k"}};
  return request;
}

Request Write(absl::Duration deadline) {
  Request request = Read(deadline);
  request.op = kv::Command{};
  return request;
}

struct Answers {
  std::vector<absl::Status> all;
  ReplyFn Taker() {
    return [this](Reply reply) { all.push_back(reply.status); };
  }
};

TEST(ForwardsTest, AReplyAnswersItsRequestOnceAndOnlyFromTheNodeAsked) {
  Forwards forwards(Boot(1), 0, 1);
  Answers answers;
  const uint64_t id = forwards.Add(NodeId(2), Write(absl::Seconds(1)), kNow, answers.Taker());
  forwards.Complete(id, NodeId(3), Reply{}, kNow);
  EXPECT_TRUE(answers.all.empty());
  forwards.Complete(id, NodeId(2), Reply{}, kNow);
  forwards.Complete(id, NodeId(2), Reply{}, kNow);
  ASSERT_EQ(answers.all.size(), 1u);
  EXPECT_TRUE(answers.all[0].ok());
}

// Or whoever asked this node would avoid it.
TEST(ForwardsTest, SaysWhichNodeItIsThatIsGoingDown) {
  Forwards asked(Boot(1), 0, 1), between(Boot(1), 0, 1);
  Answers answers;
  const uint64_t first = asked.Add(NodeId(2), Read(absl::Seconds(1)), kNow, answers.Taker());
  const uint64_t second = between.Add(NodeId(3), Read(absl::Seconds(1)), kNow, [&](Reply reply) {
    asked.Complete(first, NodeId(2), std::move(reply), kNow);
  });
  Reply reply;
  reply.status = MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "n3 is shutting down");
  between.Complete(second, NodeId(3), std::move(reply), kNow);
  ASSERT_EQ(answers.all.size(), 1u);
  EXPECT_EQ(ErrorDetailsOf(answers.all[0]).at("going_down"), "n3");
}

TEST(ForwardsTest, WhoIsGoingDownItselfNamesNobodyElse) {
  Forwards forwards(Boot(1), 0, 1);
  Answers answers;
  forwards.Add(NodeId(2), Read(absl::Seconds(1)), kNow, answers.Taker());
  forwards.FailAll();
  ASSERT_EQ(answers.all.size(), 1u);
  EXPECT_EQ(ReasonOf(answers.all[0]), "SHUTTING_DOWN");
  EXPECT_FALSE(ErrorDetailsOf(answers.all[0]).contains("going_down"));
}

TEST(ForwardsTest, TellsHowLongARequestWasOnTheWay) {
  Forwards forwards(Boot(1), 0, 1);
  Request request = Write(absl::Seconds(1));
  request.arrived = absl::Milliseconds(1);
  request.taken = absl::Milliseconds(4);
  StageTimings told;
  const uint64_t id = forwards.Add(NodeId(2), request, absl::Milliseconds(4),
                                   [&told](Reply reply) { told = reply.timings; });
  Reply reply;
  reply.timings = {.queued = absl::Milliseconds(2),
                   .agreed = absl::Milliseconds(10),
                   .logged = absl::Milliseconds(7),
                   .forwarded = {}};
  forwards.Complete(id, NodeId(2), std::move(reply), absl::Milliseconds(21));
  EXPECT_EQ(told.queued, absl::Milliseconds(5));
  EXPECT_EQ(told.agreed, absl::Milliseconds(10));
  EXPECT_EQ(told.logged, absl::Milliseconds(7));
  EXPECT_EQ(told.forwarded, absl::Milliseconds(5));
}

TEST(ForwardsTest, ALostPeerLeavesWritesUnknownAndReadsNotDone) {
  Forwards forwards(Boot(1), 0, 1);
  Answers writes;
  Answers reads;
  Answers others;
  forwards.Add(NodeId(2), Write(absl::Seconds(1)), kNow, writes.Taker());
  forwards.Add(NodeId(2), Read(absl::Seconds(1)), kNow, reads.Taker());
  forwards.Add(NodeId(3), Write(absl::Seconds(1)), kNow, others.Taker());
  forwards.Lose(NodeId(2));
  ASSERT_EQ(writes.all.size(), 1u);
  EXPECT_EQ(AppliedOf(writes.all[0]), Applied::kUnknown);
  ASSERT_EQ(reads.all.size(), 1u);
  EXPECT_EQ(AppliedOf(reads.all[0]), Applied::kNo);
  EXPECT_TRUE(others.all.empty());
}

TEST(ForwardsTest, ATimeOutOfAWriteIsUnknown) {
  Forwards forwards(Boot(1), 0, 1);
  Answers answers;
  forwards.Add(NodeId(2), Write(absl::Seconds(1)), kNow, answers.Taker());
  forwards.Expire(absl::Milliseconds(999));
  EXPECT_TRUE(answers.all.empty());
  forwards.Expire(absl::Seconds(1));
  ASSERT_EQ(answers.all.size(), 1u);
  EXPECT_TRUE(absl::IsDeadlineExceeded(answers.all[0]));
  EXPECT_EQ(AppliedOf(answers.all[0]), Applied::kUnknown);
}

TEST(ForwardsTest, IdsOfTwoLivesAndOfTwoWorkersNeverMeet) {
  Answers answers;
  const Boot boot = NextBoot(Boot(), 12345);
  Forwards before(boot, 0, 2);
  Forwards other(boot, 1, 2);
  Forwards after(NextBoot(boot, 7), 0, 2);
  for (int i = 0; i < 100; ++i) {
    const uint64_t a = before.Add(NodeId(2), Write(absl::Seconds(1)), kNow, answers.Taker());
    const uint64_t b = other.Add(NodeId(2), Write(absl::Seconds(1)), kNow, answers.Taker());
    const uint64_t c = after.Add(NodeId(2), Write(absl::Seconds(1)), kNow, answers.Taker());
    EXPECT_NE(a, b);
    EXPECT_LT(a, c);
    EXPECT_EQ(Forwards::WorkerOf(a, 2), 0u);
    EXPECT_EQ(Forwards::WorkerOf(b, 2), 1u);
    EXPECT_EQ(Forwards::WorkerOf(c, 2), 0u);
  }
}

TEST(ForwardsTest, WhatAPeerTakesFromALaterLifeIsNeverTakenForARepeat) {
  Answers answers;
  ReplayWindow peers;
  Boot boot;
  for (uint64_t start = 1; start <= 40; ++start) {
    boot = NextBoot(boot, 0x9e3779b97f4a7c15 * start);
    Forwards forwards(boot, 0, 1);
    for (int i = 0; i < 3; ++i) {
      const uint64_t id = forwards.Add(NodeId(2), Write(absl::Seconds(1)), kNow, answers.Taker());
      ASSERT_TRUE(peers.Admit(id)) << "start " << start;
    }
  }
}

}  // namespace
}  // namespace quorate
