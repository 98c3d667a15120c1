#include "sim/process.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "replica/old_disk_image.h"
#include "storage/data_dir.h"

namespace quorate::sim {

Process::Process(EventQueue& queue, Random random, Machine& machine, const ProcessOptions& options,
                 Hooks hooks)
    : queue_(queue),
      random_(random),
      machine_(machine),
      options_(options),
      hooks_(std::move(hooks)) {}

Process::~Process() {
  Die();
  *alive_ = false;
}

absl::StatusOr<std::unique_ptr<Process>> Process::Boot(EventQueue& queue, Random random,
                                                       Machine& machine,
                                                       const ProcessOptions& options, Hooks hooks) {
  std::unique_ptr<Process> process(new Process(queue, random, machine, options, std::move(hooks)));
  const absl::Status status = process->Open();
  if (!status.ok()) return status;
  return process;
}

absl::Status Process::Open() {
  machine_.expired.Clear();
  NodeOptions node_options = options_.node;
  const auto boot = ClaimDataDir(machine_.data_files, {node_options.cluster_id, machine_.id},
                                 machine_.env.Random());
  if (!boot.ok()) return boot.status();
  if (!machine_.first_boot) machine_.first_boot = *boot;
  node_options.boot = node_options.bugs.keep_boot ? machine_.first_boot : *boot;
  if (node_options.bugs.ttl_from_local_clock) {
    node_options.bugs.state.local_clock_us = [this] {
      return static_cast<uint64_t>(absl::ToUnixMicros(machine_.env.WallTime()));
    };
  }
  auto mark = LogMark::Open(machine_.data_files);
  if (!mark.ok()) return mark.status();
  mark_ = *std::move(mark);
  LogOptions log_options = options_.log;
  if (!node_options.bugs.raft.trust_log_tail) log_options.known_record = mark_->record();
  auto store = LogStore::Open(machine_.log_files, log_options);
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  node_options.log_record = store_->stats().last_record;
  auto node = Node::Open(
      std::move(node_options),
      {machine_.env, machine_.data_files, machine_.engine, machine_.expired, *this, *this},
      store_->TakeRecovered());
  if (!node.ok()) return node.status();
  node_ = *std::move(node);
  workers_.resize(node_->workers());
  disk_ = std::make_unique<SimDisk>(
      queue_, random_.Fork(), options_.disk, machine_.disk, machine_.log_files, *store_,
      LogDeviceEvents{[this](SyncProof proof) {
                        hooks_.disk(StrCat("durable up to batch ", proof.ticket().value));
                        hooks_.durable(proof.ticket());
                        WhenRunning([proof](Node& node) { node.OnDurable(proof); });
                      },
                      [this](absl::Status status) {
                        hooks_.disk(StrCat("fails: ", std::string(status.message())));
                        WhenRunning([status](Node& node) { node.OnLogFailed(status); });
                      }});
  disk_->OnSubmit(hooks_.submitted);
  disk_->MarkWith(*mark_);
  node_->Start(*disk_, [this](absl::Status status) { End(std::move(status)); });
  for (uint32_t i = 0; i < workers_.size(); ++i) Wake(i);
  return absl::OkStatus();
}

void Process::Send(NodeId to, const std::string&, std::string frame) {
  if (dead_) return;
  if (sends_left_ && (*sends_left_)-- == 0) {
    Reached<"sim: a node died in the middle of a turn">();
    Die();
    End(absl::OkStatus());
    return;
  }
  hooks_.send(to, std::move(frame));
}

void Process::Wake(uint32_t index) {
  absl::Duration delay = Upto(options_.cpu.wake_spread);
  if (random_.Chance(options_.cpu.hold_up_chance)) delay += Upto(options_.cpu.hold_up_max);
  PlanTurn(index, queue_.now() + delay * machine_.cpu_slowdown);
}

void Process::PlanTurn(uint32_t index, absl::Duration when) {
  if (dead_ || index >= workers_.size()) return;
  Worker& worker = workers_[index];
  when = std::max(when, worker.busy_until);
  if (worker.due <= when) return;
  worker.due = when;
  const uint64_t plan = ++worker.plan;
  queue_.At(when, [this, alive = alive_, index, plan] {
    if (*alive && !dead_ && workers_[index].plan == plan) RunTurn(index);
  });
}

void Process::RunTurn(uint32_t index) {
  Worker& worker = workers_[index];
  worker.due = absl::InfiniteDuration();
  if (frozen_) return;  // Thaw plans it anew
  worker.busy_until = queue_.now() + Upto(options_.cpu.turn_spread) * machine_.cpu_slowdown;
  const absl::Duration next = node_->RunTurn(index);
  if (next < absl::InfiniteDuration()) PlanTurn(index, machine_.env.TrueTimeOf(next));
  hooks_.after_turn(*node_);
}

void Process::Background(absl::AnyInvocable<void() &&> work) {
  if (dead_) return;
  background_.push_back(std::move(work));
  if (!background_planned_) PlanBackground();
}

void Process::PlanBackground() {
  background_planned_ = true;
  queue_.After(Upto(options_.cpu.background_max) * machine_.disk.slowdown, [this, alive = alive_] {
    if (!*alive || dead_) return;
    WhenRunning([this](Node&) {
      auto work = std::move(background_.front());
      background_.pop_front();
      background_planned_ = false;
      std::move(work)();
      if (!background_.empty() && !background_planned_) PlanBackground();
    });
  });
}

void Process::Deliver(std::string frame) {
  WhenRunning([this, frame = std::move(frame)](Node& node) {
    const absl::Status status = node.ReceiveFrame(frame);
    if (!status.ok()) Reached<"sim: a node refused a frame">();
    // What cuts a log here cuts it so deep that its node never comes to say a word.
    if (ReasonOf(status) == kLogShorter) End(status);
  });
}

void Process::Execute(Request request, ReplyFn reply) {
  // std::function wants what it holds copyable.
  auto held = std::make_shared<std::pair<Request, ReplyFn>>(std::move(request), std::move(reply));
  WhenRunning([this, alive = alive_, held](Node& node) {
    node.Execute(std::move(held->first),
                 [this, alive, reply = std::move(held->second)](Reply answer) mutable {
                   if (*alive && !dead_) std::move(reply)(std::move(answer));
                 });
  });
}

void Process::PeerDisconnected(NodeId peer) {
  WhenRunning([peer](Node& node) { node.OnPeerDisconnected(peer); });
}

void Process::WhenRunning(std::function<void(Node&)> work) {
  if (dead_) return;
  if (frozen_) {
    held_.push_back(std::move(work));
  } else {
    work(*node_);
  }
}

void Process::Freeze() { frozen_ = true; }

void Process::Thaw() {
  frozen_ = false;
  for (auto& work : std::exchange(held_, {})) WhenRunning(std::move(work));
  for (uint32_t i = 0; i < workers_.size(); ++i) Wake(i);
}

void Process::Die() {
  dead_ = true;
  if (disk_ != nullptr) disk_->Die();
}

void Process::End(absl::Status why) {
  queue_.After(absl::ZeroDuration(), [this, alive = alive_, why = std::move(why)] {
    if (*alive) hooks_.ended(why);
  });
}

}  // namespace quorate::sim
