#include "quorum/read_coordinator.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/readable.h"
#include "quorum/round_trips.h"

namespace quorate::quorum {
namespace {

// A read that waits for the state to be enough says that it is not before its
// deadline, after which nobody hears it: some ticks, and the way back.
constexpr absl::Duration kToldBefore = absl::Milliseconds(150);

}  // namespace

void ReadCoordinator::Start(const ReadRequest& request, const Now& now) {
  Read read;
  read.request = request;
  if (absl::Status status = CheckReadable(request.level, local_, peers_); !status.ok()) {
    return Answer(read, std::move(status), std::nullopt, {}, now);
  }
  const bool by_itself = request.level == Level::kOne || !CountsForReads(request.level);
  if (by_itself && local_.leaving()) {
    return Answer(read, Leaving(), std::nullopt, {}, now);
  }
  if (request.level == Level::kOne || Proven(request, now)) {
    return Answer(read, absl::OkStatus(), local_.Shared(request.key), {local_.self().node}, now);
  }
  read.gives_up = request.deadline;
  if (!CountsForReads(request.level)) {
    read.gives_up -= std::min(kToldBefore, (request.deadline - now.monotonic) / 4);
  }
  const uint64_t id = next_id_++;
  AskOthers(id, read, now);
  if (Advance(id, read, now)) return;
  if (!CountsForReads(request.level)) ++waiting_;
  reads_.emplace(id, std::move(read));
}

ReadCoordinator::Reads::iterator ReadCoordinator::Forget(Reads::iterator read) {
  if (!CountsForReads(read->second.request.level)) --waiting_;
  return reads_.erase(read);
}

void ReadCoordinator::Shutdown(const Now& now) {
  for (const auto& [id, read] : reads_) {
    Answer(read,
           MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                     StrCat(local_.self().node.ToString(), " is going down; ask another node")),
           std::nullopt, {}, now);
  }
  reads_.clear();
  waiting_ = 0;
}

void ReadCoordinator::AskOthers(uint64_t id, Read& read, const Now& now) {
  if (read.request.level == Level::kBounded || read.request.here) return anti_entropy_.Hurry(now);
  if (read.request.level == Level::kSession) {
    for (NodeId node : peers_.LivingByDistance()) Ask(node, id, read, true, now);
    return anti_entropy_.Hurry(now);
  }
  ++counted_;
  Nodes enough = {local_.self().node};
  for (NodeId node : peers_.LivingByDistance()) {
    if (peers_.Enough(read.request.level, enough)) break;
    enough.insert(node);
    Ask(node, id, read, false, now);
  }
}

void ReadCoordinator::Ask(NodeId node, uint64_t id, Read& read, bool data, const Now& now) {
  const auto before = read.asked.find(node);
  const bool again = before != read.asked.end() && before->second.data == data;
  read.asked[node] = {now.monotonic, data, again};
  SeenClock demand;
  if (read.request.level == Level::kSession) demand = read.request.session.dots;
  local_.Send(node, Boot(), ReadAsk{id, read.request.key, data, std::move(demand)});
}

Nodes ReadCoordinator::Responders(const Read& read) const {
  Nodes nodes;
  if (!IsSetAside(read, local_.self().node)) nodes.insert(local_.self().node);
  for (const auto& [node, answer] : read.answers) nodes.insert(node);
  return nodes;
}

bool ReadCoordinator::Proven(const ReadRequest& request, const Now& now) const {
  if (request.level == Level::kSession) {
    return local_.config().bugs.ignore_session || local_.seen().Covers(request.session.dots);
  }
  if (request.level != Level::kBounded) return false;
  const std::optional<absl::Duration> staleness = anti_entropy_.Staleness(now);
  return staleness && *staleness <= request.bound;
}

void ReadCoordinator::Answer(const Read& read, absl::Status status,
                             const std::optional<Record>& record, Nodes holders, const Now& now) {
  Reply reply;
  reply.id = read.request.id;
  reply.status = std::move(status);
  reply.receipt.acked_by.assign(holders.begin(), holders.end());
  if (read.writing_back) {
    if (read.fresh_at) reply.receipt.staleness = now.monotonic - *read.fresh_at;
  } else if (holders.contains(local_.self().node)) {
    // What another replica answered in a session says nothing of its age.
    reply.receipt.staleness = anti_entropy_.Staleness(now);
  }
  if (reply.status.ok() && record) {
    reply.receipt.dot = record->dot;
    reply.receipt.time = record->time;
    for (const Dot& dot : local_.policy().NewestIn(*record)) {
      reply.receipt.seen.Note(dot, record->time);
    }
    reply.receipt.seen.Compact(local_.seen());
    if (!record->Dead(now.calendar_us)) reply.record = record;
  }
  // The answer leaves behind the sync of all that was seen.
  if (reply.status.ok()) reply.receipt.seen.TellShorter(read.request.session, local_.seen());
  local_.Answer(std::move(reply));
}

void ReadCoordinator::OnAnswer(NodeId from, ReadAnswer answer, const Now& now) {
  const auto at = reads_.find(answer.id);
  if (at == reads_.end()) return;
  Read& read = at->second;
  const auto asked = read.asked.find(from);
  if (asked == read.asked.end() || read.writing_back || IsSetAside(read, from)) return;
  const absl::Duration took = now.monotonic - asked->second.at;
  peers_.NoteLatency(from, took);
  RoundTrips* round_trips = local_.config().round_trips;
  if (round_trips != nullptr && !asked->second.again) {
    round_trips->read_way_of(peers_.near(from)).Record(took / 2);
  }
  if (read.request.level == Level::kSession) {
    if (!answer.covered) return;
    Answer(read, absl::OkStatus(), answer.record, {from}, now);
    Forget(at);
    return;
  }
  // Only a version, late, where by now the record is wanted.
  if (asked->second.data && answer.version.dot && !answer.record) return;
  read.answers[from] = std::move(answer);
  if (Advance(at->first, read, now)) Forget(at);
}

void ReadCoordinator::OnWriteBack(NodeId from, const WriteAnswer& answer, const Now& now) {
  for (uint64_t i = 0; i < answer.count; ++i) {
    const auto at = reads_.find((answer.id & ~kWriteBack) + i);
    if (at == reads_.end() || !at->second.writing_back) continue;
    Read& read = at->second;
    (answer.refused ? read.refused : read.holders).insert(from);
    if (Advance(at->first, read, now)) {
      Forget(at);
    } else if (answer.refused && read.writing_back) {
      WriteBack(at->first, read, now);
    }
  }
}

void ReadCoordinator::OnProgress(const Now& now) {
  if (waiting_ == 0) return;
  for (auto at = reads_.begin(); at != reads_.end();) {
    const ReadRequest& request = at->second.request;
    if (Proven(request, now)) {
      Answer(at->second, absl::OkStatus(), local_.Shared(request.key), {local_.self().node}, now);
      at = Forget(at);
    } else {
      ++at;
    }
  }
}

// Whether those who may still answer can't be enough.
bool ReadCoordinator::Hopeless(const Read& read) const {
  Nodes possible = read.writing_back ? read.holders : Responders(read);
  const Nodes& never = read.writing_back ? read.refused : read.set_aside;
  for (NodeId node : peers_.Living()) {
    if (!never.contains(node)) possible.insert(node);
  }
  return CountsForReads(read.request.level) && !peers_.Enough(read.request.level, possible);
}

// What it was sent since it has told all that it had may come to nothing.
absl::Status ReadCoordinator::Leaving() const {
  return MakeError(absl::StatusCode::kUnavailable, "REPLICA_LEAVING",
                   StrCat("the replica at ", local_.self().node.ToString(),
                          " gives its place to another and answers nothing by itself any more; ask "
                          "another node, or read at QUORUM"));
}

absl::Status ReadCoordinator::WhyHopeless(const Read& read) const {
  absl::Status missing = CheckReadable(read.request.level, local_, peers_);
  return missing.ok() ? TooFarAhead(read) : missing;
}

void ReadCoordinator::OnPeerGone(const Now& now) {
  for (auto at = reads_.begin(); at != reads_.end();) {
    if (Hopeless(at->second)) {
      Answer(at->second, WhyHopeless(at->second), std::nullopt, {}, now);
      at = Forget(at);
      continue;
    }
    Remind(at->first, at->second, now);
    ++at;
  }
}

void ReadCoordinator::OnMembers(const Now& now) {
  for (auto at = reads_.begin(); at != reads_.end();) {
    Read again;
    again.request = std::move(at->second.request);
    again.gives_up = at->second.gives_up;
    at->second = std::move(again);
    AskOthers(at->first, at->second, now);
    at = Advance(at->first, at->second, now) ? Forget(at) : std::next(at);
  }
  OnPeerGone(now);
}

void ReadCoordinator::OnReborn(NodeId node) {
  for (auto& [id, read] : reads_) {
    read.answers.erase(node);
    read.holders.erase(node);
    read.refused.erase(node);
  }
}

bool ReadCoordinator::AskOneMore(uint64_t id, Read& read, const Now& now) {
  for (NodeId node : peers_.LivingByDistance()) {
    if (read.asked.contains(node)) continue;
    Ask(node, id, read, false, now);
    return true;
  }
  return false;
}

void ReadCoordinator::Remind(uint64_t id, Read& read, const Now& now) {
  if (!CountsForReads(read.request.level)) return;
  if (read.writing_back) return WriteBack(id, read, now);
  for (const auto& [node, asked] : read.asked) {
    if (!read.answers.contains(node)) Ask(node, id, read, asked.data, now);
  }
  (void)AskOneMore(id, read, now);
}

void ReadCoordinator::Tick(const Now& now) {
  for (auto at = reads_.begin(); at != reads_.end();) {
    Read& read = at->second;
    if (now.monotonic >= read.gives_up) {
      Answer(read, TooLate(read, now), std::nullopt, {}, now);
      at = Forget(at);
      continue;
    }
    if (read.request.level == Level::kBounded || read.request.here) anti_entropy_.Hurry(now);
    bool slow = false;
    bool lost = read.writing_back &&
                now.monotonic - read.written_back_at >= local_.config().resend_interval;
    for (const auto& [node, asked] : read.asked) {
      if (read.writing_back || read.answers.contains(node)) continue;
      const absl::Duration waited = now.monotonic - asked.at;
      slow = slow || waited >= peers_.Slow(node);
      lost = lost || waited >= local_.config().resend_interval;
    }
    if (lost) {
      Remind(at->first, read, now);
    } else if (slow && CountsForReads(read.request.level) &&
               hedged_ * 1000 < counted_ * local_.config().hedge_permille &&
               AskOneMore(at->first, read, now)) {
      ++hedged_;
    }
    ++at;
  }
}

absl::Status ReadCoordinator::TooLate(const Read& read, const Now& now) const {
  const std::string self = local_.self().node.ToString();
  if (read.request.level == Level::kSession) {
    return MakeError(absl::StatusCode::kUnavailable, "SESSION_NOT_COVERED",
                     StrCat("no replica that can be reached has in time all that the session saw; "
                            "try again, or ask a node nearer to where it wrote"));
  }
  if (read.request.level == Level::kBounded) {
    const std::optional<absl::Duration> staleness = anti_entropy_.Staleness(now);
    return MakeError(
        absl::StatusCode::kUnavailable, "BOUND_NOT_MET",
        StrCat("the state of ", self, " can be proven to be ",
               staleness ? absl::StrCat("at most ", absl::FormatDuration(*staleness), " old")
                         : std::string("of no certain age"),
               ", not ", absl::FormatDuration(read.request.bound),
               "; ask for a wider bound, or bring the replicas back that don't answer"));
  }
  return MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                   StrCat("only ", Responders(read).size(), " replicas answered a read at ",
                          LevelName(read.request.level), " in time; try again"),
                   Applied::kNo);
}

}  // namespace quorate::quorum
