// One of the mixes, through the client library: as calls of their own, or, reads and
// writes, on its batched streams.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "mix.h"
#include "open_loop.h"
#include "pace.h"
#include "slice.h"
#include "tally.h"

namespace quorate::bench {

struct WorkloadOptions {
  std::string keyspace;
  uint64_t keys = 20'000;  // that are there as it begins
  size_t value_bytes = 256;
  Level read = Level::kDefault;  // the keyspace's
  Level write = Level::kDefault;
  bool streamed = false;  // scans never are
};

class Workload {
 public:
  Workload(const Client& client, const WorkloadOptions& options, const Mix& mix);

  // Puts every key once.
  absl::Status Fill();
  // Counts what begins after `warm_up`.
  Slice RunClosed(uint32_t in_flight, absl::Duration warm_up, absl::Duration length, uint64_t seed);
  Slice RunOpen(const OpenLoad& load, uint64_t seed);

 private:
  using Over = absl::AnyInvocable<void(const absl::Status&) &&>;

  Issue CountedBy(Tally& tally);
  void Begin(Random& random, Over over);
  void Read(std::string key, Over over);
  void Write(std::string key, Over over);
  void Scan(std::string start, uint64_t records, Over over);

  const WorkloadOptions options_;
  const Mix mix_;
  const KeyChoice choice_;
  const std::string value_;
  std::atomic<uint64_t> keys_;  // with those that were inserted
  Keyspace keyspace_;
  std::optional<Pipeline> reads_;  // where it is streamed
  std::optional<Pipeline> writes_;
};

}  // namespace quorate::bench
