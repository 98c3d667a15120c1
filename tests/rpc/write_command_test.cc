#include "rpc/write_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "rpc/convert.h"

namespace quorate::rpc {
namespace {

using ::testing::HasSubstr;

ring::KeyspaceInfo KeyspaceOf(uint32_t partitions) {
  ring::KeyspaceInfo keyspace;
  for (uint32_t i = 0; i < partitions; ++i) keyspace.partitions.push_back({PartitionId(i + 2), {}});
  return keyspace;
}

kv::Command CommandOn(std::vector<std::string> keys) {
  kv::Command command;
  for (std::string& key : keys) command.mutations.push_back(MakePut(std::move(key), "v"));
  return command;
}

TEST(WriteCommandTest, ABatchOfOneTagHasOneArc) {
  const auto keyspace = KeyspaceOf(64);
  const auto arc = ArcOfCommand(CommandOn({"{u1}:a", "{u1}:b", "{u1}:c"}), keyspace, {});
  ASSERT_TRUE(arc.ok()) << arc.status();
  EXPECT_EQ(*arc, keyspace.ArcOfKey("{u1}:zzz"));
}

TEST(WriteCommandTest, ABatchOverTwoArcsNamesBothKeysAndTheWayOut) {
  const absl::Status status =
      ArcOfCommand(CommandOn({"apple", "pear", "plum", "fig"}), KeyspaceOf(4096), {}).status();
  EXPECT_EQ(ReasonOf(status), "CROSS_PARTITION");
  EXPECT_EQ(AppliedOf(status), Applied::kNo);
  const std::string text(status.message());
  EXPECT_THAT(text, HasSubstr("\"apple\" and \"pear\""));
  EXPECT_THAT(text, HasSubstr("{tag}"));
}

TEST(WriteCommandTest, AnEmptyBatchIsRefused) {
  EXPECT_EQ(ReasonOf(ArcOfCommand({}, KeyspaceOf(4), {}).status()), "BATCH_EMPTY");
}

TEST(WriteCommandTest, AMutationWithoutActionIsRefused) {
  v1::BatchRequest batch;
  batch.add_mutations()->set_key("k");
  EXPECT_EQ(ReasonOf(ManyMutations(batch.mutable_mutations()).status()), "INCOMPLETE_REQUEST");
}

TEST(WriteCommandTest, CompareAndSetNeedsAConditionAndAnAction) {
  v1::CompareAndSetRequest cas;
  cas.set_key("k");
  EXPECT_THAT(std::string(TakeMutation(&cas).status().message()), HasSubstr("no action"));
  cas.set_put("v");
  EXPECT_THAT(std::string(TakeMutation(&cas).status().message()), HasSubstr("no condition"));
  cas.mutable_condition()->set_version(7);
  const auto mutation = TakeMutation(&cas);
  ASSERT_TRUE(mutation.ok());
  EXPECT_EQ(mutation->condition.kind, kv::Condition::Kind::kVersion);
  EXPECT_EQ(mutation->condition.version, 7u);
}

}  // namespace
}  // namespace quorate::rpc
