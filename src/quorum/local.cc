#include "quorum/local.h"

#include <algorithm>

#include "base/boot.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::quorum {
namespace {

constexpr absl::Duration kConfirmedSoon = absl::Milliseconds(200);

HlcTime Ahead(HlcTime time, uint64_t by_us) { return time + (by_us << kHlcCountBits); }

}  // namespace

Local::Local(Config config, const ConflictPolicy& policy, const Store& store, Restored restored)
    : config_(std::move(config)),
      policy_(policy),
      store_(store),
      knowledge_(std::move(restored.checkpoint)),
      logged_(std::move(restored.logged)),
      clock_(restored.reserved),
      reserved_(restored.reserved),
      reserved_durable_(restored.reserved),
      operations_(std::move(restored.operations)),
      reserved_before_(restored.reserved),
      last_writer_us_(MicrosOf(restored.reserved)),
      filled_(restored.filled),
      members_{config_.members_since, config_.members, config_.joining, config_.leaving},
      entered_(restored.entered),
      floor_(restored.floor),
      recent_(restored.reserved, {}) {
  if (!config_.bugs.forget_taken_hints) hints_ = std::move(restored.hints);
  knowledge_.seen.Merge(logged_);
  recent_ = RecentWrites(restored.reserved, knowledge_.seen);
  next_counter_ = seen().Of(self()).largest() + 1;
  if (config_.bugs.count_joiner_as_filled && joining()) filled_ = true;
  if (config_.bugs.forget_epoch) entered_ = Epoch();
  (void)Hear(self());
  // Should it have missed an epoch, then also who went.
  Enter(Members(members_), /*all_stay=*/false);
}

void Local::Enter(const Members& members) {
  const std::vector<Member> before = members_.All();
  Enter(members, std::all_of(before.begin(), before.end(),
                             [&](const Member& member) { return members.Contains(member.node); }));
}

void Local::Enter(const Members& members, bool all_stay) {
  members_ = members;
  if (members_.epoch <= entered_) return;
  entered_ = members_.epoch;
  // Who went alone may have known of which operations writes came that are here. All of
  // their writers are older than that, see Admit.
  if (!all_stay && !config_.bugs.trust_writers_of_before) ForgetBelow(time().value() + 1);
  if (config_.bugs.forget_epoch) return;
  // Whoever has entered has said before whether it was filled.
  if (unsaved_) Trim({}, {});
  Emit(EnterEpoch{entered_});
  epoch_effect_ = emitted_;
}

std::optional<Record> Local::Lookup(std::string_view key) const {
  if (const auto written = pending_.Find(key)) {
    return *written == nullptr ? std::nullopt : std::optional<Record>(**written);
  }
  return store_.Lookup(key);
}

std::vector<LoggedDot> Local::Logged(const SeenClock& clock, size_t limit) const {
  std::vector<LoggedDot> found;
  const SeenClock wanted = Intersect(logged_, clock);
  for (const auto& [identity, set] : wanted.sets()) {
    for (const CounterRange& range : set.ranges()) {
      if (found.size() >= limit) return found;
      store_.DotLog(identity, range, limit - found.size(), found);
      pending_.DotLog(identity, range, limit - found.size(), found);
    }
  }
  return found;
}

absl::StatusOr<Record> Local::Coordinate(const std::string& key, Change change, HlcTime after,
                                         const Now& now, const std::optional<OperationAsk>& ask) {
  if (!clock_.Observe(after, now.calendar_us, config_.skew_us_max)) {
    ++times_refused_;
    return MakeError(
        absl::StatusCode::kInvalidArgument, "TIME_AHEAD",
        StrCat("the session has seen a time-stamp of ", MicrosOf(after), " us, more than ",
               config_.skew_us_max, " us ahead of ", self().node.ToString(), "'s calendar, ",
               now.calendar_us, " us; set the nodes' clocks right"));
  }
  if (absl::Status refused = CheckClock(now); !refused.ok()) return refused;
  const Dot dot{self(), next_counter_};
  std::optional<Record> current;
  if (!policy_.NewestWins()) current = Lookup(key);
  const HlcTime time = clock_.Next(now.calendar_us);
  absl::StatusOr<Record> record =
      policy_.Write(key, current ? &*current : nullptr, std::move(change), dot, time, seen());
  if (!record.ok()) return record;
  ++next_counter_;
  Reserve();
  std::optional<Operation> operation;
  if (ask) operation = Operation{ask->id, ask->settled_below, ask->body, dot, record->time};
  Put(key, *record, {dot}, operation);
  if (ask) SettleBelow(ask->id.writer, ask->settled_below);
  return record;
}

void Local::TakeHint(const HintNumber& hint) {
  hints_[hint.keeper] = {hint.number, hint.life};
  Emit(quorum::TakeHint{hint});
}

bool Local::HasTaken(const HintNumber& hint) const {
  const auto last = hints_.find(hint.keeper);
  if (last == hints_.end() || hint.number > last->second.number) return false;
  return hint.life == last->second.life || config_.bugs.trust_hint_numbers;
}

bool Local::Merge(const std::string& key, std::optional<Record> theirs,
                  const std::vector<Dot>& dots, const SeenClock& context, const Now& now,
                  const std::optional<Operation>& operation) {
  if (theirs && !Observe(theirs->time, now)) return false;
  // As this life's own, what it has not written: it would be taken for seen when it is.
  const auto forged = [this](const Dot& dot) {
    return dot.identity == self() && dot.counter >= next_counter_;
  };
  if ((theirs && forged(theirs->dot)) || std::any_of(dots.begin(), dots.end(), forged))
    return false;
  if (policy_.ByRounds()) return MergeRegister(key, theirs, dots);
  std::optional<Record> merged;
  std::vector<Dot> fresh;
  const auto note = [&](const Dot& dot) {
    const bool noted = std::find(fresh.begin(), fresh.end(), dot) != fresh.end();
    if (!noted && !seen().Contains(dot)) fresh.push_back(dot);
  };
  if (theirs) {
    note(theirs->dot);
    if (!policy_.NewestWins()) NoteWhatElseIsIn(*theirs, context, note);
  }
  for (const Dot& dot : dots) note(dot);
  if (theirs && SurelyNewest(key, *theirs, context)) {
    merged = std::move(theirs);
  } else if (theirs) {
    if (const std::optional<Record> mine = Lookup(key); mine) {
      ConcurrentDiscards discards(*mine, seen(), context, witnesses_, now.calendar_us);
      merged = policy_.Merge(key, *mine, *theirs, seen(), discards);
      for (Discard& discard : discards.Take()) {
        if (config_.bugs.yield_silently && discard.loser.dot == mine->dot) continue;
        Emit(std::move(discard));
      }
      if (*merged == *mine) merged.reset();
    } else if (!policy_.Outlived(*theirs, seen())) {
      merged = std::move(theirs);
    }
  }
  const std::optional<Operation> row = RowToKeep(operation);
  if (merged || !fresh.empty() || row) Put(key, std::move(merged), std::move(fresh), row);
  if (operation) SettleBelow(operation->id.writer, operation->settled_below);
  return true;
}

// Or a boot could end of which this replica has what others lack.
void Local::NoteWhatElseIsIn(const Record& record, const SeenClock& context,
                             absl::FunctionRef<void(const Dot&)> note) const {
  if (config_.bugs.note_newest_alone) return;
  for (const Dot& dot : policy_.NewestIn(record)) {
    const bool forged = dot.identity == self() && dot.counter >= next_counter_;
    if (!forged && context.Of(dot.identity).Contains(dot.counter)) note(dot);
  }
}

bool Local::SurelyNewest(const std::string& key, const Record& record,
                         const SeenClock& context) const {
  return policy_.NewestWins() && !seen().Contains(record.dot) &&
         recent_.IsNewest(key, record, context);
}

void Local::Put(const std::string& key, std::optional<Record> record, std::vector<Dot> dots,
                std::optional<Operation> operation) {
  const bool dies = record && (record->tombstone || record->expires_at_us != 0);
  const bool plain = policy_.NewestWins() && !dies;
  for (const Dot& dot : dots) {
    if (plain) plain_.Add(dot);
    const uint64_t first = config_.bugs.raise_past_hole ? 1 : dot.counter;
    knowledge_.seen.Add(dot.identity, {first, dot.counter});
    if (dot.identity != self()) context_.reset();
    logged_.Add(dot);
  }
  if (record) recent_.Note(key, *record, seen());
  if (operation) operations_.Put({key, *operation});
  Emit(PutRecord{key, std::move(record), std::move(dots), operation});
}

const SharedClock& Local::Context() {
  if (!context_) context_ = SharedClock(seen());
  return *context_;
}

bool Local::Hear(const Identity& from) {
  Boot& known = knowledge_.heard[from.node];
  // Neither is the later one, and the first to be heard of has told what the other lacks.
  if (AreRivals(from.boot, known)) {
    has_rival_ = has_rival_ || from.node == self().node;
    return config_.bugs.accept_older_boot;
  }
  if (from.boot < known) return config_.bugs.accept_older_boot;
  if (from.boot > known) {
    witnesses_.Forget(from.node, from.boot);
    if (known && from.node != self().node) reborn_.push_back(from.node);
    known = from.boot;
    unsaved_ = true;
    ++changes_;
  }
  return true;
}

bool Local::RunsAhead(const Now& now) const {
  if (members_.All().size() == 1) return false;
  return MicrosOf(clock_.last()) > now.calendar_us + config_.skew_us_max;
}

bool Local::Unconfirmed(const Now& now) const {
  return !now.confirmed && members_.All().size() > 1 &&
         now.calendar_us > MicrosOf(clock_.last()) + config_.skew_us_max;
}

HlcTime Local::LatestByCalendar(const Now& now) const {
  return Unconfirmed(now) ? clock_.last() : HlcFromMicros(now.calendar_us);
}

absl::Status Local::CheckClock(const Now& now) const {
  const uint64_t last_us = MicrosOf(clock_.last());
  if (Unconfirmed(now)) {
    absl::Status status = MakeError(
        absl::StatusCode::kUnavailable, "CLOCK_UNCONFIRMED",
        StrCat(self().node.ToString(),
               " has just started, and no other node has told it yet whether its clock is right; "
               "nothing was written. Ask another node, or this one in a moment"),
        Applied::kNo);
    SetRetryAfter(status, kConfirmedSoon);
    return status;
  }
  if (!RunsAhead(now)) return absl::OkStatus();
  const auto ahead = absl::Microseconds(last_us - now.calendar_us);
  return MakeError(
      absl::StatusCode::kUnavailable, "CLOCK_AHEAD",
      StrCat("the clock of ", self().node.ToString(),
             " was set wrong while it took writes: it has given out time-stamps up to ",
             absl::FormatDuration(absl::Trunc(ahead, absl::Milliseconds(1))),
             " ahead of now, and the other replicas would refuse the next one; nothing was "
             "written. Ask another node; this one takes writes again once that time has come"),
      Applied::kNo);
}

bool Local::Observe(HlcTime time, const Now& now) {
  if (!clock_.Observe(time, now.calendar_us, config_.skew_us_max)) {
    ++times_refused_;
    return false;
  }
  Reserve();
  return true;
}

void Local::TakeOver(const Knowledge& known, const Now& now) {
  const std::map<NodeId, Boot> heard = knowledge_.heard;
  if (!config_.bugs.leave_clock_behind) knowledge_.Merge(known);
  knowledge_.heard = heard;
  context_.reset();
  // What the lost disk had of operations came back from nobody.
  const uint64_t us = std::max(now.calendar_us, MicrosOf(clock_.last())) + config_.skew_us_max;
  if (!config_.bugs.keep_floor_low) ForgetBelow(HlcFromMicros(us).value());
  filled_ = true;
  filled_effect_ = emitted_ + 1;  // the checkpoint that says so
  unsaved_ = true;
  ++changes_;
}

void Local::End(NodeId node, Boot first_live) {
  // An empty disk has none of what all the others have; see TakeOver.
  if (!filled_ || seen().Ended({node, first_live.prev()})) return;
  knowledge_.End(node, first_live);
  context_.reset();
  unsaved_ = true;
  ++changes_;
}

bool Local::EndAsTold(NodeId node, const Knowledge& told) {
  const Boot first_live = told.seen.ended().at(node);
  if (!filled_ || seen().Ended({node, first_live.prev()})) return true;
  const auto there = told.ended_dots.find(node);
  const std::optional<uint64_t> here = knowledge_.DotsBefore(node, first_live);
  const bool known = there != told.ended_dots.end() && here;
  if (known && *here != there->second && !config_.bugs.trust_told_ends) return false;
  End(node, first_live);
  if (there == told.ended_dots.end()) knowledge_.ended_dots.erase(node);
  return true;
}

void Local::Shorten(const std::string& key, Record record) { Put(key, std::move(record), {}); }

void Local::Restore(const std::string& key, Record record) {
  if (policy_.ByRounds()) record = WithPromise(key, record);
  Put(key, std::move(record), {});
}

void Local::Trim(SeenClock dots, std::vector<std::string> keys) {
  if (policy_.ByRounds()) RaiseFloorFor(keys);
  logged_.Subtract(dots);
  plain_.Subtract(dots);
  unsaved_ = false;
  Emit(Checkpoint{knowledge_, filled_, std::move(dots), std::move(keys)});
}

void Local::Reserve() {
  const uint64_t half = (config_.reserve_us / 2) << kHlcCountBits;
  if (clock_.last() + half <= reserved_) return;
  reserved_ = Ahead(clock_.last(), config_.reserve_us);
  Emit(ReserveTime{reserved_});
  reserve_effect_ = emitted_;
}

void Local::Send(NodeId to, Boot to_boot, decltype(Message::body) body, bool at_once) {
  auto& messages = at_once && EpochIsDurable() ? output_.messages : output_.messages_after_sync;
  Message& message = messages.emplace_back();
  message.from = self();
  message.to = to;
  message.to_boot = to_boot;
  message.body = std::move(body);
  message.epoch = members_.epoch;
}

void Local::Acknowledge(const Identity& to, WriteAnswer answer, bool at_once) {
  auto& messages = at_once ? output_.messages : output_.messages_after_sync;
  if (!messages.empty() && messages.back().to == to.node && messages.back().to_boot == to.boot &&
      messages.back().epoch == members_.epoch) {
    auto* last = std::get_if<WriteAnswer>(&messages.back().body);
    if (last != nullptr && last->TakeIn(answer)) return;
  }
  Send(to.node, to.boot, std::move(answer), at_once);
}

Output Local::TakeOutput() {
  // In the same output as whatever may tell of it.
  if (unsaved_) Trim({}, {});
  pending_.Clear();
  context_.reset();
  Output next;
  // Under load the next turn is about as long.
  next.effects.reserve(output_.effects.size());
  next.messages.reserve(output_.messages.size());
  next.messages_after_sync.reserve(output_.messages_after_sync.size());
  return std::exchange(output_, std::move(next));
}

void Local::Persisted(uint64_t count) {
  durable_ = std::max(durable_, count);
  if (reserve_effect_ <= durable_) reserved_durable_ = reserved_;
}

}  // namespace quorate::quorum
