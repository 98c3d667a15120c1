// A write that was refused because its context knows of writes which its
// coordinator has not seen (CONTEXT_AHEAD): the key is read from others, which
// brings those here, and then the write is tried again.
#pragma once

#include <cstdint>
#include <utility>

#include "base/level.h"
#include "quorum/core.h"

namespace quorate {

class CatchUp {
 public:
  // A write with a context, that is now asked of the core.
  explicit CatchUp(quorum::WriteRequest write) : write_(std::move(write)) {}
  // That `reply` is not the write's end. Else a refusal in it is the last word, and
  // says what could not be had.
  bool Wants(quorum::Reply& reply);
  // Asks the core the next question, under `id`.
  void GoOn(uint64_t id, quorum::Core& core, const quorum::Now& now);

 private:
  // First as many as any read at QUORUM that was told meets, then whoever there is.
  enum class Step : uint8_t { kWrite, kReadQuorum, kReadAll };

  quorum::WriteRequest write_;
  Step asked_ = Step::kWrite;  // the question that is open
  Step read_ = Step::kWrite;   // the last reading
  Step next_ = Step::kWrite;
  absl::Status refusal_;
};

}  // namespace quorate
