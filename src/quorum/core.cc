#include "quorum/core.h"

#include <utility>

namespace quorate::quorum {

Core::Core(Config config, const ConflictPolicy& policy, const Store& store, Restored restored)
    : local_(std::move(config), policy, store, std::move(restored)),
      peers_(local_.config()),
      coverage_(local_, peers_),
      anti_entropy_(local_, peers_, coverage_),
      filling_(local_, peers_, anti_entropy_),
      inheritance_(local_, peers_, coverage_, anti_entropy_),
      verify_(local_, peers_, coverage_),
      writes_(local_, peers_, coverage_),
      reads_(local_, peers_, anti_entropy_),
      registers_(local_, peers_),
      lister_(local_, peers_),
      resolves_(local_, peers_, writes_, registers_),
      seen_at_entry_(local_.seen()) {}

void Core::Tick(const Now& now) {
  if (!local_.in_step()) return;
  if (leaver_heard_at_ == absl::InfiniteDuration()) leaver_heard_at_ = now.monotonic;
  anti_entropy_.Tick(now);
  filling_.Tick(now);
  writes_.Tick(now);
  reads_.Tick(now);
  registers_.Tick(now);
  lister_.Tick(now);
  resolves_.Tick(now);
  local_.SweepOperations(now);
  coverage_.Advance(now);
  coverage_.Sweep(now);
  verify_.Tick(now);
}

void Core::Receive(Message message, const Now& now) {
  if (TakeLegacy(message, now)) return;
  if (!peers_.Knows(message.from.node) || !Fits(message.epoch)) return;
  if (!local_.Hear(message.from)) return;
  in_epoch_.insert(message.from.node);
  if (message.from.node == local_.members().leaving) leaver_heard_at_ = now.monotonic;
  // What was sent before a disk was lost could bring back what has been deleted.
  const bool ask = std::holds_alternative<WriteAsk>(message.body) ||
                   std::holds_alternative<RunAsk>(message.body);
  const bool for_this_life = message.to_boot == local_.self().boot;
  if (ask ? !local_.filled() && !for_this_life : message.to_boot && !for_this_life) return;
  ForgetEarlierLives();
  std::visit([&](auto& body) { Handle(message.from, std::move(body), now); }, message.body);
  ForgetEarlierLives();
  reads_.OnProgress(now);
  registers_.OnProgress(now);
}

void Core::ForgetEarlierLives() {
  for (NodeId node : local_.TakeReborn()) {
    if (local_.config().bugs.count_earlier_lives) continue;
    writes_.OnReborn(node);
    reads_.OnReborn(node);
    resolves_.OnReborn(node);
    registers_.OnReborn(node);
    if (!local_.config().bugs.fill_across_lives) filling_.OnReborn(node);
  }
}

void Core::HearOf(const std::map<NodeId, Boot>& lives) {
  for (const auto& [node, boot] : lives) (void)local_.Hear({node, boot});
  ForgetEarlierLives();
}

std::map<NodeId, Boot> Core::NewTo(NodeId node) const {
  std::map<NodeId, Boot> lives;
  const Knowledge& told = coverage_.Told(node);
  for (const auto& [other, boot] : local_.knowledge().heard) {
    if (other == node || other == local_.self().node) continue;
    if (told.HeardOf(other) < boot) lives[other] = boot;
  }
  return lives;
}

void Core::Write(WriteRequest request, const Now& now) {
  if (!RefuseBehind(request.id)) writes_.Start(std::move(request), now);
}

void Core::WriteRun(RunRequest request, const Now& now) {
  if (!RefuseBehind(request.id)) writes_.StartRun(std::move(request), now);
}

void Core::Read(const ReadRequest& request, const Now& now) {
  if (!RefuseBehind(request.id)) reads_.Start(request, now);
}

void Core::List(const ListRequest& request, const Now& now) {
  if (!RefuseBehind(request.id)) lister_.Start(request, now);
}

void Core::Resolve(const ResolveRequest& request, const Now& now) {
  if (!RefuseBehind(request.id)) resolves_.Start(request, now);
}

void Core::OpenWriter(uint64_t id, const Now& now) {
  if (RefuseBehind(id)) return;
  Reply reply;
  reply.id = id;
  if (const absl::StatusOr<uint64_t> writer = local_.MakeWriter(now); writer.ok()) {
    reply.writer = *writer;
  } else {
    reply.status = writer.status();
  }
  local_.Answer(std::move(reply));
}

void Core::Operate(const RegisterCall& call, const Now& now) {
  if (RefuseBehind(call.id)) return;
  if (!call.operation || !has_registers() || !filled()) return registers_.Start(call, now);
  if (registers_.Join(call)) return;
  Reply refused;
  refused.id = call.id;
  refused.status = local_.Admit(*call.operation, now);
  // After what it rests on: a fence must outlive a crash.
  if (!refused.status.ok()) return local_.Answer(std::move(refused));
  if (local_.operations().Find(call.operation->id) != nullptr) return resolves_.Repeat(call, now);
  registers_.Start(call, now);
}

void Core::Persisted(uint64_t count, const Now& now) {
  local_.Persisted(count);
  writes_.OnPersisted(now);
  registers_.OnPersisted(now);
}

void Core::Shutdown(const Now& now) {
  writes_.Shutdown();
  reads_.Shutdown(now);
  registers_.Shutdown(now);
  lister_.Shutdown();
  resolves_.Shutdown();
}

void Core::PeerGone(NodeId node, const Now& now) {
  peers_.SetAlive(node, false);
  writes_.OnPeerGone();
  reads_.OnPeerGone(now);
  registers_.OnPeerGone(now);
  lister_.OnPeerGone(now);
  resolves_.OnPeerGone(now);
}

void Core::PeerBack(NodeId node, const Now& now) {
  peers_.SetAlive(node, true);
  anti_entropy_.OnPeerBack(node, now);
}

void Core::Handle(const Identity& from, WriteAsk&& ask, const Now& now) {
  // Once for all that came with it.
  if (!ask.context.IsCopyOf(last_context_)) local_.NoteSeenBy(from, *ask.context);
  last_context_ = ask.context;
  std::vector<Dot> dots;
  if (ask.operation) dots.push_back(ask.operation->dot);
  const bool taken =
      local_.Merge(ask.key, std::move(ask.record), dots, *ask.context, now, ask.operation);
  if (ask.id != 0) {
    local_.Acknowledge(from, {ask.id, !taken, NewTo(from.node)},
                       local_.config().bugs.ack_before_sync);
  }
}

void Core::Handle(const Identity& from, RunAsk&& ask, const Now& now) {
  local_.NoteSeenBy(from, *ask.context);
  const bool taken = local_.MergeRun(ask.run, *ask.context, now);
  if (ask.id != 0) {
    local_.Acknowledge(from, {ask.id, !taken, NewTo(from.node)},
                       local_.config().bugs.ack_before_sync);
  }
}

void Core::Handle(const Identity& from, const WriteAnswer& answer, const Now& now) {
  HearOf(answer.lives);
  if ((answer.id & ReadCoordinator::kWriteBack) != 0) {
    reads_.OnWriteBack(from.node, answer, now);
  } else {
    writes_.OnAnswer(from, answer, now);
  }
}

void Core::Handle(const Identity& from, const ReadAsk& ask, const Now&) {
  ReadAnswer answer;
  answer.id = ask.id;
  if (!local_.filled()) {
    // That it is in this epoch counts, but it vouches for nothing.
    answer.covered = false;
    answer.lives = NewTo(from.node);
    const bool counts = local_.joining() && ask.demand.empty();
    if (counts) local_.Send(from.node, from.boot, std::move(answer));
    return;
  }
  const bool by_itself = !ask.demand.empty();
  answer.covered = local_.seen().Covers(ask.demand) && !(by_itself && local_.leaving());
  if (answer.covered) {
    answer.record = local_.Shared(ask.key);
    if (answer.record) {
      answer.version = VersionOf(ask.key, *answer.record);
    } else {
      answer.seen = local_.seen();
    }
    if (!ask.data) answer.record.reset();
  }
  answer.lives = NewTo(from.node);
  local_.Send(from.node, from.boot, std::move(answer), local_.config().bugs.tell_before_sync);
}

void Core::Handle(const Identity& from, const ReadAnswer& answer, const Now& now) {
  HearOf(answer.lives);
  reads_.OnAnswer(from.node, answer, now);
}

void Core::Handle(const Identity& from, const SyncAsk& ask, const Now& now) {
  anti_entropy_.OnAsk(from, ask, now);
}

void Core::Handle(const Identity& from, const SyncAnswer& answer, const Now& now) {
  anti_entropy_.OnAnswer(from, answer, now);
  filling_.Advance(now);
  inheritance_.Advance();
  coverage_.Advance(now);
}

void Core::Handle(const Identity& from, const FillAsk& ask, const Now&) {
  filling_.OnAsk(from, ask);
}

void Core::Handle(const Identity& from, const FillAnswer& answer, const Now& now) {
  filling_.OnAnswer(from, answer, now);
}

void Core::Handle(const Identity& from, const VerifyAsk& ask, const Now&) {
  verify_.OnAsk(from, ask);
}

void Core::Handle(const Identity& from, const VerifyAnswer& answer, const Now&) {
  verify_.OnAnswer(from.node, answer);
}

void Core::Handle(const Identity& from, const RegisterAsk& ask, const Now& now) {
  registers_.OnAsk(from, ask, NewTo(from.node), now);
}

void Core::Handle(const Identity& from, const RegisterAnswer& answer, const Now& now) {
  HearOf(answer.lives);
  registers_.OnAnswer(from.node, answer, now);
}

void Core::Handle(const Identity& from, const KeysAsk& ask, const Now&) {
  lister_.OnAsk(from, ask);
}

void Core::Handle(const Identity& from, const KeysAnswer& answer, const Now&) {
  lister_.OnAnswer(from.node, answer);
}

void Core::Handle(const Identity& from, const ResolveAsk& ask, const Now& now) {
  resolves_.OnAsk(from, ask, now);
}

void Core::Handle(const Identity& from, const ResolveAnswer& answer, const Now& now) {
  HearOf(answer.heard);
  resolves_.OnAnswer(from, answer, now);
}

}  // namespace quorate::quorum
