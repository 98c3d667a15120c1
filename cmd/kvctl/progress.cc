#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/env.h"
#include "base/strings.h"
#include "bytes.h"

namespace quorate::kvctl {
namespace {

constexpr int kBarWidth = 24;

}  // namespace

Progress::Progress(const Session& session, std::string what, uint64_t bytes_total)
    : what_(std::move(what)),
      bytes_total_(bytes_total),
      silent_(session.quiet()),
      terminal_(isatty(STDERR_FILENO) != 0),
      started_(SystemEnv().Monotonic()),
      next_(started_ + (terminal_ ? absl::ZeroDuration() : absl::Seconds(10))) {}

absl::Duration Progress::elapsed() const { return SystemEnv().Monotonic() - started_; }

std::string Progress::Line(uint64_t records, uint64_t bytes) const {
  const double seconds = std::max(0.001, absl::ToDoubleSeconds(elapsed()));
  std::string line = what_;
  if (bytes_total_ > 0) {
    const double part =
        std::min(1.0, static_cast<double>(bytes) / static_cast<double>(bytes_total_));
    const int full = static_cast<int>(part * kBarWidth);
    if (terminal_) {
      StrAppend(&line, " [", std::string(static_cast<size_t>(full), '#'),
                std::string(static_cast<size_t>(kBarWidth - full), '.'), "]");
    }
    absl::StrAppendFormat(&line, " %3.0f%%", part * 100);
  }
  absl::StrAppendFormat(&line, "  %d records  %s  %.0f/s", records, HumanBytes(bytes),
                        static_cast<double>(records) / seconds);
  return line;
}

void Progress::Update(uint64_t records, uint64_t bytes) {
  const absl::Duration now = SystemEnv().Monotonic();
  if (silent_ || now < next_) return;
  next_ = now + (terminal_ ? absl::Milliseconds(100) : absl::Seconds(10));
  if (terminal_) {
    std::cerr << '\r' << Line(records, bytes) << "\x1b[K" << std::flush;
    drawn_ = true;
  } else {
    std::cerr << Line(records, bytes) << std::endl;
  }
}

void Progress::Erase() {
  if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace quorate::kvctl
