// Whether all replicas of a keyspace have all that any of them has.
#pragma once

#include <string>

#include "client/client.h"

namespace quorate::load {

// Empty: they have. Else what is missing, for people.
std::string WhatIsBehind(Client& client, const KeyspaceDescription& keyspace);

}  // namespace quorate::load
