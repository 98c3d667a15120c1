#include "base/env.h"

#include <chrono>
#include <random>

#include "absl/time/clock.h"
#include "base/random.h"

namespace quorate {
namespace {

class ProcessEnv final : public Env {
 public:
  absl::Duration Monotonic() const override {
    return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
  absl::Time WallTime() const override { return absl::Now(); }
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
