#include "node/forwards.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate {
namespace {

struct Answers {
  std::vector<absl::Status> all;
  ReplyFn Taker() {
    return [this](Reply reply) { all.push_back(reply.status); };
  }
};

TEST(ForwardsTest, AReplyAnswersItsRequestOnceAndOnlyFromTheNodeAsked) {
  Forwards forwards(Boot(1), 0, 1);
  Answers answers;
  const uint64_t id = forwards.Add(NodeId(2), true, absl::Seconds(1), answers.Taker());
  forwards.Complete(id, NodeId(3), Reply{});
  EXPECT_TRUE(answers.all.empty());
  forwards.Complete(id, NodeId(2), Reply{});
  forwards.Complete(id, NodeId(2), Reply{});
  ASSERT_EQ(answers.all.size(), 1u);
  EXPECT_TRUE(answers.all[0].ok());
}

TEST(ForwardsTest, ALostPeerLeavesWritesUnknownAndReadsNotDone) {
  Forwards forwards(Boot(1), 0, 1);
  Answers writes;
  Answers reads;
  Answers others;
  forwards.Add(NodeId(2), true, absl::Seconds(1), writes.Taker());
  forwards.Add(NodeId(2), false, absl::Seconds(1), reads.Taker());
  forwards.Add(NodeId(3), true, absl::Seconds(1), others.Taker());
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
  forwards.Add(NodeId(2), true, absl::Seconds(1), answers.Taker());
  forwards.Expire(absl::Milliseconds(999));
  EXPECT_TRUE(answers.all.empty());
  forwards.Expire(absl::Seconds(1));
  ASSERT_EQ(answers.all.size(), 1u);
  EXPECT_TRUE(absl::IsDeadlineExceeded(answers.all[0]));
  EXPECT_EQ(AppliedOf(answers.all[0]), Applied::kUnknown);
}

TEST(ForwardsTest, IdsOfTwoLivesAndOfTwoWorkersNeverMeet) {
  Answers answers;
  Forwards before(Boot(1), 0, 2);
  Forwards other(Boot(1), 1, 2);
  Forwards after(Boot(2), 0, 2);
  for (int i = 0; i < 100; ++i) {
    const uint64_t a = before.Add(NodeId(2), true, absl::Seconds(1), answers.Taker());
    const uint64_t b = other.Add(NodeId(2), true, absl::Seconds(1), answers.Taker());
    const uint64_t c = after.Add(NodeId(2), true, absl::Seconds(1), answers.Taker());
    EXPECT_NE(a, b);
    EXPECT_LT(a, c);
    EXPECT_EQ(Forwards::WorkerOf(a, 2), 0u);
    EXPECT_EQ(Forwards::WorkerOf(b, 2), 1u);
    EXPECT_EQ(Forwards::WorkerOf(c, 2), 0u);
  }
}

}  // namespace
}  // namespace quorate
