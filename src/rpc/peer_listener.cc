#include "rpc/peer_listener.h"

#include <netdb.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "rpc/acceptor.h"
#include "rpc/peer_input.h"
#include "rpc/peer_wire.h"

namespace quorate::rpc {
namespace {

// Who has not said hello by then is no node, or no longer there.
constexpr absl::Duration kHelloWithin = absl::Seconds(5);
// Who is refused has so long to hear why.
constexpr absl::Duration kPartingMax = absl::Seconds(5);

std::string NameOf(const SocketAddress& peer) {
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (getnameinfo(peer.get(), peer.size, host, sizeof(host), port, sizeof(port),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "an unknown address";
  }
  const bool six = peer.bytes.ss_family == AF_INET6;
  return six ? StrCat("[", std::string_view(host), "]:", std::string_view(port))
             : StrCat(std::string_view(host), ":", std::string_view(port));
}

class Port;

// One connection; used by one thread at a time.
class Caller final : public SocketPoll::Source, public std::enable_shared_from_this<Caller> {
 public:
  Caller(SocketFd fd, std::string address, std::shared_ptr<Port> port);

  // Nothing else of it may be done thereafter by who calls: it may be another thread's.
  void WatchBy(SocketPoll& sockets);
  void OnReady() override;
  void OnTick() override;

 private:
  enum class State { kGreeting, kOpen, kParting, kGone };

  void ReadHello();
  void ReadMessages();
  void ReadNothing();
  // Says why, and waits for the other end to have heard it.
  void Refuse(const absl::Status& why);
  void End();
  void Leave();

  SocketFd fd_;
  const std::string address_;
  const std::shared_ptr<Port> port_;
  SocketPoll* sockets_ = nullptr;  // which watch it
  State state_ = State::kGreeting;
  absl::Duration until_;  // of kGreeting and kParting
  std::string hello_;
  PeerIntake::Line line_;
  PeerInput input_;
};

// What listens.
class Port final : public SocketPoll::Source, public std::enable_shared_from_this<Port> {
 public:
  Port(SocketFd fd, SocketsOf sockets, PeerIntake& intake, Env& env)
      : acceptor_(std::move(fd)), sockets_of_(std::move(sockets)), intake_(intake), env_(env) {}

  void Watch() {
    sockets_of_(NodeId()).Add(acceptor_.fd(), SocketPoll::Watch::kInput, shared_from_this());
  }

  void OnReady() override {
    SocketAddress peer;
    SocketFd taken = acceptor_.Accept(&peer);
    const bool full =
        callers_ >= limits::kPeerConnectionsMax || strangers_ >= limits::kPeerStrangersMax;
    if (!taken || full) return;
    SetUpPeerSocket(taken.get());
    std::make_shared<Caller>(std::move(taken), NameOf(peer), shared_from_this())
        ->WatchBy(sockets_of_(NodeId()));
  }
  void OnTick() override {}

 private:
  friend class Caller;

  Acceptor acceptor_;
  SocketsOf sockets_of_;
  PeerIntake& intake_;
  Env& env_;
  std::atomic<size_t> callers_ = 0;
  size_t strangers_ = 0;  // of those; by the thread that watches the port, as they are
};

Caller::Caller(SocketFd fd, std::string address, std::shared_ptr<Port> port)
    : fd_(std::move(fd)),
      address_(std::move(address)),
      port_(std::move(port)),
      until_(port_->env_.Monotonic() + kHelloWithin),
      input_(limits::kPeerQueueBytesMax) {
  ++port_->callers_;
  ++port_->strangers_;
}

void Caller::WatchBy(SocketPoll& sockets) {
  if (sockets_ != nullptr) sockets_->Remove(fd_.get());
  sockets_ = &sockets;
  sockets.Add(fd_.get(), SocketPoll::Watch::kInput, shared_from_this());
}

void Caller::OnReady() {
  switch (state_) {
    case State::kGreeting:
      return ReadHello();
    case State::kOpen:
      return ReadMessages();
    case State::kParting:
      return ReadNothing();
    case State::kGone:
      return;
  }
}

void Caller::OnTick() {
  const bool waits = state_ == State::kGreeting || state_ == State::kParting;
  if (waits && port_->env_.Monotonic() >= until_) Leave();
}

void Caller::ReadHello() {
  char bytes[wire::kHelloBytes];
  const ssize_t got = recv(fd_.get(), bytes, wire::kHelloBytes - hello_.size(), 0);
  if (got < 0 && NotNow(errno)) return;
  if (got <= 0) return Leave();
  hello_.append(bytes, static_cast<size_t>(got));
  const auto caller = wire::ReadHello(hello_);
  if (!caller.ok()) {
    port_->intake_.Refused(address_, caller.status());
    return Refuse(caller.status());
  }
  if (!caller->has_value()) return;
  line_ = port_->intake_.Open(**caller, address_);
  --port_->strangers_;
  state_ = State::kOpen;
  const auto welcome = wire::SizeOf(0);
  // A socket that has taken nothing yet takes four bytes.
  if (send(fd_.get(), welcome.data(), welcome.size(), MSG_NOSIGNAL) != wire::kSizeBytes) {
    return End();
  }
  WatchBy(port_->sockets_of_(line_.caller));
}

void Caller::ReadMessages() {
  const absl::Span<char> room = input_.Room();
  const ssize_t got = recv(fd_.get(), room.data(), room.size(), 0);
  if (got < 0 && NotNow(errno)) return;
  if (got <= 0) return End();
  input_.Came(static_cast<size_t>(got));
  const absl::StatusOr<std::string_view> messages = input_.Messages();
  if (!messages.ok()) port_->intake_.Refused(address_, messages.status());
  const absl::Status taken = !messages.ok()      ? messages.status()
                             : messages->empty() ? absl::OkStatus()
                                                 : port_->intake_.Take(line_, *messages);
  if (taken.ok()) return;
  port_->intake_.Close(line_);
  Refuse(taken);
}

void Caller::ReadNothing() {
  char bytes[4096];
  const ssize_t got = recv(fd_.get(), bytes, sizeof(bytes), 0);
  if (got == 0 || (got < 0 && !NotNow(errno))) Leave();
}

// A socket that is closed with something unread throws away what it was to send.
void Caller::Refuse(const absl::Status& why) {
  if (state_ == State::kGreeting) --port_->strangers_;
  state_ = State::kParting;
  // From before it can hear that.
  until_ = port_->env_.Monotonic() + kPartingMax;
  const std::string refusal = wire::Refusal(why);
  send(fd_.get(), refusal.data(), refusal.size(), MSG_NOSIGNAL);
  shutdown(fd_.get(), SHUT_WR);
}

void Caller::End() {
  port_->intake_.Close(line_);
  Leave();
}

void Caller::Leave() {
  if (state_ == State::kGreeting) --port_->strangers_;
  state_ = State::kGone;
  --port_->callers_;
  sockets_->Remove(fd_.get());
  fd_ = SocketFd();
}

}  // namespace

absl::Status ListenForPeers(const Address& address, std::string_view setting,
                            const SocketsOf& sockets, PeerIntake& intake, Env& env) {
  auto fds = ListenAt(address, setting);
  if (!fds.ok()) return fds.status();
  for (SocketFd& fd : *fds) {
    std::make_shared<Port>(std::move(fd), sockets, intake, env)->Watch();
  }
  return absl::OkStatus();
}

}  // namespace quorate::rpc
