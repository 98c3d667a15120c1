// Keyspaces whose policy merges, from requests to replies: what each takes, what
// reads show, and which contexts are told and taken.
#include <gmock/gmock.h>

#include "base/error.h"
#include "quorum_world.h"

namespace quorate {
namespace {

using Action = kv::Mutation::Action;
using kv::FieldAction;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Values(const Reply& reply) {
  std::vector<std::string> values;
  if (!reply.found.front()) return values;
  for (const kv::Sibling& one : reply.found.front()->merged->siblings) values.push_back(one.value);
  return values;
}
std::vector<std::string> Elements(const Reply& reply) {
  return reply.found.front() ? reply.found.front()->merged->elements : std::vector<std::string>();
}
std::string Context(const Reply& reply) { return reply.found.front()->merged->context; }
std::string Told(const Reply& reply) { return reply.write.results.front().context; }

TEST(QuorumSiblingsTest, KeepsBothSidesOfACutAndPutsOneInTheirPlace) {
  QuorumWorld world(Conflict::kSiblings, 3);
  world.Cut(1, 2);
  world.Cut(1, 3);
  ASSERT_TRUE(world.Write(1, Mutate(Action::kPut, "alone"), Level::kOne).status.ok());
  ASSERT_TRUE(world.Write(2, Mutate(Action::kPut, "together"), Level::kQuorum).status.ok());
  world.Heal();
  world.Settle();
  const Reply both = world.Read(3, "k", Level::kOne);
  EXPECT_THAT(Values(both), ElementsAre("together", "alone"));
  EXPECT_EQ(both.found.front()->value, "together");
  const Reply one = world.Write(1, Mutate(Action::kPut, "both", Context(both)), Level::kAll);
  ASSERT_TRUE(one.status.ok()) << one.status;
  EXPECT_THAT(Values(world.Read(2, "k", Level::kOne)), ElementsAre("both"));
  // What was told of the write is as good as a read of it.
  ASSERT_TRUE(world.Write(3, Mutate(Action::kDelete, "", Told(one)), Level::kAll).status.ok());
  EXPECT_FALSE(world.Read(1, "k", Level::kQuorum).found.front().has_value());
}

TEST(QuorumSiblingsTest, AWriteIsToldNoContextOfWhatItDidNotKnow) {
  QuorumWorld world(Conflict::kSiblings, 1);
  const Reply first = world.Write(1, Mutate(Action::kPut, "a"), Level::kOne);
  EXPECT_NE(Told(first), "");
  const Reply beside = world.Write(1, Mutate(Action::kPut, "b"), Level::kOne);
  EXPECT_EQ(Told(beside), "");
  const Reply after = world.Write(1, Mutate(Action::kPut, "c", Told(first)), Level::kOne);
  EXPECT_EQ(Told(after), "");
  EXPECT_THAT(Values(world.Read(1, "k", Level::kOne)), ElementsAre("c", "b"));
}

TEST(QuorumSiblingsTest, AFloodOfBlindPutsIsStoppedAndToldHowToGoOn) {
  QuorumWorld world(Conflict::kSiblings, 1);
  absl::Status last;
  int put = 0;
  for (; last.ok() && put < 100; ++put) {
    last = world.Write(1, Mutate(Action::kPut, std::to_string(put)), Level::kOne).status;
  }
  EXPECT_EQ(put, 17);
  EXPECT_EQ(ReasonOf(last), "SIBLINGS_FULL");
  EXPECT_EQ(AppliedOf(last), Applied::kNo);
  EXPECT_EQ(world.values_full(1), 1u);
  const Reply read = world.Read(1, "k", Level::kOne);
  EXPECT_EQ(Values(read).size(), 16u);
  EXPECT_TRUE(world.Write(1, Mutate(Action::kPut, "one", Context(read)), Level::kOne).status.ok());
  EXPECT_THAT(Values(world.Read(1, "k", Level::kOne)), ElementsAre("one"));
}

TEST(QuorumSiblingsTest, LargeValuesAreStoppedBeforeTheyCannotBeRead) {
  QuorumWorld world(Conflict::kSiblings, 1);
  const std::string large(1'500'000, 'v');
  ASSERT_TRUE(world.Write(1, Mutate(Action::kPut, large), Level::kOne).status.ok());
  const Reply second = world.Write(1, Mutate(Action::kPut, large), Level::kOne);
  EXPECT_EQ(ReasonOf(second.status), "SIBLINGS_FULL");
}

TEST(QuorumCounterTest, AddsUpWhatBothSidesOfACutAdded) {
  QuorumWorld world(Conflict::kCounter, 3);
  world.Cut(1, 2);
  world.Cut(1, 3);
  ASSERT_TRUE(world.Write(1, AddTo(5), Level::kOne).status.ok());
  const Reply added = world.Write(2, AddTo(-2), Level::kQuorum);
  ASSERT_TRUE(added.status.ok());
  EXPECT_EQ(added.write.results.front().counter, -2);
  world.Heal();
  world.Settle();
  const Reply again = world.Write(3, AddTo(10), Level::kQuorum);
  EXPECT_EQ(again.write.results.front().counter, 13);
  const Reply read = world.Read(1, "k", Level::kAll);
  EXPECT_EQ(read.found.front()->value, "13");
  EXPECT_EQ(read.found.front()->merged, nullptr);
}

TEST(QuorumSetTest, AnAdditionThatARemovalHadNotReadStays) {
  QuorumWorld world(Conflict::kSet, 3);
  ASSERT_TRUE(world.Write(1, Mutate(Action::kAddElement, "a"), Level::kAll).status.ok());
  const Reply seen = world.Read(2, "k", Level::kOne);
  world.Cut(1, 2);
  world.Cut(1, 3);
  ASSERT_TRUE(world.Write(1, Mutate(Action::kAddElement, "a"), Level::kOne).status.ok());
  ASSERT_TRUE(world.Write(2, Mutate(Action::kRemoveElement, "a", Context(seen)), Level::kQuorum)
                  .status.ok());
  EXPECT_FALSE(world.Read(3, "k", Level::kQuorum).found.front().has_value());
  world.Heal();
  world.Settle();
  EXPECT_THAT(Elements(world.Read(3, "k", Level::kOne)), ElementsAre("a"));
}

// The context is older than what all have forgotten of the key, or newer than what
// its coordinator has.
TEST(QuorumSetTest, AContextServesAfterWhatItNamesIsForgotten) {
  QuorumWorld world(Conflict::kSet, 3);
  std::string context;
  for (const char* element : {"a", "b"}) {
    const Reply added = world.Write(1, Mutate(Action::kAddElement, element, context), Level::kAll);
    ASSERT_TRUE(added.status.ok()) << added.status;
    context = Told(added);
  }
  const Reply removed = world.Write(1, Mutate(Action::kRemoveElement, "b", context), Level::kAll);
  world.Settle();
  ASSERT_NE(Told(removed), "");
  const Reply last =
      world.Write(2, Mutate(Action::kRemoveElement, "a", Told(removed)), Level::kQuorum);
  EXPECT_TRUE(last.status.ok()) << last.status;
  EXPECT_FALSE(world.Read(3, "k", Level::kQuorum).found.front().has_value());
}

TEST(QuorumSetTest, ACoordinatorGetsFirstWhatAContextKnowsAndItLacks) {
  QuorumWorld world(Conflict::kSet, 3);
  world.Cut(1, 2);
  world.Cut(1, 3);
  const Reply added = world.Write(1, Mutate(Action::kAddElement, "a"), Level::kOne);
  ASSERT_TRUE(added.status.ok());
  const Reply refused =
      world.Write(2, Mutate(Action::kRemoveElement, "a", Told(added)), Level::kQuorum);
  EXPECT_EQ(ReasonOf(refused.status), "CONTEXT_AHEAD");
  EXPECT_EQ(refused.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(AppliedOf(refused.status), Applied::kNo);
  EXPECT_TRUE(RetryAfterOf(refused.status).has_value());
  world.Heal();
  const Reply removed =
      world.Write(2, Mutate(Action::kRemoveElement, "a", Told(added)), Level::kQuorum);
  EXPECT_TRUE(removed.status.ok()) << removed.status;
  world.Settle();
  EXPECT_FALSE(world.Read(1, "k", Level::kOne).found.front().has_value());
}

TEST(QuorumSetTest, IsFullBeforeItCannotBeReadAndStillLetsElementsGo) {
  QuorumWorld world(Conflict::kSet, 1);
  absl::Status last;
  for (int i = 0; last.ok() && i < 100; ++i) {
    last = world
               .Write(1, Mutate(Action::kAddElement, std::to_string(i) + std::string(60'000, 'e')),
                      Level::kOne)
               .status;
  }
  EXPECT_EQ(ReasonOf(last), "COLLECTION_FULL");
  EXPECT_EQ(AppliedOf(last), Applied::kNo);
  const Reply read = world.Read(1, "k", Level::kOne);
  EXPECT_TRUE(world
                  .Write(1, Mutate(Action::kRemoveElement, Elements(read).front(), Context(read)),
                         Level::kOne)
                  .status.ok());
}

TEST(QuorumMapTest, ShowsFieldsOfEachTypeByName) {
  QuorumWorld world(Conflict::kMap, 1);
  for (const kv::Mutation& mutation : {MutateField(FieldAction::kPut, "name", "Ann"),
                                       MutateField(FieldAction::kPut, "name", "Bob"),
                                       MutateField(FieldAction::kAdd, "visits", "", "", 3),
                                       MutateField(FieldAction::kAddElement, "tags", "y"),
                                       MutateField(FieldAction::kAddElement, "tags", "x"),
                                       MutateField(FieldAction::kAddElement, "name", "a set")}) {
    ASSERT_TRUE(world.Write(1, mutation, Level::kOne).status.ok());
  }
  const Reply read = world.Read(1, "k", Level::kOne);
  EXPECT_THAT(read.found.front()->merged->fields,
              ElementsAre(kv::Field{"name", "Bob"}, kv::Field{"name", kv::Field::Elements{"a set"}},
                          kv::Field{"tags", kv::Field::Elements{"x", "y"}},
                          kv::Field{"visits", int64_t{3}}));
  const auto remove = [&](FieldAction action, const std::string& field) {
    return world.Write(1, MutateField(action, field, "", Context(read)), Level::kOne).status;
  };
  EXPECT_TRUE(remove(FieldAction::kRemoveValue, "name").ok());
  EXPECT_TRUE(remove(FieldAction::kRemoveSet, "tags").ok());
  EXPECT_EQ(ReasonOf(remove(FieldAction::kRemoveCounter, "visits")), "COUNTER_NOT_REMOVABLE");
  EXPECT_EQ(world.Read(1, "k", Level::kOne).found.front()->merged->fields.size(), 2u);
}

TEST(WrongPolicyTest, EachPolicyRefusesWhatItDoesNotTakeAndNamesWhatItDoes) {
  const kv::Mutation put = Mutate(Action::kPut, "v");
  const kv::Mutation element = Mutate(Action::kAddElement, "e");
  const kv::Mutation field = MutateField(FieldAction::kPut, "f", "v");
  kv::Mutation conditional = put;
  conditional.condition.kind = kv::Condition::Kind::kAbsent;
  const std::map<Conflict, std::vector<kv::Mutation>> wrong = {
      {Conflict::kLww, {element, field, Mutate(Action::kPut, "v", "a context")}},
      {Conflict::kSiblings, {AddTo(1), element, field, conditional}},
      {Conflict::kCounter, {put, element, field, conditional}},
      {Conflict::kSet, {put, AddTo(1), field, conditional}},
      {Conflict::kMap, {put, AddTo(1), element, conditional}}};
  for (const auto& [conflict, mutations] : wrong) {
    QuorumWorld world(conflict, 1);
    for (const kv::Mutation& mutation : mutations) {
      const Reply reply = world.Write(1, mutation, Level::kOne);
      EXPECT_EQ(ReasonOf(reply.status), "WRONG_POLICY") << ConflictName(conflict);
      EXPECT_EQ(reply.status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_EQ(AppliedOf(reply.status), Applied::kNo);
      EXPECT_THAT(std::string(reply.status.message()),
                  HasSubstr("policy " + std::string(ConflictName(conflict)) + ", which takes "));
    }
    EXPECT_FALSE(world.Read(1, "k", Level::kOne).found.front().has_value());
  }
}

TEST(WrongPolicyTest, WhatCannotExpireOrGoSaysSo) {
  QuorumWorld counters(Conflict::kCounter, 1);
  kv::Mutation expiring = AddTo(1);
  expiring.ttl_us = 5;
  EXPECT_EQ(ReasonOf(counters.Write(1, expiring, Level::kOne).status), "EXPIRY_NOT_SUPPORTED");
  EXPECT_EQ(ReasonOf(counters.Write(1, Mutate(Action::kDelete), Level::kOne).status),
            "COUNTER_NOT_REMOVABLE");
  QuorumWorld sets(Conflict::kSet, 1);
  EXPECT_EQ(ReasonOf(sets.Write(1, Mutate(Action::kDelete), Level::kOne).status), "CONTEXT_NEEDED");
}

TEST(ContextTest, OneOfAnotherKeyKeyspaceOrMakeIsRefusedBeforeAnythingIsWritten) {
  QuorumWorld world(Conflict::kSiblings, 1);
  QuorumWorld elsewhere(Conflict::kSiblings, 1, "c1/ks2");
  const Reply there = elsewhere.Write(1, Mutate(Action::kPut, "v"), Level::kOne);
  const auto put_with = [&](const std::string& key, std::string context) {
    kv::Mutation put = Mutate(Action::kPut, "w", std::move(context));
    put.key = key;
    return ReasonOf(world.Write(1, put, Level::kOne).status);
  };
  const std::string own = Told(world.Write(1, Mutate(Action::kPut, "v"), Level::kOne));
  EXPECT_EQ(put_with("k", Told(there)), "FOREIGN_CONTEXT");
  EXPECT_EQ(put_with("other", own), "FOREIGN_CONTEXT");
  EXPECT_EQ(put_with("k", "forged"), "BAD_CONTEXT");
  std::string changed = own;
  changed.back() = static_cast<char>(changed.back() + 1);
  EXPECT_EQ(put_with("k", changed), "BAD_CONTEXT");
  EXPECT_THAT(Values(world.Read(1, "k", Level::kOne)), ElementsAre("v"));
  EXPECT_EQ(put_with("k", own), "");
  // Also of an addition, which needs none.
  QuorumWorld sets(Conflict::kSet, 1);
  EXPECT_EQ(
      ReasonOf(sets.Write(1, Mutate(Action::kAddElement, "e", Told(there)), Level::kOne).status),
      "FOREIGN_CONTEXT");
}

TEST(QuorumMergingScanTest, ShowsWhatReadsShow) {
  QuorumWorld world(Conflict::kSet, 1);
  ASSERT_TRUE(world.Write(1, Mutate(Action::kAddElement, "e"), Level::kOne).status.ok());
  Request scan;
  scan.level = Level::kOne;
  scan.op = kv::Range{};
  const Reply page = world.Ask(1, std::move(scan));
  ASSERT_EQ(page.page.records.size(), 1u);
  EXPECT_THAT(page.page.records.front().merged->elements, ElementsAre("e"));
  EXPECT_EQ(page.page.records.front().value, "");
  Request keys;
  keys.level = Level::kOne;
  keys.op = kv::Range{"", "", 0, 0, true};
  EXPECT_EQ(world.Ask(1, std::move(keys)).page.records.front().merged, nullptr);
}

}  // namespace
}  // namespace quorate
