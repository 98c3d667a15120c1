// A node of the simulated cluster: a machine and, most of the time, a process
// on it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/random.h"
#include "sim/event_queue.h"
#include "sim/machine.h"
#include "sim/process.h"
#include "sim/trace.h"

namespace quorate::sim {

class SimNode {
 public:
  struct Hooks {
    std::function<void(NodeId from, NodeId to, std::string frame)> send;
    std::function<void(SimNode&)> after_turn;
    // A process is there, before its first turn.
    std::function<void(SimNode&)> started;
    std::function<void(SimNode&, LogTicket, const LogBatch&)> submitted;
    std::function<void(SimNode&, LogTicket)> durable;
    // The process is gone, for whatever reason.
    std::function<void(SimNode&)> died;
    std::function<void(std::string)> violation;
  };

  SimNode(EventQueue& queue, Trace& trace, Random random, NodeId id, ProcessOptions options,
          const MachineProfile& machine, Hooks hooks);

  NodeId id() const { return machine_.id; }
  bool up() const { return process_ != nullptr; }
  bool frozen() const { return process_ != nullptr && process_->frozen(); }
  // How often it was frozen, over all lives.
  uint64_t freezes() const { return freezes_; }
  // Counts the processes; zero while there is none.
  uint64_t life() const { return up() ? lives_ : 0; }
  // In this turn or another since then it followed a calendar far behind, and had heard
  // of too few others to know.
  bool MisledBehindSince(absl::Duration then);
  Machine& machine() { return machine_; }
  // Null while down.
  Process* process() { return process_.get(); }
  const Node* node() const { return process_ == nullptr ? nullptr : &process_->node(); }

  // A node that cannot boot from what its disks hold is a violation.
  void Boot();
  // Power failure: what was not synced is gone, or torn, or there by chance.
  void Crash(const std::string& why);
  // A crash after which the log has lost its end, down to below where it was known to
  // be on disk. The node must refuse to start, until GiveBackLog.
  void LoseTail();
  void GiveBackLog();
  // A node that dies by itself is a violation, except where its disk was made
  // to fail; it then starts again.
  void ExpectFailure() { failure_expected_ = true; }
  void Freeze();
  void Thaw();
  // Switched off, and never on again.
  void Retire();

 private:
  void NoteCalendar();
  void Ended(absl::Status why);
  bool RefusesLog(const absl::Status& status);
  void LosePower();

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Machine machine_;
  const ProcessOptions options_;
  const Hooks hooks_;
  uint64_t lives_ = 0;
  uint64_t freezes_ = 0;
  absl::Duration misled_behind_at_ = -absl::InfiniteDuration();  // last
  bool failure_expected_ = false;
  bool retired_ = false;
  std::optional<SimFiles::Image> good_log_;  // while it has lost its end
  std::unique_ptr<Process> process_;
};

}  // namespace quorate::sim
