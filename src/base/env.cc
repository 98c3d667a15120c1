#include "base/env.h"

#include <chrono>
#include <random>

#include "base/random.h"

namespace quorate {
namespace {

class ProcessEnv final : public Env {
 public:
  absl::Duration Monotonic() const override {
    return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
  // Not absl::Now, which asks the kernel once in two seconds and counts cycles in
  // between: a clock that was set, or stood still, is to be seen at once.
  absl::Time WallTime() const override {
    return absl::FromChrono(std::chrono::system_clock::now());
  }
  uint64_t Random() override {
    thread_local quorate::Random random{Seed()};
    return random.Next();
  }

 private:
  static uint64_t Seed() {
    std::random_device device;
    return (uint64_t{device()} << 32) | device();
  }
};

}  // namespace

Env& SystemEnv() {
  static ProcessEnv env;
  return env;
}

}  // namespace quorate
