// Writes under an identity: sent again until their client is told, or gives up.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "sim/workload.h"

namespace quorate::sim {
namespace {

constexpr uint32_t kAttemptsMax = 8;
constexpr double kGivesUp = 0.1;
constexpr double kAsksWhatBecame = 0.25;
// What was refused and not done is sent again, too, now and then.
constexpr double kInsists = 0.4;
// Of those that ended, how many have a copy that comes after the answer.
constexpr double kLateCopies = 0.1;
constexpr double kWaitsForAnswer = 0.5;

}  // namespace

void Workload::Identify(const CallPtr& call) {
  const Op& op = history_[call->index];
  if (op.kind != OpKind::kWrite || op.level == Level::kOne || !call->slot) return;
  if (!random_.Chance(profile_.once_writes)) return;
  const auto identity = writers_.Number(*call->slot, op.partition);
  if (identity) {
    call->identity = *identity;
  } else if (writers_.WantsOpening(*call->slot, op.partition)) {
    OpenWriter(*call->slot, op.partition, op.asked);
  }
}

// Meanwhile its client writes without.
void Workload::OpenWriter(size_t slot, PartitionId partition, NodeId asked) {
  SimNode& node = cluster_.node(asked);
  Request request;
  request.partition = partition;
  request.epoch = node.node()->topology()->epoch;
  request.level = Level::kQuorum;
  request.deadline = node.machine().env.Monotonic() + Timeout();
  request.op.emplace<kv::Command>().action = kv::Command::Action::kOpenWriter;
  // A node that dies does not answer: another writer is opened before long.
  const auto answered = std::make_shared<bool>(false);
  queue_.After(profile_.deadline_max + absl::Seconds(1), [this, answered, slot, partition] {
    if (!std::exchange(*answered, true)) writers_.NotOpened(slot, partition);
  });
  node.process()->Execute(std::move(request), [this, answered, slot, partition](Reply reply) {
    if (std::exchange(*answered, true)) return;
    if (!reply.status.ok()) return writers_.NotOpened(slot, partition);
    writers_.Opened(slot, partition, reply.write.writer);
  });
}

void Workload::Conclude(const AttemptPtr& attempt, Reply reply) {
  if (!std::exchange(attempt->open, false)) return;
  open_.erase(std::find(open_.begin(), open_.end(), attempt));
  const CallPtr& call = attempt->call;
  if (!call->open) return;
  const Op& op = history_[call->index];
  const std::string wrong = Impossible(reply, attempt->what, call->fenced);
  if (!wrong.empty()) {
    return violation_(StrCat("operation #", op.id, " was told what can not be: ", wrong));
  }
  const Outcome outcome = sim::Conclude(op, reply, attempt->what, call->doubt);
  if (outcome == Outcome::kUnknown) call->doubt = true;
  const bool once = call->identity.writer != 0;
  if (once && ReasonOf(reply.status) == "WRITER_EXPIRED") {
    Reached<"sim: a writer was forgotten">();
    writers_.Expired(*call->slot, op.partition, call->identity.writer);
    return Finish(call, outcome, std::move(reply));
  }
  const bool final = outcome == Outcome::kDone || ReasonOf(reply.status) == "WRITE_FENCED" ||
                     (attempt->what == Asked::kFate && outcome == Outcome::kFailed);
  const bool insists = outcome == Outcome::kUnknown || random_.Chance(kInsists);
  if (!once || final || !insists) return Finish(call, outcome, std::move(reply));
  TryAgain(call, outcome, std::move(reply));
}

absl::Duration Workload::SomeWhile() {
  if (!running_) return Upto(absl::Milliseconds(20));
  const uint64_t what = random_.Below(10);
  if (what < 5) return Upto(absl::Milliseconds(20));
  return Upto(what < 8 ? absl::Milliseconds(500) : absl::Seconds(4));
}

void Workload::TryAgain(const CallPtr& call, Outcome otherwise, Reply reply) {
  if (call->attempts >= kAttemptsMax || random_.Chance(kGivesUp)) {
    return Finish(call, otherwise, std::move(reply));
  }
  queue_.After(SomeWhile(), [this, call] {
    const bool fence = random_.Chance(kAsksWhatBecame);
    call->identity = writers_.Again(*call->slot, history_[call->index].partition, call->identity);
    call->fenced = call->fenced || fence;
    Reached<"sim: a write was sent again">();
    Send(call, Anyone(), fence ? Asked::kFate : Asked::kAgain);
  });
  if (call->left || random_.Chance(kWaitsForAnswer)) return;
  // Its client goes on meanwhile, and writes more under the same writer.
  call->left = true;
  GoOnAsAnother(*call->slot);
}

// As if the network had kept it for long: it must change nothing. What was only
// refused may come true by another copy, and is let alone.
void Workload::MaybeSendLateCopy(const CallPtr& call) {
  const Op& op = history_[call->index];
  const bool never =
      op.reply.write.fate == kv::Fate::kNever || ReasonOf(op.reply.status) == "WRITE_FENCED";
  if (op.outcome == Outcome::kFailed && !never) return;
  if (!random_.Chance(kLateCopies)) return;
  queue_.After(SomeWhile(), [this, call] {
    if (running_) Send(call, Anyone(), Asked::kAgain);
  });
}

}  // namespace quorate::sim
