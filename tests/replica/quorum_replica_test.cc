#include "replica/quorum_replica.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "kv/layout.h"
#include "replica/quorum_store.h"
#include "storage/mem_engine.h"

namespace quorate {
namespace {

// Agreed on by a later build, say: to keep such a keyspace as anything else would
// lose writes.
TEST(QuorumReplicaTest, IsNotOpenedUnderAPolicyThatThisBuildDoesNotHave) {
  MemEngine engine{MemEngineOptions{}};
  for (const Conflict conflict : {Conflict::kNone, static_cast<Conflict>(99)}) {
    QuorumReplicaOptions options;
    options.partition = PartitionId(7);
    options.core.self = {NodeId(1), Boot(1)};
    options.core.members = {{NodeId(1), ""}};
    options.conflict = conflict;
    const auto opened = QuorumReplica::Open(std::move(options), engine, nullptr,
                                            LogClock(absl::ZeroDuration(), absl::UnixEpoch()));
    EXPECT_EQ(ReasonOf(opened.status()), "CONFLICT_NOT_SUPPORTED") << ConflictName(conflict);
  }
}

// It would count as one that never lacked anything, and whom nobody has to fill.
TEST(QuorumReplicaTest, IsNotOpenedWhereWhatItKnowsIsGone) {
  MemEngine engine{MemEngineOptions{}};
  const auto open = [&] {
    QuorumReplicaOptions options;
    options.partition = PartitionId(7);
    options.core.self = {NodeId(1), Boot(1)};
    options.core.members = {{NodeId(1), ""}};
    options.conflict = Conflict::kLww;
    return QuorumReplica::Open(std::move(options), engine, nullptr,
                               LogClock(absl::ZeroDuration(), absl::UnixEpoch()));
  };
  EXPECT_TRUE(open().ok()) << "a new partition";
  QuorumStore store(PartitionId(7), engine);
  ASSERT_TRUE(store.Open().ok());
  const std::vector<quorum::Effect> first = {quorum::Checkpoint{}};
  ASSERT_TRUE(store.Apply(EncodeEffects(first), LogIndex(1)).ok());
  ASSERT_TRUE(store.Releasable().ok());
  EXPECT_TRUE(open().ok());
  EngineBatch rot;
  rot.DeleteKey(kv::KnowledgeKey(PartitionId(7)));
  ASSERT_TRUE(engine.Write(rot).ok());
  EXPECT_EQ(ReasonOf(open().status()), "RECORD_DAMAGED");
}

}  // namespace
}  // namespace quorate
