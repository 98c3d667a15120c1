#include "node/hint_log.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/bytes.h"

namespace quorate {
namespace {

// The log is made for terms; here nobody is elected.
constexpr Term kOnlyTerm{1};

// What an entry begins with.
constexpr char kKeep = 'k';
constexpr char kForget = 'f';
constexpr char kPutOff = 'p';
constexpr char kHold = 'h';

std::string WithNumber(char kind, uint64_t number) {
  std::string data(1, kind);
  AppendVarint(number, data);
  return data;
}

absl::Status Damaged(size_t bytes) {
  return MakeError(absl::StatusCode::kDataLoss, "HINT_DAMAGED",
                   StrCat("an entry of ", bytes,
                          " bytes on the writes at ANY that this node keeps can't be read; one of "
                          "them is lost"));
}

absl::Status Newer(char kind) {
  return MakeError(absl::StatusCode::kDataLoss, "NEWER_FORMAT",
                   StrCat("an entry on the writes at ANY that this node keeps is of kind ",
                          int{static_cast<uint8_t>(kind)},
                          ", which this build does not know; run the build that wrote it"));
}

}  // namespace

absl::Status HintLog::Replay(const LogEntry& entry, Recovered& found) {
  const std::string_view data = entry.data.view();
  if (data.empty()) return Damaged(0);
  const char kind = data.front();
  if (kind != kKeep && kind != kForget && kind != kPutOff && kind != kHold) return Newer(kind);
  std::string_view rest = data.substr(1);
  if (kind != kKeep) {
    quorum::Reader reader(rest);
    const uint64_t number = reader.Varint();
    if (kind == kHold) {
      const NodeId holder(reader.Varint());
      found.holders[PartitionId(number)] = holder;
      holders_[PartitionId(number)] = {holder, entry.index};
    } else {
      found.kept.erase(number);
      Displace(number);
    }
    if (!reader.ok()) return Damaged(data.size());
    rest = reader.left();
  }
  if (kind != kKeep && kind != kPutOff) return absl::OkStatus();
  auto hint = quorum::DecodeHint(rest);
  if (!hint.ok()) return hint.status();
  Place(hint->id, entry.index);
  found.kept[hint->id] = *std::move(hint);
  return absl::OkStatus();
}

absl::StatusOr<HintLog::Recovered> HintLog::Restore(const RecoveredGroup& recovered) {
  Recovered found;
  last_ = recovered.base.index;
  for (const LogEntry& entry : recovered.entries) {
    last_ = entry.index;
    if (absl::Status read = Replay(entry, found); !read.ok()) return read;
  }
  durable_ = last_;
  return found;
}

void HintLog::Displace(uint64_t id) {
  const auto at = index_of_.find(id);
  if (at == index_of_.end()) return;
  id_at_.erase(at->second);
  index_of_.erase(at);
}

void HintLog::Place(uint64_t id, LogIndex index) {
  Displace(id);
  index_of_[id] = index;
  id_at_[index] = id;
}

LogIndex HintLog::Append(std::string data) {
  last_ = last_.next();
  LogEntry& entry = entries_.emplace_back();
  entry.term = kOnlyTerm;
  entry.index = last_;
  entry.kind = EntryKind::kCommand;
  entry.data = Payload(std::move(data));
  return last_;
}

LogIndex HintLog::Keep(const quorum::Hint& hint) {
  Place(hint.id, Append(kKeep + quorum::EncodeHint(hint)));
  return last_;
}

LogIndex HintLog::Forget(uint64_t id) {
  Displace(id);
  return Append(WithNumber(kForget, id));
}

LogIndex HintLog::PutOff(uint64_t id, const quorum::Hint& hint) {
  Displace(id);
  Place(hint.id, Append(WithNumber(kPutOff, id) + quorum::EncodeHint(hint)));
  return last_;
}

LogIndex HintLog::Hold(PartitionId partition, NodeId holder) {
  std::string data = WithNumber(kHold, partition.value());
  AppendVarint(holder.value(), data);
  holders_[partition] = {holder, Append(std::move(data))};
  return last_;
}

// An end that is not durable is undone by a crash, and what it ended is there again:
// who had been asked for it must be known then.
void HintLog::Release(LogDevice& log) {
  if (dead_ && dead_->known_by <= durable_) {
    if (dead_->dead > released_) log.Release(kHintsPartition, dead_->dead);
    released_ = std::max(released_, dead_->dead);
    dead_.reset();
  }
  if (dead_) return;
  LogIndex live = last_.next();
  if (!id_at_.empty()) live = std::min(live, id_at_.begin()->first);
  for (const auto& [partition, holder] : holders_) live = std::min(live, holder.second);
  dead_ = Dead{LogIndex(live.value() - 1), last_};
}

void HintLog::CarryForward(const quorum::Hints& hints, uint64_t bytes_max) {
  uint64_t bytes = 0;
  std::vector<const quorum::Hint*> oldest;
  for (const auto& [index, id] : id_at_) {
    if (bytes >= bytes_max) break;
    oldest.push_back(hints.Find(id));
    bytes += oldest.back()->command.size();
  }
  for (const quorum::Hint* hint : oldest) Keep(*hint);
  for (const auto& [partition, holder] : std::map(holders_)) Hold(partition, holder.first);
}

bool HintLog::Collect(std::vector<GroupWrite>& writes) {
  if (entries_.empty()) return false;
  GroupWrite& write = writes.emplace_back();
  write.partition = kHintsPartition;
  write.entries = std::exchange(entries_, {});
  return true;
}

}  // namespace quorate
