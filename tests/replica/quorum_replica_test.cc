#include "replica/quorum_replica.h"

#include <gtest/gtest.h>

#include "base/error.h"
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

}  // namespace
}  // namespace quorate
