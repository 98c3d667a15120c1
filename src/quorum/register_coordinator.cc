#include "quorum/register_coordinator.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"

namespace quorate::quorum {
namespace {

constexpr size_t kCompletingMax = 64;
constexpr absl::Duration kCompletionTime = absl::Seconds(2);
// It is the deadline that ends those who are always overtaken.
constexpr uint32_t kRoundsMax = 1000;
constexpr uint32_t kPauseDoublings = 6;

bool Waits(const RegisterOp& op) {
  return op.kind != RegisterOp::Kind::kRead && op.kind != RegisterOp::Kind::kLearnFate;
}

// In its WriteWatch: an operation may have several, in rounds of rising number.
uint64_t AcceptOf(uint64_t operation, uint64_t number) { return operation + (number << 40); }

}  // namespace

RegisterCoordinator::RegisterCoordinator(Local& local, const Peers& peers)
    : local_(local), peers_(peers), ballots_(local.self()), accepts_(local.config().round_trips) {
  config_.rounds_max = kRoundsMax;
  config_.bugs = local_.config().bugs.registers;
  Configure();
}

void RegisterCoordinator::Configure() {
  config_.replicas = peers_.others();
  config_.replicas.push_back(local_.self().node);
  std::sort(config_.replicas.begin(), config_.replicas.end());
  config_.quorum = peers_.Majority();
}

// Whether a value has expired is judged by the calendar as it is. What a ballot may take
// of it is less: also where nothing is written, as of reads that complete a round and of
// what became of a write, and where an operation began before the calendar was set.
HlcTime RegisterCoordinator::Time(const Now& now) {
  ballots_.CountClockUpTo(std::max(local_.time(), local_.LatestByCalendar(now)));
  return std::max(local_.time(), HlcFromMicros(now.calendar_us));
}

// --- operations begin ---

absl::Status RegisterCoordinator::Refuse() const {
  if (!local_.policy().ByRounds()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "NEEDS_ONE_ORDER",
                     "only keyspaces of policy register have one order of all writes of a key");
  }
  if (!local_.filled()) {
    return MakeError(absl::StatusCode::kUnavailable, "REPLICA_FILLING",
                     StrCat("the replica at ", local_.self().node.ToString(),
                            " began with an empty disk, and what it had promised is lost with it; "
                            "nothing was done. Ask another node"),
                     Applied::kNo);
  }
  if (peers_.Enough(Level::kQuorum, peers_.Living())) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kUnavailable, "REPLICAS_MISSING",
      StrCat("LINEARIZABLE needs a majority of the replicas, and ", peers_.MissingNames(),
             " can't be reached; nothing was done. Bring them back, or read at a lower level"),
      Applied::kNo);
}

absl::Status RegisterCoordinator::RefuseWrite(const Now& now) const {
  if (absl::Status refused = local_.CheckClock(now); !refused.ok()) return refused;
  if (local_.TimesAreFresh(now)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable, "REPLICA_FILLING",
                   StrCat("the replica at ", local_.self().node.ToString(),
                          " began with an empty disk, and a version that it gives now could be one "
                          "that it gave before; nothing was done. Ask another node, or try again "
                          "in ",
                          local_.config().skew_us_max, " us"),
                   Applied::kNo);
}

void RegisterCoordinator::Start(const RegisterCall& call, const Now& now) {
  absl::Status refused = Refuse();
  if (refused.ok() && !call.op.IsRead()) refused = RefuseWrite(now);
  if (!refused.ok()) {
    Reply reply;
    reply.id = call.id;
    reply.status = std::move(refused);
    return local_.AnswerAtOnce(std::move(reply));
  }
  Operation operation;
  operation.request = call.id;
  operation.key = call.key;
  operation.op = call.op;
  operation.op.one_ballot = call.operation.has_value();
  operation.deadline = call.deadline;
  operation.ask = call.operation;
  operation.session = call.session;
  Add(std::move(operation), now);
}

void RegisterCoordinator::Add(Operation added, const Now& now) {
  const uint64_t id = next_id_++;
  Operation& operation = operations_[id] = std::move(added);
  if (operation.ask) asked_[operation.ask->id] = id;
  if (Waits(operation.op)) {
    std::deque<uint64_t>& line = lines_[operation.key];
    line.push_back(id);
    if (line.size() > 1) return;
  }
  Run(id, now);
}

void RegisterCoordinator::Run(uint64_t id, const Now& now) {
  Operation& operation = operations_.at(id);
  operation.proposer = std::make_unique<Proposer>(config_, ballots_, operation.op, Time(now));
  Pump(id, now);
}

// At most one at a time for each key; what is left over is refused again.
void RegisterCoordinator::CompleteRefused(const Now& now) {
  for (std::string& key : local_.TakeRefused()) {
    if (completing_.size() >= kCompletingMax || !Refuse().ok()) return;
    if (!completing_.insert(key).second) continue;
    Operation complete;
    complete.key = key;
    complete.op.kind = RegisterOp::Kind::kComplete;
    complete.deadline = now.monotonic + kCompletionTime;
    Add(std::move(complete), now);
  }
}

// --- the host of proposers ---

void RegisterCoordinator::Pump(uint64_t id, const Now& now) {
  for (;;) {
    const auto at = operations_.find(id);
    if (at == operations_.end() || !at->second.proposer->has_output()) return;
    Operation& operation = at->second;
    ProposerOutput output = operation.proposer->TakeOutput();
    if (output.outcome) return Finish(id, *std::move(output.outcome), now);
    if (!ReserveBallot(operation, now)) continue;
    if (!output.messages.empty()) operation.sent_at = now.monotonic;
    for (const auto& [to, request] : output.messages) Send(id, operation, to, request);
    if (output.pause != 0) {
      operation.continue_at = now.monotonic + PauseOf(id, output.pause);
      ++paused_;
    }
    if (output.accept_here) {
      AcceptHere(id, operation, *std::move(output.accept_here), output.own_effect, now);
    }
    OnPersisted(now);  // what needed no sync
  }
}

// False: the ballot would lie too far ahead of this node's calendar.
bool RegisterCoordinator::ReserveBallot(Operation& operation, const Now& now) {
  if (ballots_.last() <= local_.time() || local_.Observe(ballots_.last(), now)) return true;
  operation.proposer->Abandon(
      absl::StatusCode::kUnavailable, "TIME_AHEAD",
      StrCat("the key was written at ", MicrosOf(ballots_.last()), " us, more than ",
             local_.config().skew_us_max, " us ahead of ", local_.self().node.ToString(),
             "'s calendar, ", now.calendar_us, " us; set the nodes' clocks right"));
  return false;
}

void RegisterCoordinator::Send(uint64_t id, Operation& operation, NodeId to,
                               const RegisterRequest& request) {
  if (to == local_.self().node) {
    AcceptorStep step = local_.StepRegister(operation.key, request);
    if (operation.ask) step.reply.closed = local_.IsClosed(operation.ask->id);
    unsynced_.push_back({step.reply_after_sync ? local_.emitted() : 0, id, step.reply});
    return;
  }
  const bool at_once =
      request.kind == RegisterRequest::Kind::kQuery || local_.TimeIsDurable(ballots_.last());
  RegisterAsk ask{id, operation.key, request};
  if (operation.ask) ask.operation = operation.ask->id;
  const bool own = operation.row && request.kind == RegisterRequest::Kind::kAccept &&
                   request.value.accepted == operation.row->ballot();
  if (own) ask.row = operation.row;
  local_.Send(to, Boot(), std::move(ask), at_once);
}

void RegisterCoordinator::AcceptHere(uint64_t id, Operation& operation, RegisterRequest request,
                                     const std::optional<RegisterOutcome>& own_effect,
                                     const Now& now) {
  request.value.dot = local_.next_dot();
  const bool asked = own_effect && operation.ask;
  if (asked && !MayBegin(operation)) return;
  if (asked) operation.row = RowOf(operation, request.value, *own_effect);
  const AcceptorStep step =
      local_.StepRegister(operation.key, request, asked ? operation.row : std::nullopt);
  if (!step.reply.granted) return operation.proposer->RefusedHere(step.reply, Time(now));
  operation.accept = AcceptOf(id, request.number);
  accepts_.Sent(operation.accept, now.monotonic);
  operation.proposer->AcceptedHere(request.value.dot);
  unsynced_.push_back({step.reply_after_sync ? local_.emitted() : 0, id, step.reply});
}

// Up to a bound that doubles with each attempt; by chance, which here is a hash of
// what no two operations have in common.
absl::Duration RegisterCoordinator::PauseOf(uint64_t id, uint32_t attempt) const {
  const Identity self = local_.self();
  const uint64_t seed = Hash64(self.ToString(), id * 1000 + attempt);
  const int64_t most = absl::ToInt64Microseconds(local_.config().contention_pause)
                       << std::min(attempt, kPauseDoublings);
  return absl::Microseconds(static_cast<int64_t>(seed % static_cast<uint64_t>(most + 1)));
}

void RegisterCoordinator::Finish(uint64_t id, RegisterOutcome outcome, const Now& now) {
  const auto at = operations_.find(id);
  const Operation operation = std::move(at->second);
  operations_.erase(at);
  if (operation.continue_at) --paused_;
  round_trips_ += outcome.round_trips;
  if (operation.ask) asked_.erase(operation.ask->id);
  if (operation.on_fate) {
    operation.on_fate(outcome, now);
  } else if (operation.request == 0) {
    completing_.erase(operation.key);
  } else {
    Tell(operation, std::move(outcome));
  }
  if (Waits(operation.op)) NextInLine(operation.key, id, now);
}

void RegisterCoordinator::NextInLine(const std::string& key, uint64_t done, const Now& now) {
  const auto at = lines_.find(key);
  std::deque<uint64_t>& line = at->second;
  const bool was_first = line.front() == done;
  line.erase(std::find(line.begin(), line.end(), done));
  if (line.empty()) {
    lines_.erase(at);
  } else if (was_first) {
    ready_.push_back(line.front());
    RunReady(now);
  }
}

void RegisterCoordinator::RunReady(const Now& now) {
  if (std::exchange(running_ready_, true)) return;
  while (!ready_.empty()) {
    const uint64_t id = ready_.front();
    ready_.pop_front();
    if (operations_.contains(id)) Run(id, now);
  }
  running_ready_ = false;
}

// --- messages ---

void RegisterCoordinator::OnAsk(const Identity& from, const RegisterAsk& ask,
                                std::map<NodeId, Boot> lives, const Now& now) {
  if (!local_.policy().ByRounds()) return;
  if (!local_.filled() && !local_.config().bugs.registers.accept_unfilled) return;
  RegisterAnswer answer;
  answer.id = ask.id;
  answer.lives = std::move(lives);
  const HlcTime time = std::max(ask.request.ballot.time, ask.request.value.accepted.time);
  answer.too_far_ahead = !local_.Observe(time, now);
  bool after_sync = true;
  if (!answer.too_far_ahead) {
    AcceptorStep step = local_.StepRegister(ask.key, ask.request, ask.row);
    answer.reply = std::move(step.reply);
    answer.reply.closed = ask.operation && local_.IsClosed(ask.operation);
    after_sync = step.reply_after_sync;
  }
  local_.Send(from.node, from.boot, std::move(answer), !after_sync);
}

void RegisterCoordinator::OnAnswer(NodeId from, const RegisterAnswer& answer, const Now& now) {
  accepts_.Answered(AcceptOf(answer.id, answer.reply.number), peers_.near(from), now.monotonic);
  const auto at = operations_.find(answer.id);
  if (at == operations_.end() || !at->second.proposer) return;
  Operation& operation = at->second;
  const HlcTime time = std::max(answer.reply.promised.time, answer.reply.value.accepted.time);
  if (!answer.too_far_ahead && local_.Observe(time, now)) {
    operation.proposer->Replied(from, answer.reply, Time(now));
    return Pump(answer.id, now);
  }
  operation.refused.insert(from);
  Nodes left = peers_.Living();
  for (NodeId node : operation.refused) left.erase(node);
  if (peers_.Enough(Level::kQuorum, left)) return;
  operation.proposer->Abandon(
      absl::StatusCode::kUnavailable, "TIME_AHEAD",
      StrCat("the calendars of ", local_.self().node.ToString(), " and ", from.ToString(),
             " are more than ", local_.config().skew_us_max,
             " us apart, and no majority agrees with ", local_.self().node.ToString(),
             "'s; set the nodes' clocks right"));
  Pump(answer.id, now);
}

void RegisterCoordinator::OnPersisted(const Now& now) {
  while (!unsynced_.empty() && unsynced_.front().effects <= local_.durable()) {
    const OwnReply own = std::move(unsynced_.front());
    unsynced_.pop_front();
    accepts_.OnOwnDisk(AcceptOf(own.operation, own.reply.number), now.monotonic);
    const auto asked = operations_.find(own.operation);
    if (asked == operations_.end()) continue;
    asked->second.proposer->Replied(local_.self().node, own.reply, Time(now));
    Pump(own.operation, now);
  }
}

}  // namespace quorate::quorum
