#include "supervision.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "base/check.h"

namespace quorate::kvd {

Supervision::Supervision() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t taken;
  sigemptyset(&taken);
  sigaddset(&taken, SIGTERM);
  sigaddset(&taken, SIGINT);
  pthread_sigmask(SIG_BLOCK, &taken, nullptr);
  signals_ = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  failed_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  QUORATE_CHECK(signals_ >= 0 && failed_ >= 0, "no file descriptors for signals");
}

Supervision::~Supervision() {
  close(signals_);
  close(failed_);
}

void Supervision::Fail(absl::Status status) {
  {
    absl::MutexLock lock(&mutex_);
    failure_.Update(std::move(status));
  }
  const uint64_t one = 1;
  if (write(failed_, &one, sizeof(one)) < 0) std::abort();
}

absl::Status Supervision::failure() const {
  absl::MutexLock lock(&mutex_);
  return failure_;
}

Supervision::Event Supervision::Wait(absl::Duration at_most) {
  pollfd fds[] = {{failed_, POLLIN, 0}, {signals_, POLLIN, 0}};
  if (poll(fds, 2, static_cast<int>(absl::ToInt64Milliseconds(at_most))) <= 0) {
    return Event::kNothing;
  }
  if (fds[0].revents != 0) return Event::kFatal;
  signalfd_siginfo info;
  if (read(signals_, &info, sizeof(info)) != sizeof(info)) return Event::kNothing;
  return Event::kSignal;
}

void NotifySystemd(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const size_t size = std::strlen(path);
  if (size == 0 || size >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, path, size);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  (void)!sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                reinterpret_cast<const sockaddr*>(&address),
                static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size));
  close(fd);
}

}  // namespace quorate::kvd
