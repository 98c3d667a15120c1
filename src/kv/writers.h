// The writers of one partition: who may send a write twice, and what became of
// those writes. Part of the replicated state: every replica keeps the same, and
// snapshots carry it (Ongaro's thesis, section 6.3).
//
// A writer numbers its writes and may have many under way, in any order. What
// became of each is kept until the writer says that it is settled. A writer that
// is idle for kWriterIdleMaxUs, or the longest idle where there are too many, is
// forgotten when another is opened; what it sends then is refused, never done.
//
// In the engine, behind the partition's records, one record a writer; those of
// the writers that are busy, while they are few and small, within the partition's
// own record, which is written with every change anyway:
//   8 bytes  checksum of the rest, seeded with the writer
//   varints  format (1), when it was last used, settled below, outcomes
//   each outcome: its distance from the sequence before it, its size, outcome.h
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "kv/command.h"
#include "storage/engine.h"

namespace quorate::kv {

inline constexpr uint64_t kWriterIdleMaxUs = 3'600'000'000;
inline constexpr size_t kWritersMax = 4096;
// Of one writer, not settled.
inline constexpr size_t kOutcomesMax = 4096;
inline constexpr size_t kOutcomeBytesMax = 256 * 1024;
// Within the partition's own record.
inline constexpr size_t kBusyWritersBytesMax = 4096;

class Writers {
 public:
  explicit Writers(PartitionId partition) : partition_(partition) {}

  // What the engine holds; `busy`: as Stage gave it last. DATA_LOSS, WRITER_DAMAGED.
  absl::Status Load(const Engine& engine, std::string_view busy);

  // All times are the partition's, in microseconds; `id` was never used before.
  void Open(uint64_t id, uint64_t now_us);

  // Nullopt: the command is new and to be applied, then recorded. Otherwise
  // what is to be answered in its stead: what it got the first time, or
  //   FAILED_PRECONDITION WRITER_EXPIRED (unknown), WRITE_FENCED, WRITE_SETTLED
  //   INVALID_ARGUMENT IDENTITY_REUSED, IDENTITY_INVALID
  //   RESOURCE_EXHAUSTED WRITER_FULL
  absl::StatusOr<std::optional<CommandResult>> Begin(const Identity& identity, uint32_t body,
                                                     uint64_t now_us);
  void Record(const Identity& identity, uint32_t body, const CommandResult& result);
  // `fence`: what was not applied never will be.
  absl::StatusOr<CommandResult> Resolve(const Identity& identity, bool fence, uint64_t now_us);

  // What changed since the last call: adds to the batch the records that are to
  // have a key of their own, and gives the busy ones, for the partition's record.
  std::string Stage(EngineBatch& batch);
  // Of all writers, wherever their records stand.
  uint64_t Digest() const;

 private:
  struct Writer {
    uint64_t used_at_us = 0;
    uint64_t settled_below = 1;
    std::map<uint64_t, std::string> outcomes;  // by sequence
    size_t outcome_bytes = 0;
  };

  Writer* Find(uint64_t id);
  void Settle(Writer& writer, uint64_t below);
  void Keep(Writer& writer, uint64_t sequence, std::string outcome);
  void ForgetIdle(uint64_t now_us);
  std::string EncodeBusy() const;
  absl::Status LoadBusy(std::string_view busy);
  static std::string Encode(uint64_t id, const Writer& writer);
  static absl::StatusOr<Writer> Decode(uint64_t id, std::string_view bytes);

  PartitionId partition_;
  std::map<uint64_t, Writer> writers_;
  std::set<uint64_t> changed_;
  std::map<uint64_t, std::string> busy_;  // their records
};

}  // namespace quorate::kv
