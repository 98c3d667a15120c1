// What a copy that is no replica any more had removed, where a removal takes away what was read:
// it is kept, and can be removed again.
#include <gmock/gmock.h>

#include "absl/strings/str_join.h"
#include "quorum_world.h"
#include "replica/discarded_writes.h"

namespace quorate {
namespace {

using ::testing::UnorderedElementsAreArray;
using Action = kv::Mutation::Action;
using kv::FieldAction;

std::string TextOf(const kv::Field& field) {
  const auto* value = std::get_if<std::string>(&field.kind);
  if (value != nullptr) return field.name + "=" + *value;
  return field.name + "=" + absl::StrJoin(std::get<kv::Field::Elements>(field.kind), "+");
}

// All that the replica holds of the key.
std::string HeldAt(QuorumWorld& world, uint32_t node) {
  const Reply reply = world.Read(node, "k", Level::kOne);
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  if (!reply.found.front()) return "nothing";
  const kv::Merged& merged = *reply.found.front()->merged;
  std::vector<std::string> held = merged.elements;
  for (const kv::Sibling& one : merged.siblings) held.push_back(one.value);
  for (const kv::Field& field : merged.fields) held.push_back(TextOf(field));
  std::sort(held.begin(), held.end());
  return absl::StrJoin(held, " ");
}

struct Case {
  std::string name;
  Conflict conflict;
  std::vector<kv::Mutation> before;
  kv::Mutation alone;  // without its context
  std::vector<std::string> shown;
  std::string held;  // where it is removed again, and something was written meanwhile
  friend void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }
};

std::vector<Case> Cases() {
  const kv::Mutation x = Mutate(Action::kAddElement, "x");
  const kv::Mutation y = Mutate(Action::kAddElement, "y");
  const kv::Mutation f = MutateField(FieldAction::kPut, "f", "1");
  const kv::Mutation g = MutateField(FieldAction::kPut, "g", "2");
  const kv::Mutation sx = MutateField(FieldAction::kAddElement, "s", "x");
  const kv::Mutation sy = MutateField(FieldAction::kAddElement, "s", "y");
  const kv::Mutation a = Mutate(Action::kPut, "a");
  const kv::Mutation b = Mutate(Action::kPut, "b");
  const auto map = [](FieldAction action, std::string field, std::string value = "") {
    return MutateField(action, std::move(field), std::move(value));
  };
  return {
      {"siblings", Conflict::kSiblings, {a, b}, Mutate(Action::kDelete), {""}, "later"},
      {"element", Conflict::kSet, {x, y}, Mutate(Action::kRemoveElement, "x"), {"x"}, "later y"},
      {"set", Conflict::kSet, {x, y}, Mutate(Action::kDelete), {""}, "later"},
      {"value",
       Conflict::kMap,
       {f, g, sx},
       map(FieldAction::kRemoveValue, "f"),
       {"f"},
       "g=2 s=later+x"},
      {"element_of_map",
       Conflict::kMap,
       {f, sx, sy},
       map(FieldAction::kRemoveElement, "s", "x"),
       {"s has x"},
       "f=1 s=later+y"},
      {"set_of_map",
       Conflict::kMap,
       {f, sx, sy},
       map(FieldAction::kRemoveSet, "s"),
       {"s"},
       "f=1 s=later"},
      {"map", Conflict::kMap, {f, g, sx}, Mutate(Action::kDelete), {"f", "g", "s"}, "s=later"},
  };
}

kv::Mutation LaterOf(Conflict conflict) {
  if (conflict == Conflict::kMap) return MutateField(FieldAction::kAddElement, "s", "later");
  return Mutate(conflict == Conflict::kSet ? Action::kAddElement : Action::kPut, "later");
}

class FormerRemovalsTest : public ::testing::TestWithParam<Case> {
 protected:
  // n3 removed that while it was alone, was given up, and has come back.
  void RemoveAlone() {
    for (const kv::Mutation& one : GetParam().before) {
      ASSERT_TRUE(world_.Write(1, one, Level::kAll).status.ok());
    }
    world_.Settle();
    kv::Mutation alone = GetParam().alone;
    alone.context = world_.Read(3, "k", Level::kOne).found.front()->merged->context;
    for (uint32_t other : {1, 2}) world_.Cut(3, other);
    ASSERT_TRUE(world_.Write(3, std::move(alone), Level::kOne).status.ok());
    world_.TakeAway(3);
    world_.Heal();
    world_.Settle();
    ASSERT_TRUE(world_.handed_over(3));
  }

  std::vector<quorum::Discard> Kept() const {
    std::vector<quorum::Discard> kept = world_.Journal(1);
    return kept.empty() ? world_.Journal(2) : kept;
  }

  QuorumWorld world_{GetParam().conflict, 3};
};

TEST_P(FormerRemovalsTest, AreKeptAndCanBeDoneAgain) {
  RemoveAlone();
  const std::string before = HeldAt(world_, 1);
  ASSERT_TRUE(world_.Write(2, LaterOf(GetParam().conflict), Level::kAll).status.ok());
  EXPECT_NE(HeldAt(world_, 1), before);
  std::vector<std::string> shown;
  for (const quorum::Discard& one : Kept()) {
    EXPECT_TRUE(one.loser.tombstone);
    shown.push_back(ShowDiscarded(GetParam().conflict, one.loser));
    const auto again = WriteAgainOf(GetParam().conflict, world_.scope(), one, 0);
    ASSERT_TRUE(again.ok()) << again.status();
    const Reply written = world_.Write(2, *again, Level::kAll);
    EXPECT_TRUE(written.status.ok()) << written.status;
  }
  EXPECT_THAT(shown, UnorderedElementsAreArray(GetParam().shown));
  EXPECT_EQ(HeldAt(world_, 1), GetParam().held);
}

INSTANTIATE_TEST_SUITE_P(All, FormerRemovalsTest, ::testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

// Here the removal is known to another, and what only that copy has not is no loss.
TEST(FormerRemovalTest, WhatAnotherKnowsOfIsNotKept) {
  QuorumWorld world(Conflict::kSet, 3);
  ASSERT_TRUE(world.Write(1, Mutate(Action::kAddElement, "x"), Level::kAll).status.ok());
  world.Settle();
  kv::Mutation removal = Mutate(Action::kRemoveElement, "x");
  removal.context = world.Read(3, "k", Level::kOne).found.front()->merged->context;
  world.Cut(3, 1);
  world.Cut(2, 1);
  ASSERT_TRUE(world.Write(3, std::move(removal), Level::kTwo).status.ok());
  world.TakeAway(3);
  world.Heal();
  world.Settle();
  ASSERT_TRUE(world.handed_over(3));
  EXPECT_TRUE(world.Journal(1).empty());
  EXPECT_TRUE(world.Journal(2).empty());
  EXPECT_EQ(HeldAt(world, 1), "nothing");
}

}  // namespace
}  // namespace quorate
