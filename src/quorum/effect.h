// What a replica has decided to change in its state. Effects are appended to the
// node's log in their order and applied to the engine, each once, in that order;
// after a crash the engine is at some prefix of them, and the log's rest is
// applied again. Applying one needs nothing but the effect.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "quorum/ballot.h"
#include "quorum/knowledge.h"
#include "quorum/operation.h"
#include "quorum/record.h"
#include "quorum/run.h"
#include "quorum/taken_hints.h"

namespace quorate::quorum {

// A key's record becomes this one (none: it stays as it is), and the dot log
// says of each dot that it concerns this key. `operation`: the write is the one that
// came of it, which is never durable without that row, nor the row without it.
struct PutRecord {
  std::string key;
  std::optional<Record> record;
  std::vector<Dot> dots;
  std::optional<Operation> operation = {};
  friend bool operator==(const PutRecord&, const PutRecord&) = default;
};

// Likewise the records of all keys in it, one write after the other, each under its dot.
struct PutRun {
  Run run;
  friend bool operator==(const PutRun&, const PutRun&) = default;
};

// The checkpoint of what is known is replaced. These dots go from the dot log
// (they are in the checkpoint), and these keys with their records.
struct Checkpoint {
  Knowledge knowledge;
  bool filled = true;  // false: the replica began with an empty disk, and still lacks records
  SeenClock dots;
  std::vector<std::string> keys;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// No time-stamp above this was given out or seen.
struct ReserveTime {
  HlcTime until;
  friend bool operator==(const ReserveTime&, const ReserveTime&) = default;
};

// Registers (acceptor.h): nothing below is promised or accepted for keys that are
// not held. It comes before the Checkpoint that drops the keys which it is of.
struct RaiseFloor {
  Ballot floor;
  friend bool operator==(const RaiseFloor&, const RaiseFloor&) = default;
};

// A write was given up for a concurrent one; or only a copy had it that is no replica any
// more: then there is no `winner`, and the loser's body is as ConflictPolicy::Lost has it. For this
// replica's conflict journal: no part of the partition's state, and no two replicas need have the
// same.
struct Discard {
  std::string key;
  Record loser;
  Dot winner;
  HlcTime winner_time;
  uint64_t at_us = 0;  // calendar
  friend bool operator==(const Discard&, const Discard&) = default;
};

// The write before it is that of a hint: neither it nor any earlier one of that
// keeper is to be done again here.
struct TakeHint {
  HintNumber hint;
  friend bool operator==(const TakeHint&, const TakeHint&) = default;
};

// This replica never does that write (operations.h).
struct FenceOperation {
  OperationId id;
  friend bool operator==(const FenceOperation&, const FenceOperation&) = default;
};

// Of the writer's operations, those below are known to it.
struct SettleOperations {
  uint64_t writer = 0;
  uint64_t below = 0;
  friend bool operator==(const SettleOperations&, const SettleOperations&) = default;
};

// This replica can tell nothing of writers below any more.
struct ForgetOperations {
  uint64_t writers_below = 0;
  friend bool operator==(const ForgetOperations&, const ForgetOperations&) = default;
};

// This replica takes part in no earlier epoch of its partition's members any more.
struct EnterEpoch {
  Epoch epoch;
  friend bool operator==(const EnterEpoch&, const EnterEpoch&) = default;
};

using Effect = std::variant<PutRecord, Checkpoint, ReserveTime, RaiseFloor, Discard, TakeHint,
                            FenceOperation, SettleOperations, ForgetOperations, EnterEpoch, PutRun>;

// The writes of a run, each for itself; else the effect as it is.
std::vector<Effect> Singly(const Effect& effect);
std::vector<Effect> Singly(const std::vector<Effect>& effects);

// For the log: a format byte, the kind, the fields. The format rises with the kinds
// that earlier builds can't read.
std::string EncodeEffect(const Effect& effect);
void AppendEffect(const Effect& effect, std::string& out);
// About what it takes so.
size_t BytesLikely(const Effect& effect);
// DATA_LOSS, EFFECT_DAMAGED or NEWER_FORMAT.
absl::StatusOr<Effect> DecodeEffect(std::string_view bytes);

// A PutRecord as it lies in an encoding, which outlives it. `record` as EncodeRecord has
// it, not looked at; empty: none.
struct EncodedPut {
  std::string_view key;
  std::string_view record;
  absl::InlinedVector<Dot, 1> dots;
  std::optional<Operation> operation;
};
// nullopt: it is of another kind, damaged or of a newer build; DecodeEffect tells.
std::optional<EncodedPut> PutIn(std::string_view effect);
// Likewise of a PutRun.
std::optional<EncodedRun> RunIn(std::string_view effect);

}  // namespace quorate::quorum
