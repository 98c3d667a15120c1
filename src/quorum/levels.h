// Which replicas are enough for a level.
#pragma once

#include <vector>

#include "base/level.h"
#include "quorum/members.h"
#include "quorum/nodes.h"

namespace quorate::quorum {

// Whether `nodes` are enough for `level` at a coordinator in `zone`. ANY as ONE.
bool Enough(Level level, const std::vector<Member>& members, const std::string& zone,
            const Nodes& nodes);

// Levels that count replicas; of reads, EACH_QUORUM does not.
bool CountsForWrites(Level level);
bool CountsForReads(Level level);

}  // namespace quorate::quorum
