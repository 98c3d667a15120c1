// Takes the effects of one of the log's entries to where they belong: records wait for the
// engine, dots are logged, all else goes into the engine's next batch.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/ids.h"
#include "base/payload.h"
#include "quorum/effect.h"
#include "replica/conflict_journal.h"
#include "replica/logged_dots.h"
#include "replica/write_behind.h"

namespace quorate {

// What a replica knows, as the engine has it.
std::string KnowledgeBytes(bool filled, const quorum::Knowledge& knowledge);

class EffectStager {
 public:
  EffectStager(PartitionId partition, LogIndex index, WriteBehind& behind, LoggedDots& dots,
               ConflictJournal& journal)
      : partition_(partition),
        index_(index),
        behind_(behind),
        batch_(behind.rows()),
        dots_(dots),
        journal_(journal) {}

  // As they lie in the entry's data, `in`.
  void Put(const quorum::EncodedPut& put, const Payload& in);
  void Put(const quorum::EncodedRun& run, const Payload& in);
  void operator()(const quorum::PutRecord&) {}  // see Put
  void operator()(const quorum::PutRun&) {}     // likewise
  void operator()(const quorum::Checkpoint& checkpoint);
  void operator()(const quorum::ReserveTime& reserve);
  void operator()(const quorum::RaiseFloor& raise);
  void operator()(const quorum::EnterEpoch& enter);
  void operator()(const quorum::TakeHint& take);
  void operator()(const quorum::Discard& discard);
  void operator()(const quorum::FenceOperation& fence);
  void operator()(const quorum::SettleOperations& settle);
  void operator()(const quorum::ForgetOperations& forget);

  const absl::Status& status() const { return status_; }
  // There were discards, which are looked at in the engine.
  bool discards() const { return discards_; }

 private:
  void PutOperation(const quorum::OperationId& id, std::string bytes);

  const PartitionId partition_;
  const LogIndex index_;
  WriteBehind& behind_;
  EngineBatch& batch_;
  LoggedDots& dots_;
  ConflictJournal& journal_;
  absl::Status status_;
  bool discards_ = false;
};

}  // namespace quorate
