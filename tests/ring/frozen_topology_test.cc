#include "ring/frozen_topology.h"

#include <gtest/gtest.h>

namespace quorate::ring {
namespace {

Topology With(const Topology& topology, std::string name, uint32_t partitions) {
  return *WithKeyspace(topology, {.name = std::move(name), .partitions = partitions});
}

Topology TwoKeyspaces() {
  std::vector<NodeInfo> nodes;
  for (uint64_t id = 1; id <= 3; ++id) {
    const std::string host = "host" + std::to_string(id);
    nodes.push_back({NodeId(id), host + ":7400", host + ":7401", "", 100});
  }
  // By id not as by name: "b" was there first.
  return With(With(*Bootstrap("cluster", nodes), "b", 4), "a", 3);
}

TEST(FrozenTopologyTest, FindsEachPartitionByItsIdInItself) {
  const SharedTopology topology = Freeze(TwoKeyspaces());
  EXPECT_EQ(topology->FindPartition(kMetaPartition), &topology->meta);
  size_t found = 0;
  for (const auto& [name, keyspace] : topology->keyspaces) {
    for (const PartitionInfo& partition : keyspace.partitions) {
      EXPECT_EQ(topology->FindPartition(partition.id), &partition) << name;
      ++found;
    }
  }
  EXPECT_EQ(found, 7u);
}

TEST(FrozenTopologyTest, FindsNoPartitionThatWasDroppedOrIsYetToCome) {
  const SharedTopology before = Freeze(TwoKeyspaces());
  const SharedTopology after = Freeze(*WithoutKeyspace(*before, "b"));
  const PartitionId dropped = before->FindKeyspace("b")->partitions[0].id;
  EXPECT_NE(before->FindPartition(dropped), nullptr);
  EXPECT_EQ(after->FindPartition(dropped), nullptr);
  EXPECT_EQ(after->FindPartition(PartitionId(after->next_partition_id)), nullptr);
  EXPECT_EQ(after->FindPartition(PartitionId(0)), nullptr);
}

}  // namespace
}  // namespace quorate::ring
