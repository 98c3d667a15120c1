#include "sim/merging_values.h"

#include <gmock/gmock.h>

#include "kv/merged.h"

namespace quorate::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

kv::Record Found(const std::string& key, kv::Merged merged) {
  kv::Record record;
  record.key = key;
  record.merged = std::make_shared<kv::Merged>(std::move(merged));
  return record;
}

TEST(MergingValuesTest, EveryCellOfAKeyIsShownBeItThereOrNot) {
  const MergingShown nothing = ShownIn("m0", std::optional<kv::Record>());
  EXPECT_THAT(nothing.counters, ElementsAre(Pair("m0.n", 0)));
  EXPECT_THAT(nothing.elements, ElementsAre(Pair("m0.e", IsEmpty())));
  EXPECT_THAT(nothing.fields, ElementsAre(Pair("m0.v", "")));
  kv::Merged merged;
  merged.context = "c";
  merged.fields = {{"n", int64_t{3}}, {"v", "x"}};
  const MergingShown shown = ShownIn("m0", std::optional(Found("m0", std::move(merged))));
  EXPECT_THAT(shown.counters, ElementsAre(Pair("m0.n", 3)));
  EXPECT_THAT(shown.elements, ElementsAre(Pair("m0.e", IsEmpty())));
  EXPECT_THAT(shown.fields, ElementsAre(Pair("m0.v", "x")));
  EXPECT_EQ(shown.context, "c");
}

TEST(MergingValuesTest, AWriteRemovesOnlyWithAContextAndOnlyWhatThatShowed) {
  Random random(1);
  const auto roll = [&random](uint64_t id, const MergingShown& shown) {
    MergingOp op;
    op.id = id;
    op.key = shown.key;
    RollWrite(random, shown, op);
    return op;
  };
  uint64_t removals = 0;
  for (const MergingKeyspace& keyspace : kMergingKeyspaces) {
    const std::string key = std::string(1, keyspace.initial) + "1";
    MergingShown shown = ShownIn(key, std::optional<kv::Record>());
    for (uint64_t i = 0; i < 100; ++i) {
      const MergingOp op = roll(i, shown);
      EXPECT_THAT(op.removes, IsEmpty()) << "nothing was shown";
      EXPECT_THAT(op.clears, IsEmpty());
      EXPECT_EQ(op.mutation.context, "");
    }
    shown.context = "c";
    for (auto& [cell, elements] : shown.elements) elements = {"a", "b"};
    for (auto& [cell, value] : shown.fields) value = "x";
    for (uint64_t i = 0; i < 100; ++i) {
      const MergingOp op = roll(i, shown);
      EXPECT_EQ(op.mutation.context.empty(), op.removes.empty() && op.clears.empty());
      for (const auto& [cell, element] : op.removes) {
        EXPECT_TRUE(element == "a" || element == "b");
      }
      for (const auto& [cell, value] : op.clears) EXPECT_EQ(value, "x");
      removals += op.removes.size() + op.clears.size();
    }
  }
  EXPECT_GT(removals, 100u);
}

}  // namespace
}  // namespace quorate::sim
