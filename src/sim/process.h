// One life of a node on its machine: the real Node with every edge in virtual
// time. A crash takes all of it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/node.h"
#include "sim/event_queue.h"
#include "sim/machine.h"
#include "sim/sim_disk.h"
#include "storage/log_mark.h"

namespace quorate::sim {

struct ProcessOptions {
  NodeOptions node;  // `boot` is filled in
  LogOptions log;
  DiskProfile disk;
  CpuProfile cpu;
};

class Process final : public Transport, public Scheduler {
 public:
  struct Hooks {
    std::function<void(NodeId to, std::string frame)> send;
    std::function<void(const Node&)> after_turn;
    std::function<void(std::string)> disk;  // what the log device told, in words
    // A batch for the log; and up to where it is durable, before the node knows.
    std::function<void(LogTicket, const LogBatch&)> submitted;
    std::function<void(LogTicket)> durable;
    // Once, as an event of its own: the process can't go on; OK: it was killed.
    std::function<void(absl::Status)> ended;
  };

  // Boots on what the machine's disks hold.
  static absl::StatusOr<std::unique_ptr<Process>> Boot(EventQueue& queue, Random random,
                                                       Machine& machine,
                                                       const ProcessOptions& options, Hooks hooks);
  ~Process() override;

  // --- the node's edges ---
  void Send(NodeId to, const std::string& address, std::string frame) override;
  void Wake(uint32_t index) override;
  void Background(absl::AnyInvocable<void() &&> work) override;

  // --- the world's side ---
  void Deliver(std::string frame);
  void Execute(Request request, ReplyFn reply);
  void PeerDisconnected(NodeId peer);
  // Runs `work` on the node: now, or when it is no longer frozen; never if it
  // dies before.
  void WhenRunning(std::function<void(Node&)> work);
  Node& node() { return *node_; }
  const Node& node() const { return *node_; }

  // Stops everything (SIGSTOP, a VM's pause); input waits.
  void Freeze();
  void Thaw();
  bool frozen() const { return frozen_; }

  // Dies in the middle of a turn: at its `sends`th frame from now.
  void DieAfterSends(uint64_t sends) { sends_left_ = sends; }
  // Nothing gets out from here on.
  void Die();

 private:
  struct Worker {
    absl::Duration busy_until;
    absl::Duration due = absl::InfiniteDuration();  // of the turn that is planned
    uint64_t plan = 0;                              // older plans are void
  };

  Process(EventQueue& queue, Random random, Machine& machine, const ProcessOptions& options,
          Hooks hooks);
  absl::Status Open();
  void PlanTurn(uint32_t index, absl::Duration when);
  void RunTurn(uint32_t index);
  void PlanBackground();
  void End(absl::Status why);
  absl::Duration Upto(absl::Duration longest) { return longest * (random_.Below(1000) / 1e3); }

  EventQueue& queue_;
  Random random_;
  Machine& machine_;
  const ProcessOptions options_;
  const Hooks hooks_;
  // Shared with events under way, which must not touch a process that is gone.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool dead_ = false;
  bool frozen_ = false;
  std::optional<uint64_t> sends_left_;
  std::vector<std::function<void(Node&)>> held_;  // while frozen
  std::vector<Worker> workers_;
  std::deque<absl::AnyInvocable<void() &&>> background_;
  bool background_planned_ = false;

  std::unique_ptr<LogStore> store_;
  std::optional<LogMark> mark_;
  std::unique_ptr<SimDisk> disk_;
  std::unique_ptr<Node> node_;
};

}  // namespace quorate::sim
