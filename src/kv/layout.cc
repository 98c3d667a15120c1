#include "kv/layout.h"

#include <algorithm>

namespace quorate::kv {
namespace {

constexpr size_t kPrefixBytes = 8;
constexpr char kAppliedKind = '\x01';
constexpr char kRecordKind = '\x02';
constexpr char kWriterKind = '\x03';
constexpr char kExpiryKind = '\x04';
constexpr char kBehindContents = '\x05';
constexpr char kDotKind = '\x10';
constexpr char kKnowledgeKind = '\x11';
constexpr char kReservedTimeKind = '\x12';
constexpr char kBallotFloorKind = '\x13';
constexpr char kDiscardKind = '\x14';
constexpr char kBehindDiscards = '\x15';
constexpr char kTakenHintKind = '\x16';
constexpr char kBehindTakenHints = '\x17';
constexpr char kOperationKind = '\x18';
constexpr char kBehindOperations = '\x19';
constexpr char kDotMovesKind = '\x1a';
constexpr char kEnteredEpochKind = '\x1b';
constexpr char kBehindAll = '\xff';  // no kind is that high

// Returns where it ends.
char* WriteBigEndian(uint64_t number, char* out) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    *out++ = static_cast<char>(static_cast<uint8_t>(number >> shift));
  }
  return out;
}

void AppendBigEndian(uint64_t number, std::string& out) {
  char bytes[sizeof(number)];
  WriteBigEndian(number, bytes);
  out.append(bytes, sizeof(bytes));
}

uint64_t LoadBigEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof(number) && i < bytes.size(); ++i) {
    number = number << 8 | static_cast<uint8_t>(bytes[i]);
  }
  return number;
}

std::string WithKind(PartitionId partition, char kind, size_t room = 0) {
  std::string stored;
  stored.reserve(kPrefixBytes + 1 + room);
  AppendBigEndian(partition.value(), stored);
  stored.push_back(kind);
  return stored;
}

std::string WithNumber(PartitionId partition, char kind, uint64_t number) {
  std::string stored = WithKind(partition, kind, sizeof(number));
  AppendBigEndian(number, stored);
  return stored;
}

uint64_t NumberOf(std::string_view stored) {
  return LoadBigEndian(stored.substr(kPrefixBytes + 1));
}

}  // namespace

std::string PartitionBegin(PartitionId partition) {
  return WithKind(partition, kAppliedKind).substr(0, kPrefixBytes);
}

std::string PartitionEnd(PartitionId partition) { return WithKind(partition, kBehindAll); }

std::string AppliedKey(PartitionId partition) { return WithKind(partition, kAppliedKind); }

std::string RecordKey(PartitionId partition, std::string_view key) {
  std::string stored(RecordKeyBytes(key), '\0');
  WriteRecordKey(partition, key, stored.data());
  return stored;
}

void WriteRecordKey(PartitionId partition, std::string_view key, char* out) {
  out = WriteBigEndian(partition.value(), out);
  *out++ = kRecordKind;
  std::copy(key.begin(), key.end(), out);
}

size_t RecordKeyBytes(std::string_view key) { return kPrefixBytes + 1 + key.size(); }

std::string RecordsEnd(PartitionId partition) { return WithKind(partition, kWriterKind); }

bool IsRecord(std::string_view stored) {
  return stored.size() > kPrefixBytes && stored[kPrefixBytes] == kRecordKind;
}

std::string WriterKey(PartitionId partition, uint64_t writer) {
  return WithNumber(partition, kWriterKind, writer);
}
std::string WritersEnd(PartitionId partition) { return WithKind(partition, kExpiryKind); }
uint64_t WriterOf(std::string_view stored) { return NumberOf(stored); }

std::string ExpiryKey(PartitionId partition, uint64_t moment_us) {
  return WithNumber(partition, kExpiryKind, moment_us);
}
uint64_t ExpiryOf(std::string_view stored) { return NumberOf(stored); }

std::string DotKey(PartitionId partition, NodeId node, Boot boot, uint64_t counter) {
  std::string stored = WithKind(partition, kDotKind, 3 * sizeof(uint64_t));
  for (uint64_t number : {node.value(), boot.value(), counter}) AppendBigEndian(number, stored);
  return stored;
}
DotPlace DotOf(std::string_view stored) {
  const std::string_view at = stored.substr(kPrefixBytes + 1);
  return {NodeId(LoadBigEndian(at)), Boot(LoadBigEndian(at.substr(8))),
          LoadBigEndian(at.substr(16))};
}
std::string DotsBegin(PartitionId partition) { return WithKind(partition, kDotKind); }
std::string DotsEnd(PartitionId partition) { return WithKind(partition, kKnowledgeKind); }
std::string DotMovesKey(PartitionId partition) { return WithKind(partition, kDotMovesKind); }

std::string KnowledgeKey(PartitionId partition) { return WithKind(partition, kKnowledgeKind); }
std::string ReservedTimeKey(PartitionId partition) {
  return WithKind(partition, kReservedTimeKind);
}
std::string BallotFloorKey(PartitionId partition) { return WithKind(partition, kBallotFloorKind); }
std::string EnteredEpochKey(PartitionId partition) {
  return WithKind(partition, kEnteredEpochKind);
}

std::string DiscardKey(PartitionId partition, uint64_t number) {
  return WithNumber(partition, kDiscardKind, number);
}
std::string DiscardsEnd(PartitionId partition) { return WithKind(partition, kBehindDiscards); }
uint64_t DiscardOf(std::string_view stored) { return NumberOf(stored); }

std::string TakenHintKey(PartitionId partition, NodeId keeper) {
  return WithNumber(partition, kTakenHintKind, keeper.value());
}
std::string TakenHintsEnd(PartitionId partition) { return WithKind(partition, kBehindTakenHints); }
NodeId KeeperOf(std::string_view stored) { return NodeId(NumberOf(stored)); }

std::string OperationKey(PartitionId partition, uint64_t writer, uint64_t sequence) {
  std::string stored = WithKind(partition, kOperationKind, 2 * sizeof(uint64_t));
  for (uint64_t number : {writer, sequence}) AppendBigEndian(number, stored);
  return stored;
}
std::string OperationsEnd(PartitionId partition) { return WithKind(partition, kBehindOperations); }
OperationPlace OperationOf(std::string_view stored) {
  const std::string_view at = stored.substr(kPrefixBytes + 1);
  return {LoadBigEndian(at), LoadBigEndian(at.substr(8))};
}

std::string ContentsEnd(PartitionId partition) { return WithKind(partition, kBehindContents); }

PartitionId PartitionOf(std::string_view stored) { return PartitionId(LoadBigEndian(stored)); }

std::string_view UserKey(std::string_view stored) { return stored.substr(kPrefixBytes + 1); }

}  // namespace quorate::kv
