// Blind writes that come to a leaderless replica together.
#include "replica/quorum_runs.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "quorum/session.h"
#include "quorum_world.h"

namespace quorate {
namespace {

using Action = kv::Mutation::Action;

Request Put(std::string key, std::string value, Level level = Level::kQuorum) {
  Request request;
  request.level = level;
  kv::Mutation& mutation = request.op.emplace<kv::Command>().mutations.emplace_back();
  mutation.key = std::move(key);
  mutation.value = std::move(value);
  return request;
}

Request Delete(std::string key) {
  Request request = Put(std::move(key), "");
  std::get<kv::Command>(request.op).mutations.front().action = Action::kDelete;
  return request;
}

class QuorumRunsTest : public ::testing::Test {
 protected:
  QuorumRunsTest() { world_.AllowRuns(true); }
  std::string Value(uint32_t node, const std::string& key) {
    const Reply reply = world_.Read(node, key, Level::kOne);
    return reply.found.front() ? reply.found.front()->value : "";
  }
  // As asked in one turn; all are done.
  std::vector<Reply> Do(std::vector<Request> requests) {
    std::vector<Reply> replies = world_.AskTogether(1, std::move(requests));
    for (const Reply& reply : replies) EXPECT_TRUE(reply.status.ok()) << reply.status;
    return replies;
  }

  QuorumWorld world_{Conflict::kLww, 3};
};

TEST_F(QuorumRunsTest, EachIsToldItsOwnVersionAndWhatItsSessionIsToNote) {
  const std::vector<Reply> replies = Do([] {
    std::vector<Request> requests;
    requests.push_back(Put("a", "1"));
    requests.push_back(Put("b", "2"));
    requests.push_back(Delete("a"));
    requests.push_back(Delete("c"));
    return requests;
  }());
  EXPECT_EQ(world_.runs_told(), 4u) << "a full disk refuses the puts alone";
  uint64_t before = 0;
  for (const Reply& reply : replies) {
    EXPECT_GT(reply.receipt.version, before);
    before = reply.receipt.version;
    ASSERT_EQ(reply.write.results.size(), 1u);
    EXPECT_EQ(reply.write.results.front().version, before);
    EXPECT_EQ(reply.receipt.achieved, Level::kQuorum);
    EXPECT_GE(reply.receipt.durable, 2u);
    const auto seen = quorum::DecodeSessionPart(reply.receipt.seen);
    ASSERT_TRUE(seen.ok());
    EXPECT_FALSE(seen->dots.empty());
    EXPECT_GE(seen->time.value(), before);
  }
  for (uint32_t node = 1; node <= 3; ++node) {
    EXPECT_EQ(Value(node, "a"), "");
    EXPECT_EQ(Value(node, "b"), "2");
    EXPECT_EQ(world_.Read(node, "b", Level::kOne).receipt.version, replies[1].receipt.version);
  }
}

// What is in between is done in its place.
TEST_F(QuorumRunsTest, WhateverIsNoBlindWriteGoesByItself) {
  const std::vector<Reply> replies = Do([] {
    std::vector<Request> requests;
    requests.push_back(Put("a", "1"));
    requests.push_back(Put("a", "2"));
    Request read;
    read.level = Level::kOne;
    read.op = Lookup{{"a"}};
    requests.push_back(std::move(read));
    requests.push_back(Put("a", "3", Level::kOne));
    requests.push_back(Put("a", "4", Level::kAll));
    return requests;
  }());
  ASSERT_TRUE(replies[2].found.front());
  EXPECT_EQ(replies[2].found.front()->value, "2");
  EXPECT_EQ(world_.runs_told(), 2u) << "one is no run";
  EXPECT_EQ(Value(2, "a"), "4");
  EXPECT_GT(replies[4].receipt.version, replies[3].receipt.version);
}

TEST_F(QuorumRunsTest, WhatIsRefusedHoldsNobodyElseUp) {
  std::vector<Request> requests;
  requests.push_back(Put("a", "1"));
  requests.push_back(Put("b", "2"));
  std::get<kv::Command>(requests.back().op).mutations.front().condition.kind =
      kv::Condition::Kind::kAbsent;
  requests.push_back(Put("c", "3"));
  const std::vector<Reply> replies = world_.AskTogether(1, std::move(requests));
  EXPECT_TRUE(replies[0].status.ok());
  EXPECT_EQ(ReasonOf(replies[1].status), "NEEDS_ONE_ORDER");
  EXPECT_TRUE(replies[2].status.ok());
  EXPECT_EQ(Value(3, "c"), "3");
}

TEST_F(QuorumRunsTest, AllAreToldWhereTheLevelIsNotReached) {
  world_.Cut(1, 2);
  world_.Cut(1, 3);
  std::vector<Request> requests;
  for (const char* key : {"a", "b", "c"}) requests.push_back(Put(key, "1"));
  for (const Reply& reply : world_.AskTogether(1, std::move(requests))) {
    EXPECT_EQ(ReasonOf(reply.status), "DEADLINE_EXCEEDED");
    EXPECT_EQ(AppliedOf(reply.status), Applied::kUnknown);
  }
  world_.Heal();
  world_.Settle();
  EXPECT_EQ(Value(3, "c"), "1");
}

// A build of before could read neither the message nor the log.
TEST_F(QuorumRunsTest, NobodyIsToldOfRunsBeforeAllCanReadThem) {
  world_.AllowRuns(false);
  Do([] {
    std::vector<Request> requests;
    for (const char* key : {"a", "b", "c"}) requests.push_back(Put(key, "1"));
    return requests;
  }());
  EXPECT_EQ(world_.runs_told(), 0u);
  EXPECT_EQ(Value(2, "c"), "1");
}

TEST(QuorumRunsOfPoliciesTest, OfAPolicyThatMergesThereAreNone) {
  QuorumWorld world(Conflict::kSiblings, 3);
  world.AllowRuns(true);
  std::vector<Request> requests;
  requests.push_back(Put("a", "1"));
  requests.push_back(Put("a", "2"));
  for (const Reply& reply : world.AskTogether(1, std::move(requests))) {
    EXPECT_TRUE(reply.status.ok()) << reply.status;
  }
  EXPECT_EQ(world.runs_told(), 0u);
}

}  // namespace
}  // namespace quorate
