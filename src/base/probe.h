// Marks of rare paths: code that only odd timing reaches says so, and the
// simulator's suite fails when no seed got there.
//
//   if (reply.reject) Reached<"raft: append refused by a diverged log">();
//
// One relaxed add; always compiled in. A probe is listed from the program's
// start on, reached or not.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace quorate {

class Probe {
 public:
  explicit Probe(const char* name);
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  void Hit() { count_.fetch_add(1, std::memory_order_relaxed); }
  const char* name() const { return name_; }
  uint64_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  const char* name_;
  std::atomic<uint64_t> count_{0};
};

struct ProbeCount {
  std::string name;
  uint64_t count = 0;
};

// All probes linked into this program, by name.
std::vector<ProbeCount> ProbeCounts();

namespace internal {

// A string literal as a template argument.
template <size_t N>
struct ProbeName {
  char text[N];
  constexpr ProbeName(const char (&literal)[N]) {  // NOLINT: implicit by design
    for (size_t i = 0; i < N; ++i) text[i] = literal[i];
  }
};

template <ProbeName name>
inline Probe probe{name.text};

}  // namespace internal

template <internal::ProbeName name>
inline void Reached() {
  internal::probe<name>.Hit();
}

}  // namespace quorate
