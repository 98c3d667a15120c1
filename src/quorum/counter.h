// A number that many add to at once. Each identity counts what it added and took
// away; nobody else changes its entry, so the newer of two versions of an entry
// has all of the older, and no addition is lost or counted twice.
//
// A counter is never removed: whoever removed it could not know of the additions
// under way (riak_dt#98).
//
// Body: the beginning (body_codec.h), how many entries, and for each its dot, what
// was added, what was taken away, and the boot up to which it has folded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "quorum/bytes.h"
#include "quorum/dot.h"

namespace quorate::quorum {

class Counter {
 public:
  struct Entry {
    Dot dot;  // of its newest change
    uint64_t added = 0;
    uint64_t taken = 0;
    // What the node's boots up to this one added is in here. Zero: none.
    Boot folded;

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  // OUT_OF_RANGE COUNTER_OVERFLOW; nothing changes then.
  absl::Status Add(const Dot& dot, int64_t delta);
  void Merge(const Counter& other);
  // Likewise: additions at once may add up beyond what each of them knew.
  absl::StatusOr<int64_t> Value() const;

  // Takes the entries of the node's ended boots into its present one's, as a
  // write of its own, named `dot`. True where there were any.
  //
  // Only once all boots before dot's are settled: each other replica has told a
  // durable seen clock after it began to refuse their messages, and all those
  // clocks hold the same dots of them, all known here. Else what comes late of
  // one of them is lost, or, where one had folded before it ended, counted twice.
  bool FoldEnded(const Dot& dot);

  // Sorted by identity.
  const std::vector<Entry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }

  std::string Encode() const;
  // See OpenBody.
  static absl::StatusOr<Counter> Decode(std::string_view bytes);
  // Within another format.
  void Append(std::string& out) const;
  static Counter Read(Reader& reader);

  friend bool operator==(const Counter&, const Counter&) = default;

 private:
  Entry& Of(const Identity& identity);

  std::vector<Entry> entries_;
};

}  // namespace quorate::quorum
