#include "rpc/peer_link.h"

#include <arpa/inet.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "rpc/frame_bundle.h"
#include "rpc/grpc_threads.h"
#include "rpc/peer_service.h"

namespace quorate::rpc {
namespace {

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

// A port of the loopback on which nobody listens, but which is ours.
class ReservedPort {
 public:
  // `shared`: the address of another one, to share it.
  explicit ReservedPort(const std::string& shared = "127.0.0.1:0")
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    setsockopt(fd_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(std::stoi(shared.substr(shared.find(':') + 1)));
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~ReservedPort() { close(fd_); }  // which breaks the connections taken
  void TakeConnectionsAndSayNothing() { EXPECT_EQ(listen(fd_, 1), 0); }
  const std::string& address() const { return address_; }

 private:
  const int fd_;
  std::string address_;
};

// Takes every frame and remembers it.
class Listener final : public v1::Peer::WithRawCallbackMethod_Frames<v1::Peer::Service> {
 public:
  explicit Listener(const std::string& address) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    EXPECT_NE(server_, nullptr);
  }
  ~Listener() override { server_->Shutdown(std::chrono::system_clock::now()); }

  PeerReactor* Frames(grpc::CallbackServerContext*) override { return new Stream(*this); }

  std::vector<std::string> Await(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return frames_.size() >= count;
    };
    mutex_.Await(absl::Condition(&enough));
    return frames_;
  }

 private:
  class Stream : public PeerReactor {
   public:
    explicit Stream(Listener& listener) : listener_(listener) {
      StartSendInitialMetadata();
      StartRead(&bundle_);
    }
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::OK);
      grpc::Slice slice;
      EXPECT_TRUE(bundle_.DumpToSingleSlice(&slice).ok());
      const std::string bytes(slice.begin(), slice.end());
      EXPECT_TRUE(ForEachFrame(bytes, [&](std::string_view frame) {
                    absl::MutexLock lock(&listener_.mutex_);
                    listener_.frames_.emplace_back(frame);
                    return absl::OkStatus();
                  }).ok());
      bundle_.Clear();
      StartRead(&bundle_);
    }
    void OnDone() override { delete this; }

   private:
    Listener& listener_;
    grpc::ByteBuffer bundle_;
  };

  absl::Mutex mutex_;
  std::vector<std::string> frames_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Server> server_;
};

// Accepts every stream and ends it at once.
class Repeller final : public v1::Peer::WithRawCallbackMethod_Frames<v1::Peer::Service> {
 public:
  explicit Repeller(const std::string& address) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    EXPECT_NE(server_, nullptr);
  }
  ~Repeller() override { server_->Shutdown(std::chrono::system_clock::now()); }

  PeerReactor* Frames(grpc::CallbackServerContext*) override { return new Stream; }

 private:
  class Stream : public PeerReactor {
   public:
    Stream() {
      StartSendInitialMetadata();
      Finish(grpc::Status::OK);
    }
    void OnDone() override { delete this; }
  };

  std::unique_ptr<grpc::Server> server_;
};

class PeerLinkTest : public ::testing::Test {
 protected:
  ~PeerLinkTest() override {
    link_->Close();
    link_->AwaitClosed();
  }
  void AwaitFailedConnections(uint64_t count) {
    while (link_->stats().connections_failed < count) std::this_thread::yield();
  }

  GrpcThreads threads_{GrpcThreads::Serve::kAlone};
  ReservedPort port_;
  ManualEnv env_;
  std::atomic<int> lost_ = 0;
  std::shared_ptr<PeerLink> link_ =
      std::make_shared<PeerLink>(NodeId(1), NodeId(2), port_.address(), env_,
                                 spdlog::default_logger(), [this](NodeId) { ++lost_; });
};

// A request passed on to a node whose port has only just opened is not to
// wait for an answer that never comes.
TEST_F(PeerLinkTest, WhatWaitsForAPeerThatIsNotUpYetArrivesInOrder) {
  link_->Send("first");
  AwaitFailedConnections(1);
  link_->Send("second");  // within the back-off
  Listener peer(port_.address());
  env_.Advance(absl::Milliseconds(600));
  link_->Send("third");
  EXPECT_EQ(peer.Await(3), (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_EQ(lost_, 0);
  EXPECT_EQ(link_->stats().frames_dropped, 0);
}

// Or whoever was started again waits for its answers as long as the back-off has grown.
TEST_F(PeerLinkTest, APeerThatCallsIsConnectedToAtOnce) {
  link_->Send("first");
  AwaitFailedConnections(1);
  link_->Send("second");  // within the back-off, which lasts as time stands still
  Listener peer(port_.address());
  link_->RetryNow();
  EXPECT_EQ(peer.Await(2), (std::vector<std::string>{"first", "second"}));
}

TEST_F(PeerLinkTest, ATryThatFailsAlthoughThePeerHasCalledIsRepeatedAtOnce) {
  auto before = std::make_unique<ReservedPort>(port_.address());
  before->TakeConnectionsAndSayNothing();
  link_->Send("frame");
  link_->RetryNow();
  Listener peer(port_.address());
  before.reset();
  EXPECT_EQ(peer.Await(1), (std::vector<std::string>{"frame"}));
}

// By the link's own clock: gRPC's goes by the calendar, which may be set back.
TEST_F(PeerLinkTest, ATryThatIsNotAnsweredIsGivenUpAndTheNextOneArrives) {
  auto silent = std::make_unique<ReservedPort>(port_.address());
  silent->TakeConnectionsAndSayNothing();
  const absl::Time began = absl::Now();
  link_->Send("first");
  env_.Advance(absl::Seconds(6));
  link_->Send("second");
  AwaitFailedConnections(1);
  EXPECT_LT(absl::Now() - began, absl::Seconds(10));  // gRPC gives up after 20
  silent.reset();
  Listener peer(port_.address());
  env_.Advance(absl::Milliseconds(600));
  link_->Send("third");
  EXPECT_EQ(peer.Await(2), (std::vector<std::string>{"second", "third"}));
}

TEST_F(PeerLinkTest, DropsWhatWaitedTooLongAndSaysSo) {
  link_->Send("old");
  AwaitFailedConnections(1);
  Listener peer(port_.address());
  env_.Advance(absl::Milliseconds(1100));
  link_->Send("new");
  EXPECT_EQ(peer.Await(1), (std::vector<std::string>{"new"}));
  EXPECT_EQ(lost_, 1);
  EXPECT_EQ(link_->stats().frames_dropped, 1);
}

TEST_F(PeerLinkTest, SaysThatAnOpenStreamEnded) {
  {
    Listener peer(port_.address());
    link_->Send("heard");
    peer.Await(1);
  }
  while (link_->stats().connections_lost == 0) std::this_thread::yield();
  EXPECT_EQ(lost_, 1);
}

// gRPC frees a stream once nothing of it is under way, before it says so.
TEST_F(PeerLinkTest, WritesToNoStreamThatEndsUnderIt) {
  Repeller peer(port_.address());
  const auto over = [this] {
    const PeerLinkStats stats = link_->stats();
    return stats.connections_lost + stats.connections_failed >= 300;
  };
  std::vector<std::thread> senders;
  for (int i = 0; i < 2; ++i) {
    senders.emplace_back([&] {
      while (!over()) {
        env_.Advance(absl::Milliseconds(1));
        link_->Send("frame");
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_GT(link_->stats().messages_sent, 0u);
}

TEST_F(PeerLinkTest, AFullQueueSaysSo) {
  const std::string big(40 << 20, 'x');
  link_->Send(big);
  EXPECT_EQ(lost_, 0);
  link_->Send(big);
  EXPECT_EQ(lost_, 1);
  EXPECT_EQ(link_->stats().queue_bytes, big.size());
}

}  // namespace
}  // namespace quorate::rpc
