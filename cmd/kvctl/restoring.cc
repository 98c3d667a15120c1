#include "restoring.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "arc_source.h"
#include "backup/records.h"
#include "backup_writes.h"
#include "base/hash.h"

namespace quorate::kvctl {
namespace {

// Of one batch, which is one entry of the partition's log.
constexpr size_t kBatchRecordsMax = 256;
constexpr size_t kBatchBytesMax = 128 << 10;
constexpr size_t kBatchesInFlight = 32;
constexpr size_t kWritesInFlight = 512;
// Read together, where it is to be seen what is there.
constexpr size_t kLookedUpMax = 256;
// A restore is in no hurry; a write that was given up has to be looked for.
constexpr absl::Duration kWriteDeadline = absl::Seconds(30);

uint64_t NowMicros() { return static_cast<uint64_t>(absl::ToUnixMicros(absl::Now())); }

uint64_t FirstExpiryOf(const v1::Record& record) {
  uint64_t first = record.expires_at_us() == 0 ? UINT64_MAX : record.expires_at_us();
  for (const v1::Sibling& one : record.merged().siblings()) {
    if (one.expires_at_us() != 0) first = std::min(first, one.expires_at_us());
  }
  return first;
}

}  // namespace

// Writes to one partition that go as one batch.
struct Restoring::Heap {
  std::vector<Mutation> writes;
  size_t bytes = 0;
};

Restoring::Restoring(Client& client, const backup::Folder& folder,
                     const v1::BackupManifest& manifest, const KeyspaceDescription& target,
                     const RestoreSettings& settings, SharedProgress& progress)
    : folder_(folder),
      manifest_(manifest),
      target_(target),
      settings_(settings),
      progress_(progress),
      keyspace_(client.Keyspace(target.name)),
      pipe_(keyspace_.Pipeline(
          {.max_in_flight = target.mode == Mode::kRaft ? kBatchesInFlight : kWritesInFlight,
           .level = settings.level,
           .deadline = kWriteDeadline})) {}

absl::Status Restoring::Run() {
  absl::Status done =
      ForEachArc(static_cast<uint32_t>(manifest_.arcs_size()), settings_.parallel,
                 [&](uint32_t arc) { return RestoreArc(manifest_.arcs(static_cast<int>(arc))); });
  pipe_.Drain();
  done.Update(failure());
  return done;
}

absl::Status Restoring::RestoreArc(const v1::BackupArc& arc) {
  for (const v1::ArcChunk& chunk : arc.chunks()) {
    if (absl::Status on = CheckInterrupt(); !on.ok()) return on;
    if (absl::Status failed = failure(); !failed.ok()) return failed;
    if (absl::Status restored = RestoreChunk(chunk); !restored.ok()) return restored;
    progress_.Add(chunk.records(), chunk.bytes());
  }
  return absl::OkStatus();
}

absl::Status Restoring::RestoreChunk(const v1::ArcChunk& chunk) {
  const auto content = folder_.ReadChunk(chunk.name());
  if (!content.ok()) return content.status();
  backup::RecordReader reader(*content);
  backup::RecordSum sum;
  uint64_t first_expiry_us = UINT64_MAX;
  std::vector<v1::Record> heap;
  for (v1::Record record;;) {
    const auto more = reader.Next(record);
    if (!more.ok()) return more.status();
    if (!*more || heap.size() == kLookedUpMax) {
      if (absl::Status written = WriteHeap(heap); !written.ok()) return written;
      heap.clear();
    }
    if (!*more) break;
    bool changed = false;
    if (!DropExpired(NowMicros(), record, changed)) {
      ++expired_;
      continue;
    }
    sum.Add(record, changed ? record.SerializeAsString() : std::string(reader.bytes()));
    first_expiry_us = std::min(first_expiry_us, FirstExpiryOf(record));
    heap.push_back(record);
  }
  absl::MutexLock lock(&mutex_);
  expected_.Add(sum);
  first_expiry_us_ = std::min(first_expiry_us_, first_expiry_us);
  return absl::OkStatus();
}

// Without a leader, a write of the interrupted restore may be at one replica alone.
ReadOptions Restoring::read_options() const {
  return {.level = target_.mode == Mode::kRaft ? Level::kLinearizable : Level::kAll,
          .deadline = kWriteDeadline};
}

absl::Status Restoring::WriteHeap(std::vector<v1::Record>& records) {
  std::map<std::string, Record> there;
  if (settings_.go_on && !records.empty()) {
    std::vector<std::string> keys;
    for (const v1::Record& record : records) keys.push_back(record.key());
    auto found = keyspace_.MultiGet(std::move(keys), read_options());
    if (!found.ok()) return found.status();
    for (Record& one : found->records) {
      const std::string key = one.key;
      there.emplace(key, std::move(one));
    }
  }
  std::map<uint32_t, Heap> heaps;
  for (const v1::Record& record : records) {
    const auto held = there.find(record.key());
    const absl::Status written =
        Write(record, held == there.end() ? nullptr : &held->second, heaps);
    if (!written.ok()) return written;
  }
  for (auto& [arc, heap] : heaps) Send(std::move(heap));
  return absl::OkStatus();
}

absl::Status Restoring::Write(const v1::Record& record, const Record* there,
                              std::map<uint32_t, Heap>& heaps) {
  auto writes = WritesOf(record, target_.conflict, NowMicros(), there);
  if (!writes.ok()) return writes.status();
  if (target_.mode == Mode::kRaft) {
    for (Mutation& write : *writes) {
      Heap& heap =
          heaps[ArcOf(KeyHash(record.key()), static_cast<uint32_t>(target_.partitions.size()))];
      heap.bytes += record.key().size() + record.value().size();
      heap.writes.push_back(std::move(write));
      if (heap.writes.size() < kBatchRecordsMax && heap.bytes < kBatchBytesMax) continue;
      Send(std::exchange(heap, {}));
    }
    return absl::OkStatus();
  }
  if (target_.conflict == Conflict::kSiblings && writes->size() > 1) {
    return WriteInOrder(*std::move(writes));
  }
  const uint64_t counted = 1;
  for (size_t i = 0; i < writes->size(); ++i) {
    pipe_.Mutate(std::move((*writes)[i]), [this, last = i + 1 == writes->size() ? counted : 0](
                                              const absl::StatusOr<WriteReceipt>& written) {
      Answered(written.status(), last);
    });
  }
  return absl::OkStatus();
}

void Restoring::Send(Heap heap) {
  if (heap.writes.empty()) return;
  const uint64_t count = heap.writes.size();
  pipe_.Batch(std::move(heap.writes), [this, count](const absl::StatusOr<BatchResult>& written) {
    Answered(written.status(), count);
  });
}

absl::Status Restoring::WriteInOrder(std::vector<Mutation> writes) {
  for (Mutation& write : writes) {
    const auto written =
        keyspace_.Mutate(std::move(write), {.level = settings_.level, .deadline = kWriteDeadline});
    if (!written.ok()) return written.status();
  }
  ++written_;
  return absl::OkStatus();
}

void Restoring::Answered(const absl::Status& status, uint64_t records) {
  if (status.ok()) {
    written_ += records;
    return;
  }
  absl::MutexLock lock(&mutex_);
  failed_.Update(status);
}

absl::Status Restoring::failure() const {
  absl::MutexLock lock(&mutex_);
  return failed_;
}

}  // namespace quorate::kvctl
