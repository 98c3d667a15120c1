// Keeping the topology fresh.
#pragma once

#include <string>

#include "client/core.h"
#include "quorate/v1/kv.pb.h"

namespace quorate::client {

// Fetches the topology in the background, unless that is under way already.
void RefreshTopology(Core& core);

// Corrects routes by what a reply told, and refreshes where it came from a
// newer topology than ours. `serving`: the reply is of a kind that only the
// serving replica gives (not a weak read).
void LearnFrom(Core& core, const std::string& keyspace, const v1::Receipt& receipt, bool serving);

}  // namespace quorate::client
