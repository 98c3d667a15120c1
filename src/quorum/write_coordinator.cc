#include "quorum/write_coordinator.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::quorum {
namespace {

std::string NamesOf(const std::vector<NodeId>& nodes) {
  std::string names;
  for (NodeId node : nodes) StrAppend(&names, names.empty() ? "" : ", ", node.ToString());
  return names;
}

}  // namespace

absl::Status WriteCoordinator::Refuse(Level level) const {
  if (!CountsForWrites(level)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "LEVEL_UNSUPPORTED",
                     StrCat("a leaderless keyspace has no writes at ", LevelName(level),
                            "; use ANY, ONE, TWO, QUORUM, LOCAL_QUORUM, EACH_QUORUM or ALL"));
  }
  if (!local_.filled()) {
    return MakeError(absl::StatusCode::kUnavailable, "REPLICA_FILLING",
                     StrCat("the replica at ", local_.self().node.ToString(),
                            " began with an empty disk and is being filled by the others; "
                            "nothing was written. Ask another node"));
  }
  return absl::OkStatus();
}

absl::Status WriteCoordinator::RefuseMissing(Level level) const {
  if (peers_.Enough(level, peers_.Living()) || local_.config().bugs.count_unreachable) {
    return absl::OkStatus();
  }
  std::vector<NodeId> missing;
  for (NodeId node : peers_.others()) {
    if (!peers_.alive(node)) missing.push_back(node);
  }
  return MakeError(absl::StatusCode::kUnavailable, "REPLICAS_MISSING",
                   StrCat("a write at ", LevelName(level),
                          " needs replicas that are not "
                          "there: ",
                          NamesOf(missing),
                          " can't be reached; nothing was written. Bring them back, or write at "
                          "a lower level"));
}

void WriteCoordinator::Start(WriteRequest request, const Now& now) {
  const auto reply = [id = request.id](absl::Status status) {
    Reply refusal;
    refusal.id = id;
    refusal.status = std::move(status);
    return refusal;
  };
  if (request.hint && local_.HasTaken(request.hint)) {
    return local_.Answer(reply(absl::OkStatus()));
  }
  if (absl::Status refused = Refuse(request.level); !refused.ok()) {
    return local_.AnswerAtOnce(reply(std::move(refused)));
  }
  if (request.operation) {
    absl::Status refused = local_.Admit(*request.operation, now);
    // After what it rests on: a fence must outlive a crash.
    if (!refused.ok()) return local_.Answer(reply(std::move(refused)));
    if (const Operations::Row* row = local_.operations().Find(request.operation->id)) {
      Write again;
      again.request = request.id;
      again.level = request.level;
      again.deadline = request.deadline;
      again.session = request.session;
      return Repeat(std::move(again), *row, now);
    }
  }
  if (absl::Status refused = RefuseMissing(request.level); !refused.ok()) {
    return local_.AnswerAtOnce(reply(std::move(refused)));
  }
  const uint64_t rests_on = local_.emitted();
  absl::StatusOr<Record> record = local_.Coordinate(request.key, std::move(request.change),
                                                    request.session.time, now, request.operation);
  if (!record.ok()) return local_.AnswerAtOnce(reply(record.status()));
  if (request.hint) local_.TakeHint(request.hint);
  const uint64_t id = next_id_++;
  Write& write = Add(id, record->dot, record->time, now);
  write.hint = static_cast<bool>(request.hint);
  write.request = request.id;
  if (request.operation) {
    write.operation = Operation{request.operation->id, request.operation->settled_below,
                                request.operation->body, write.dot, write.time};
  }
  write.level = request.level;
  write.deadline = request.deadline;
  write.session = std::move(request.session);
  if (!local_.policy().NewestWins()) write.record = *record;
  write.key = request.key;
  // Before our own sync, so that the two go on side by side; unless others' writes
  // are in the record, which must not be told before they are durable here. Nor may a
  // hint's, which is done again should a crash make this replica forget that it took it.
  bool at_once = !write.hint && (local_.policy().NewestWins() || local_.durable() >= rests_on);
  if (request.operation) at_once = at_once && local_.MayForget(request.operation->id);
  SendToAll({id, std::move(request.key), *std::move(record), local_.Context(), write.operation},
            at_once);
}

// Which is written here, by the last effect.
WriteCoordinator::Write& WriteCoordinator::Add(uint64_t id, const Dot& dot, HlcTime time,
                                               const Now& now) {
  Write& write = writes_.Add(id);
  write.dot = dot;
  write.time = time;
  write.sent_at = now.monotonic;
  unsynced_.emplace_back(local_.emitted(), id);
  watch_.Sent(id, now.monotonic);
  for (NodeId node : peers_.others()) {
    if (local_.config().bugs.count_unreachable && !peers_.alive(node)) write.acked.insert(node);
  }
  return write;
}

void WriteCoordinator::SendToAll(WriteAsk ask, bool at_once) {
  for (NodeId node : peers_.others()) {
    if (node != peers_.others().back()) SendTo(node, ask, at_once);
  }
  if (!peers_.others().empty()) SendTo(peers_.others().back(), std::move(ask), at_once);
}

void WriteCoordinator::Complete(const ResolveRequest& request, const Operations::Row& row,
                                Nodes held, const Now& now) {
  Write write;
  write.request = request.id;
  write.level = request.level;
  write.deadline = request.deadline;
  write.resolving = true;
  write.acked = std::move(held);
  Repeat(std::move(write), row, now);
}

void WriteCoordinator::Repeat(Write write, const Operations::Row& row, const Now& now) {
  const std::optional<Record> record = local_.Lookup(row.key);
  write.key = row.key;
  write.dot = row.operation.dot;
  write.time = row.operation.time;
  write.operation = row.operation;
  write.repeated = true;
  write.sent_at = now.monotonic;
  if (record) write.record = *record;
  const uint64_t id = next_id_++;
  if (local_.durable() >= local_.emitted()) {
    write.acked.insert(local_.self().node);
  } else {
    unsynced_.emplace_back(local_.emitted(), id);
  }
  Write& added = writes_.Add(id, std::move(write));
  SendAgain(id, added);
  Settle(id, added);
}

// Whoever is away asks for what it missed when it is back; what queued for it until
// then would come on top of that.
void WriteCoordinator::SendTo(NodeId node, decltype(Message::body) ask, bool at_once) {
  if (!peers_.alive(node)) return;
  local_.Send(node, local_.knowledge().HeardOf(node), std::move(ask), at_once);
}

void WriteCoordinator::OnAnswer(const Identity& from, const WriteAnswer& answer, const Now& now) {
  const bool near = peers_.near(from.node);
  for (uint64_t id = answer.id; id < answer.id + answer.count; ++id) {
    if (!answer.refused) watch_.Answered(id, near, now.monotonic);
    Write* const write = writes_.Find(id);
    if (write == nullptr) continue;
    peers_.NoteLatency(from.node, now.monotonic - write->sent_at);
    (answer.refused ? write->refused : write->acked).insert(from.node);
    if (!answer.refused) NoteHeld(from, *write);
    Settle(id, *write);
  }
}

void WriteCoordinator::NoteHeld(const Identity& by, const Write& write) {
  if (write.run.empty()) return local_.NoteSeenBy(by, write.dot);
  if (!write.overtaken) local_.NoteSeenBy(by, write.dots());
}

void WriteCoordinator::OnPersisted(const Now& now) {
  while (!unsynced_.empty() && unsynced_.front().first <= local_.durable()) {
    const uint64_t id = unsynced_.front().second;
    unsynced_.pop_front();
    watch_.OnOwnDisk(id, now.monotonic);
    Write* const write = writes_.Find(id);
    if (write == nullptr) continue;
    write->acked.insert(local_.self().node);
    Settle(id, *write);
  }
}

void WriteCoordinator::OnReborn(NodeId node) {
  writes_.ForEach([&](uint64_t, Write& write) { write.acked.erase(node); });
}

void WriteCoordinator::OnMembers(const Now& now) {
  const NodeId self = local_.self().node;
  writes_.ForEach([&](uint64_t id, Write& write) {
    const bool here = write.acked.contains(self);
    write.acked = here ? Nodes{self} : Nodes();
    write.refused.clear();
    write.sent_at = now.monotonic;
    SendAgain(id, write);
  });
  OnPeerGone();
}

void WriteCoordinator::OnPeerGone() {
  writes_.ForEach([&](uint64_t id, const Write& write) { Settle(id, write); });
}

bool WriteCoordinator::Hopeless(const Write& write) const {
  Nodes possible = write.acked;
  for (NodeId node : peers_.Living()) {
    if (!write.refused.contains(node)) possible.insert(node);
  }
  return !peers_.Enough(write.level, possible);
}

// Nobody is told that a write is done while a crash could make this replica give
// out an earlier time-stamp to a later one.
void WriteCoordinator::Settle(uint64_t id, const Write& write) {
  const bool time_is_safe =
      write.acked.contains(local_.self().node) || local_.TimeIsDurable(write.time);
  if (time_is_safe && peers_.Enough(write.level, write.acked)) {
    Finish(id, absl::OkStatus());
  } else if (Hopeless(write)) {
    Finish(id, MakeError(absl::StatusCode::kUnavailable, "REPLICAS_LOST",
                         StrCat("replicas were lost, or refused the time-stamp, while a write "
                                "at ",
                                LevelName(write.level),
                                " was under way; it may appear later. Read before writing "
                                "again"),
                         Applied::kUnknown));
  }
}

void WriteCoordinator::NoteSeen(const Write& write, SessionPart& seen) const {
  seen.dots.Merge(write.dots());
  seen.time = std::max(seen.time, write.time);
  // All of this boot up to a write that is on this disk is there too.
  const bool own = write.dot.identity == local_.self();
  if (own && write.acked.contains(local_.self().node)) {
    const uint64_t last = write.run.empty() ? write.dot.counter : write.run.range().last;
    seen.dots.Add(write.dot.identity, {1, last});
  }
  for (const auto& [identity, set] : write.session.dots.sets()) {
    const auto ended = local_.seen().ended().find(identity.node);
    if (local_.seen().Ended(identity)) seen.dots.End(identity.node, ended->second);
  }
}

void WriteCoordinator::Finish(uint64_t id, absl::Status status) {
  const std::unique_ptr<Write> write = writes_.Take(id);
  Reply reply;
  reply.id = write->request;
  reply.reached = status.ok();
  Nodes acked = write->acked;
  acked.insert(local_.self().node);
  // What a replica alone has that joins, or leaves, may go with it.
  const bool stays = status.ok() || peers_.Enough(Level::kOne, acked);
  if (write->repeated && !status.ok() && stays) status = NotReached(*write);
  if (write->resolving && stays) {
    status = absl::OkStatus();
    reply.fate = Fate::kApplied;
  }
  reply.status = std::move(status);
  if (reply.status.ok()) NoteSeen(*write, reply.receipt.seen);
  reply.key = std::move(write->key);
  reply.receipt.dot = write->dot;
  reply.receipt.time = write->first_time();
  // Of a repeated one it is told behind this replica's sync.
  const bool here = write->repeated || local_.config().bugs.receipt_counts_self;
  const Nodes& told = here ? acked : write->acked;
  reply.receipt.acked_by.assign(told.begin(), told.end());
  if (reply.status.ok() && !local_.policy().NewestWins()) reply.record = std::move(write->record);
  // That it is done, at whatever level, is said of what is on this disk.
  write->repeated ? local_.Answer(std::move(reply)) : local_.AnswerAtOnce(std::move(reply));
}

absl::Status WriteCoordinator::NotReached(const Write& write) const {
  return MakeError(
      absl::StatusCode::kUnavailable, "LEVEL_NOT_REACHED",
      StrCat("the write is done, but only ", write.acked.size(),
             " replicas are known to have it on disk, too few for ", LevelName(write.level),
             "; the others get it when they can be reached. It need not be sent "
             "again"),
      Applied::kYes);
}

// As the key is by now: a record that was deleted everywhere must not come back.
void WriteCoordinator::SendAgain(uint64_t id, Write& write) {
  if (!write.run.empty()) return SendRunAgain(id, write);
  const std::optional<Record> record = local_.Lookup(write.key);
  if (!record) return CountTold(write);
  const bool at_once =
      !write.hint && !write.operation && local_.policy().NewestWins() && record->dot == write.dot;
  for (NodeId node : peers_.others()) {
    if (write.acked.contains(node) || write.refused.contains(node)) continue;
    SendTo(node, WriteAsk{id, write.key, *record, local_.Context(), write.operation}, at_once);
  }
}

// Nothing is left that could be sent. Whoever was a replica when it went had it; who has
// joined since, or lost its disk, has it once it is filled.
void WriteCoordinator::CountTold(Write& write) const {
  for (NodeId node : peers_.others()) {
    if (coverage_.Told(node).seen.Contains(write.dot)) write.acked.insert(node);
  }
}

void WriteCoordinator::Shutdown() {
  writes_.ForEach([&](uint64_t id, const Write&) {
    Finish(id, MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                         StrCat(local_.self().node.ToString(),
                                " is going down with the write under way; it may appear "
                                "later. Read before writing again"),
                         Applied::kUnknown));
  });
}

void WriteCoordinator::Tick(const Now& now) {
  writes_.ForEach([&](uint64_t id, Write& write) {
    if (now.monotonic >= write.deadline) {
      return Finish(id, MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                                  StrCat("only ", write.acked.size(), " replicas had the write at ",
                                         LevelName(write.level),
                                         " on disk in time; it may appear later. Read before "
                                         "writing again"),
                                  Applied::kUnknown));
    }
    if (now.monotonic - write.sent_at >= local_.config().resend_interval) {
      write.sent_at = now.monotonic;
      watch_.SentAgain(id);
      SendAgain(id, write);
      Settle(id, write);
    }
  });
}

}  // namespace quorate::quorum
