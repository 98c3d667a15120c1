// How far a long command has come.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "session.h"

namespace quorate::kvctl {

// A bar on stderr, redrawn at most ten times a second, if that is a terminal;
// otherwise a line every ten seconds. Nothing with --quiet.
class Progress {
 public:
  // `bytes_total` zero: not known.
  Progress(const Session& session, std::string what, uint64_t bytes_total);
  ~Progress() { Erase(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(uint64_t records, uint64_t bytes);
  // Takes the bar away.
  void Erase();

  absl::Duration elapsed() const;

 private:
  std::string Line(uint64_t records, uint64_t bytes) const;

  const std::string what_;
  const uint64_t bytes_total_;
  const bool silent_;
  const bool terminal_;
  const absl::Duration started_;
  absl::Duration next_;
  bool drawn_ = false;
};

}  // namespace quorate::kvctl
