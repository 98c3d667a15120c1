#include "kv/merged.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "kv/bundle.h"
#include "kv/command.h"
#include "kv/merging_codec.h"
#include "kv/outcome.h"
#include "quorate/v1/kv.pb.h"
#include "world.h"

namespace quorate::kv {
namespace {

using Action = Mutation::Action;

Mutation Merging(Action action, std::string value, std::string context = "") {
  Mutation mutation;
  mutation.key = "k";
  mutation.action = action;
  mutation.value = std::move(value);
  mutation.context = std::move(context);
  return mutation;
}

Mutation OfField(FieldAction action, std::string value, int64_t delta = 0) {
  Mutation mutation = Merging(Action::kChangeField, std::move(value), "seen");
  mutation.field = "f";
  mutation.field_action = action;
  mutation.delta = delta;
  return mutation;
}

std::vector<Mutation> EveryMergingMutation() {
  return {Merging(Action::kAddElement, "e"),
          Merging(Action::kAddElement, ""),
          Merging(Action::kRemoveElement, std::string("\0\xff", 2), "seen"),
          Merging(Action::kPut, "v", std::string("\0c", 2)),
          Merging(Action::kDelete, "", "seen"),
          OfField(FieldAction::kPut, "v"),
          OfField(FieldAction::kAdd, "", INT64_MIN),
          OfField(FieldAction::kAddElement, "e"),
          OfField(FieldAction::kRemoveElement, "e"),
          OfField(FieldAction::kRemoveValue, ""),
          OfField(FieldAction::kRemoveCounter, ""),
          OfField(FieldAction::kRemoveSet, "")};
}

TEST(MergingCodecTest, EveryChangeOfSetsAndMapsComesBackAsItWas) {
  const std::vector<Mutation> sent = EveryMergingMutation();
  const auto got = DecodeBundle(EncodeBundle({{sent}}));
  ASSERT_TRUE(got.ok()) << got.status();
  const std::vector<Mutation>& back = got->commands.front().mutations;
  ASSERT_EQ(back.size(), sent.size());
  for (size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(back[i].action, sent[i].action) << i;
    EXPECT_EQ(back[i].field_action, sent[i].field_action) << i;
    EXPECT_EQ(back[i].field, sent[i].field) << i;
    EXPECT_EQ(back[i].value, sent[i].value) << i;
    EXPECT_EQ(back[i].delta, sent[i].delta) << i;
    EXPECT_EQ(back[i].context, sent[i].context) << i;
  }
}

TEST(MergingCodecTest, AChangeThatLeavesOpenWhatToDoIsNone) {
  Mutation out;
  v1::Mutation mutation;
  mutation.mutable_set();
  EXPECT_FALSE(TakeMergingAction(mutation, out));
  mutation.mutable_map()->set_field("f");
  EXPECT_FALSE(TakeMergingAction(mutation, out));
  mutation.mutable_map()->set_remove(v1::FIELD_TYPE_UNSPECIFIED);
  EXPECT_FALSE(TakeMergingAction(mutation, out));
}

TEST(MergingCodecTest, AMergedValueComesBackAsItWas) {
  Merged merged;
  merged.context = std::string("\0c", 2);
  merged.siblings = {{"b", 7, 0}, {"a", 5, 99}};
  merged.elements = {"", "e"};
  merged.fields = {{"f", "v"}, {"f", int64_t{-3}}, {"g", Field::Elements{"x", "y"}}};
  v1::Merged wire;
  EncodeMerged(merged, wire);
  EXPECT_EQ(TakeMerged(wire), merged);
}

TEST(BytesOfTest, CountsAllThatAnAnswerHolds) {
  Record record{"key", "value", 1};
  EXPECT_EQ(BytesOf(record), 8u);
  record.merged = std::make_shared<Merged>();
  record.merged->siblings = {{"0123456789", 1, 0}};
  record.merged->elements = {"01234"};
  record.merged->fields = {{"f", Field::Elements{"0123"}}};
  EXPECT_GE(BytesOf(record), 8u + 10 + 5 + 1 + 4);
}

// Each replica must do the same with what a later build may have let in.
TEST(OneOrderTest, TheLogsStateRefusesWhatOnlyMergingPoliciesTakeAndChangesNothing) {
  for (const Mutation& mutation : EveryMergingMutation()) {
    EXPECT_EQ(ReasonOf(CheckInOneOrder(mutation)), "MERGING_POLICY_NEEDED");
    const auto engine = MakeEngine(EngineKind::kMemory);
    Partition partition(*engine);
    const CommandResult result = partition.Run({Put("other", "v"), mutation});
    EXPECT_EQ(ReasonOf(result.status), "MERGING_POLICY_NEEDED");
    EXPECT_EQ(result.version, 0u);
    EXPECT_EQ(partition.ValueOf("other"), "-");
  }
  EXPECT_TRUE(CheckInOneOrder(Put("k", "v")).ok());
  EXPECT_TRUE(CheckInOneOrder(Add("k", 1)).ok());
}

TEST(BodyHashTest, TellsContextsAndFieldsApart) {
  const auto hash = [](const Mutation& mutation) { return ComputeBodyHash({{mutation}}); };
  EXPECT_NE(hash(Merging(Action::kPut, "v", "a")), hash(Merging(Action::kPut, "v", "b")));
  EXPECT_NE(hash(OfField(FieldAction::kPut, "v")), hash(OfField(FieldAction::kAddElement, "v")));
}

}  // namespace
}  // namespace quorate::kv
