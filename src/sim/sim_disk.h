// A process's log device in virtual time: the real LogStore, whose syncs take
// a while, merge what queued meanwhile, stall and fail.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "base/random.h"
#include "sim/event_queue.h"
#include "storage/log_device.h"
#include "storage/log_mark.h"
#include "storage/log_store.h"
#include "storage/sim_files.h"

namespace quorate::sim {

struct DiskProfile {
  absl::Duration sync_min = absl::Microseconds(60);
  absl::Duration sync_spread = absl::Microseconds(200);  // uniform on top
  double slow_chance = 0.01;                             // a sync that is held up
  absl::Duration slow_max = absl::Milliseconds(30);
};

// What is wrong with a machine's disk; outlives the processes on it.
struct DiskFaults {
  double slowdown = 1;
  bool stalled = false;  // syncs don't end before this is over
};

class SimDisk final : public LogDevice {
 public:
  // `files`: those that `store` is on.
  SimDisk(EventQueue& queue, Random random, const DiskProfile& profile, const DiskFaults& faults,
          SimFiles& files, LogStore& store, LogDeviceEvents events);
  ~SimDisk() override;

  LogTicket Submit(LogBatch batch) override;
  // Told of each batch as it comes.
  void OnSubmit(std::function<void(LogTicket, const LogBatch&)> told) { told_ = std::move(told); }
  // To be kept behind the log's end, as LogMarker does.
  void MarkWith(LogMark& mark) { mark_ = &mark; }
  void Release(PartitionId partition, LogIndex index) override { store_.Release(partition, index); }
  LogStats stats() const override {
    LogStats stats = store_.stats();
    stats.last_record = durable_record_;  // the store is ahead of the disk
    return stats;
  }

  // Nothing more gets in or out. What was being written is in the files' hands.
  void Die() { dead_ = true; }

 private:
  void StartSync();
  void FinishSync();
  void PlanFinish(absl::Duration after);
  void MakeSpare();
  void KeepMark();
  absl::Duration SyncTime();

  EventQueue& queue_;
  Random random_;
  const DiskProfile profile_;
  const DiskFaults& faults_;
  SimFiles& files_;
  LogStore& store_;
  LogMark* mark_ = nullptr;
  absl::Duration marked_at_;
  LogDeviceEvents events_;
  std::function<void(LogTicket, const LogBatch&)> told_;
  // Shared with events under way, which must not touch a device that is gone.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  uint64_t last_ticket_ = 0;
  LogBatch queued_;   // batches up to last_ticket_, not yet being written
  LogBatch writing_;  // batches up to writing_ticket_
  uint64_t writing_ticket_ = 0;
  uint64_t durable_record_ = 0;
  absl::Status written_;  // what the store said; told when the sync ends
  bool syncing_ = false;
  bool dead_ = false;
};

}  // namespace quorate::sim
