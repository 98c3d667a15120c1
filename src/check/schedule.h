// Who may come next: the calls of one key laid out by time, level by level.
// Level i is the moment at which the i-th required call returns; whatever was
// invoked by then may be placed before it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "check/key_model.h"

namespace quorate::check {

// An operation's part in one question to the search. Required: it happened,
// between its invoke and its return. Otherwise it happened at any time after
// its invoke, or not at all.
struct Call {
  uint32_t op = 0;  // position in the model
  bool required = false;
};

class Schedule {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  // Entries of the table of open calls, summed over the levels: 64 MiB.
  static constexpr size_t kOpenMax = 16 << 20;

  struct Required {
    uint32_t op = 0;
    uint32_t slot = 0;   // no two that are open at one time share a slot
    uint32_t opens = 0;  // the first level by which it was invoked
    uint32_t rank = 0;   // from when on nothing sees its effect any more
  };
  struct Optional {
    uint32_t op = 0;
    uint32_t twin = kNone;  // the one before it that does the same, as a position
    // The last level at which something can be placed that sees its effect.
    uint32_t until = 0;
  };

  Schedule(const KeyModel& model, absl::Span<const Call> calls);

  // So many calls overlap that laying them out would take too much memory;
  // the schedule is incomplete.
  bool too_dense() const { return too_dense_; }
  uint32_t levels() const { return static_cast<uint32_t>(required_.size()); }
  size_t slots() const { return slots_; }
  // In order of return.
  const std::vector<Required>& required() const { return required_; }
  // In order of invoke; those whose effect nothing could see are left out.
  const std::vector<Optional>& optional() const { return optional_; }
  // Positions in required() of what was invoked by `level` and returns at it
  // or later. First what is seen by nothing, last what is seen last.
  absl::Span<const uint32_t> OpenAt(uint32_t level) const {
    return absl::MakeConstSpan(open_).subspan(open_begin_[level],
                                              open_begin_[level + 1] - open_begin_[level]);
  }
  // Of a call that returns at `level` or later: was it invoked by then?
  bool IsOpen(uint32_t call, uint32_t level) const { return required_[call].opens <= level; }
  // How many of optional() were invoked by `level`.
  uint32_t OptionalAt(uint32_t level) const { return optional_begun_[level]; }

 private:
  void OrderRequired(const KeyModel& model, absl::Span<const Call> calls);
  // The optional calls, and who sees what.
  void OrderRest(const KeyModel& model, absl::Span<const Call> calls);
  void LayOut(const KeyModel& model);

  std::vector<Required> required_;
  std::vector<Optional> optional_;
  std::vector<uint32_t> open_;
  std::vector<size_t> open_begin_;
  std::vector<uint32_t> optional_begun_;
  size_t slots_ = 0;
  bool too_dense_ = false;
};

}  // namespace quorate::check
