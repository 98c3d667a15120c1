// For tests of what is between nodes: a thread that waits for sockets, a clock that
// stands still, and the other end of a connection, by hand.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/env.h"
#include "rpc/peer_intake.h"
#include "rpc/peer_listener.h"
#include "rpc/peer_wire.h"
#include "rpc/socket_fd.h"
#include "rpc/socket_poll.h"

namespace quorate::rpc {

// Time stands still until the test moves it.
class ManualEnv final : public Env {
 public:
  absl::Duration Monotonic() const override { return absl::Microseconds(now_us_.load()); }
  absl::Time WallTime() const override { return absl::UnixEpoch() + Monotonic(); }
  uint64_t Random() override { return 0; }
  void Advance(absl::Duration by) { now_us_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> now_us_ = 0;
};

class PollThread {
 public:
  ~PollThread() { Join(); }
  // Nothing is told any more.
  void Join() {
    if (!thread_.joinable()) return;
    ending_ = true;
    sockets.Wake();
    thread_.join();
  }
  SocketsOf all() {
    return [this](NodeId) -> SocketPoll& { return sockets; };
  }

  SocketPoll sockets;

 private:
  std::atomic<bool> ending_{false};
  std::thread thread_{[this] {
    while (!ending_) sockets.Tell(sockets.Wait(absl::InfiniteDuration()));
  }};
};

inline sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// A port of the loopback on which nobody listens, but which is ours.
class ReservedPort {
 public:
  // `shared`: the address of another one, to share it.
  explicit ReservedPort(const std::string& shared = "127.0.0.1:0")
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address = Loopback(std::stoi(shared.substr(shared.find(':') + 1)));
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  void TakeConnectionsAndSayNothing() { EXPECT_EQ(listen(fd_.get(), 8), 0); }
  // After that one; blocks.
  SocketFd Accept() { return SocketFd(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }
  const std::string& address() const { return address_; }

 private:
  const SocketFd fd_;
  std::string address_;
};

inline SocketFd CallAt(const std::string& address) {
  SocketFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in to = Loopback(std::stoi(address.substr(address.find(':') + 1)));
  EXPECT_EQ(connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
  return socket;
}

// All of it, or less at the end of the connection; blocks.
inline std::string ReadFrom(const SocketFd& socket, size_t bytes) {
  if (bytes == 0) return {};
  std::string read(bytes, '\0');
  const ssize_t got = recv(socket.get(), read.data(), bytes, MSG_WAITALL);
  read.resize(got < 0 ? 0 : static_cast<size_t>(got));
  return read;
}
inline void WriteTo(const SocketFd& socket, const std::string& bytes) {
  EXPECT_EQ(send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}
inline std::string MessageOf(const std::string& frame) {
  const auto size = wire::SizeOf(frame.size());
  return std::string(size.data(), size.size()) + frame;
}
// The frame of the next message.
inline std::string ReadMessage(const SocketFd& socket) {
  return ReadFrom(socket, wire::ReadSize(ReadFrom(socket, wire::kSizeBytes)));
}

// And is welcome.
inline SocketFd CallAs(NodeId caller, const std::string& address) {
  SocketFd socket = CallAt(address);
  WriteTo(socket, wire::Hello(caller));
  EXPECT_EQ(ReadMessage(socket), "");
  return socket;
}
// Takes the connection of who calls there, and welcomes it.
inline SocketFd WelcomeAt(ReservedPort& port, NodeId caller) {
  SocketFd socket = port.Accept();
  EXPECT_EQ(ReadFrom(socket, wire::kHelloBytes), wire::Hello(caller));
  WriteTo(socket, MessageOf(""));
  return socket;
}

// The peer port of a node that remembers what it was sent.
class Listener {
 public:
  Listener(const std::string& address, Env& env)
      : intake_({[this](NodeId who) { Note(called_, who); },
                 [this](std::string_view frame) { return Take(frame); },
                 [this](NodeId who) { Note(gone_, who); }},
                spdlog::default_logger(), nullptr) {
    const absl::Status listens =
        ListenForPeers(*ParseAddress(address), "peer-listen", poll_.all(), intake_, env);
    EXPECT_TRUE(listens.ok()) << listens;
  }

  std::vector<std::string> AwaitFrames(size_t count) { return Await(frames_, count); }
  std::vector<NodeId> AwaitCalled(size_t count) { return Await(called_, count); }
  std::vector<NodeId> AwaitGone(size_t count) { return Await(gone_, count); }
  size_t frames() {
    absl::MutexLock lock(&mutex_);
    return frames_.size();
  }
  // Frames that begin with an r are refused so.
  void Refuse(absl::Status why) {
    absl::MutexLock lock(&mutex_);
    refusal_ = std::move(why);
  }

 private:
  absl::Status Take(std::string_view frame) {
    absl::MutexLock lock(&mutex_);
    if (frame.starts_with('r') && !refusal_.ok()) return refusal_;
    frames_.emplace_back(frame);
    return absl::OkStatus();
  }
  void Note(std::vector<NodeId>& list, NodeId who) {
    absl::MutexLock lock(&mutex_);
    list.push_back(who);
  }
  template <class List>
  List Await(const List& list, size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return list.size() >= count; };
    mutex_.Await(absl::Condition(&enough));
    return list;
  }

  absl::Mutex mutex_;
  absl::Status refusal_;
  std::vector<std::string> frames_;
  std::vector<NodeId> called_;
  std::vector<NodeId> gone_;
  PeerIntake intake_;
  PollThread poll_;  // ends first
};

}  // namespace quorate::rpc
