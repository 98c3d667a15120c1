#include "on_signal.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <thread>
#include <utility>

namespace quorate {
namespace {

std::atomic<int> signals{-1};

void Note(int) {
  const int kept = errno;
  const uint64_t one = 1;
  (void)!::write(signals, &one, sizeof(one));
  errno = kept;
}

}  // namespace

void OnSignal(int signal, std::function<void()> act) {
  signals = ::eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
  struct sigaction action = {};
  action.sa_handler = Note;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
  std::thread([act = std::move(act)] {
    uint64_t one = 0;
    while (::read(signals, &one, sizeof(one)) > 0 || errno == EINTR) {
      if (std::exchange(one, 0) != 0) act();
    }
  }).detach();
}

}  // namespace quorate
