#include "node_metrics.h"

#include <httplib.h>

#include <cstdlib>
#include <sstream>

#include "base/strings.h"

namespace quorate::bench {

double SumInPage(const std::string& page, const std::string& name) {
  double sum = 0;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const char behind = line.size() > name.size() ? line[name.size()] : '\0';
    if (behind != ' ' && behind != '{') continue;
    sum += std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  return sum;
}

absl::StatusOr<double> SumOfMetric(const std::string& address, const std::string& name) {
  httplib::Client http("http://" + address);
  const httplib::Result page = http.Get("/metrics");
  if (!page || page->status != 200) {
    return absl::UnavailableError(StrCat("no metrics at http://", address, "/metrics"));
  }
  return SumInPage(page->body, name);
}

}  // namespace quorate::bench
