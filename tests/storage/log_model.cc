#include "storage/log_model.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/strings.h"

namespace quorate {
namespace {

std::string DataFor(uint64_t partition, uint64_t index, uint64_t term, size_t bytes) {
  std::string data = StrCat("p", partition, " i", index, " t", term, " ");
  data.resize(bytes, static_cast<char>('a' + index % 26));
  return data;
}

}  // namespace

LogEntry MakeEntry(uint64_t index, uint64_t term, std::string data) {
  return {Term(term), LogIndex(index), EntryKind::kCommand, Payload(std::move(data))};
}

GroupWrite MakeWrite(uint64_t partition, uint64_t first, uint64_t last, uint64_t term,
                     size_t data_bytes) {
  GroupWrite write;
  write.partition = PartitionId(partition);
  for (uint64_t i = first; i <= last; ++i) {
    write.entries.push_back(MakeEntry(i, term, DataFor(partition, i, term, data_bytes)));
  }
  return write;
}

void LogModel::Apply(const LogBatch& batch) {
  for (const GroupWrite& write : batch.groups) {
    if (write.remove) {
      groups_.erase(write.partition);
      continue;
    }
    Group& group = groups_[write.partition];
    if (write.reset) {
      group.entries.clear();
      group.base = *write.reset;
      group.released = write.reset->index;
    }
    if (write.hard_state) group.hard_state = *write.hard_state;
    if (write.entries.empty()) continue;
    const LogIndex first = write.entries.front().index;
    std::erase_if(group.entries, [&](const LogEntry& entry) { return entry.index >= first; });
    group.entries.insert(group.entries.end(), write.entries.begin(), write.entries.end());
  }
}

void LogModel::Release(PartitionId partition, LogIndex index) {
  Group& group = groups_.at(partition);
  group.released = std::max(group.released, std::min(index, group.last()));
}

std::string LogModel::Difference(const std::vector<RecoveredGroup>& recovered) const {
  if (recovered.size() != groups_.size()) {
    return StrCat(recovered.size(), " groups instead of ", groups_.size());
  }
  auto expected = groups_.begin();
  for (const RecoveredGroup& got : recovered) {
    const auto& [partition, group] = *expected++;
    const std::string told =
        StrCat("; got ", Describe(got), ", written up to ", group.last().ToString(), " behind ",
               group.base.index.ToString(), ", released up to ", group.released.ToString());
    if (got.partition != partition) return StrCat("no ", partition.ToString(), told);
    if (!(got.hard_state == group.hard_state)) return "another hard state" + told;
    if (got.base.index < group.base.index || group.released < got.base.index) {
      return "another base" + told;
    }
    std::vector<LogEntry> entries = group.entries;
    Term base_term = group.base.term;
    while (!entries.empty() && entries.front().index <= got.base.index) {
      base_term = entries.front().term;
      entries.erase(entries.begin());
    }
    if (got.base.term != base_term) return "another term of the base" + told;
    if (got.entries != entries) return "other entries" + told;
  }
  return "";
}

void LogModel::Restart(const std::vector<RecoveredGroup>& recovered) {
  for (const RecoveredGroup& got : recovered) groups_.at(got.partition).released = got.base.index;
}

LogBatch LogWorkload::NextBatch(const LogModel& model) {
  LogBatch batch;
  LogModel after = model;  // a group may occur twice
  const uint64_t writes = random_.Between(1, 3);
  for (uint64_t i = 0; i < writes; ++i) {
    GroupWrite write = NextWrite(after);
    after.Apply({{write}});
    batch.groups.push_back(std::move(write));
  }
  return batch;
}

GroupWrite LogWorkload::NextWrite(const LogModel& model) {
  GroupWrite write;
  const auto& groups = model.groups();
  if (groups.empty() || (groups.size() < groups_max_ && random_.Chance(0.05))) {
    write.partition = PartitionId(next_partition_++);
    if (random_.Chance(0.5)) {
      write.hard_state = HardState{Term(next_term_), NodeId(random_.Below(4))};
    }
    AddEntries(LogIndex(1), write);
    return write;
  }
  const auto& [partition, group] = *std::next(groups.begin(), random_.Below(groups.size()));
  write.partition = partition;
  if (random_.Chance(0.02)) {
    write.remove = true;
    return write;
  }
  if (random_.Chance(0.1)) ++next_term_;
  if (random_.Chance(0.2)) {
    write.hard_state = HardState{Term(next_term_), NodeId(random_.Below(4))};
  }
  if (random_.Chance(0.04)) {
    write.reset = LogBase{group.last() + random_.Below(20), Term(next_term_)};
    if (random_.Chance(0.5)) AddEntries(write.reset->index.next(), write);
  } else if (random_.Chance(0.15) && group.last() > group.released) {
    AddEntries(LogIndex(random_.Between(group.released.value() + 1, group.last().value())), write);
  } else {
    AddEntries(group.last().next(), write);
  }
  return write;
}

void LogWorkload::AddEntries(LogIndex first, GroupWrite& write) {
  const uint64_t count = random_.Between(1, 5);
  uint64_t term = next_term_;
  for (uint64_t i = 0; i < count; ++i) {
    size_t bytes = random_.Below(200);
    if (random_.Chance(0.1)) bytes = random_.Below(5000);
    if (random_.Chance(0.005)) bytes = 60'000;  // larger than a small segment
    if (random_.Chance(0.1)) term = ++next_term_;
    const uint64_t index = first.value() + i;
    write.entries.push_back(
        MakeEntry(index, term, DataFor(write.partition.value(), index, term, bytes)));
  }
}

std::pair<PartitionId, LogIndex> LogWorkload::NextRelease(const LogModel& model) {
  const auto& groups = model.groups();
  if (groups.empty()) return {PartitionId(1), LogIndex(0)};
  const auto& [partition, group] = *std::next(groups.begin(), random_.Below(groups.size()));
  if (random_.Chance(0.5)) return {partition, group.last()};
  return {partition, group.released + random_.Below(group.last() - group.released + 1)};
}

std::string Describe(const RecoveredGroup& group) {
  return StrCat(group.partition.ToString(), " with ", group.entries.size(), " entries behind ",
                group.base.index.ToString(), " of ", group.base.term.ToString(), ", hard state ",
                group.hard_state.term.ToString(), " ", group.hard_state.vote.ToString());
}

}  // namespace quorate
