#include "rpc/call_metrics.h"

#include <algorithm>
#include <string>

namespace quorate::rpc {

std::string_view OperationName(Operation operation) {
  constexpr std::array<std::string_view, kOperations> kNames = {
      "get", "multi_get", "scan",   "put",         "delete", "cas",
      "add", "batch",     "mutate", "open_writer", "resolve"};
  return kNames[static_cast<size_t>(operation)];
}

void CallMetrics::Record(Operation operation, Level level, absl::StatusCode code,
                         absl::Duration took, uint64_t calls) {
  Cell& cell = cells_[static_cast<size_t>(operation)][static_cast<size_t>(level)];
  cell.by_code[std::min(static_cast<size_t>(code), kCodes - 1)].Add(calls);
  cell.latency.Record(took, calls);
}

void CallMetrics::WriteTo(MetricsPage& page) const {
  for (size_t o = 0; o < kOperations; ++o) {
    const std::string operation(OperationName(static_cast<Operation>(o)));
    for (size_t l = 0; l < kLevels; ++l) {
      const Cell& cell = cells_[o][l];
      const std::string level(LevelName(static_cast<Level>(l)));
      for (size_t c = 0; c < kCodes; ++c) {
        const uint64_t count = cell.by_code[c].value();
        if (count == 0) continue;
        page.AddCounter("quorate_requests_total", "Requests by operation, level and outcome.",
                        static_cast<double>(count),
                        {{"operation", operation},
                         {"level", level},
                         {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(c))}});
      }
    }
  }
  for (size_t o = 0; o < kOperations; ++o) {
    for (size_t l = 0; l < kLevels; ++l) {
      const LatencyHistogram& latency = cells_[o][l].latency;
      if (latency.count() == 0) continue;
      page.AddHistogram("quorate_request_seconds",
                        "From the request's arrival to its reply, whatever the outcome.", latency,
                        {{"operation", std::string(OperationName(static_cast<Operation>(o)))},
                         {"level", std::string(LevelName(static_cast<Level>(l)))}});
    }
  }
  page.AddGauge("quorate_streams", "Client streams that are open.",
                static_cast<double>(streams.load()));
  page.AddGauge("quorate_stream_operations", "Operations of client streams that are under way.",
                static_cast<double>(stream_operations.load()));
}

}  // namespace quorate::rpc
