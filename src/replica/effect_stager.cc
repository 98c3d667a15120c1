#include "replica/effect_stager.h"

#include <utility>

#include "base/varint.h"
#include "kv/layout.h"
#include "quorum/bytes.h"

namespace quorate {
namespace {

constexpr size_t kKeyBytesLikely = 24;

std::string NumberBytes(uint64_t number) {
  std::string bytes;
  AppendVarint(number, bytes);
  return bytes;
}

}  // namespace

std::string KnowledgeBytes(bool filled, const quorum::Knowledge& knowledge) {
  std::string bytes(1, filled ? 1 : 0);
  knowledge.AppendTo(bytes);
  return bytes;
}

void EffectStager::Put(const quorum::EncodedPut& put, const Payload& in) {
  for (const quorum::Dot& dot : put.dots) dots_.Add(dot, put.key, index_);
  if (put.operation) {
    PutOperation(put.operation->id, quorum::EncodeRow({std::string(put.key), *put.operation}));
  }
  if (!put.record.empty()) behind_.Put(put.key, put.record, in);
}

void EffectStager::Put(const quorum::EncodedRun& run, const Payload& in) {
  std::string keys;
  keys.reserve(run.count * kKeyBytesLikely);
  std::string_view left = run.writes;
  for (uint64_t at = 0; at < run.count; ++at) {
    const quorum::RunWrite write = quorum::TakeRunWrite(left);
    quorum::AppendSized(write.key, keys);
    behind_.Put(write.key, write.record, in);
  }
  dots_.AddRow(run.first.identity, {run.first.counter, run.first.counter + run.count - 1},
               std::move(keys), index_);
}

void EffectStager::operator()(const quorum::Checkpoint& checkpoint) {
  batch_.PutKey(kv::KnowledgeKey(partition_),
                KnowledgeBytes(checkpoint.filled, checkpoint.knowledge));
  dots_.Drop(checkpoint.dots, index_, batch_);
  for (const std::string& key : checkpoint.keys) behind_.Delete(key);
}

void EffectStager::operator()(const quorum::ReserveTime& reserve) {
  batch_.PutKey(kv::ReservedTimeKey(partition_), NumberBytes(reserve.until.value()));
}

void EffectStager::operator()(const quorum::RaiseFloor& raise) {
  std::string bytes;
  AppendBallot(raise.floor, bytes);
  batch_.PutKey(kv::BallotFloorKey(partition_), bytes);
}

void EffectStager::operator()(const quorum::EnterEpoch& enter) {
  batch_.PutKey(kv::EnteredEpochKey(partition_), NumberBytes(enter.epoch.value()));
}

void EffectStager::operator()(const quorum::TakeHint& take) {
  std::string bytes;
  AppendVarint(take.hint.number, bytes);
  if (take.hint.life) AppendVarint(take.hint.life.value(), bytes);
  batch_.PutKey(kv::TakenHintKey(partition_, take.hint.keeper), bytes);
}

void EffectStager::operator()(const quorum::Discard& discard) {
  discards_ = true;
  if (status_.ok()) status_ = journal_.Stage(discard, batch_);
}

void EffectStager::operator()(const quorum::FenceOperation& fence) { PutOperation(fence.id, ""); }

void EffectStager::operator()(const quorum::SettleOperations& settle) {
  batch_.DeleteKeys(kv::OperationKey(partition_, settle.writer, 1),
                    kv::OperationKey(partition_, settle.writer, settle.below));
  PutOperation({settle.writer, 0}, NumberBytes(settle.below));
}

void EffectStager::operator()(const quorum::ForgetOperations& forget) {
  batch_.DeleteKeys(kv::OperationKey(partition_, 1, 0),
                    kv::OperationKey(partition_, forget.writers_below, 0));
  PutOperation({}, NumberBytes(forget.writers_below));
}

void EffectStager::PutOperation(const quorum::OperationId& id, std::string bytes) {
  batch_.PutKey(kv::OperationKey(partition_, id.writer, id.sequence), bytes);
}

}  // namespace quorate
