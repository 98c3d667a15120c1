#include "storage/log_replay.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate {
namespace {

std::vector<LogEntry>::iterator FirstNotBelow(std::vector<LogEntry>& entries, LogIndex index) {
  return std::partition_point(entries.begin(), entries.end(),
                              [&](const LogEntry& entry) { return entry.index < index; });
}

}  // namespace

absl::Status LogReplay::Apply(DecodedRecord record, uint64_t segment, uint64_t offset) {
  if (record.checkpoint) {
    const absl::Span<const RecordItem> items(record.items.data(), record.checkpoint_items);
    if (absl::Status same = CheckCheckpoint(items); !same.ok()) return same;
    groups_.ApplyCheckpoint(items);
  }
  is_first_ = false;
  for (uint32_t i = 0; i < record.items.size(); ++i) {
    RecordItem& item = record.items[i];
    if (item.base) ApplyBase(item.write.partition, *item.base);
    if (i < record.checkpoint_items || item.base) continue;
    const absl::Status applied = ApplyWrite(std::move(item.write), segment, offset);
    if (!applied.ok()) return applied;
  }
  return absl::OkStatus();
}

// A later segment's checkpoint repeats what the records before it said.
absl::Status LogReplay::CheckCheckpoint(absl::Span<const RecordItem> items) const {
  if (is_first_) return absl::OkStatus();
  const std::vector<GroupPosition> known = groups_.Positions();
  const bool same = std::equal(known.begin(), known.end(), items.begin(), items.end(),
                               [](const GroupPosition& position, const RecordItem& item) {
                                 return position.partition == item.write.partition &&
                                        position.hard_state == item.write.hard_state;
                               });
  if (same) return absl::OkStatus();
  return MakeError(absl::StatusCode::kDataLoss, "LOG_DAMAGED",
                   StrCat("the checkpoint of ", items.size(),
                          " groups doesn't agree with the records before it"));
}

absl::Status LogReplay::ApplyWrite(GroupWrite write, uint64_t segment, uint64_t offset) {
  if (!write.reset && !write.entries.empty() &&
      !groups_.FollowsOn(write.partition, write.entries.front().index)) {
    return MakeError(absl::StatusCode::kDataLoss, "LOG_DAMAGED",
                     StrCat("entries of ", write.partition.ToString(), " between ",
                            groups_.LastIndex(write.partition).ToString(), " and ",
                            write.entries.front().index.ToString(), " are missing"));
  }
  groups_.Apply(write, segment, offset);
  if (write.remove) {
    entries_.erase(write.partition);
    return absl::OkStatus();
  }
  std::vector<LogEntry>& entries = entries_[write.partition];
  if (write.reset) entries.clear();
  if (write.entries.empty()) return absl::OkStatus();
  entries.erase(FirstNotBelow(entries, write.entries.front().index), entries.end());
  entries.insert(entries.end(), std::make_move_iterator(write.entries.begin()),
                 std::make_move_iterator(write.entries.end()));
  return absl::OkStatus();
}

void LogReplay::ApplyBase(PartitionId partition, LogBase base) {
  groups_.ApplyBase(partition, base);
  const auto it = entries_.find(partition);
  if (it == entries_.end()) return;
  it->second.erase(it->second.begin(), FirstNotBelow(it->second, base.index.next()));
}

absl::Status LogReplay::Finish() { return groups_.CheckComplete(); }

std::vector<RecoveredGroup> LogReplay::TakeEntries() {
  std::vector<RecoveredGroup> recovered;
  for (const GroupPosition& position : groups_.Positions()) {
    std::vector<LogEntry> entries = std::move(entries_[position.partition]);
    const LogIndex last = entries.empty() ? position.base.index : entries.back().index;
    QUORATE_CHECK(last == groups_.LastIndex(position.partition),
                  "the index in memory and the entries tell the same");
    recovered.push_back(
        {position.partition, position.hard_state, position.base, std::move(entries)});
  }
  entries_.clear();
  return recovered;
}

}  // namespace quorate
