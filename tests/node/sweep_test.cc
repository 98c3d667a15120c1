#include "node/sweep.h"

#include <gtest/gtest.h>

#include "kv/layout.h"
#include "storage/mem_engine.h"

namespace quorate {
namespace {

ring::SharedTopology WithPartitions(std::vector<ring::PartitionInfo> partitions) {
  ring::Topology topology;
  topology.meta = {kMetaPartition, {NodeId(1)}};
  ring::KeyspaceInfo keyspace;
  keyspace.name = "k";
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

}  // namespace
}  // namespace quorate
