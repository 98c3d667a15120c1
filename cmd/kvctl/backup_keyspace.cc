#include "backup_keyspace.h"

#include "base/ladder_codec.h"
#include "client/convert.h"

namespace quorate::kvctl {

void FillKeyspace(const KeyspaceDescription& keyspace, v1::Keyspace& out) {
  out.set_name(keyspace.name);
  out.set_mode(client::ToWire(keyspace.mode));
  out.set_replicas(keyspace.replicas);
  out.set_default_read(client::ToWire(keyspace.default_read));
  out.set_default_write(client::ToWire(keyspace.default_write));
  EncodeLadder(keyspace.default_ladder, *out.mutable_default_ladder());
  out.set_conflict(static_cast<v1::Conflict>(keyspace.conflict));
  out.set_lease_drift_ppm(keyspace.lease_drift_ppm);
  out.set_default_ttl_us(static_cast<uint64_t>(absl::ToInt64Microseconds(keyspace.default_ttl)));
  for (size_t i = 0; i < keyspace.partitions.size(); ++i) out.add_partitions();
}

KeyspaceOptions OptionsOf(const v1::Keyspace& kept) {
  const KeyspaceDescription keyspace = client::DescriptionOf(kept);
  KeyspaceOptions options;
  options.mode = keyspace.mode;
  options.replicas = keyspace.replicas;
  options.partitions = static_cast<uint32_t>(keyspace.partitions.size());
  // Of a ladder its first rung is the default as well, and is not named twice.
  if (keyspace.default_ladder.empty()) options.default_read = keyspace.default_read;
  options.default_write = keyspace.default_write;
  options.lease_drift_ppm = keyspace.lease_drift_ppm;
  options.default_ttl = keyspace.default_ttl;
  options.default_ladder = keyspace.default_ladder;
  options.conflict = keyspace.conflict;
  return options;
}

}  // namespace quorate::kvctl
