// What a replica holds of registers: each change obeys its promises, and the
// partition's ballot floor for keys that it doesn't hold.
#include <algorithm>

#include "quorum/local.h"
#include "quorum/register_record.h"

namespace quorate::quorum {
namespace {

constexpr size_t kKeysAtOnce = 1024;

}  // namespace

std::optional<Record> Local::Shared(std::string_view key) const {
  std::optional<Record> record = Lookup(key);
  if (!record || !policy_.ByRounds()) return record;
  const absl::StatusOr<RegisterBody> body = RegisterBodyOf(*record);
  return body.ok() ? SharedRegisterRecord(*body) : record;
}

// A body that this build can't read is held as one that promised all there is:
// nothing is accepted over it.
std::optional<RegisterBody> Local::Held(std::string_view key) const {
  const std::optional<Record> record = Lookup(key);
  if (!record) return std::nullopt;
  absl::StatusOr<RegisterBody> body = RegisterBodyOf(*record);
  if (body.ok()) return *std::move(body);
  RegisterBody unread;
  unread.promised = {HlcTime(~uint64_t{0}), self(), 1};
  return unread;
}

AcceptorStep Local::StepRegister(const std::string& key, const RegisterRequest& request,
                                 const std::optional<Operation>& row) {
  AcceptorStep step = StepAcceptor(Held(key), floor_, request, config_.bugs.registers);
  std::optional<Operation> kept;
  if (row && step.reply.granted) kept = RowToKeep(row);
  if (row) SettleBelow(row->id.writer, row->settled_below);
  if (!step.persist) {
    if (kept) PutRow({key, *kept});
    return step;
  }
  std::vector<Dot> dots;
  const Dot& dot = step.persist->value.dot;
  if (dot && !seen().Contains(dot)) dots.push_back(dot);
  if (dot == next_dot()) ++next_counter_;
  Put(key, RegisterRecord(*step.persist), std::move(dots), std::move(kept));
  return step;
}

AcceptorMerge Local::MergeValue(const std::string& key, const RegisterBody& incoming) const {
  const RegisterBugs& bugs = config_.bugs.registers;
  if (filled_) return MergeAccepted(Held(key), floor_, incoming.value, bugs);
  AcceptorMerge merge;
  merge.persist = InheritRegister(Held(key), floor_, incoming, bugs);
  return merge;
}

// What is refused counts as not seen: it comes again, and by then the key's round
// is complete, and beats it or brings it.
bool Local::MergeRegister(const std::string& key, const std::optional<Record>& theirs,
                          const std::vector<Dot>& dots) {
  std::optional<Record> merged;
  if (theirs && !seen().Contains(theirs->dot)) {
    const absl::StatusOr<RegisterBody> incoming = RegisterBodyOf(*theirs);
    if (!incoming.ok()) return false;
    const AcceptorMerge merge = MergeValue(key, *incoming);
    if (merge.refused) {
      refused_.push_back(key);
      return false;
    }
    if (merge.persist) merged = RegisterRecord(*merge.persist);
  }
  std::vector<Dot> fresh;
  if (theirs && !seen().Contains(theirs->dot)) fresh.push_back(theirs->dot);
  for (const Dot& dot : dots) {
    if (!seen().Contains(dot) && (!theirs || dot != theirs->dot)) fresh.push_back(dot);
  }
  if (merged || !fresh.empty()) Put(key, std::move(merged), std::move(fresh));
  return true;
}

void Local::RaiseFloorFor(const std::vector<std::string>& dropped) {
  Ballot raised = floor_;
  for (const std::string& key : dropped) {
    const std::optional<RegisterBody> body = Held(key);
    if (body) raised = FloorAfterDrop(raised, *body);
  }
  if (raised == floor_) return;
  floor_ = raised;
  Emit(RaiseFloor{floor_});
}

bool Local::IsIdlePromise(const Record& record, const Now& now) const {
  if (!policy_.ByRounds()) return false;
  const absl::StatusOr<RegisterBody> body = RegisterBodyOf(record);
  if (!body.ok() || body->value.accepted) return false;
  const auto age = static_cast<uint64_t>(absl::ToInt64Microseconds(config_.bare_promise_age));
  return MicrosOf(body->promised.time) + age <= now.calendar_us;
}

bool Local::Inherit(const std::string& key, const Record& theirs, const Now& now) {
  absl::StatusOr<RegisterBody> incoming = RegisterBodyOf(theirs);
  if (!incoming.ok() || !Observe(theirs.time, now)) return false;
  const std::optional<RegisterBody> held = Held(key);
  const bool seen_already = theirs.dot && seen().Contains(theirs.dot);
  // It has been dropped here meanwhile, as it was deleted everywhere.
  if (seen_already && !held) incoming->value = RegisterValue();
  const auto body = InheritRegister(held, floor_, *incoming, config_.bugs.registers);
  std::vector<Dot> fresh;
  if (theirs.dot && !seen_already) fresh.push_back(theirs.dot);
  if (!body && fresh.empty()) return true;
  Put(key, body ? std::optional(RegisterRecord(*body)) : std::nullopt, std::move(fresh));
  return true;
}

void Local::InheritFloor(const Ballot& floor, const std::string& after, const std::string& last,
                         const std::set<std::string>& listed) {
  if (!floor || config_.bugs.registers.fill_without_promises) return;
  RegisterBody promise;
  promise.promised = floor;
  for (std::string at = after;;) {
    const std::vector<std::string> keys = KeysAfter(at, kKeysAtOnce);
    for (const std::string& key : keys) {
      if (!last.empty() && key > last) break;
      const std::optional<RegisterBody> held = listed.contains(key) ? std::nullopt : Held(key);
      if (!held) continue;
      const auto body = InheritRegister(held, floor_, promise, config_.bugs.registers);
      if (body) Put(key, RegisterRecord(*body), {});
    }
    if (keys.size() < kKeysAtOnce || (!last.empty() && keys.back() >= last)) break;
    at = keys.back();
  }
  if (floor <= floor_) return;
  floor_ = floor;
  Emit(RaiseFloor{floor_});
}

bool Local::TimesAreFresh(const Now& now) const {
  const HlcTime next = std::max(clock_.last(), HlcFromMicros(now.calendar_us));
  return next.value() >= operations_.floor();
}

// The own promise stays, whatever the other replica had of the value.
Record Local::WithPromise(const std::string& key, const Record& restored) const {
  absl::StatusOr<RegisterBody> body = RegisterBodyOf(restored);
  if (!body.ok()) return restored;
  const std::optional<RegisterBody> held = Held(key);
  body->promised = std::max(body->promised, held ? held->promised : floor_);
  body->inherited = body->promised > body->value.accepted;
  return RegisterRecord(*body);
}

}  // namespace quorate::quorum
