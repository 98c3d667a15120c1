// Durability as a type. What depends on a write that is not yet on disk is
// wrapped in AfterSync and cannot be looked into; only the log, when its sync
// returns, makes the SyncProof that opens it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <utility>

namespace quorate {

// Numbers the batches handed to a node's log, in order, from 1 in each boot.
// Zero stands for "nothing to wait for".
struct LogTicket {
  uint64_t value = 0;
  auto operator<=>(const LogTicket&) const = default;
};

// Proof that every batch up to `ticket` is durable.
class SyncProof {
 public:
  LogTicket ticket() const { return ticket_; }

 private:
  friend class SyncAuthority;
  explicit SyncProof(LogTicket ticket) : ticket_(ticket) {}
  LogTicket ticket_;
};

// Held only by what really syncs (the log devices, real and simulated) and by
// the tests of what waits for it.
class SyncAuthority {
 public:
  static SyncProof Attest(LogTicket ticket) { return SyncProof(ticket); }
};

// A value that may be used once `ticket` is durable.
template <class T>
class AfterSync {
 public:
  AfterSync(LogTicket ticket, T value) : ticket_(ticket), value_(std::move(value)) {}

  LogTicket ticket() const { return ticket_; }
  bool CoveredBy(const SyncProof& proof) const { return ticket_ <= proof.ticket(); }
  // The value, if the proof covers it; the wrapper is then spent.
  std::optional<T> Open(const SyncProof& proof) && {
    if (!CoveredBy(proof)) return std::nullopt;
    return std::move(value_);
  }

 private:
  LogTicket ticket_;
  T value_;
};

}  // namespace quorate
