#include "rpc/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::rpc {
namespace {

using ::testing::HasSubstr;

std::string Text(const absl::Status& status) { return std::string(status.message()); }

kv::Mutation Put(std::string key, size_t value_bytes) {
  kv::Mutation put;
  put.key = std::move(key);
  put.value = std::string(value_bytes, 'v');
  return put;
}

TEST(LimitsTest, KeysHaveOneToFourThousandNinetySixBytes) {
  EXPECT_EQ(ReasonOf(CheckKey("")), "KEY_EMPTY");
  EXPECT_TRUE(CheckKey("k").ok());
  EXPECT_TRUE(CheckKey(std::string(4096, 'k')).ok());
  const absl::Status large = CheckKey(std::string(4097, 'k'));
  EXPECT_EQ(ReasonOf(large), "KEY_TOO_LARGE");
  EXPECT_THAT(Text(large), HasSubstr("4097"));
  EXPECT_THAT(Text(large), HasSubstr("4096"));
  EXPECT_LT(Text(large).size(), 300u);
}

TEST(LimitsTest, AValueBeyondTheSettingNamesItsSizeAndTheSetting) {
  const RequestLimits limits{1000};
  EXPECT_TRUE(CheckMutation(Put("k", 1000), limits).ok());
  const absl::Status large = CheckMutation(Put("k", 1001), limits);
  EXPECT_EQ(ReasonOf(large), "VALUE_TOO_LARGE");
  EXPECT_THAT(Text(large), HasSubstr("1001"));
  EXPECT_THAT(Text(large), HasSubstr("1000"));
  EXPECT_EQ(AppliedOf(large), Applied::kNo);
}

TEST(LimitsTest, AConditionsValueIsAValueToo) {
  kv::Mutation put = Put("k", 1);
  put.condition.value = std::string(1001, 'v');
  EXPECT_EQ(ReasonOf(CheckMutation(put, RequestLimits{1000})), "VALUE_TOO_LARGE");
}

TEST(LimitsTest, ABatchIsBoundedByCountAndByBytes) {
  EXPECT_EQ(ReasonOf(CheckBatch({}, {})), "BATCH_EMPTY");
  std::vector<kv::Mutation> many(limits::kBatchMutationsMax + 1, Put("k", 1));
  EXPECT_EQ(ReasonOf(CheckBatch(many, {})), "BATCH_TOO_LONG");
  many.pop_back();
  EXPECT_TRUE(CheckBatch(many, {}).ok());
  const std::vector<kv::Mutation> heavy(5, Put("k", 1 << 20));
  EXPECT_EQ(ReasonOf(CheckBatch(heavy, {})), "BATCH_TOO_LARGE");
  EXPECT_EQ(ReasonOf(CheckBatch({Put("k", 1), Put("", 1)}, {})), "KEY_EMPTY");
}

TEST(LimitsTest, ManyGetsAreBounded) {
  EXPECT_EQ(ReasonOf(CheckKeyCount(0)), "NO_KEYS");
  EXPECT_TRUE(CheckKeyCount(limits::kMultiGetKeysMax).ok());
  EXPECT_EQ(ReasonOf(CheckKeyCount(limits::kMultiGetKeysMax + 1)), "TOO_MANY_KEYS");
}

TEST(LimitsTest, ShowsKeysEscapedAndCut) {
  EXPECT_EQ(ShownKey("a\n\x01"), "\"a\\n\\x01\"");
  EXPECT_LT(ShownKey(std::string(4000, 'x')).size(), 60u);
}

TEST(LimitsTest, ElementsFieldsAndContextsHaveBoundsOfTheirOwn) {
  kv::Mutation element = Put("k", limits::kElementBytesMax + 1);
  EXPECT_TRUE(CheckMutation(element, {}).ok());
  element.action = kv::Mutation::Action::kAddElement;
  EXPECT_EQ(ReasonOf(CheckMutation(element, {})), "ELEMENT_TOO_LARGE");
  element.action = kv::Mutation::Action::kChangeField;
  EXPECT_TRUE(CheckMutation(element, {}).ok());
  element.field_action = kv::FieldAction::kRemoveElement;
  EXPECT_EQ(ReasonOf(CheckMutation(element, {})), "ELEMENT_TOO_LARGE");
  kv::Mutation field = Put("k", 0);
  field.field = std::string(limits::kFieldNameBytesMax + 1, 'f');
  EXPECT_EQ(ReasonOf(CheckMutation(field, {})), "FIELD_TOO_LARGE");
  kv::Mutation context = Put("k", 0);
  context.context = std::string(limits::kContextBytesMax + 1, 'c');
  EXPECT_EQ(ReasonOf(CheckMutation(context, {})), "CONTEXT_TOO_LARGE");
}

}  // namespace
}  // namespace quorate::rpc
