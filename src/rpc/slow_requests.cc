#include "rpc/slow_requests.h"

#include <string>
#include <utility>

#include "base/strings.h"

namespace quorate::rpc {
namespace {

constexpr uint32_t kLinesPerSecond = 5;

std::string Text(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(duration, absl::Microseconds(1)));
}

// Of the parts only those that took any time.
std::string Parts(const StageTimings& timings) {
  std::string parts;
  const auto add = [&parts](std::string_view name, absl::Duration took) {
    if (took > absl::ZeroDuration()) StrAppend(&parts, ", ", name, " ", Text(took));
  };
  add("queued", timings.queued);
  add("agreed", timings.agreed);
  add("own log", timings.logged);
  add("forwarded", timings.forwarded);
  return parts;
}

}  // namespace

SlowRequests::SlowRequests(std::shared_ptr<spdlog::logger> log, absl::Duration threshold)
    : log_(std::move(log)),
      threshold_(threshold == absl::ZeroDuration() ? absl::InfiniteDuration() : threshold) {}

void SlowRequests::Note(const EndedCall& call, absl::Duration now) {
  slow_.Add();
  uint64_t untold = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (now - second_ >= absl::Seconds(1)) {
      second_ = now;
      told_ = 0;
    }
    if (told_ == kLinesPerSecond) {
      ++untold_;
      return;
    }
    ++told_;
    untold = std::exchange(untold_, 0);
  }
  log_->warn("slow request: {} at {}{}: {} after {}{}{}", call.operation, LevelName(call.level),
             call.partition ? " in " + call.partition.ToString() : "",
             absl::StatusCodeToString(call.code), Text(call.took), Parts(call.timings),
             untold > 0 ? StrCat("; ", untold, " more were not told") : "");
}

void SlowRequests::WriteTo(MetricsPage& page) const {
  page.AddCounter("quorate_slow_requests_total", "Requests that took longer than slow-request.",
                  static_cast<double>(slow_.value()));
}

}  // namespace quorate::rpc
