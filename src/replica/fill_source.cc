#include "replica/fill_source.h"

#include <utility>

#include "kv/layout.h"

namespace quorate {

bool FillSource::MayAnswer(quorum::Message& message, absl::Duration now) {
  const bool asks = std::holds_alternative<quorum::FillAsk>(message.body);
  if (!asks || pace_ == nullptr || pace_->MaySend(now)) return true;
  waiting_.insert_or_assign(message.from.node, std::move(message));
  return false;
}

std::vector<quorum::Message> FillSource::TakeDue(absl::Duration now) {
  std::vector<quorum::Message> due;
  if (waiting_.empty() || !pace_->MaySend(now)) return due;
  for (auto& [node, message] : std::exchange(waiting_, {})) due.push_back(std::move(message));
  return due;
}

void FillSource::Sent(const quorum::Message& message, absl::Duration now) {
  const auto* page = std::get_if<quorum::FillAnswer>(&message.body);
  if (page == nullptr) return;
  uint64_t bytes = 0;
  for (const quorum::SyncRecord& one : page->records) {
    bytes += one.key.size() + (one.record ? one.record->body.size() : 0);
  }
  if (pace_ != nullptr) pace_->Sent(bytes);
  if (message.to != joining_) return;
  if (of_life_ != message.to_boot) {
    of_life_ = message.to_boot;
    since_ = now;
    progress_ = FillProgress(
        engine_.EstimateBytes(kv::RecordKey(partition_, ""), kv::RecordsEnd(partition_)));
  }
  const uint64_t left =
      page->complete ? 0
                     : engine_.EstimateBytes(kv::RecordKey(partition_, page->records.back().key),
                                             kv::RecordsEnd(partition_));
  progress_.OnSent(bytes, left);
  if (page->complete) progress_.OnDone();
}

void FillSource::SetJoining(NodeId node) {
  if (std::exchange(joining_, node) != node) of_life_ = Boot();
}

void FillSource::FillIn(ReplicaStatus& status, absl::Duration now) const {
  if (!joining_ || !of_life_) return;
  status.filling = joining_;
  status.filling_since = now - since_;
  status.filled_bytes = progress_.sent_bytes();
  status.fill_bytes = progress_.total_bytes();
}

}  // namespace quorate
