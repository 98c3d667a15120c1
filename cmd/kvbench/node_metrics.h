// What a node tells about itself at /metrics.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace quorate::bench {

// The sum of a metric over all its labels; 0 where there is none of that name.
// `address`: host:port of the node's HTTP.
absl::StatusOr<double> SumOfMetric(const std::string& address, const std::string& name);
double SumInPage(const std::string& page, const std::string& name);

}  // namespace quorate::bench
