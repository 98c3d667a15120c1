#include "node/sweep.h"

#include <gtest/gtest.h>

#include "kv/layout.h"
#include "storage/mem_engine.h"

namespace quorate {
namespace {

ring::SharedTopology WithPartitions(std::vector<ring::PartitionInfo> partitions,
                                    Mode mode = Mode::kRaft) {
  ring::Topology topology;
  for (uint64_t id : {1, 9}) topology.nodes.emplace_back().id = NodeId(id);
  topology.meta = {kMetaPartition, {NodeId(1)}};
  ring::KeyspaceInfo keyspace;
  keyspace.name = "k";
  keyspace.mode = mode;
  keyspace.partitions = std::move(partitions);
  topology.keyspaces["k"] = std::move(keyspace);
  return ring::Freeze(std::move(topology));
}

TEST(SweepTest, WhatDroppedPartitionsLeftGoesAndNothingElse) {
  MemEngine engine;
  EngineBatch batch;
  for (uint64_t partition : {1, 2, 3, 4}) {
    batch.PutKey(kv::RecordKey(PartitionId(partition), "a"), "x");
    batch.PutKey(kv::RecordKey(PartitionId(partition), std::string(3, '\xff')), "y");
  }
  ASSERT_TRUE(engine.Write(batch).ok());
  const auto topology =
      WithPartitions({{PartitionId(2), {NodeId(1)}}, {PartitionId(4), {NodeId(9)}}});
  ASSERT_TRUE(SweepDropped(*topology, NodeId(1), engine).ok());
  for (uint64_t partition : {1, 2, 3, 4}) {
    const bool kept = partition <= 2;  // 3 is unknown, 4 is another node's
    EXPECT_EQ(engine.Get(kv::RecordKey(PartitionId(partition), "a"))->has_value(), kept)
        << partition;
    EXPECT_EQ(
        engine.Get(kv::RecordKey(PartitionId(partition), std::string(3, '\xff')))->has_value(),
        kept)
        << partition;
  }
}

TEST(SweepTest, WhatALeaderlessReplicaLeftIsToldAndStays) {
  MemEngine engine;
  EngineBatch batch;
  for (uint64_t partition : {2, 3, 4}) {
    batch.PutKey(kv::RecordKey(PartitionId(partition), "a"), "x");
  }
  ASSERT_TRUE(engine.Write(batch).ok());
  const auto topology =
      WithPartitions({{PartitionId(2), {NodeId(1)}}, {PartitionId(4), {NodeId(9)}}}, Mode::kQuorum);
  const auto former = SweepDropped(*topology, NodeId(1), engine);
  ASSERT_TRUE(former.ok()) << former.status();
  EXPECT_EQ(*former, std::set<PartitionId>{PartitionId(4)});
  EXPECT_TRUE(engine.Get(kv::RecordKey(PartitionId(4), "a"))->has_value());
  EXPECT_FALSE(engine.Get(kv::RecordKey(PartitionId(3), "a"))->has_value());
}

TEST(SweepTest, WhoWasLetGoDeletesNothing) {
  MemEngine engine;
  EngineBatch batch;
  batch.PutKey(kv::RecordKey(PartitionId(4), "a"), "x");
  ASSERT_TRUE(engine.Write(batch).ok());
  const auto topology = WithPartitions({{PartitionId(4), {NodeId(9)}}});
  ASSERT_TRUE(SweepDropped(*topology, NodeId(2), engine).ok());
  EXPECT_TRUE(engine.Get(kv::RecordKey(PartitionId(4), "a"))->has_value());
}

}  // namespace
}  // namespace quorate
