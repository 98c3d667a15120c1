#include "storage/log_groups.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate {
namespace {

absl::Status OutOfOrder(PartitionId partition, LogIndex first, LogIndex base, LogIndex last) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "LOG_OUT_OF_ORDER",
      StrCat("entries of ", partition.ToString(), " from ", first.ToString(),
             " on, but its log holds those behind ", base.ToString(), " up to ", last.ToString()));
}

}  // namespace

absl::Status LogGroups::Check(const LogBatch& batch) const {
  // A group may occur more than once in a batch: where its earlier parts take it.
  struct Ends {
    LogIndex base, last;
    bool removed = false;
  };
  absl::btree_map<PartitionId, Ends> ends;
  for (const GroupWrite& write : batch.groups) {
    auto [it, is_new] = ends.try_emplace(write.partition);
    Ends& end = it->second;
    if (is_new) {
      end.removed = removed_.contains(write.partition);
      const auto group = groups_.find(write.partition);
      if (group != groups_.end()) end = {group->second.base.index, group->second.last()};
    }
    if (end.removed && !write.remove) {
      return MakeError(absl::StatusCode::kFailedPrecondition, "PARTITION_REMOVED",
                       StrCat(write.partition.ToString(),
                              " was removed from this log; its id is never used again"));
    }
    if (write.reset) end.base = end.last = write.reset->index;
    if (!write.entries.empty()) {
      const LogIndex first = write.entries.front().index;
      if (first <= end.base || first > end.last.next()) {
        return OutOfOrder(write.partition, first, end.base, end.last);
      }
      end.last = write.entries.back().index;
      if (end.last - first + 1 != write.entries.size()) {
        return OutOfOrder(write.partition, first, end.base, end.last);
      }
    }
    end.removed = write.remove;
  }
  return absl::OkStatus();
}

void LogGroups::Apply(const GroupWrite& write, uint64_t segment, uint64_t offset) {
  if (write.remove) {
    const auto it = groups_.find(write.partition);
    if (it != groups_.end()) {
      DropFrom(it->second, LogIndex(0));
      groups_.erase(it);
    }
    unwritten_bases_.erase(write.partition);
    removed_[write.partition] = segment;
    return;
  }
  Group& group = groups_[write.partition];
  if (write.reset) {
    DropFrom(group, LogIndex(0));
    group.base = *write.reset;
    unwritten_bases_.erase(write.partition);
  }
  if (write.hard_state) group.hard_state = *write.hard_state;
  if (!write.entries.empty()) AddEntries(group, write, segment, offset);
}

void LogGroups::ApplyBase(PartitionId partition, LogBase base) {
  const auto it = groups_.find(partition);
  if (it == groups_.end()) return;
  DropUpTo(it->second, base.index);
  it->second.base = base;
}

void LogGroups::ApplyCheckpoint(absl::Span<const RecordItem> items) {
  for (const RecordItem& item : items) {
    Group& group = groups_[item.write.partition];
    if (item.write.hard_state) group.hard_state = *item.write.hard_state;
    if (item.base) ApplyBase(item.write.partition, *item.base);
  }
}

void LogGroups::Release(PartitionId partition, LogIndex index) {
  const auto it = groups_.find(partition);
  if (it == groups_.end()) return;
  Group& group = it->second;
  index = std::min(index, group.last());
  if (index <= group.base.index) return;
  const auto holds = [&](const LogExtent& extent) {
    return extent.first <= index && index <= extent.last;
  };
  const auto at = std::find_if(group.extents.begin(), group.extents.end(), holds);
  QUORATE_CHECK(at != group.extents.end(), "a group's entries are without gaps");
  group.base = {index, at->term};
  DropUpTo(group, index);
  unwritten_bases_.insert(partition);
}

std::vector<GroupPosition> LogGroups::Positions() const {
  std::vector<GroupPosition> positions;
  positions.reserve(groups_.size());
  for (const auto& [partition, group] : groups_) {
    positions.push_back({partition, group.hard_state, group.base});
  }
  return positions;
}

std::vector<GroupPosition> LogGroups::UnwrittenBases() const {
  std::vector<GroupPosition> positions;
  positions.reserve(unwritten_bases_.size());
  for (const PartitionId partition : unwritten_bases_) positions.push_back(Position(partition));
  return positions;
}

GroupPosition LogGroups::Position(PartitionId partition) const {
  const Group& group = groups_.at(partition);
  return {partition, group.hard_state, group.base};
}

LogIndex LogGroups::LastIndex(PartitionId partition) const {
  const auto it = groups_.find(partition);
  return it == groups_.end() ? LogIndex() : it->second.last();
}

LiveBytes LogGroups::Live(uint64_t segment) const {
  const auto it = live_.find(segment);
  return it == live_.end() ? LiveBytes() : it->second;
}

std::vector<PartitionId> LogGroups::GroupsIn(uint64_t segment) const {
  std::vector<PartitionId> partitions;
  for (const auto& [partition, group] : groups_) {
    const bool here = std::any_of(group.extents.begin(), group.extents.end(),
                                  [&](const LogExtent& e) { return e.segment == segment; });
    if (here) partitions.push_back(partition);
  }
  return partitions;
}

uint64_t LogGroups::GroupLiveBytes(PartitionId partition) const {
  uint64_t bytes = 0;
  for (const LogExtent& extent : Extents(partition)) bytes += extent.bytes;
  return bytes;
}

const std::deque<LogExtent>& LogGroups::Extents(PartitionId partition) const {
  return groups_.at(partition).extents;
}

void LogGroups::SegmentsBeforeAreGone(uint64_t segment) {
  for (auto it = removed_.begin(); it != removed_.end();) {
    it = it->second < segment ? removed_.erase(it) : std::next(it);
  }
}

absl::Status LogGroups::CheckComplete() const {
  for (const auto& [partition, group] : groups_) {
    if (group.extents.empty() || group.extents.front().first == group.base.index.next()) continue;
    return MakeError(absl::StatusCode::kDataLoss, "LOG_DAMAGED",
                     StrCat("the log lacks the entries of ", partition.ToString(), " between ",
                            group.base.index.ToString(), " and ",
                            group.extents.front().first.ToString(), ": a segment is missing"));
  }
  return absl::OkStatus();
}

bool LogGroups::FollowsOn(PartitionId partition, LogIndex first) const {
  const auto it = groups_.find(partition);
  if (it == groups_.end() || it->second.extents.empty()) return true;
  return first <= it->second.last().next();
}

void LogGroups::DropFrom(Group& group, LogIndex first) {
  while (!group.extents.empty() && group.extents.back().last >= first) {
    LogExtent& extent = group.extents.back();
    DropLive(extent);
    if (extent.first >= first) {
      group.extents.pop_back();
      continue;
    }
    extent.bytes = extent.bytes * (first - extent.first) / (extent.last - extent.first + 1);
    extent.last = first.prev();
    AddLive(extent);
  }
}

void LogGroups::DropUpTo(Group& group, LogIndex last) {
  while (!group.extents.empty() && group.extents.front().first <= last) {
    LogExtent& extent = group.extents.front();
    DropLive(extent);
    if (extent.last <= last) {
      group.extents.pop_front();
      continue;
    }
    extent.bytes = extent.bytes * (extent.last - last) / (extent.last - extent.first + 1);
    extent.first = last.next();
    AddLive(extent);
  }
}

void LogGroups::AddEntries(Group& group, const GroupWrite& write, uint64_t segment,
                           uint64_t offset) {
  DropFrom(group, write.entries.front().index);
  for (size_t i = 0; i < write.entries.size();) {
    const LogEntry& front = write.entries[i];
    LogExtent extent{segment, offset, front.index, front.index, front.term, 0};
    for (; i < write.entries.size() && write.entries[i].term == extent.term; ++i) {
      extent.last = write.entries[i].index;
      extent.bytes += EntryBytes(write.entries[i]);
    }
    group.extents.push_back(extent);
    AddLive(extent);
  }
}

void LogGroups::AddLive(const LogExtent& extent) {
  LiveBytes& live = live_[extent.segment];
  ++live.extents;
  live.bytes += extent.bytes;
  live_bytes_ += extent.bytes;
}

void LogGroups::DropLive(const LogExtent& extent) {
  LiveBytes& live = live_[extent.segment];
  live.bytes -= extent.bytes;
  live_bytes_ -= extent.bytes;
  if (--live.extents == 0) live_.erase(extent.segment);
}

}  // namespace quorate
