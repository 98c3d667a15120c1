// What is told of a write that is asked for twice, when by then its record was deleted everywhere:
// who has it is known by what each has told, for nothing is left that could be sent.
#include <gtest/gtest.h>

#include "base/error.h"
#include "joint.h"

namespace quorate::quorum {
namespace {

// n1 to n3 have all seen the write, and that it was deleted, and hold nothing of it any more.
OperationId WriteAndBury(Cluster& cluster) {
  const OperationId id{cluster.OpenWriter(2), 1};
  cluster.PutOnce(2, "k", "v", Level::kAll, id);
  cluster.DeliverAll();
  cluster.Delete(2, "k", Level::kAll);
  cluster.Settle(20);
  for (uint64_t node : {1, 2, 3}) EXPECT_FALSE(cluster.store(node).Lookup("k")) << "n" << node;
  return id;
}

ClusterOptions ThreeAndOneMore() {
  ClusterOptions options;
  options.spares = 1;
  return options;
}

// In the place of n1. All know of it, and none has heard of another since.
void LetN4Join(Cluster& cluster) { Teach(cluster, Joint(cluster), {1, 2, 3, 4}); }

// Whom the receipt names; empty: it failed, or there is none yet.
std::vector<NodeId> Named(Cluster& cluster, uint64_t id) {
  const Reply* reply = cluster.Find(2, id);
  return reply == nullptr || !reply->status.ok() ? std::vector<NodeId>() : reply->receipt.acked_by;
}

std::vector<NodeId> Nodes(std::initializer_list<uint64_t> numbers) {
  std::vector<NodeId> nodes;
  for (uint64_t number : numbers) nodes.emplace_back(number);
  return nodes;
}

TEST(GoneRecordTest, AllAreNamedAtOnceWhoHaveTold) {
  Cluster cluster({});
  const OperationId id = WriteAndBury(cluster);
  EXPECT_EQ(Named(cluster, cluster.PutOnce(2, "k", "v", Level::kAll, id)), Nodes({1, 2, 3}));
  EXPECT_EQ(cluster.Value(2, "k"), "") << "it was not written again";
}

TEST(GoneRecordTest, AJoinerIsNotNamedBeforeItIsFilled) {
  Cluster cluster(ThreeAndOneMore());
  const OperationId id = WriteAndBury(cluster);
  LetN4Join(cluster);
  const uint64_t at_all = cluster.PutOnce(2, "k", "v", Level::kAll, id);
  EXPECT_TRUE(Named(cluster, at_all).empty()) << "n4 has an empty disk";
  cluster.Settle(30);
  ASSERT_TRUE(cluster.core(4).filled());
  EXPECT_EQ(Named(cluster, at_all), Nodes({1, 2, 3, 4}));
}

TEST(GoneRecordTest, WhoseDiskWasLostIsNotNamedBeforeItIsFilled) {
  Cluster cluster({});
  const OperationId id = WriteAndBury(cluster);
  cluster.Crash(3);
  cluster.Wipe(3);
  cluster.Restart(3);
  // Of its new life n2 hears, and no more.
  cluster.Tick(3);
  const auto to_n2 = [](const Message& message) { return message.to == NodeId(2); };
  for (const Message& message : cluster.Take(to_n2)) cluster.Deliver(message);
  ASSERT_FALSE(cluster.core(3).filled());
  const uint64_t at_quorum = cluster.PutOnce(2, "k", "v", Level::kQuorum, id);
  const uint64_t at_all = cluster.PutOnce(2, "k", "v", Level::kAll, id);
  EXPECT_EQ(Named(cluster, at_quorum), Nodes({1, 2}));
  EXPECT_TRUE(Named(cluster, at_all).empty());
  cluster.Settle(30);
  ASSERT_TRUE(cluster.core(3).filled());
  EXPECT_EQ(Named(cluster, at_all), Nodes({1, 2, 3}));
}

TEST(GoneRecordTest, AResolutionNamesNoJoinerEither) {
  Cluster cluster(ThreeAndOneMore());
  const OperationId id = WriteAndBury(cluster);
  LetN4Join(cluster);
  const uint64_t asked = cluster.Resolve(2, id, /*fence=*/false, Level::kAll);
  EXPECT_TRUE(Named(cluster, asked).empty());
  cluster.Settle(30);
  EXPECT_EQ(Named(cluster, asked), Nodes({1, 2, 3, 4}));
}

}  // namespace
}  // namespace quorate::quorum
