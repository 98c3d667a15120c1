#include "rpc/client_port.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/limits.h"
#include "rpc/acceptor.h"

namespace quorate::rpc {
namespace {

// Answers leave at once; and the end of a client's machine that is gone without a word is noticed
// in the end.
void SetUp(int fd) {
  const int yes = 1;
  const int idle_seconds = 60;
  const int interval_seconds = 15;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof(idle_seconds));
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof(interval_seconds));
}

// Descriptors are needed for the disk as well.
size_t HalfOfAllFiles() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return limits::kPeerConnectionsMax;
  return files.rlim_cur / 2;
}

}  // namespace

// The connections that there are.
class ClientPort::Guests {
 public:
  Guests(NextSockets sockets, CallMaker& calls)
      : sockets_(std::move(sockets)), calls_(calls), guests_max_(HalfOfAllFiles()) {}

  SocketPoll& NextSocketPoll() const { return sockets_(); }

  void Take(SocketFd fd) {
    SetUp(fd.get());
    const auto guest = std::make_shared<ClientConnection>(std::move(fd), sockets_(), calls_);
    {
      absl::MutexLock lock(&mutex_);
      if (refuses_) return;
      std::erase_if(guests_, [](const auto& one) { return one.expired(); });
      if (guests_.size() >= guests_max_) return;
      guests_.push_back(guest);
    }
    guest->Watch();
  }

  void Refuse() {
    {
      absl::MutexLock lock(&mutex_);
      refuses_ = true;
    }
    for (const auto& guest : All()) guest->Refuse();
  }

  std::vector<std::shared_ptr<ClientConnection>> All() const {
    absl::MutexLock lock(&mutex_);
    std::vector<std::shared_ptr<ClientConnection>> all;
    for (const auto& one : guests_) {
      if (auto guest = one.lock()) all.push_back(std::move(guest));
    }
    return all;
  }

 private:
  const NextSockets sockets_;
  CallMaker& calls_;
  const size_t guests_max_;
  mutable absl::Mutex mutex_;
  bool refuses_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<ClientConnection>> guests_ ABSL_GUARDED_BY(mutex_);
};

// One of the addresses at which the port listens.
class ClientPort::Door final : public SocketPoll::Source,
                               public std::enable_shared_from_this<Door> {
 public:
  Door(SocketFd fd, std::shared_ptr<Guests> guests)
      : acceptor_(std::move(fd)), guests_(std::move(guests)), sockets_(guests_->NextSocketPoll()) {}

  void Open() { sockets_.Add(acceptor_.fd(), SocketPoll::Watch::kInput, shared_from_this()); }
  void Close() {
    if (!closed_.exchange(true)) sockets_.Remove(acceptor_.fd());
  }
  void OnReady() override {
    if (closed_) return;
    if (SocketFd taken = acceptor_.Accept(nullptr)) guests_->Take(std::move(taken));
  }
  void OnTick() override {}

 private:
  Acceptor acceptor_;
  const std::shared_ptr<Guests> guests_;
  SocketPoll& sockets_;
  std::atomic<bool> closed_{false};
};

ClientPort::ClientPort() = default;

absl::StatusOr<std::unique_ptr<ClientPort>> ClientPort::Open(const Address& address,
                                                             std::string_view setting,
                                                             NextSockets sockets,
                                                             CallMaker& calls) {
  auto fds = ListenAt(address, setting);
  if (!fds.ok()) return fds.status();
  std::unique_ptr<ClientPort> port(new ClientPort);
  port->guests_ = std::make_shared<Guests>(std::move(sockets), calls);
  for (SocketFd& fd : *fds) {
    port->doors_.push_back(std::make_shared<Door>(std::move(fd), port->guests_));
    port->doors_.back()->Open();
  }
  return port;
}

ClientPort::~ClientPort() {
  Refuse();
  for (const auto& guest : guests_->All()) guest->End();
}

void ClientPort::Refuse() {
  for (const auto& door : std::exchange(doors_, {})) door->Close();
  guests_->Refuse();
}

size_t ClientPort::calls() const {
  size_t calls = 0;
  for (const auto& guest : guests_->All()) calls += guest->calls();
  return calls;
}

size_t ClientPort::connections() const {
  size_t open = 0;
  for (const auto& guest : guests_->All()) open += guest->ended() ? 0 : 1;
  return open;
}

void ClientPort::WriteTo(MetricsPage& page) const {
  page.AddGauge("quorate_client_connections", "Connections of clients that are open.",
                static_cast<double>(connections()));
  page.AddGauge("quorate_client_calls", "Calls of clients that are under way, streams included.",
                static_cast<double>(calls()));
}

void ClientPort::Break() {
  for (const auto& guest : guests_->All()) guest->Break();
}

}  // namespace quorate::rpc
