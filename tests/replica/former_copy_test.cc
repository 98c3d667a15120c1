#include "replica/former_copy.h"

#include <gmock/gmock.h>

#include "quorum/message_batch.h"
#include "quorum_world.h"
#include "replica/discarded_writes.h"

namespace quorate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Action = kv::Mutation::Action;

std::string ValueAt(QuorumWorld& world, uint32_t node) {
  const Reply reply = world.Read(node, "k", Level::kOne);
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  return reply.found.front() ? reply.found.front()->value : "nothing";
}

void CutOff(QuorumWorld& world, uint32_t node) {
  for (uint32_t other = 1; other <= 3; ++other) {
    if (other != node) world.Cut(node, other);
  }
}

// Those of all replicas that are left, as they are shown.
std::vector<std::string> Kept(QuorumWorld& world, Conflict conflict = Conflict::kLww) {
  std::vector<std::string> shown;
  for (uint32_t node : {1, 2}) {
    for (const quorum::Discard& one : world.Journal(node)) {
      shown.push_back(one.loser.tombstone ? "(deleted)" : ShowDiscarded(conflict, one.loser));
    }
  }
  return shown;
}

// n3 took that while it was alone, was given up, and comes back.
void WriteAloneAndComeBack(QuorumWorld& world, kv::Mutation mutation) {
  CutOff(world, 3);
  (void)world.Write(3, std::move(mutation), Level::kOne);
  world.TakeAway(3);
  world.Settle();
  EXPECT_FALSE(world.handed_over(3)) << "nobody has taken it";
  world.Heal();
  world.Settle();
  EXPECT_TRUE(world.handed_over(3));
}

TEST(FormerCopyTest, WhatItAloneHasGoesToAJournalAndNotIntoThePresent) {
  QuorumWorld world(Conflict::kLww, 3);
  ASSERT_TRUE(world.Write(1, Mutate(Action::kPut, "of all"), Level::kAll).status.ok());
  world.Settle();
  WriteAloneAndComeBack(world, Mutate(Action::kPut, "alone"));
  EXPECT_THAT(Kept(world), ElementsAre("alone"));
  EXPECT_EQ(ValueAt(world, 1), "of all");
  EXPECT_EQ(ValueAt(world, 2), "of all");
  ASSERT_TRUE(world.Write(2, Mutate(Action::kPut, "later"), Level::kAll).status.ok());
  EXPECT_EQ(ValueAt(world, 1), "later");
}

TEST(FormerCopyTest, ADeleteIsKeptAsOne) {
  QuorumWorld world(Conflict::kLww, 3);
  ASSERT_TRUE(world.Write(1, Mutate(Action::kPut, "of all"), Level::kAll).status.ok());
  world.Settle();
  WriteAloneAndComeBack(world, Mutate(Action::kDelete));
  EXPECT_THAT(Kept(world), ElementsAre("(deleted)"));
  EXPECT_EQ(ValueAt(world, 1), "of all");
}

TEST(FormerCopyTest, WhatAnyOfTheOthersHasIsNotLost) {
  QuorumWorld world(Conflict::kLww, 3);
  world.Cut(1, 2);
  world.Cut(1, 3);
  ASSERT_TRUE(world.Write(3, Mutate(Action::kPut, "of two"), Level::kTwo).status.ok());
  world.Heal();
  world.Cut(1, 2);
  world.TakeAway(3);
  world.Settle();
  EXPECT_TRUE(world.handed_over(3));
  EXPECT_THAT(Kept(world), IsEmpty());
  world.Heal();
  world.Settle();
  EXPECT_EQ(ValueAt(world, 1), "of two");
}

TEST(FormerCopyTest, WhoHasNothingAsksNobody) {
  QuorumWorld world(Conflict::kLww, 3);
  ASSERT_TRUE(world.Write(3, Mutate(Action::kPut, "of all"), Level::kAll).status.ok());
  world.Settle();
  CutOff(world, 3);
  world.TakeAway(3);
  world.Settle();
  EXPECT_TRUE(world.handed_over(3));
  EXPECT_EQ(world.messages_of_former(), 0u);
}

TEST(FormerCopyTest, ItsOwnJournalGoesAlong) {
  QuorumWorld world(Conflict::kLww, 3);
  CutOff(world, 3);
  ASSERT_TRUE(world.Write(3, Mutate(Action::kPut, "lost"), Level::kOne).status.ok());
  world.Settle();
  world.Heal();
  for (uint32_t other : {1, 2}) world.CutWay(3, other);
  ASSERT_TRUE(world.Write(1, Mutate(Action::kPut, "won"), Level::kOne).status.ok());
  ASSERT_THAT(world.Journal(3), SizeIs(1));
  const quorum::Discard kept = world.Journal(3).front();
  world.TakeAway(3);
  EXPECT_THAT(Kept(world), IsEmpty()) << "nobody else knows of it";
  world.Heal();
  world.Settle();
  EXPECT_TRUE(world.handed_over(3));
  EXPECT_THAT(Kept(world), ElementsAre("lost"));
  const auto there = world.Journal(1).empty() ? world.Journal(2) : world.Journal(1);
  EXPECT_EQ(there.front(), kept);
}

TEST(FormerCopyTest, WhatIsHandedOverTwiceIsKeptOnce) {
  QuorumWorld world(Conflict::kLww, 3);
  CutOff(world, 3);
  for (int i = 0; i < 600; ++i) {  // several pages
    kv::Mutation put = Mutate(Action::kPut, std::to_string(i));
    put.key = "k" + std::to_string(i);
    ASSERT_TRUE(world.Write(3, std::move(put), Level::kOne).status.ok());
  }
  world.TakeAway(3);
  world.Heal();
  world.Settle();
  ASSERT_TRUE(world.handed_over(3));
  EXPECT_THAT(Kept(world), SizeIs(600));
  world.Cut(3, world.Journal(1).empty() ? 1 : 2);  // so that it is the same one
  world.HandOverAgain(3);
  world.Settle();
  ASSERT_TRUE(world.handed_over(3));
  EXPECT_THAT(Kept(world), SizeIs(600));
}

TEST(FormerCopyTest, AnAnswerThatIsLateCountsForNothing) {
  QuorumWorld world(Conflict::kLww, 3);
  CutOff(world, 3);
  ASSERT_TRUE(world.Write(3, Mutate(Action::kPut, "alone"), Level::kOne).status.ok());
  world.TakeAway(3);
  FormerCopy& former = world.former(3);
  std::vector<PeerMessage> asked;
  ASSERT_TRUE(former.Tick({NodeId(1)}, world.now(), asked).ok());
  ASSERT_THAT(asked, SizeIs(1));
  const auto question = quorum::DecodeBatch(NodeId(3), NodeId(1), asked.front().payload);
  ASSERT_TRUE(question.ok()) << question.status();
  const quorum::LegacyAsk& ask = std::get<quorum::LegacyAsk>(question->front().body);
  const quorum::Message answer{{NodeId(1), Boot(1)},
                               NodeId(3),
                               former.replica().core().self().boot,
                               quorum::LegacyAnswer{ask.id, {}}};
  const quorum::Message* one = &answer;
  std::vector<PeerMessage> after;
  ASSERT_TRUE(former.Tick({}, world.now(), after).ok());
  ASSERT_TRUE(former.Receive(NodeId(1), quorum::EncodeBatch({&one, 1}), world.now(), after).ok());
  EXPECT_THAT(after, IsEmpty());
  EXPECT_FALSE(former.done());
}

struct OfPolicy {
  Conflict conflict;
  kv::Mutation before;
  kv::Mutation alone;
  std::string shown;
};

class FormerCopyPoliciesTest : public ::testing::TestWithParam<int> {
 protected:
  static OfPolicy Of(int policy) {
    switch (policy) {
      case 0:
        return {Conflict::kSiblings, Mutate(Action::kPut, "of all"), Mutate(Action::kPut, "alone"),
                "alone"};
      case 1:
        return {Conflict::kCounter, AddTo(5), AddTo(-7), "-7"};
      case 2:
        return {Conflict::kSet, Mutate(Action::kAddElement, "of all"),
                Mutate(Action::kAddElement, "alone"), "alone"};
      case 3:
        return {Conflict::kMap, MutateField(kv::FieldAction::kPut, "f", "of all"),
                MutateField(kv::FieldAction::kAdd, "f", "", "", 3), "f +3"};
      case 4:
        return {Conflict::kMap, MutateField(kv::FieldAction::kPut, "f", "of all"),
                MutateField(kv::FieldAction::kAddElement, "s", "x"), "s has x"};
      default:
        return {Conflict::kMap, MutateField(kv::FieldAction::kPut, "f", "of all"),
                MutateField(kv::FieldAction::kPut, "f", "alone"), "f = alone"};
    }
  }
};

TEST_P(FormerCopyPoliciesTest, WhatItAloneHasIsKeptAndCanBeWrittenAgain) {
  const OfPolicy of = Of(GetParam());
  QuorumWorld world(of.conflict, 3);
  ASSERT_TRUE(world.Write(1, of.before, Level::kQuorum).status.ok());
  world.Settle();
  const std::string before = ValueAt(world, 1);
  WriteAloneAndComeBack(world, of.alone);
  EXPECT_THAT(Kept(world, of.conflict), ElementsAre(of.shown));
  EXPECT_EQ(ValueAt(world, 1), before);
  auto kept = world.Journal(1);
  if (kept.empty()) kept = world.Journal(2);
  ASSERT_THAT(kept, SizeIs(1));
  const auto again = WriteAgainOf(of.conflict, "", kept.front(), 0);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->key, "k");
  EXPECT_EQ(again->action, of.alone.action);
  EXPECT_EQ(again->field_action, of.alone.field_action);
  EXPECT_EQ(again->value, of.alone.value);
  EXPECT_EQ(again->field, of.alone.field);
  EXPECT_EQ(again->delta, of.alone.delta);
  const Reply written = world.Write(2, *again, Level::kQuorum);
  EXPECT_TRUE(written.status.ok()) << written.status;
}

INSTANTIATE_TEST_SUITE_P(All, FormerCopyPoliciesTest, ::testing::Range(0, 6));

}  // namespace
}  // namespace quorate
