// Where a partition's records stand in the engine: a contiguous range that
// starts with the partition's id, so it is moved and dropped as one.
//   8 bytes  partition id, big endian
//   1 byte   0x01 the partition's own record (see AppliedState), 0x02 a key,
//            0x03 a writer (see Writers), 0x04 a moment of expiry (see Expiry)
//   the key; of the others the writer's number or the moment, 8 bytes, big endian
// A leaderless partition has, beside its own record and the keys:
//   1 byte   0x10 a dot, 0x11 what the replica knows, 0x12 the time reserved,
//            0x13 the ballot floor of registers, 0x14 a discarded write of its
//            conflict journal, 0x16 the last hint taken from a node, 0x18 an operation,
//            0x1a how often dots went from memory to here
//   of a dot node, boot and counter, of a discarded write its number, of a hint the
//   node, of an operation writer and sequence, 8 bytes each, big endian
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"

namespace quorate::kv {

std::string PartitionBegin(PartitionId partition);
std::string PartitionEnd(PartitionId partition);  // exclusive
std::string AppliedKey(PartitionId partition);
std::string RecordKey(PartitionId partition, std::string_view key);
// The same into room of RecordKeyBytes.
void WriteRecordKey(PartitionId partition, std::string_view key, char* out);
size_t RecordKeyBytes(std::string_view key);
// The first stored key behind all records of the partition.
std::string RecordsEnd(PartitionId partition);
bool IsRecord(std::string_view stored);  // of RecordKey's form
std::string WriterKey(PartitionId partition, uint64_t writer);
std::string WritersEnd(PartitionId partition);
uint64_t WriterOf(std::string_view stored);  // of WriterKey's form
std::string ExpiryKey(PartitionId partition, uint64_t moment_us);
uint64_t ExpiryOf(std::string_view stored);  // of ExpiryKey's form
std::string DotKey(PartitionId partition, NodeId node, Boot boot, uint64_t counter);
struct DotPlace {
  NodeId node;
  Boot boot;
  uint64_t counter = 0;
};
DotPlace DotOf(std::string_view stored);  // of DotKey's form
std::string DotsBegin(PartitionId partition);
std::string DotsEnd(PartitionId partition);
std::string DotMovesKey(PartitionId partition);
std::string KnowledgeKey(PartitionId partition);
std::string ReservedTimeKey(PartitionId partition);
std::string BallotFloorKey(PartitionId partition);
std::string EnteredEpochKey(PartitionId partition);
std::string DiscardKey(PartitionId partition, uint64_t number);
std::string DiscardsEnd(PartitionId partition);
uint64_t DiscardOf(std::string_view stored);  // of DiscardKey's form
std::string TakenHintKey(PartitionId partition, NodeId keeper);
std::string TakenHintsEnd(PartitionId partition);
NodeId KeeperOf(std::string_view stored);  // of TakenHintKey's form
// Sequence 0 stands for what is settled of the writer, writer 0 for the writers that
// are forgotten.
std::string OperationKey(PartitionId partition, uint64_t writer, uint64_t sequence);
std::string OperationsEnd(PartitionId partition);
struct OperationPlace {
  uint64_t writer = 0;
  uint64_t sequence = 0;
};
OperationPlace OperationOf(std::string_view stored);  // of OperationKey's form
// Behind all that a partition holds but its own record.
std::string ContentsEnd(PartitionId partition);
// Whose range a stored key is in.
PartitionId PartitionOf(std::string_view stored);
// The user's key within a stored one of RecordKey's form.
std::string_view UserKey(std::string_view stored);

}  // namespace quorate::kv
