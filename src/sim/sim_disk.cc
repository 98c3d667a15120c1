#include "sim/sim_disk.h"

#include <iterator>
#include <utility>

#include "base/probe.h"

namespace quorate::sim {
namespace {

// How often a stalled sync looks whether it may end.
constexpr absl::Duration kStallPoll = absl::Milliseconds(5);
// How often a full disk is asked again.
constexpr absl::Duration kFullPoll = absl::Milliseconds(20);
// How far the mark lags behind.
constexpr absl::Duration kMarkPause = absl::Milliseconds(20);

}  // namespace

SimDisk::SimDisk(EventQueue& queue, Random random, const DiskProfile& profile,
                 const DiskFaults& faults, SimFiles& files, LogStore& store, LogDeviceEvents events)
    : queue_(queue),
      random_(random),
      profile_(profile),
      faults_(faults),
      files_(files),
      store_(store),
      events_(std::move(events)),
      durable_record_(store.stats().last_record) {}

SimDisk::~SimDisk() { *alive_ = false; }

LogTicket SimDisk::Submit(LogBatch batch) {
  const LogTicket ticket{++last_ticket_};
  if (dead_) return ticket;
  if (told_) told_(ticket, batch);
  if (syncing_) Reached<"sim: a batch queued while a sync ran">();
  queued_.groups.insert(queued_.groups.end(), std::make_move_iterator(batch.groups.begin()),
                        std::make_move_iterator(batch.groups.end()));
  if (!syncing_) StartSync();
  return ticket;
}

absl::Duration SimDisk::SyncTime() {
  absl::Duration time = profile_.sync_min + profile_.sync_spread * (random_.Below(1000) / 1e3);
  if (random_.Chance(profile_.slow_chance)) time += profile_.slow_max * (random_.Below(1000) / 1e3);
  return time * faults_.slowdown;
}

void SimDisk::StartSync() {
  syncing_ = true;
  writing_ = std::exchange(queued_, {});
  writing_ticket_ = last_ticket_;
  files_.BeginUnsynced();
  written_ = store_.Append(writing_);
  PlanFinish(SyncTime());
}

void SimDisk::PlanFinish(absl::Duration after) {
  queue_.After(after, [this, alive = alive_] {
    if (*alive && !dead_) FinishSync();
  });
}

void SimDisk::FinishSync() {
  if (faults_.stalled) return PlanFinish(kStallPoll);
  if (absl::IsResourceExhausted(written_)) {
    // Nothing of it was written; the next try may find room.
    Reached<"sim: the log's disk was full">();
    written_ = store_.Append(writing_);
    return PlanFinish(kFullPoll);
  }
  files_.Settle();
  if (!written_.ok()) {
    dead_ = true;
    return events_.failed(written_);
  }
  const uint64_t durable = writing_ticket_;
  durable_record_ = store_.stats().last_record;
  syncing_ = false;
  KeepMark();
  if (random_.Chance(0.5)) MakeSpare();
  if (last_ticket_ > durable) StartSync();
  events_.durable(SyncAuthority::Attest(LogTicket{durable}));
}

void SimDisk::KeepMark() {
  if (mark_ == nullptr || queue_.now() - marked_at_ < kMarkPause) return;
  marked_at_ = queue_.now();
  // Where the disk is full it lags further behind.
  mark_->Advance(durable_record_).IgnoreError();
}

// As the log thread does in its idle moments.
void SimDisk::MakeSpare() {
  const auto spare = store_.WantedSpare();
  if (spare && files_.Create(spare->name, spare->size_bytes).ok()) store_.AddSpare(spare->name);
}

}  // namespace quorate::sim
