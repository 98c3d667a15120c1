// The stories of siblings, counters, sets and maps, one by one; their laws are in
// crdt_property_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"
#include "quorum/body_codec.h"
#include "quorum/counter.h"
#include "quorum/field_map.h"
#include "quorum/observed_set.h"
#include "quorum/siblings.h"

namespace quorate::quorum {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Dot At(uint64_t node, uint64_t counter, uint64_t boot = 1) {
  return {{NodeId(node), Boot(boot)}, counter};
}

std::vector<std::string> Values(const Siblings& siblings) {
  std::vector<std::string> values;
  for (const Sibling& sibling : siblings.siblings()) values.push_back(sibling.value);
  return values;
}

Sibling Value(const Dot& dot, const std::string& value) { return {dot, HlcTime(1), 0, value}; }

TEST(SiblingsTest, KeepsConcurrentWritesUntilOneKnowsThemAll) {
  Siblings here;
  Siblings there;
  ASSERT_TRUE(here.Put(Value(At(1, 1), "milk"), {}, 10).ok());
  ASSERT_TRUE(there.Put(Value(At(2, 1), "eggs"), {}, 10).ok());
  here.Merge(there);
  EXPECT_THAT(Values(here), ElementsAre("milk", "eggs"));
  ASSERT_TRUE(here.Put(Value(At(1, 2), "milk, eggs"), here.Context(), 10).ok());
  EXPECT_THAT(Values(here), ElementsAre("milk, eggs"));
  there.Merge(here);
  EXPECT_EQ(there, here);
}

TEST(SiblingsTest, LeavesWhatARemovalHasNotSeen) {
  Siblings here;
  ASSERT_TRUE(here.Put(Value(At(1, 1), "old"), {}, 10).ok());
  const VersionVector read = here.Context();
  ASSERT_TRUE(here.Put(Value(At(1, 2), "new"), {}, 10).ok());
  here.Remove(At(1, 3), read);
  EXPECT_THAT(Values(here), ElementsAre("new"));
  here.Remove(At(1, 4), here.Context());
  EXPECT_TRUE(here.empty());
}

TEST(SiblingsTest, RefusesOneTooManyAndStaysAsItWas) {
  Siblings here;
  ASSERT_TRUE(here.Put(Value(At(1, 1), "a"), {}, 2).ok());
  ASSERT_TRUE(here.Put(Value(At(1, 2), "b"), {}, 2).ok());
  const Siblings before = here;
  const absl::Status status = here.Put(Value(At(1, 3), "c"), {}, 2);
  EXPECT_EQ(ReasonOf(status), "SIBLINGS_FULL");
  EXPECT_EQ(AppliedOf(status), Applied::kNo);
  EXPECT_EQ(here, before);
  EXPECT_TRUE(here.Put(Value(At(1, 3), "c"), here.Context(), 2).ok());
}

TEST(CounterTest, CountsWhatEachAdded) {
  Counter here;
  Counter there;
  ASSERT_TRUE(here.Add(At(1, 1), 5).ok());
  ASSERT_TRUE(there.Add(At(2, 1), -2).ok());
  Counter late = there;
  ASSERT_TRUE(there.Add(At(2, 2), 10).ok());
  here.Merge(there);
  here.Merge(late);  // an older message
  EXPECT_EQ(*here.Value(), 13);
}

TEST(CounterTest, RefusesToLeaveTheRange) {
  Counter here;
  ASSERT_TRUE(here.Add(At(1, 1), std::numeric_limits<int64_t>::max()).ok());
  const Counter before = here;
  EXPECT_EQ(ReasonOf(here.Add(At(1, 2), 1)), "COUNTER_OVERFLOW");
  EXPECT_EQ(here, before);
  Counter there;
  ASSERT_TRUE(there.Add(At(2, 1), 1).ok());
  here.Merge(there);  // nobody could know
  EXPECT_EQ(ReasonOf(here.Value().status()), "COUNTER_OVERFLOW");
  ASSERT_TRUE(here.Add(At(1, 2), std::numeric_limits<int64_t>::min()).ok());
  EXPECT_EQ(*here.Value(), 0);
}

TEST(CounterTest, FoldsEndedBootsIntoThePresentOne) {
  Counter counter;
  ASSERT_TRUE(counter.Add(At(1, 1, 1), 5).ok());
  ASSERT_TRUE(counter.Add(At(2, 1, 1), 100).ok());
  ASSERT_TRUE(counter.Add(At(1, 1, 2), -1).ok());
  ASSERT_TRUE(counter.Add(At(1, 1, 3), 3).ok());
  Counter old = counter;
  EXPECT_TRUE(counter.FoldEnded(At(1, 2, 3)));
  EXPECT_EQ(counter.entries().size(), 2u);
  EXPECT_EQ(*counter.Value(), 107);
  EXPECT_FALSE(counter.FoldEnded(At(1, 3, 3)));
  old.Merge(counter);
  EXPECT_EQ(old, counter);
}

TEST(ObservedSetTest, LetsAnAdditionThatARemovalHasNotSeenStay) {
  ObservedSet here;
  here.Add("x", At(1, 1));
  ObservedSet there = here;
  here.Remove("x", At(1, 2), here.Context());
  there.Add("x", At(2, 1));
  here.Merge(there);
  EXPECT_TRUE(here.elements().Contains("x"));
  there.Merge(here);
  EXPECT_EQ(here, there);
}

TEST(ObservedSetTest, NeedsToHaveSeenWhatARemovalsContextKnows) {
  ObservedSet here;
  here.Add("x", At(1, 1));
  VersionVector ahead = here.Context();
  ahead.Add(At(2, 1));
  const auto nothing_more = [](const Dot&) { return false; };
  EXPECT_TRUE(ContextCovered(here.Context(), here.Context(), nothing_more).ok());
  EXPECT_EQ(ReasonOf(ContextCovered(ahead, here.Context(), nothing_more)), "CONTEXT_AHEAD");
  EXPECT_TRUE(
      ContextCovered(ahead, here.Context(), [](const Dot& dot) { return dot == At(2, 1); }).ok());
}

// Why a replica whose vectors have forgotten looks into its seen clock as well.
TEST(ObservedSetTest, KeepsOutALateMessageOfWhatWasForgotten) {
  ObservedSet here;
  here.Add("x", At(1, 1));
  const ObservedSet late = here;
  here.Remove("x", At(2, 1), here.Context());
  EXPECT_FALSE(here.Forget([](const Dot& dot) { return dot != At(2, 1); }));
  EXPECT_TRUE(here.Forget([](const Dot&) { return true; }));
  ObservedSet by_vector_alone = here;
  by_vector_alone.Merge(late);
  EXPECT_TRUE(by_vector_alone.elements().Contains("x"));
  here.Merge(late, [](const Dot& dot) { return dot == At(1, 1) || dot == At(2, 1); });
  EXPECT_FALSE(here.elements().Contains("x"));
}

// An addition takes the place of those before it, also where the vector has
// forgotten them: else a removal that knows of it alone would leave them behind.
TEST(ObservedSetTest, ReplacesWhatItHasForgottenThatItSaw) {
  ObservedSet here;
  here.Add("x", At(1, 1));
  ObservedSet there = here;
  ASSERT_TRUE(here.Forget([](const Dot&) { return true; }));
  here.Add("x", At(2, 1));
  const VersionVector read = here.Context();
  there.Merge(here);
  there.Remove("x", At(1, 2), read);
  EXPECT_FALSE(there.elements().Contains("x"));
}

TEST(FieldMapTest, KeepsFieldsOfOneNameAndOtherTypesApart) {
  FieldMap map;
  map.Put("f", {At(1, 1), HlcTime(1), "v"});
  ASSERT_TRUE(map.AddToCounter("f", At(1, 2), 3).ok());
  map.AddToSet("f", "e", At(1, 3));
  EXPECT_EQ(map.Find("f")->value, "v");
  EXPECT_EQ(*map.counters().at("f").Value(), 3);
  EXPECT_TRUE(map.sets().at("f").Contains("e"));
  ASSERT_TRUE(map.RemoveField(FieldType::kRegister, "f", At(1, 4), map.Context()).ok());
  EXPECT_EQ(map.Find("f"), nullptr);
  EXPECT_TRUE(map.sets().at("f").Contains("e"));
}

TEST(FieldMapTest, ShowsTheLatestOfConcurrentRegisters) {
  FieldMap here;
  FieldMap there;
  here.Put("f", {At(1, 1), HlcTime(5), "later"});
  there.Put("f", {At(2, 1), HlcTime(4), "earlier"});
  here.Merge(there);
  EXPECT_EQ(here.Find("f")->value, "later");
}

TEST(FieldMapTest, RefusesToRemoveACounter) {
  FieldMap map;
  ASSERT_TRUE(map.AddToCounter("hits", At(1, 1), 3).ok());
  const FieldMap before = map;
  EXPECT_EQ(ReasonOf(map.RemoveField(FieldType::kCounter, "hits", At(1, 2), map.Context())),
            "COUNTER_NOT_REMOVABLE");
  const absl::Status all = map.RemoveAll(At(1, 2), map.Context());
  EXPECT_EQ(ReasonOf(all), "COUNTER_NOT_REMOVABLE");
  EXPECT_THAT(all.message(), HasSubstr("hits"));
  EXPECT_EQ(map, before);
}

TEST(BodyTest, IsRefusedAsAnotherPoliciesOrAsDamaged) {
  Counter counter;
  ASSERT_TRUE(counter.Add(At(1, 1), 1).ok());
  const std::string bytes = counter.Encode();
  EXPECT_EQ(ReasonOf(ObservedSet::Decode(bytes).status()), "WRONG_POLICY");
  EXPECT_EQ(ReasonOf(FieldMap::Decode(bytes).status()), "WRONG_POLICY");
  EXPECT_EQ(ReasonOf(Siblings::Decode(bytes).status()), "WRONG_POLICY");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ReasonOf(Counter::Decode(bytes.substr(0, size)).status()), "BODY_DAMAGED") << size;
  }
  EXPECT_EQ(ReasonOf(Counter::Decode(bytes + "x").status()), "BODY_DAMAGED");
  EXPECT_EQ(ReasonOf(Counter::Decode("\x09\x03").status()), "NEWER_FORMAT");
}

}  // namespace
}  // namespace quorate::quorum
