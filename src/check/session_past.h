// What one session has seen of one key: its own acknowledged writes, and what
// its reads showed (Terry et al. 1994, "Session guarantees for weakly
// consistent replicated data"). Read your writes and monotonic reads: a read
// must see its past. Monotonic writes and writes follow reads: a write comes
// after it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "check/key_kind.h"
#include "check/key_truth.h"

namespace quorate::check {

class SessionPast {
 public:
  // `positions`: of the key's writes. Both must outlive this.
  SessionPast(const KeyTruth& truth, KeyKind kind,
              const absl::flat_hash_map<const Operation*, uint32_t>& positions)
      : truth_(truth), kind_(kind), positions_(positions) {}

  // An operation of the session that is done.
  void Add(const Operation& op);
  // The past as what a read must see; valid until the next Add.
  MustSee Must() const;
  bool empty() const { return seen_.empty() && !version_ && !sum_; }

  // The operation of the session that a write goes behind; nullptr: none.
  const Operation* ComesBefore(const Operation& write) const;
  // The operation that showed what `answer` says is lacking; nullptr: a write of
  // its own, or not known which.
  const Operation* ShownBy(const Answer& answer) const;

 private:
  struct Seen {
    uint64_t version = 0;
    int64_t sum = 0;
    const Operation* by = nullptr;
  };

  void AddWrite(const Operation& op);
  void AddRead(const Operation& op);
  void Note(uint32_t write, const Operation* by);

  const KeyTruth& truth_;
  const KeyKind kind_;
  const absl::flat_hash_map<const Operation*, uint32_t>& positions_;
  std::vector<uint32_t> seen_;
  absl::flat_hash_map<uint32_t, const Operation*> shown_by_;
  std::optional<Seen> version_;
  std::optional<Seen> sum_;
};

}  // namespace quorate::check
