// From a request to the calls of the client library, and from its answer to a reply.
#pragma once

#include <optional>

#include "absl/functional/any_invocable.h"
#include "client/client.h"
#include "plan.h"
#include "request.h"
#include "workload.h"

namespace quorate::load {

// `done` is called once, on a thread of the library's. The library may send a write
// again where it is done once all the same; this does not.
void Send(Keyspace& keyspace, const Job& job, const Place& place,
          const std::optional<Session>& session, const Request& request,
          absl::AnyInvocable<void(Reply) &&> done);

}  // namespace quorate::load
