// For tests of where clients call: a port, calls that are answered as the test says, and clients of
// gRPC's own, or by hand.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "http2/client.h"
#include "rpc/byte_buffers.h"
#include "rpc/client_port.h"
#include "rpc/grpc_threads.h"
#include "rpc/peer_world.h"

namespace quorate::rpc {

// A call of a client's that is under way.
class Pending {
 public:
  Pending(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
          const std::string& message, absl::Duration time = absl::Minutes(1),
          bool compressed = false)
      : stub_(channel), request_(BufferOf(message)) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + time));
    if (compressed) context_.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    stub_.UnaryCall(&context_, path, {}, &request_, &response_, [this](grpc::Status status) {
      status_ = std::move(status);
      done_.Notify();
    });
  }
  ~Pending() { done_.WaitForNotification(); }

  void Cancel() { context_.TryCancel(); }
  const grpc::Status& Await() {
    done_.WaitForNotification();
    return status_;
  }
  std::string answer() const { return BytesOf(response_); }

 private:
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  absl::Notification done_;
};

// What has become of calls here. "/echo" is answered with what it asks, at once, "/more" with eight
// times that; "/wait" by the test; others as `make` says.
class Calls final : public CallMaker {
 public:
  using Make = std::function<std::shared_ptr<http2::Call>(std::shared_ptr<ClientConnection>,
                                                          http2::CallId, http2::CallHead)>;
  struct Waiting {
    std::shared_ptr<ClientConnection> connection;
    http2::CallId id = 0;
    std::string message;
  };

  std::shared_ptr<http2::Call> MakeCall(std::shared_ptr<ClientConnection> connection,
                                        http2::CallId id, http2::CallHead head) override {
    {
      absl::MutexLock lock(&mutex_);
      timeouts_.push_back(head.timeout);
    }
    const std::map<std::string, int> times = {{"/echo", 1}, {"/more", 8}, {"/wait", 0}};
    const auto found = times.find(head.path);
    if (found == times.end()) return make(std::move(connection), id, std::move(head));
    return std::make_shared<Told>(*this, Waiting{std::move(connection), id, {}}, found->second);
  }

  Make make;

  // Once there are so many, in all.
  std::vector<Waiting> AwaitWaiting(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return waiting_.size() >= count; };
    mutex_.Await(absl::Condition(&enough));
    return waiting_;
  }
  void AwaitLost(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return lost_ >= count; };
    mutex_.Await(absl::Condition(&enough));
  }
  size_t lost() {
    absl::MutexLock lock(&mutex_);
    return lost_;
  }
  size_t answered_bytes() {
    absl::MutexLock lock(&mutex_);
    return answered_bytes_;
  }
  std::vector<std::optional<absl::Duration>> timeouts() {
    absl::MutexLock lock(&mutex_);
    return timeouts_;
  }

 private:
  class Told final : public http2::Call {
   public:
    Told(Calls& calls, Waiting call, int times)
        : calls_(calls), call_(std::move(call)), times_(times) {}
    void OnMessage(std::string_view message) override { call_.message = message; }
    void OnClosed() override {
      absl::MutexLock lock(&calls_.mutex_);
      if (times_ == 0) return calls_.waiting_.push_back(call_);
      std::string answer;
      for (int i = 0; i < times_; ++i) answer += call_.message;
      calls_.answered_bytes_ += answer.size();
      http2::Session& session = call_.connection->session();
      session.SendMessage(call_.id, answer.size(),
                          [&](char* to) { std::memcpy(to, answer.data(), answer.size()); });
      session.Finish(call_.id, {});
    }
    void OnLost() override {
      absl::MutexLock lock(&calls_.mutex_);
      ++calls_.lost_;
    }

   private:
    Calls& calls_;
    Waiting call_;
    const int times_;  // it is sent back
  };

  absl::Mutex mutex_;
  std::vector<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::optional<absl::Duration>> timeouts_ ABSL_GUARDED_BY(mutex_);
  size_t lost_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t answered_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

// By no thread of the port's.
inline void AnswerIt(const Calls::Waiting& call, const std::string& text) {
  call.connection->Answer([&](http2::Session& session) {
    session.SendMessage(call.id, text.size(),
                        [&](char* to) { std::memcpy(to, text.data(), text.size()); });
    session.Finish(call.id, {});
  });
}

class ClientWorld : public ::testing::Test {
 protected:
  ClientWorld() {
    auto port = ClientPort::Open(
        *ParseAddress(reserved_.address()), "listen",
        [this]() -> SocketPoll& { return poll_->sockets; }, calls_);
    EXPECT_TRUE(port.ok()) << port.status();
    port_ = *std::move(port);
  }
  ~ClientWorld() override {
    poll_->Join();
    port_.reset();
  }

  // With a connection of its own.
  std::shared_ptr<grpc::Channel> Channel() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(-1);
    return grpc::CreateCustomChannel(reserved_.address(), grpc::InsecureChannelCredentials(),
                                     arguments);
  }
  SocketFd Connect(int buffer_bytes = 0) {
    SocketFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (buffer_bytes > 0) {
      setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
      setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes));
    }
    const std::string& at = reserved_.address();
    const sockaddr_in address = Loopback(std::stoi(at.substr(at.find(':') + 1)));
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  void ExpectServes() {
    Pending call(Channel(), "/echo", "still there?");
    EXPECT_TRUE(call.Await().ok()) << call.Await().error_message();
    EXPECT_EQ(call.answer(), "still there?");
  }

  const GrpcThreads grpc_threads_{GrpcThreads::Serve::kTogether};
  ReservedPort reserved_;
  Calls calls_;
  std::unique_ptr<PollThread> poll_ = std::make_unique<PollThread>();
  std::unique_ptr<ClientPort> port_;
};

// A connection of a client that is written and read by hand.
class HandClient {
 public:
  HandClient(SocketFd fd, uint32_t window_bytes, bool opens_windows)
      : http2(window_bytes, opens_windows), fd_(std::move(fd)) {}

  // What it has to say, as far as the socket takes it; false: it takes no more for now, or for
  // as long as nothing is read.
  bool Write(int wait_ms = 0) {
    out_ += http2.Output();
    while (!out_.empty()) {
      pollfd ready = {fd_.get(), POLLOUT, 0};
      if (poll(&ready, 1, wait_ms) == 0) return false;
      const ssize_t sent = send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) return errno != EAGAIN;
      out_.erase(0, static_cast<size_t>(sent));
    }
    return true;
  }
  // What has come, waiting for it; false: the connection is at its end.
  bool Read() {
    char bytes[64 << 10];
    const ssize_t got = recv(fd_.get(), bytes, sizeof(bytes), 0);
    if (got <= 0) return false;
    http2.Input({bytes, static_cast<size_t>(got)});
    return true;
  }
  // The answers to these calls to their ends, with leave to send for what has come.
  void TakeAllOf(const std::vector<http2::CallId>& ids) {
    std::map<http2::CallId, size_t> taken;
    ReadUntil([&] {
      bool all = true;
      for (const http2::CallId id : ids) {
        const http2::Answer& answer = http2.answer(id);
        http2.Take(id, answer.body.size() - taken[id]);
        taken[id] = answer.body.size();
        all = all && answer.closed;
      }
      return all;
    });
  }
  template <class Condition>
  void ReadUntil(Condition condition) {
    while (!condition()) {
      Write();
      ASSERT_TRUE(condition() || Read()) << "the connection has ended";
    }
  }
  const SocketFd& fd() const { return fd_; }

  http2::Client http2;

 private:
  SocketFd fd_;
  std::string out_;
};

}  // namespace quorate::rpc
