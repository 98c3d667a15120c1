// What a manifest keeps of a keyspace, and what a restore makes of that.
#pragma once

#include "client/admin_types.h"
#include "quorate/v1/backup.pb.h"

namespace quorate::kvctl {

// Its settings; of its partitions only how many they are.
void FillKeyspace(const KeyspaceDescription& keyspace, v1::Keyspace& out);

KeyspaceOptions OptionsOf(const v1::Keyspace& kept);

}  // namespace quorate::kvctl
