#include "rpc/socket_poll.h"

#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/check.h"

namespace quorate::rpc {
namespace {

constexpr int64_t kTickMs = 1000;
constexpr absl::Duration kWaitMax = absl::Milliseconds(kTickMs);

// To the nearest few milliseconds, for nothing.
int64_t NowMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

epoll_event EventOf(int fd, SocketPoll::Watch watch) {
  epoll_event event{};
  event.data.fd = fd;
  switch (watch) {
    case SocketPoll::Watch::kInput:
      event.events = EPOLLIN;
      break;
    case SocketPoll::Watch::kEdges:
      event.events = EPOLLIN | EPOLLOUT | EPOLLET;
      break;
    case SocketPoll::Watch::kOutput:
      event.events = EPOLLOUT;
      break;
    case SocketPoll::Watch::kBoth:
      event.events = EPOLLIN | EPOLLOUT;
      break;
  }
  return event;
}

// Linux before 5.11 waits for whole milliseconds only.
int WaitFor(int epoll, epoll_event* events, int size, absl::Duration timeout) {
  static std::atomic<bool> exact{true};
  if (exact.load(std::memory_order_relaxed)) {
    const timespec precisely = absl::ToTimespec(timeout);
    const int count = epoll_pwait2(epoll, events, size, &precisely, nullptr);
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    exact = false;
  }
  const auto rounded = absl::Ceil(timeout, absl::Milliseconds(1));
  return epoll_wait(epoll, events, size, static_cast<int>(absl::ToInt64Milliseconds(rounded)));
}

}  // namespace

SocketPoll::SocketPoll()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  QUORATE_CHECK(epoll_ >= 0 && wake_ >= 0, "no file descriptors to wait with");
  // Each write is an edge, so that it need not be read.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.fd = wake_;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
}

SocketPoll::~SocketPoll() {
  close(wake_);
  close(epoll_);
}

void SocketPoll::Add(int fd, Watch watch, std::shared_ptr<Source> source) {
  absl::MutexLock lock(&mutex_);
  sources_[fd] = std::move(source);
  epoll_event event = EventOf(fd, watch);
  const int added = epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  QUORATE_CHECK(added == 0, "a socket that cannot be waited for");
}

void SocketPoll::Change(int fd, Watch watch) {
  epoll_event event = EventOf(fd, watch);
  const int changed = epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
  QUORATE_CHECK(changed == 0, "a socket that cannot be waited for");
}

void SocketPoll::Remove(int fd) {
  std::shared_ptr<Source> gone;  // let go of without the lock
  absl::MutexLock lock(&mutex_);
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  const auto found = sources_.find(fd);
  if (found == sources_.end()) return;
  gone = std::move(found->second);
  sources_.erase(found);
}

std::shared_ptr<SocketPoll::Source> SocketPoll::Find(int fd) const {
  absl::MutexLock lock(&mutex_);
  const auto found = sources_.find(fd);
  return found == sources_.end() ? nullptr : found->second;
}

void SocketPoll::Wake() {
  const uint64_t one = 1;
  // It is full after 2^64 of them.
  [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof(one));
}

int SocketPoll::Wait(absl::Duration timeout) {
  timeout = std::clamp(timeout, absl::ZeroDuration(), kWaitMax);
  return WaitFor(epoll_, events_.data(), static_cast<int>(events_.size()), timeout);
}

void SocketPoll::Tell(int count) {
  if (const int64_t now = NowMs(); now >= tick_at_ms_) {
    tick_at_ms_ = now + kTickMs;
    TellTicks();
  }
  for (int i = 0; i < count; ++i) {
    if (const auto source = Find(events_[static_cast<size_t>(i)].data.fd)) source->OnReady();
  }
}

void SocketPoll::TellTicks() {
  std::vector<std::shared_ptr<Source>> all;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [fd, source] : sources_) all.push_back(source);
  }
  for (const auto& source : all) source->OnTick();
}

}  // namespace quorate::rpc
