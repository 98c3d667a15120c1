// Writers of a leaderless partition and what became of their writes, as requests.
#include <gtest/gtest.h>

#include "base/error.h"
#include "quorum_world.h"
#include "replica/quorum_store.h"

namespace quorate {
namespace {

using Action = kv::Command::Action;

Reply Ask(QuorumWorld& world, uint32_t node, Action action, kv::Identity identity,
          Level level = Level::kOne) {
  Request request;
  request.level = level;
  auto& command = request.op.emplace<kv::Command>();
  command.action = action;
  command.identity = identity;
  if (action == Action::kMutate) command.mutations.push_back(AddTo(1));
  return world.Ask(node, std::move(request));
}

TEST(QuorumOperationsTest, AnAdditionUnderAnIdentityHappensOnceAndItsFateIsTold) {
  QuorumWorld world(Conflict::kCounter, 3);
  const Reply opened = Ask(world, 1, Action::kOpenWriter, {});
  ASSERT_TRUE(opened.status.ok()) << opened.status;
  const kv::Identity first{opened.write.writer, 1, 0};
  for (int i = 0; i < 2; ++i) {
    const Reply added = Ask(world, 1, Action::kMutate, first, Level::kQuorum);
    ASSERT_TRUE(added.status.ok()) << added.status;
    EXPECT_EQ(added.write.results.front().counter, 1);
  }
  const Reply applied = Ask(world, 3, Action::kFence, first, Level::kAll);
  ASSERT_TRUE(applied.status.ok()) << applied.status;
  EXPECT_EQ(applied.write.fate, kv::Fate::kApplied);
  EXPECT_EQ(applied.receipt.achieved, Level::kAll);
  EXPECT_EQ(applied.write.results.front().counter, 1);
  const kv::Identity second{opened.write.writer, 2, 0};
  EXPECT_EQ(Ask(world, 2, Action::kLook, second).write.fate, kv::Fate::kPossible);
  EXPECT_EQ(Ask(world, 2, Action::kFence, second).write.fate, kv::Fate::kNever);
  EXPECT_EQ(ReasonOf(Ask(world, 1, Action::kMutate, second).status), "WRITE_FENCED");
}

// Its writer has not read what took its place, and must not replace that unseen.
TEST(QuorumOperationsTest, AWriteThatComesAgainIsToldNothingOfWhatReplacedIt) {
  QuorumWorld world(Conflict::kSiblings, 3);
  const kv::Identity first{Ask(world, 1, Action::kOpenWriter, {}).write.writer, 1, 0};
  const auto put = [&] {
    Request request;
    request.level = Level::kQuorum;
    auto& command = request.op.emplace<kv::Command>();
    command.identity = first;
    command.mutations.push_back(Mutate(kv::Mutation::Action::kPut, "one"));
    return world.Ask(1, std::move(request));
  };
  const Reply done = put();
  ASSERT_TRUE(done.status.ok()) << done.status;
  const std::string context = done.write.results.front().context;
  EXPECT_FALSE(context.empty()) << "it knows of all that is there";
  const auto other = Mutate(kv::Mutation::Action::kPut, "two", context);
  ASSERT_TRUE(world.Write(2, other, Level::kAll).status.ok());
  const Reply again = put();
  ASSERT_TRUE(again.status.ok()) << again.status;
  EXPECT_EQ(again.write.version, done.write.version);
  EXPECT_EQ(again.write.results.front().context, "");
}

TEST(QuorumOperationsTest, AnAdditionToARegisterHappensOnceAndItsFateIsToldAsItWas) {
  QuorumWorld world(Conflict::kRegister, 3);
  const Reply opened = Ask(world, 1, Action::kOpenWriter, {});
  ASSERT_TRUE(opened.status.ok()) << opened.status;
  const kv::Identity first{opened.write.writer, 1, 0};
  uint64_t version = 0;
  for (int i = 0; i < 2; ++i) {
    const Reply added = Ask(world, 1, Action::kMutate, first, Level::kLinearizable);
    ASSERT_TRUE(added.status.ok()) << added.status;
    EXPECT_EQ(added.write.results.front().counter, 1);
    EXPECT_TRUE(version == 0 || added.write.version == version);
    version = added.write.version;
  }
  const kv::Identity second{opened.write.writer, 2, 0};
  EXPECT_EQ(
      Ask(world, 1, Action::kMutate, second, Level::kLinearizable).write.results.front().counter,
      2);
  const Reply applied = Ask(world, 3, Action::kFence, first, Level::kLinearizable);
  ASSERT_TRUE(applied.status.ok()) << applied.status;
  EXPECT_EQ(applied.write.fate, kv::Fate::kApplied);
  EXPECT_EQ(applied.receipt.achieved, Level::kLinearizable);
  EXPECT_EQ(applied.write.results.front().counter, 1);
  EXPECT_EQ(applied.write.version, version);
  const kv::Identity third{opened.write.writer, 3, 0};
  EXPECT_EQ(Ask(world, 2, Action::kLook, third).write.fate, kv::Fate::kPossible);
  EXPECT_EQ(Ask(world, 2, Action::kFence, third).write.fate, kv::Fate::kNever);
  EXPECT_EQ(ReasonOf(Ask(world, 1, Action::kMutate, third).status), "WRITE_FENCED");
}

TEST(QuorumOperationsTest, TheEngineGivesBackWhatItWasGiven) {
  MemEngine engine(MemEngineOptions{});
  QuorumStore store(PartitionId(7), engine);
  const quorum::Dot dot{{NodeId(1), Boot(1)}, 1};
  const quorum::Operation operation{{900, 40}, 30, 5, dot, HlcTime(6)};
  const std::vector<quorum::Effect> effects = {
      quorum::PutRecord{"k", std::nullopt, {dot}, operation},
      quorum::FenceOperation{{900, 41}},
      quorum::FenceOperation{{900, 2}},
      quorum::FenceOperation{{800, 1}},
      quorum::SettleOperations{900, 30},
      quorum::ForgetOperations{850},
      quorum::Checkpoint{},
  };
  quorum::Operations wanted;
  wanted.Put({"k", operation});
  wanted.Fence({900, 41});
  wanted.Settle(900, 30);
  wanted.Forget(850);
  ASSERT_TRUE(store.Apply(EncodeEffects(effects), LogIndex(1)).ok());
  const auto restored = store.Restore();
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->operations, wanted);
}

}  // namespace
}  // namespace quorate
