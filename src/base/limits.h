// Every bound on what a caller, a peer or a disk may hand us, in one place.
// Those named *_default can be set in kvd's configuration.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace quorate::limits {

// A key is in every index, message and bloom filter.
inline constexpr size_t kKeyBytesMax = 4 * 1024;
// One value must not hold up a partition's log or a peer's stream.
inline constexpr size_t kValueBytesMaxDefault = 1024 * 1024;
// All mutations of one batch, keys and values: one log entry.
inline constexpr size_t kBatchBytesMax = 4 * 1024 * 1024;
inline constexpr size_t kBatchMutationsMax = 4096;
// Longer is a mistake in the unit, or a negative number.
inline constexpr uint64_t kTtlMaxUs = uint64_t{100} * 365 * 24 * 3600 * 1'000'000;
// All that a key of a merging policy holds, at a write that adds to it. Concurrent
// ones may go over, several times, and an answer must still hold it.
inline constexpr size_t kMergedBytesMax = 2 * 1024 * 1024;
// In each write and read of its set or map.
inline constexpr size_t kElementBytesMax = 64 * 1024;
inline constexpr size_t kFieldNameBytesMax = 4 * 1024;
// A version vector with an entry for each life of each node.
inline constexpr size_t kContextBytesMax = 64 * 1024;
// One page of a scan.
inline constexpr uint32_t kScanRecordsDefault = 1000;
inline constexpr uint32_t kScanRecordsMax = 10'000;
inline constexpr uint64_t kScanBytesMax = 4 * 1024 * 1024;
inline constexpr size_t kMultiGetKeysMax = 10'000;

inline constexpr size_t kKeyspaceNameBytesMax = 64;
inline constexpr uint32_t kReplicasMax = 7;
inline constexpr uint32_t kPartitionsPerKeyspaceMax = 4096;
inline constexpr size_t kDroppedKeyspacesMax = 64;  // that sessions are known to be of
inline constexpr size_t kDepartedNodesMax = 64;     // that are told so when they come back
// Few groups keep batches large; a keyspace grows by choice.
inline constexpr uint32_t kPartitionsDefault = 8;

// Commands that share one log entry. One entry must not hold up the rest.
inline constexpr size_t kBundleBytesMax = 256 * 1024;
inline constexpr size_t kBundleCommandsMax = 1024;

// When to come back where there is too much to do: what queued is worked off in
// less.
inline constexpr absl::Duration kOverloadRetryAfter = absl::Milliseconds(20);

// Unary calls that a node has under way at once, each one and one more for each KiB that it
// brings: as many as it answers in so long, and so many anyway, lest a moment's standstill count.
inline constexpr absl::Duration kCallWaitMax = absl::Milliseconds(40);
inline constexpr uint64_t kCallsUnderWayMin = 1024;

// Discarded writes that a replica keeps of one partition, and their bytes: what a
// person may want to look at, not an archive.
inline constexpr size_t kConflictsKeptMax = 1000;
inline constexpr size_t kConflictBytesKeptMax = 4 * 1024 * 1024;
// One answer that lists them.
inline constexpr uint32_t kConflictsListedDefault = 100;
inline constexpr size_t kConflictBytesListedMax = 4 * 1024 * 1024;

// Groups' messages in one peer frame; more go into a further frame.
inline constexpr size_t kFrameBytesMax = 4 * 1024 * 1024;
// A node that has just started and was heard by nobody goes by its own calendar
// after so long.
inline constexpr absl::Duration kCalendarUnconfirmedMax = absl::Seconds(5);

// A request is passed on at most so often on its way to a leader.
inline constexpr uint32_t kForwardHopsMax = 3;

// Operations of one client stream that are accepted and not yet written back;
// each counts one, and one more for each KiB of its value. Beyond it the stream
// isn't read.
inline constexpr uint64_t kStreamOutstandingMax = 32 * 1024;

// Partitions that a node reads for backups at once: each takes a thread, a snapshot of
// the state and a few chunks of memory.
inline constexpr size_t kArcReadsMax = 4;
// No longer is such a snapshot held: what was overwritten since takes up the disk.
inline constexpr absl::Duration kArcReadAgeMax = absl::Hours(1);
// A client that takes nothing for so long is gone, or stuck.
inline constexpr absl::Duration kArcReadStallMax = absl::Minutes(1);
// Names of chunks that the client has, in one request.
inline constexpr size_t kKnownChunksMax = 500'000;

// Waiting for one peer; what a slow one cannot take is dropped, and sent anew
// by the protocol.
inline constexpr uint64_t kPeerQueueBytesMax = 64 * 1024 * 1024;
// Connections at the peer port: a node has one of each other. And of those who have not said who
// they are. More are closed: file descriptors are needed for the disk.
inline constexpr size_t kPeerConnectionsMax = 512;
inline constexpr size_t kPeerStrangersMax = 64;

// Answers that a client is not taking. While there are more, it is not read, or, where it is for
// want of its leave that they are not sent, no data call of its is begun.
inline constexpr size_t kClientUnsentBytesMax = 8 * 1024 * 1024;
// A gRPC message either way; a batch of the largest size fits with room.
inline constexpr size_t kMessageBytesMax = 16 * 1024 * 1024;
// Two clocks that drift apart faster than this are broken: 10 %.
inline constexpr uint32_t kLeaseDriftPpmMax = 100'000;
// The count of a register's ballot, 12 bits, is its node's number.
inline constexpr uint64_t kNodeIdMax = 4095;
// Groups with a vote in the meta group.
inline constexpr size_t kMetaVotersMax = 5;
// A node's share of the ring is 100 times another's at most, if that is usual.
inline constexpr uint32_t kNodeWeightMax = 10'000;

}  // namespace quorate::limits
