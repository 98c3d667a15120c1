// Writes of keys by chance, begun one by one by whoever paces them. The load shares the cores with
// the nodes, so as little as possible is done for each.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/random.h"
#include "client/client.h"
#include "target.h"

namespace quorate::bench {

// What became of one.
struct WriteEnd {
  bool done = false;
  bool refused = false;    // RESOURCE_EXHAUSTED
  bool told_when = false;  // and when to come back
  std::string error = {};  // where it was neither
};

// Keys of `member` in groups of `batch`, each of one partition; as many groups as there are, and no
// more than so many.
std::vector<std::vector<std::string>> BatchesOf(const Target& target, const Member& member,
                                                uint32_t batch, size_t groups_max);

class WriteCalls {
 public:
  using Done = absl::AnyInvocable<void(WriteEnd) &&>;
  virtual ~WriteCalls() = default;
  // Thread-safe; `done` on any thread.
  virtual void Begin(Random& random, Done done) = 0;
};

// Calls of gRPC's own with requests made beforehand, which are used again and again; no retries.
// `batch`: keys written by one call, all of one partition. `connections`: to each member.
std::unique_ptr<WriteCalls> RawWrites(const Target& target, uint32_t batch, uint32_t connections,
                                      absl::Duration deadline);
// The same through the client library. `client` has been connected so (Impatient).
std::unique_ptr<WriteCalls> LibraryWrites(const Client& client, const Target& target,
                                          uint32_t batch, absl::Duration deadline);
ClientOptions Impatient();

}  // namespace quorate::bench
