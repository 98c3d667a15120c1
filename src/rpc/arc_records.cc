#include "rpc/arc_records.h"

#include <utility>

#include "kv/layout.h"
#include "kv/record.h"
#include "quorum/record.h"
#include "replica/quorum_values.h"
#include "rpc/convert.h"

namespace quorate::rpc {
namespace {

class OfRaft final : public ArcRecords {
 public:
  OfRaft(PartitionId partition, std::unique_ptr<EngineView> view, uint64_t time_us)
      : view_(std::move(view)),
        time_us_(time_us),
        it_(view_->Scan(kv::RecordKey(partition, ""), kv::RecordsEnd(partition))) {}

  absl::StatusOr<bool> Next(v1::Record& record) override {
    for (; it_->Valid(); it_->Next()) {
      const std::string_view key = kv::UserKey(it_->key());
      const auto stored = kv::DecodeStored(key, it_->value());
      if (!stored.ok()) return stored.status();
      if (stored->ExpiredAt(time_us_)) continue;
      record.Clear();
      record.set_key(key.data(), key.size());
      record.set_value(stored->value.data(), stored->value.size());
      record.set_expires_at_us(stored->expires_at_us);
      it_->Next();
      return true;
    }
    if (!it_->status().ok()) return it_->status();
    return false;
  }

 private:
  const std::unique_ptr<EngineView> view_;
  const uint64_t time_us_;
  const std::unique_ptr<EngineIterator> it_;
};

class OfLeaderless final : public ArcRecords {
 public:
  OfLeaderless(PartitionId partition, std::unique_ptr<EngineView> view,
               std::unique_ptr<const QuorumValues> values)
      : view_(std::move(view)),
        values_(std::move(values)),
        it_(view_->Scan(kv::RecordKey(partition, ""), kv::RecordsEnd(partition))) {}

  absl::StatusOr<bool> Next(v1::Record& record) override {
    for (; it_->Valid(); it_->Next()) {
      const std::string key(kv::UserKey(it_->key()));
      auto stored = quorum::DecodeRecord(key, it_->value());
      if (!stored.ok()) return stored.status();
      constexpr uint64_t kNothingExpired = 0;
      if (stored->Dead(kNothingExpired)) continue;
      auto shown = values_->Show(key, *std::move(stored), kNothingExpired);
      if (!shown.ok()) return shown.status();
      if (!TakeForBackup(*std::move(shown), record)) continue;
      it_->Next();
      return true;
    }
    if (!it_->status().ok()) return it_->status();
    return false;
  }

 private:
  const std::unique_ptr<EngineView> view_;
  const std::unique_ptr<const QuorumValues> values_;
  const std::unique_ptr<EngineIterator> it_;
};

}  // namespace

std::unique_ptr<ArcRecords> RaftRecords(PartitionId partition, std::unique_ptr<EngineView> view,
                                        uint64_t time_us) {
  return std::make_unique<OfRaft>(partition, std::move(view), time_us);
}

std::unique_ptr<ArcRecords> LeaderlessRecords(PartitionId partition,
                                              std::unique_ptr<EngineView> view, Conflict conflict,
                                              std::string scope) {
  return std::make_unique<OfLeaderless>(partition, std::move(view),
                                        QuorumValues::For(conflict, std::move(scope), {}));
}

bool TakeForBackup(kv::Record shown, v1::Record& record) {
  record.Clear();
  FillRecord(std::move(shown), &record);
  record.clear_version();
  if (!record.has_merged()) return true;
  v1::Merged& merged = *record.mutable_merged();
  merged.clear_context();
  for (v1::Sibling& one : *merged.mutable_siblings()) one.clear_version();
  record.clear_value();  // the newest sibling's
  return !merged.siblings().empty() || !merged.elements().empty() || !merged.fields().empty();
}

}  // namespace quorate::rpc
