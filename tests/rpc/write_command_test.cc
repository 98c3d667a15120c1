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
  for (std::string& key : keys) command.mutations.push_back(MakePut(std::move(key), "v", 0));
  return command;
}

TEST(WriteCommandTest, ABatchOfOneTagHasOneArc) {
  const auto keyspace = KeyspaceOf(64);
  kv::Command batch = CommandOn({"{u1}:a", "{u1}:b", "{u1}:c"});
  const auto arc = PrepareCommand(batch, keyspace, {});
  ASSERT_TRUE(arc.ok()) << arc.status();
  EXPECT_EQ(*arc, keyspace.ArcOfKey("{u1}:zzz"));
}

TEST(WriteCommandTest, ABatchOverTwoArcsNamesBothKeysAndTheWayOut) {
  kv::Command batch = CommandOn({"apple", "pear", "plum", "fig"});
  const absl::Status status = PrepareCommand(batch, KeyspaceOf(4096), {}).status();
  EXPECT_EQ(ReasonOf(status), "CROSS_PARTITION");
  EXPECT_EQ(AppliedOf(status), Applied::kNo);
  const std::string text(status.message());
  EXPECT_THAT(text, HasSubstr("\"apple\" and \"pear\""));
  EXPECT_THAT(text, HasSubstr("{tag}"));
}

TEST(WriteCommandTest, AnEmptyBatchIsRefused) {
  kv::Command batch;
  EXPECT_EQ(ReasonOf(PrepareCommand(batch, KeyspaceOf(4), {}).status()), "BATCH_EMPTY");
}

TEST(WriteCommandTest, APutThatSaysNothingGetsTheKeyspacesTimeToLive) {
  auto keyspace = KeyspaceOf(1);
  keyspace.default_ttl_us = 5'000'000;
  kv::Command batch;
  batch.mutations = {MakePut("a", "v", kTtlDefault), MakePut("b", "v", 0), MakePut("c", "v", 7),
                     MakeDelete("d"), MakeAdd("e", 1, kTtlDefault)};
  ASSERT_TRUE(PrepareCommand(batch, keyspace, {}).ok());
  const uint64_t expected[] = {5'000'000, 0, 7, 0, 5'000'000};
  for (size_t i = 0; i < batch.mutations.size(); ++i) {
    EXPECT_EQ(batch.mutations[i].ttl_us, expected[i]) << i;
  }
}

TEST(WriteCommandTest, ATimeToLiveBeyondAllReasonIsRefused) {
  kv::Command put;
  put.mutations = {MakePut("a", "v", static_cast<uint64_t>(-5'000'000))};
  EXPECT_EQ(ReasonOf(PrepareCommand(put, KeyspaceOf(1), {}).status()), "TTL_NEGATIVE");
  put.mutations = {MakePut("a", "v", uint64_t{200} * 365 * 24 * 3600 * 1'000'000)};
  const absl::Status status = PrepareCommand(put, KeyspaceOf(1), {}).status();
  EXPECT_EQ(ReasonOf(status), "TTL_TOO_LONG");
  EXPECT_THAT(std::string(status.message()), HasSubstr("100 years"));
}

TEST(WriteCommandTest, ADeleteHasNoTimeToLive) {
  v1::Mutation del;
  del.set_key("k");
  del.set_delete_(true);
  del.set_ttl_us(1);
  EXPECT_EQ(ReasonOf(TakeMutation(&del).status()), "INCOMPLETE_REQUEST");
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

TEST(TakeMutationTest, ChangesOfSetsAndMapsComeWithTheirContexts) {
  v1::Mutation set;
  set.set_key("k");
  set.mutable_set()->set_remove("e");
  set.set_context("seen");
  EXPECT_EQ(OperationOf(set), Operation::kMutate);
  const auto taken = TakeMutation(&set);
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->action, kv::Mutation::Action::kRemoveElement);
  EXPECT_EQ(taken->value, "e");
  EXPECT_EQ(taken->context, "seen");
  EXPECT_EQ(taken->ttl_us, 0u);
  v1::Mutation map;
  map.mutable_map()->set_field("f");
  EXPECT_EQ(ReasonOf(TakeMutation(&map).status()), "INCOMPLETE_REQUEST");
  map.mutable_map()->set_add(3);
  EXPECT_EQ(TakeMutation(&map)->delta, 3);
}

TEST(FillGetTest, TellsWhatMergingPoliciesKeep) {
  Reply reply;
  kv::Record& record = reply.found.emplace_back(kv::Record{"k", "b", 7}).value();
  record.merged = std::make_shared<kv::Merged>();
  record.merged->context = "seen";
  record.merged->siblings = {{"b", 7, 0}, {"a", 5, 0}};
  v1::GetResponse response;
  FillGet(reply, 0, 0, &response);
  EXPECT_EQ(response.value(), "b");
  EXPECT_EQ(response.merged().context(), "seen");
  ASSERT_EQ(response.merged().siblings_size(), 2);
  EXPECT_EQ(response.merged().siblings(1).value(), "a");
}

}  // namespace
}  // namespace quorate::rpc
