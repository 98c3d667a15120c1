#include "signals.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>

namespace quorate::load {
namespace {

sigset_t EndingSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

void HoldSignals() {
  const sigset_t set = EndingSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

int AwaitSignal(absl::Duration limit) {
  const sigset_t set = EndingSignals();
  const timespec time = absl::ToTimespec(std::max(limit, absl::ZeroDuration()));
  return std::max(sigtimedwait(&set, nullptr, &time), 0);
}

}  // namespace quorate::load
