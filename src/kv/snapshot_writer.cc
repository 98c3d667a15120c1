#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "kv/bytes.h"
#include "kv/layout.h"
#include "kv/snapshot.h"
#include "kv/snapshot_chunk.h"

namespace quorate::kv {
namespace {

absl::Status Refused(std::string_view reason, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason,
                   StrCat("a snapshot ", what, "; ask for the snapshot from its start"));
}

// StateMachineBugs::snapshot_keeps_deleted: keys of [begin, end) that nothing took the
// place of stay.
class KeepingReplace : public EngineReplace {
 public:
  KeepingReplace(std::unique_ptr<EngineReplace> replace, Engine& engine, std::string begin,
                 std::string end)
      : replace_(std::move(replace)),
        engine_(engine),
        begin_(std::move(begin)),
        end_(std::move(end)) {}

  absl::Status Add(std::string_view key, std::string_view value) override {
    added_.emplace(key);
    return replace_->Add(key, value);
  }

  absl::Status Commit() override {
    EngineBatch kept;
    for (auto it = engine_.Scan(begin_, end_); it->Valid(); it->Next()) {
      if (!added_.contains(it->key())) kept.PutKey(it->key(), it->value());
    }
    if (absl::Status replaced = replace_->Commit(); !replaced.ok()) return replaced;
    return engine_.Write(kept);
  }

 private:
  const std::unique_ptr<EngineReplace> replace_;
  Engine& engine_;
  const std::string begin_, end_;
  std::set<std::string, std::less<>> added_;
};

}  // namespace

class SnapshotWriter::Impl {
 public:
  Impl(PartitionId partition, std::unique_ptr<EngineReplace> replace, uint64_t member_since,
       bool ends_early)
      : member_since_(member_since),
        ends_early_(ends_early),
        prefix_(PartitionBegin(partition)),
        applied_key_(AppliedKey(partition)),
        contents_begin_(RecordKey(partition, {})),
        contents_end_(ContentsEnd(partition)),
        replace_(std::move(replace)) {}

  absl::Status Add(std::string_view bytes) {
    if (complete_) return Refused("SNAPSHOT_COMPLETE", "goes on behind its last chunk");
    auto chunk = checker_.Check(bytes);
    if (!chunk.ok()) return chunk.status();
    std::string_view rest = chunk->records;
    while (!rest.empty()) {
      std::string_view key, value;
      if (!TakeSized(rest, key) || !TakeSized(rest, value)) {
        return Refused("SNAPSHOT_MALFORMED", "has a record cut short");
      }
      absl::Status status = AddRecord(key, value);
      if (!status.ok()) return status;
    }
    complete_ = chunk->last || ends_early_;
    return absl::OkStatus();
  }

  absl::Status Commit(LogIndex expected_index, Term expected_term) {
    if (!complete_ || !applied_) {
      return Refused("SNAPSHOT_INCOMPLETE", "is to be installed before its last chunk came");
    }
    if (applied_->index != expected_index || applied_->term != expected_term) {
      return Refused("SNAPSHOT_MISMATCH",
                     StrCat("holds the state of ", applied_->index.ToString(), " ",
                            applied_->term.ToString(), " where that of ", expected_index.ToString(),
                            " ", expected_term.ToString(), " was announced"));
    }
    return replace_->Commit();
  }

 private:
  absl::Status AddRecord(std::string_view key, std::string_view value) {
    std::string stored_key = prefix_;
    stored_key += key;
    if (!applied_) {
      if (stored_key != applied_key_) {
        return Refused("SNAPSHOT_MALFORMED", "does not begin with its applied position");
      }
      auto applied = AppliedState::Decode(value);
      if (!applied.ok()) return Refused("SNAPSHOT_MALFORMED", ToStd(applied.status().message()));
      applied_ = *std::move(applied);
    } else if (stored_key < contents_begin_ || stored_key >= contents_end_) {
      return Refused("SNAPSHOT_MALFORMED", "holds a record of no known kind");
    } else if (stored_key <= last_key_) {
      return Refused("SNAPSHOT_MALFORMED", "has its records out of order");
    }
    if (stored_key == applied_key_) {
      AppliedState here = *applied_;
      here.by_entries = false;
      here.member_since = member_since_;
      last_key_ = std::move(stored_key);
      return replace_->Add(last_key_, here.Encode());
    }
    absl::Status status = replace_->Add(stored_key, value);
    last_key_ = std::move(stored_key);
    return status;
  }

  const uint64_t member_since_;
  const bool ends_early_;
  const std::string prefix_, applied_key_, contents_begin_, contents_end_;
  const std::unique_ptr<EngineReplace> replace_;
  ChunkChecker checker_;
  std::optional<AppliedState> applied_;
  std::string last_key_;
  bool complete_ = false;
};

absl::StatusOr<std::unique_ptr<SnapshotWriter>> SnapshotWriter::Begin(PartitionId partition,
                                                                      Engine& engine,
                                                                      uint64_t member_since,
                                                                      StateMachineBugs bugs) {
  auto replace = engine.BeginReplace(PartitionBegin(partition), PartitionEnd(partition));
  if (!replace.ok()) return replace.status();
  if (bugs.snapshot_keeps_deleted) {
    replace = std::make_unique<KeepingReplace>(*std::move(replace), engine,
                                               RecordKey(partition, {}), RecordsEnd(partition));
  }
  auto impl = std::make_unique<Impl>(partition, *std::move(replace), member_since,
                                     bugs.snapshot_ends_early);
  return std::unique_ptr<SnapshotWriter>(new SnapshotWriter(std::move(impl)));
}

SnapshotWriter::SnapshotWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SnapshotWriter::~SnapshotWriter() = default;
absl::Status SnapshotWriter::Add(std::string_view chunk) { return impl_->Add(chunk); }
absl::Status SnapshotWriter::Commit(LogIndex expected_index, Term expected_term) {
  return impl_->Commit(expected_index, expected_term);
}

}  // namespace quorate::kv
