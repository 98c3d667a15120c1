#include "one_by_one.h"

#include <string>

#include "absl/time/clock.h"

namespace quorate::bench {

Slice RunOneByOne(const std::function<absl::Status()>& operation, absl::Duration length) {
  Slice slice;
  const absl::Time begin = absl::Now();
  const absl::Time end = begin + length;
  for (absl::Time before = begin; before < end;) {
    if (const absl::Status over = operation(); !over.ok()) {
      ++slice.failed;
      slice.first_error = std::string(over.message());
      break;
    }
    const absl::Time now = absl::Now();
    ++slice.done;
    slice.latency.Record(now - before);
    before = now;
  }
  slice.elapsed = absl::Now() - begin;
  return slice;
}

}  // namespace quorate::bench
