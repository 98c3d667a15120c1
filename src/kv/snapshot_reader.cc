#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "kv/layout.h"
#include "kv/record.h"
#include "kv/snapshot.h"
#include "kv/snapshot_chunk.h"

namespace quorate::kv {

class SnapshotReader::Impl {
 public:
  Impl(PartitionId partition, std::unique_ptr<EngineView> view, AppliedState applied,
       size_t chunk_bytes, ExpiredRecords* expired, bool without_writers)
      : partition_(partition),
        applied_key_(AppliedKey(partition)),
        prefix_bytes_(PartitionBegin(partition).size()),
        view_(std::move(view)),
        applied_(std::move(applied)),
        chunk_bytes_(chunk_bytes),
        expired_(expired),
        without_writers_(without_writers),
        // The applied record's key is the partition's smallest, so it comes first.
        it_(view_->Scan(PartitionBegin(partition), PartitionEnd(partition))) {}

  ~Impl() {
    if (expired_ != nullptr) expired_->LetGo(partition_, applied_.time_us);
  }

  const AppliedState& applied() const { return applied_; }

  std::string_view next_key() const { return it_->Valid() ? it_->key() : std::string_view(); }

  absl::StatusOr<Chunk> Next() {
    if (done_) {
      return MakeError(absl::StatusCode::kFailedPrecondition, "SNAPSHOT_AT_END",
                       "the snapshot's last chunk was read already; open another reader");
    }
    for (; it_->Valid() && builder_.bytes() < chunk_bytes_; it_->Next()) {
      absl::Status status = Take(it_->key(), it_->value());
      if (!status.ok()) return status;
    }
    if (!it_->status().ok()) return it_->status();
    done_ = !it_->Valid();
    return Chunk{builder_.Finish(done_), done_};
  }

 private:
  // What is damaged here must not spread.
  absl::Status Take(std::string_view stored_key, std::string_view value) {
    if (IsRecord(stored_key)) {
      auto stored = DecodeStored(UserKey(stored_key), value);
      if (!stored.ok()) return stored.status();
      if (stored->ExpiredAt(applied_.time_us)) return absl::OkStatus();
    } else if (without_writers_) {
      if (stored_key != applied_key_) return absl::OkStatus();
      AppliedState stripped = applied_;
      stripped.busy_writers.clear();
      builder_.Add(stored_key.substr(prefix_bytes_), stripped.Encode());
      return absl::OkStatus();
    }
    builder_.Add(stored_key.substr(prefix_bytes_), value);
    return absl::OkStatus();
  }

  const PartitionId partition_;
  const std::string applied_key_;
  const size_t prefix_bytes_;
  const std::unique_ptr<EngineView> view_;
  const AppliedState applied_;
  const size_t chunk_bytes_;
  ExpiredRecords* const expired_;
  const bool without_writers_;
  const std::unique_ptr<EngineIterator> it_;
  ChunkBuilder builder_;
  bool done_ = false;
};

absl::StatusOr<std::unique_ptr<SnapshotReader>> SnapshotReader::Open(PartitionId partition,
                                                                     const Engine& engine,
                                                                     size_t chunk_bytes,
                                                                     ExpiredRecords* expired,
                                                                     StateMachineBugs bugs) {
  auto view = engine.View();
  const auto stored = view->Get(AppliedKey(partition));
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "PARTITION_EMPTY",
        StrCat("partition ", partition.ToString(), " has no state here to take a snapshot of"));
  }
  auto applied = AppliedState::Decode(**stored);
  if (!applied.ok()) return applied.status();
  // What the view shows is not durable beyond its own time yet, or the engine's
  // filter would be ahead of it; so it is soon enough to hold it now.
  if (expired != nullptr) expired->Hold(partition, applied->time_us);
  auto impl = std::make_unique<Impl>(partition, std::move(view), *std::move(applied), chunk_bytes,
                                     expired, bugs.snapshot_without_writers);
  return std::unique_ptr<SnapshotReader>(new SnapshotReader(std::move(impl)));
}

SnapshotReader::SnapshotReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SnapshotReader::~SnapshotReader() = default;
const AppliedState& SnapshotReader::applied() const { return impl_->applied(); }
absl::StatusOr<SnapshotReader::Chunk> SnapshotReader::Next() { return impl_->Next(); }
std::string_view SnapshotReader::next_key() const { return impl_->next_key(); }

}  // namespace quorate::kv
