// Keyspaces coming and going: each gives the next topology.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "ring/desired.h"
#include "ring/keyspace_rules.h"
#include "ring/levels.h"
#include "ring/moves.h"
#include "ring/topology.h"

namespace quorate::ring {
namespace {

absl::Status Refused(std::string_view reason, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, what);
}

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

absl::Status CheckName(std::string_view name) {
  const bool fits = !name.empty() && name.size() <= limits::kKeyspaceNameBytesMax &&
                    IsLowerOrDigit(name.front()) &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return IsLowerOrDigit(c) || c == '_' || c == '.' || c == '-';
                    });
  if (fits) return absl::OkStatus();
  return Refused("KEYSPACE_NAME_INVALID",
                 StrCat("keyspace name \"", PrintableBytes(name), "\": use 1 to ",
                        limits::kKeyspaceNameBytesMax,
                        " of a-z, 0-9, '_', '.' and '-', beginning with a letter or digit"));
}

absl::Status CheckCount(std::string_view reason, std::string_view what, uint64_t asked,
                        uint64_t most, std::string_view why) {
  if (asked <= most) return absl::OkStatus();
  return Refused(reason, StrCat(asked, " ", what, ": allowed are 1 to ", most, why));
}

// kDefault: the mode's, here and below.
void SetDefaultRead(Level read, KeyspaceInfo& keyspace) {
  keyspace.default_read =
      read != Level::kDefault ? read : DefaultReadLevel(keyspace.mode, keyspace.conflict);
  keyspace.default_ladder.clear();
}

void SetDefaultRead(const Ladder& ladder, KeyspaceInfo& keyspace) {
  keyspace.default_read = ladder.front().level;
  keyspace.default_ladder = ladder;
}

void SetDefaultWrite(Level write, KeyspaceInfo& keyspace) {
  keyspace.default_write =
      write != Level::kDefault ? write : DefaultWriteLevel(keyspace.mode, keyspace.conflict);
}

absl::Status CheckNamesOne(std::string_view name, bool level, const Ladder& ladder) {
  if (!level || ladder.empty()) return absl::OkStatus();
  return Refused("BAD_LADDER",
                 StrCat("keyspace \"", PrintableBytes(name),
                        "\": its default for reads is a level or a ladder, not both"));
}

absl::Status NoKeyspace(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, "KEYSPACE_NOT_FOUND",
                   StrCat("there is no keyspace \"", PrintableBytes(name), "\""));
}

bool NamesNothing(const KeyspaceChange& change) {
  return !change.default_read && !change.default_write && !change.lease_drift_ppm &&
         !change.default_ttl_us && !change.replicas && change.default_ladder.empty();
}

uint64_t CountStaying(const Topology& topology) {
  return static_cast<uint64_t>(std::count_if(topology.nodes.begin(), topology.nodes.end(),
                                             [](const NodeInfo& node) { return !node.leaving; }));
}

absl::Status CheckReplicas(const KeyspaceInfo& keyspace, uint64_t nodes) {
  return CheckCount("REPLICAS_TOO_MANY", "replicas", keyspace.replicas,
                    std::min<uint64_t>(limits::kReplicasMax, nodes),
                    StrCat(" in a cluster of ", nodes, " nodes"));
}

absl::Status CheckMayResize(const Topology& topology, const KeyspaceInfo& keyspace) {
  if (MayMove(topology, keyspace)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "CANNOT_MOVE",
                   StrCat("keyspace \"", keyspace.name,
                          "\" is of mode quorum, whose replicas do not move before the cluster's "
                          "protocol is raised: kvctl cluster upgrade --finalize"));
}

// The keyspace asked for, defaults filled in, without its partitions.
absl::StatusOr<KeyspaceInfo> Resolve(const Topology& topology, const KeyspaceSpec& spec,
                                     uint32_t partitions) {
  const uint64_t nodes = CountStaying(topology);
  KeyspaceInfo keyspace;
  keyspace.name = spec.name;
  keyspace.mode = spec.mode == Mode::kNone ? Mode::kRaft : spec.mode;
  keyspace.replicas =
      spec.replicas != 0 ? spec.replicas : static_cast<uint32_t>(std::min<uint64_t>(3, nodes));
  keyspace.conflict = spec.conflict;
  SetDefaultRead(spec.default_read, keyspace);
  if (!spec.default_ladder.empty()) SetDefaultRead(spec.default_ladder, keyspace);
  SetDefaultWrite(spec.default_write, keyspace);
  keyspace.lease_drift_ppm = spec.lease_drift_ppm;
  keyspace.default_ttl_us = spec.default_ttl_us;
  for (const absl::Status& status :
       {CheckName(spec.name), CheckMode(keyspace.mode), CheckConflict(keyspace),
        CheckNamesOne(spec.name, spec.default_read != Level::kDefault, spec.default_ladder),
        CheckReplicas(keyspace, nodes),
        CheckCount("PARTITIONS_TOO_MANY", "partitions", partitions,
                   limits::kPartitionsPerKeyspaceMax, " in a keyspace"),
        CheckSettings(keyspace)}) {
    if (!status.ok()) return status;
  }
  return keyspace;
}

void PlacePartitions(uint32_t partitions, KeyspaceInfo& keyspace, Topology& topology) {
  for (std::vector<NodeId>& replicas : ComputeDesired(topology, keyspace, partitions)) {
    keyspace.partitions.push_back({PartitionId(topology.next_partition_id++), std::move(replicas)});
  }
}

}  // namespace

absl::StatusOr<Topology> WithKeyspace(const Topology& topology, const KeyspaceSpec& spec) {
  const uint32_t partitions = spec.partitions != 0 ? spec.partitions : limits::kPartitionsDefault;
  auto keyspace = Resolve(topology, spec, partitions);
  if (!keyspace.ok()) return keyspace.status();
  if (topology.FindKeyspace(spec.name) != nullptr) {
    return MakeError(
        absl::StatusCode::kAlreadyExists, "KEYSPACE_EXISTS",
        StrCat("keyspace \"", spec.name, "\" exists already; choose another name, or drop it"));
  }
  Topology next = topology;
  keyspace->id = KeyspaceId(next.next_keyspace_id++);
  PlacePartitions(partitions, *keyspace, next);
  next.keyspaces.emplace(spec.name, *std::move(keyspace));
  next.epoch = topology.epoch.next();
  return next;
}

absl::StatusOr<Topology> WithAlteredKeyspace(const Topology& topology,
                                             const KeyspaceChange& change) {
  if (NamesNothing(change)) {
    return Refused("NOTHING_TO_ALTER",
                   StrCat("keyspace \"", PrintableBytes(change.name),
                          "\": nothing to alter was named; set a default level, the bound on "
                          "drift, the default time to live or the number of replicas"));
  }
  const auto current = topology.keyspaces.find(change.name);
  if (current == topology.keyspaces.end()) return NoKeyspace(change.name);
  const absl::Status one =
      CheckNamesOne(change.name, change.default_read.has_value(), change.default_ladder);
  if (!one.ok()) return one;
  KeyspaceInfo altered = current->second;
  if (change.default_read) SetDefaultRead(*change.default_read, altered);
  if (!change.default_ladder.empty()) SetDefaultRead(change.default_ladder, altered);
  if (change.default_write) SetDefaultWrite(*change.default_write, altered);
  altered.lease_drift_ppm = change.lease_drift_ppm.value_or(altered.lease_drift_ppm);
  altered.default_ttl_us = change.default_ttl_us.value_or(altered.default_ttl_us);
  altered.replicas = change.replicas.value_or(altered.replicas);
  if (absl::Status status = CheckSettings(altered); !status.ok()) return status;
  const bool resized = altered.replicas != current->second.replicas;
  if (resized) {
    for (const absl::Status& status :
         {CheckMayResize(topology, altered), CheckReplicas(altered, CountStaying(topology))}) {
      if (!status.ok()) return status;
    }
  }
  Topology next = topology;
  if (altered == current->second) return next;
  next.keyspaces[change.name] = std::move(altered);
  if (resized) Retarget(next);
  next.epoch = topology.epoch.next();
  return next;
}

absl::StatusOr<Topology> WithoutKeyspace(const Topology& topology, std::string_view name) {
  const KeyspaceInfo* keyspace = topology.FindKeyspace(name);
  if (keyspace == nullptr) return NoKeyspace(name);
  Topology next = topology;
  next.dropped.push_back(
      {keyspace->name, keyspace->partitions.front().id, keyspace->partitions.back().id});
  if (next.dropped.size() > limits::kDroppedKeyspacesMax) next.dropped.erase(next.dropped.begin());
  next.keyspaces.erase(keyspace->name);
  next.epoch = topology.epoch.next();
  return next;
}

}  // namespace quorate::ring
