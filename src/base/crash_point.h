// Points at which a process can be made to die or to stand still, so that what
// a crash there leaves behind is met on purpose and not by luck.
//
//   CrashPoint<"log-before-write">();
//
// One relaxed load while nothing is armed; always compiled in, but only a
// program that calls ArmCrashPoint can be hit. Names are words with dashes:
// which part, before or after, what.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/probe.h"

namespace quorate {

struct ArmedCrashPoint {
  std::string name;
  uint64_t passes = 1;  // it strikes at this one, counted from 1
  // The process dies by SIGKILL; or, if this is set, the thread that passes
  // sleeps so long, once.
  absl::Duration stall = absl::ZeroDuration();
  // Passes count from this signal on, and anew from each; 0: from the beginning.
  int signal = 0;
};

// At most once in a process, before its threads. False: there is no such point.
bool ArmCrashPoint(const ArmedCrashPoint& armed);

// All points linked into this program, by name.
std::vector<std::string> CrashPointNames();

namespace internal {

class CrashPointEntry {
 public:
  explicit CrashPointEntry(const char* name);
  void Pass() {
    if (armed_.load(std::memory_order_relaxed)) Struck();
  }
  void Arm() { armed_.store(true, std::memory_order_relaxed); }
  const char* name() const { return name_; }

 private:
  void Struck();

  const char* name_;
  std::atomic<bool> armed_{false};
};

template <ProbeName name>
inline CrashPointEntry crash_point{name.text};

}  // namespace internal

template <internal::ProbeName name>
inline void CrashPoint() {
  internal::crash_point<name>.Pass();
}

}  // namespace quorate
