#include "sim/sim_node.h"

#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "sim/lost_tail.h"

namespace quorate::sim {
namespace {

// How long a machine or a supervisor takes to start a process again.
constexpr absl::Duration kRestartDelay = absl::Milliseconds(200);

}  // namespace

SimNode::SimNode(EventQueue& queue, Trace& trace, Random random, NodeId id, ProcessOptions options,
                 const MachineProfile& machine, Hooks hooks)
    : queue_(queue),
      trace_(trace),
      random_(random),
      machine_(queue, id, random_, machine),
      options_(std::move(options)),
      hooks_(std::move(hooks)) {}

void SimNode::Boot() {
  if (up() || retired_) return;
  Process::Hooks hooks{
      [this](NodeId to, std::string frame) { hooks_.send(id(), to, std::move(frame)); },
      [this](const Node&) {
        NoteCalendar();
        hooks_.after_turn(*this);
      },
      [this](std::string what) { trace_.Add(TraceKind::kDisk, id(), std::move(what)); },
      [this](LogTicket ticket, const LogBatch& batch) { hooks_.submitted(*this, ticket, batch); },
      [this](LogTicket upto) { hooks_.durable(*this, upto); },
      [this](absl::Status why) { Ended(std::move(why)); }};
  auto process = Process::Boot(queue_, random_.Fork(), machine_, options_, std::move(hooks));
  if (!process.ok()) {
    if (RefusesLog(process.status())) return;
    if (ReasonOf(process.status()) == kNodeDecommissioned) {
      retired_ = true;
      return;
    }
    hooks_.violation(StrCat(id().ToString(), " cannot start again: ", process.status().message()));
    return;
  }
  process_ = *std::move(process);
  good_log_.reset();
  ++lives_;
  trace_.Add(TraceKind::kProcess, id(), StrCat("starts, life ", lives_));
  hooks_.started(*this);
}

void SimNode::NoteCalendar() {
  if (!up() || node()->calendar().bounded_below()) return;
  const SimEnv& env = machine_.env;
  const absl::Time followed = node()->calendar().At(env.WallTime(), env.Monotonic());
  const absl::Duration behind = env.UnmovedWallTime() - followed;
  if (behind > options_.node.clock_skew_max / 2) misled_behind_at_ = queue_.now();
}

bool SimNode::MisledBehindSince(absl::Duration then) {
  NoteCalendar();
  return misled_behind_at_ >= then;
}

void SimNode::Crash(const std::string& why) {
  if (!up()) return;
  trace_.Add(TraceKind::kProcess, id(), StrCat("crashes: ", why));
  LosePower();
}

void SimNode::LosePower() {
  process_.reset();
  machine_.log_files.Crash();
  machine_.data_files.Crash();
  machine_.engine.Crash();
  failure_expected_ = false;
  hooks_.died(*this);
}

bool SimNode::RefusesLog(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (!good_log_ || (reason != "LOG_TAIL_LOST" && reason != "LOG_DAMAGED")) return false;
  trace_.Add(TraceKind::kProcess, id(), StrCat("does not start: ", reason));
  Reached<"sim: a node refused a log that had lost its end">();
  return true;
}

void SimNode::LoseTail() {
  if (!up()) return;
  Crash("its log loses its end");
  good_log_ = machine_.log_files.TakeImage();
  const auto lost = CutLogBelowMark(machine_, random_);
  if (lost > 0) trace_.Add(TraceKind::kFault, id(), StrCat("has lost ", lost, " marked records"));
  if (lost == 0) good_log_.reset();
  Boot();
}

void SimNode::GiveBackLog() {
  if (!good_log_) return;
  machine_.log_files.PutBack(*std::exchange(good_log_, std::nullopt));
  Boot();
}

void SimNode::Ended(absl::Status why) {
  const bool killed = why.ok();
  trace_.Add(TraceKind::kProcess, id(),
             killed ? std::string("dies in the middle of a turn")
                    : StrCat("ends: ", ReasonOf(why), ": ", why.message()));
  if (ReasonOf(why) == kNodeDecommissioned || ReasonOf(why) == "LEGACY_NOT_HANDED_OVER") {
    Reached<"sim: a node has left the cluster">();
    retired_ = true;
    return LosePower();
  }
  if (!killed && !failure_expected_) {
    hooks_.violation(StrCat(id().ToString(), " gave up by itself: ", why.ToString()));
    return;
  }
  if (!killed) Reached<"sim: a node ended because its disk failed">();
  LosePower();
  queue_.After(kRestartDelay, [this] { Boot(); });
}

void SimNode::Retire() {
  retired_ = true;
  Crash("it has left the cluster");
}

void SimNode::Freeze() {
  if (!up() || frozen()) return;
  trace_.Add(TraceKind::kProcess, id(), "is frozen");
  ++freezes_;
  process_->Freeze();
}

void SimNode::Thaw() {
  if (!frozen()) return;
  trace_.Add(TraceKind::kProcess, id(), "goes on");
  process_->Thaw();
}

}  // namespace quorate::sim
