// Reads as calls of the client library.
#pragma once

#include "client/client.h"
#include "reply.h"
#include "request.h"
#include "workload.h"

namespace quorate::load {

// A get; a multi-get of several keys; of a set of keys, a scan.
void SendRead(Keyspace& keyspace, const Place& place, const Request& request,
              const ReadOptions& options, ReplyDone done);

}  // namespace quorate::load
