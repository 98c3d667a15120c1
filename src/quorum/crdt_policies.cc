#include "quorum/crdt_policies.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/causal_context.h"
#include "quorum/counter.h"
#include "quorum/field_map.h"
#include "quorum/observed_set.h"
#include "quorum/policy_op.h"
#include "quorum/seen_clock.h"
#include "quorum/siblings.h"

namespace quorate::quorum {
namespace {

// --- what all have in common ---

template <class Body>
absl::StatusOr<Body> BodyOf(const Record* record) {
  if (record == nullptr) return Body();
  return Body::Decode(record->body);
}

// A counter that was ever added to is there.
bool IsGone(const Siblings& body) { return body.empty(); }
bool IsGone(const Counter& body) { return body.empty(); }
bool IsGone(const ObservedSet& body) { return body.elements().empty(); }
bool IsGone(const FieldMap& body) { return body.empty(); }

// When the last sibling goes.
uint64_t ExpiryOf(const Siblings& body) {
  uint64_t last = 0;
  for (const Sibling& sibling : body.siblings()) {
    if (sibling.expires_at_us == 0) return 0;
    last = std::max(last, sibling.expires_at_us);
  }
  return last;
}
template <class Body>
uint64_t ExpiryOf(const Body&) {
  return 0;
}

template <class Body>
Record RecordOf(const Body& body, Dot dot, HlcTime time) {
  Record record;
  record.dot = dot;
  record.time = time;
  record.tombstone = IsGone(body);
  record.expires_at_us = ExpiryOf(body);
  record.body = body.Encode();
  return record;
}

template <class Body>
void MergeBodies(Body& mine, const Body& theirs, const SeenClock& seen) {
  mine.Merge(theirs, [&](const Dot& dot) { return seen.Contains(dot); });
}
void MergeBodies(Counter& mine, const Counter& theirs, const SeenClock&) { mine.Merge(theirs); }

// Checksums have passed, so that a body cannot be read is another build's doing;
// what can be read is then kept.
template <class Body>
Record MergeRecords(const Record& mine, const Record& theirs, const SeenClock& seen) {
  absl::StatusOr<Body> body = Body::Decode(mine.body);
  const absl::StatusOr<Body> other = Body::Decode(theirs.body);
  if (!other.ok()) return mine;
  if (!body.ok()) return theirs;
  MergeBodies(*body, *other, seen);
  const Record& newer = Older(mine, theirs) ? theirs : mine;
  return RecordOf(*body, newer.dot, newer.time);
}

// The deliberate fault.
Record AddUp(const Record& mine, const Record& theirs) {
  const absl::StatusOr<Counter> other = Counter::Decode(theirs.body);
  absl::StatusOr<Counter> body = Counter::Decode(mine.body);
  if (!other.ok() || !body.ok()) return mine;
  const Record& newer = Older(mine, theirs) ? theirs : mine;
  (void)body->Add(newer.dot, other->Value().value_or(0));
  return RecordOf(*body, newer.dot, newer.time);
}

bool SawAll(const VersionVector& vector, const Record& record, const SeenClock& seen) {
  return seen.Contains(record.dot) &&
         AllCovered(vector, [&](const Dot& dot) { return seen.Contains(dot); });
}

template <class Body>
bool OutlivedBy(const Record& record, const SeenClock& seen) {
  const absl::StatusOr<Body> body = Body::Decode(record.body);
  return body.ok() && SawAll(body->Context(), record, seen);
}

VersionVector ContextOf(const Counter& body) {
  VersionVector context;
  for (const Counter::Entry& entry : body.entries()) context.Add(entry.dot);
  return context;
}
template <class Body>
VersionVector ContextOf(const Body& body) {
  return body.Context();
}

template <class Body>
std::vector<Dot> NewestOf(const Record& record) {
  const absl::StatusOr<Body> body = Body::Decode(record.body);
  std::vector<Dot> dots = {record.dot};
  if (!body.ok()) return dots;
  const VersionVector context = ContextOf(*body);
  for (const auto& [identity, counter] : context.entries()) {
    const Dot dot{identity, counter};
    if (dot != record.dot) dots.push_back(dot);
  }
  return dots;
}

template <class Body>
std::optional<Record> ForgetCovered(const Record& record, const SeenClock& covered) {
  absl::StatusOr<Body> body = Body::Decode(record.body);
  if (!body.ok() || !body->Forget([&](const Dot& dot) { return covered.Contains(dot); })) {
    return std::nullopt;
  }
  Record forgotten = RecordOf(*body, record.dot, record.time);
  if (forgotten == record) return std::nullopt;
  return forgotten;
}

absl::Status ContextNeeded(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "CONTEXT_NEEDED",
                   StrCat("to remove ", what,
                          " takes the context of a read that showed it, and "
                          "none was given; read the key first"));
}

// What is to be removed, and that the replica has seen all of it: by what it holds
// of the key, or, where that has forgotten what all have seen, in all.
absl::StatusOr<VersionVector> RemovalContext(const PolicyOptions& options, std::string_view key,
                                             const Change& change, Dot dot,
                                             const VersionVector& local, const SeenClock& seen,
                                             std::string_view what) {
  if (change.context.empty()) return ContextNeeded(what);
  absl::StatusOr<VersionVector> context =
      OpenContext(options.scope, key, change.context, {dot.identity, dot.counter - 1});
  if (!context.ok()) return context;
  const auto in_all = [&seen](const Dot& one) { return seen.Contains(one); };
  if (absl::Status status = ContextCovered(*context, local, in_all); !status.ok()) return status;
  if (options.remove_unseen) context->Merge(local);
  return context;
}

absl::Status NoExpiry(const Change& change) {
  if (change.expires_at_us == 0) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "EXPIRY_NOT_SUPPORTED",
                   "what many change at once has no single time at which it could expire; write "
                   "without one");
}

// Each write sends all of the key, and a read gives it in one answer.
absl::StatusOr<Record> UnlessFull(Record record, const PolicyOptions& options) {
  if (record.body.size() <= options.bytes_max) return record;
  return MakeError(
      absl::StatusCode::kResourceExhausted, "COLLECTION_FULL",
      StrCat("the key would have ", record.body.size(), " bytes, and ", options.bytes_max,
             " are allowed; nothing was written: remove from it first, or spread "
             "it over several keys"));
}

// --- map ---

bool Removes(const Change& change, MapOp::Kind kind) {
  return change.remove || kind >= MapOp::Kind::kRemoveFromSet;
}

absl::Status Apply(const MapOp& op, const VersionVector& context, Dot dot, HlcTime time,
                   FieldMap& map) {
  switch (op.kind) {
    case MapOp::Kind::kPut:
      map.Put(op.field, {dot, time, op.value});
      return absl::OkStatus();
    case MapOp::Kind::kAddToCounter:
      return map.AddToCounter(op.field, dot, op.delta);
    case MapOp::Kind::kAddToSet:
      map.AddToSet(op.field, op.value, dot);
      return absl::OkStatus();
    case MapOp::Kind::kRemoveFromSet:
      map.RemoveFromSet(op.field, op.value, dot, context);
      return absl::OkStatus();
    case MapOp::Kind::kRemoveRegister:
      return map.RemoveField(FieldType::kRegister, op.field, dot, context);
    case MapOp::Kind::kRemoveCounter:
      return map.RemoveField(FieldType::kCounter, op.field, dot, context);
    case MapOp::Kind::kRemoveSet:
      return map.RemoveField(FieldType::kSet, op.field, dot, context);
  }
  return absl::OkStatus();
}

// Every replica has the same of each boot of the coordinator before this one, and
// takes no more (coverage.cc): what Counter::FoldEnded asks for.
bool AllBootsBeforeEnded(const Dot& dot, const SeenClock& seen) {
  return seen.Ended({dot.identity.node, dot.identity.boot.prev()});
}

}  // namespace

// --- siblings ---

absl::StatusOr<Record> SiblingsPolicy::Write(std::string_view key, const Record* current,
                                             Change change, Dot dot, HlcTime time,
                                             const SeenClock&) const {
  absl::StatusOr<Siblings> body = BodyOf<Siblings>(current);
  if (!body.ok()) return body.status();
  VersionVector context;
  if (!change.context.empty()) {
    absl::StatusOr<VersionVector> opened =
        OpenContext(options_.scope, key, change.context, {dot.identity, dot.counter - 1});
    if (!opened.ok()) return opened.status();
    context = *std::move(opened);
    if (options_.remove_unseen) context.Merge(body->Context());
  } else if (change.remove) {
    return ContextNeeded("a value");
  }
  if (change.remove) {
    body->Remove(dot, context);
  } else {
    Sibling sibling{dot, time, change.expires_at_us, change.argument};
    const absl::Status status = body->Put(std::move(sibling), context, options_.siblings_max);
    if (!status.ok()) return status;
  }
  Record record = RecordOf(*body, dot, time);
  const bool full = body->siblings().size() > 1 && record.body.size() > options_.bytes_max;
  if (full && !change.remove) {
    return MakeError(absl::StatusCode::kResourceExhausted, "SIBLINGS_FULL",
                     StrCat("the key's ", body->siblings().size(), " concurrent values would have ",
                            record.body.size(), " bytes, and ", options_.bytes_max,
                            " are allowed; read the key and write one value with that read's "
                            "context"));
  }
  return record;
}

Record SiblingsPolicy::Merge(std::string_view, const Record& mine, const Record& theirs,
                             const SeenClock& seen, ConflictSink&) const {
  return MergeRecords<Siblings>(mine, theirs, seen);
}

std::optional<Record> SiblingsPolicy::Forget(std::string_view, const Record& record,
                                             const SeenClock& covered) const {
  return ForgetCovered<Siblings>(record, covered);
}

std::vector<Dot> SiblingsPolicy::NewestIn(const Record& record) const {
  return NewestOf<Siblings>(record);
}

bool SiblingsPolicy::Outlived(const Record& record, const SeenClock& seen) const {
  return OutlivedBy<Siblings>(record, seen);
}

// --- counter ---

absl::StatusOr<Record> CounterPolicy::Write(std::string_view, const Record* current, Change change,
                                            Dot dot, HlcTime time, const SeenClock& seen) const {
  if (change.remove) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "COUNTER_NOT_REMOVABLE",
                     "what others add to a counter at this moment could not be told from what was "
                     "to go; take its value away instead");
  }
  if (absl::Status status = NoExpiry(change); !status.ok()) return status;
  const absl::StatusOr<CounterOp> op = DecodeCounterOp(change.argument);
  if (!op.ok()) return op.status();
  absl::StatusOr<Counter> body = BodyOf<Counter>(current);
  if (!body.ok()) return body.status();
  if (absl::Status status = body->Add(dot, op->delta); !status.ok()) return status;
  if (AllBootsBeforeEnded(dot, seen) || fold_early_) (void)body->FoldEnded(dot);
  return RecordOf(*body, dot, time);
}

Record CounterPolicy::Merge(std::string_view, const Record& mine, const Record& theirs,
                            const SeenClock& seen, ConflictSink&) const {
  if (merge_by_adding_) return AddUp(mine, theirs);
  return MergeRecords<Counter>(mine, theirs, seen);
}

std::vector<Dot> CounterPolicy::NewestIn(const Record& record) const {
  return NewestOf<Counter>(record);
}

bool CounterPolicy::Outlived(const Record&, const SeenClock&) const {
  return false;  // never removed, so that nothing held means nothing heard
}

// --- set ---

absl::StatusOr<Record> SetPolicy::Write(std::string_view key, const Record* current, Change change,
                                        Dot dot, HlcTime time, const SeenClock& seen) const {
  if (absl::Status status = NoExpiry(change); !status.ok()) return status;
  absl::StatusOr<ObservedSet> body = BodyOf<ObservedSet>(current);
  if (!body.ok()) return body.status();
  SetOp op;
  if (!change.remove || !change.argument.empty()) {
    absl::StatusOr<SetOp> decoded = DecodeSetOp(change.argument);
    if (!decoded.ok()) return decoded.status();
    op = *std::move(decoded);
  }
  if (!change.remove && op.kind == SetOp::Kind::kAdd) {
    body->Add(op.element, dot);
    return UnlessFull(RecordOf(*body, dot, time), options_);
  }
  const absl::StatusOr<VersionVector> context = RemovalContext(
      options_, key, change, dot, body->Context(), seen, change.remove ? "a set" : "an element");
  if (!context.ok()) return context.status();
  if (change.remove) {
    body->RemoveAll(dot, *context);
  } else {
    body->Remove(op.element, dot, *context);
  }
  return RecordOf(*body, dot, time);
}

Record SetPolicy::Merge(std::string_view, const Record& mine, const Record& theirs,
                        const SeenClock& seen, ConflictSink&) const {
  return MergeRecords<ObservedSet>(mine, theirs, seen);
}

std::optional<Record> SetPolicy::Forget(std::string_view, const Record& record,
                                        const SeenClock& covered) const {
  return ForgetCovered<ObservedSet>(record, covered);
}

std::vector<Dot> SetPolicy::NewestIn(const Record& record) const {
  return NewestOf<ObservedSet>(record);
}

bool SetPolicy::Outlived(const Record& record, const SeenClock& seen) const {
  return OutlivedBy<ObservedSet>(record, seen);
}

// --- map ---

absl::StatusOr<Record> MapPolicy::Write(std::string_view key, const Record* current, Change change,
                                        Dot dot, HlcTime time, const SeenClock& seen) const {
  if (absl::Status status = NoExpiry(change); !status.ok()) return status;
  absl::StatusOr<FieldMap> body = BodyOf<FieldMap>(current);
  if (!body.ok()) return body.status();
  MapOp op;
  if (!change.remove) {
    absl::StatusOr<MapOp> decoded = DecodeMapOp(change.argument);
    if (!decoded.ok()) return decoded.status();
    op = *std::move(decoded);
  }
  VersionVector context;
  if (Removes(change, op.kind)) {
    absl::StatusOr<VersionVector> opened = RemovalContext(
        options_, key, change, dot, body->Context(), seen, change.remove ? "a map" : "a field");
    if (!opened.ok()) return opened.status();
    context = *std::move(opened);
  }
  const absl::Status status =
      change.remove ? body->RemoveAll(dot, context) : Apply(op, context, dot, time, *body);
  if (!status.ok()) return status;
  if (AllBootsBeforeEnded(dot, seen)) (void)body->FoldEnded(dot);
  Record record = RecordOf(*body, dot, time);
  if (Removes(change, op.kind)) return record;
  return UnlessFull(std::move(record), options_);
}

Record MapPolicy::Merge(std::string_view, const Record& mine, const Record& theirs,
                        const SeenClock& seen, ConflictSink&) const {
  return MergeRecords<FieldMap>(mine, theirs, seen);
}

std::optional<Record> MapPolicy::Forget(std::string_view, const Record& record,
                                        const SeenClock& covered) const {
  return ForgetCovered<FieldMap>(record, covered);
}

std::vector<Dot> MapPolicy::NewestIn(const Record& record) const {
  return NewestOf<FieldMap>(record);
}

bool MapPolicy::Outlived(const Record& record, const SeenClock& seen) const {
  return OutlivedBy<FieldMap>(record, seen);
}

}  // namespace quorate::quorum
