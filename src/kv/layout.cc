#include "kv/layout.h"

namespace quorate::kv {
namespace {

constexpr size_t kPrefixBytes = 8;
constexpr char kAppliedKind = '\x01';
constexpr char kRecordKind = '\x02';
constexpr char kBehindRecords = '\x03';
constexpr char kBehindAll = '\xff';  // no kind is that high

std::string WithKind(PartitionId partition, char kind, size_t room = 0) {
  std::string stored;
  stored.reserve(kPrefixBytes + 1 + room);
  for (int shift = 56; shift >= 0; shift -= 8) {
    stored.push_back(static_cast<char>(static_cast<uint8_t>(partition.value() >> shift)));
  }
  stored.push_back(kind);
  return stored;
}

}  // namespace

std::string PartitionBegin(PartitionId partition) {
  return WithKind(partition, kAppliedKind).substr(0, kPrefixBytes);
}

std::string PartitionEnd(PartitionId partition) { return WithKind(partition, kBehindAll); }

std::string AppliedKey(PartitionId partition) { return WithKind(partition, kAppliedKind); }

std::string RecordKey(PartitionId partition, std::string_view key) {
  std::string stored = WithKind(partition, kRecordKind, key.size());
  stored.append(key);
  return stored;
}

std::string RecordsEnd(PartitionId partition) { return WithKind(partition, kBehindRecords); }

PartitionId PartitionOf(std::string_view stored) {
  uint64_t id = 0;
  for (size_t i = 0; i < kPrefixBytes && i < stored.size(); ++i) {
    id = id << 8 | static_cast<uint8_t>(stored[i]);
  }
  return PartitionId(id);
}

std::string_view UserKey(std::string_view stored) { return stored.substr(kPrefixBytes + 1); }

}  // namespace quorate::kv
