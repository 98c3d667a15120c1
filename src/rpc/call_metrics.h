// Requests by operation, level and code, and their latency. Counted wait-free;
// all cells exist from the start and only those that were used are shown.
#pragma once

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/level.h"
#include "base/metrics.h"

namespace quorate::rpc {

// As clients see them; the parts of a stream count one by one.
enum class Operation : uint8_t {
  kGet,
  kMultiGet,
  kScan,
  kPut,
  kDelete,
  kCas,
  kAdd,
  kBatch,
  kMutate,
  kOpenWriter,
  kResolve
};
inline constexpr size_t kOperations = 11;
std::string_view OperationName(Operation operation);

class CallMetrics {
 public:
  // Level as asked, resolved from the keyspace's default where it could be.
  void Record(Operation operation, Level level, absl::StatusCode code, absl::Duration took,
              uint64_t calls = 1);
  void WriteTo(MetricsPage& page) const;
  const LatencyHistogram& latency(Operation operation, Level level) const {
    return cells_[static_cast<size_t>(operation)][static_cast<size_t>(level)].latency;
  }

  // Operations of streams that are under way, and the streams themselves.
  std::atomic<int64_t> stream_operations{0};
  std::atomic<int64_t> streams{0};

 private:
  static constexpr size_t kLevels = static_cast<size_t>(Level::kLinearizable) + 1;
  static constexpr size_t kCodes = static_cast<size_t>(absl::StatusCode::kUnauthenticated) + 1;

  struct Cell {
    std::array<Counter, kCodes> by_code;
    LatencyHistogram latency;
  };
  std::array<std::array<Cell, kLevels>, kOperations> cells_;
};

}  // namespace quorate::rpc
