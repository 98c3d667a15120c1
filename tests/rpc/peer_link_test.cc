#include "rpc/peer_link.h"

#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "base/error.h"
#include "rpc/peer_world.h"

namespace quorate::rpc {
namespace {

using Frames = std::vector<std::string>;

class PeerLinkTest : public ::testing::Test {
 protected:
  ~PeerLinkTest() override { link_->Close(); }

  std::shared_ptr<PeerLink> LinkTo(const std::string& address) {
    return std::make_shared<PeerLink>(
        NodeId(1), NodeId(2), address, env_, links_.sockets, spdlog::default_logger(),
        [this](NodeId) { ++lost_; },
        [this](NodeId, const absl::Status& why) { disowned_ += ReasonOf(why); });
  }
  void AwaitFailedConnections(uint64_t count) {
    while (link_->stats().connections_failed < count) std::this_thread::yield();
  }
  void AwaitLostConnections(uint64_t count) {
    while (link_->stats().connections_lost < count) std::this_thread::yield();
  }
  // Of the connection that comes; what is said there first has been read.
  SocketFd Welcome() { return WelcomeAt(port_, NodeId(1)); }

  // Listens at the port.
  std::unique_ptr<Listener> Peer() { return std::make_unique<Listener>(port_.address(), env_); }

  ManualEnv env_;
  ReservedPort port_;
  PollThread links_;
  std::atomic<int> lost_ = 0;
  std::string disowned_;
  std::shared_ptr<PeerLink> link_ = LinkTo(port_.address());
};

// A request passed on to a node whose port has only just opened is not to
// wait for an answer that never comes.
TEST_F(PeerLinkTest, WhatWaitsForAPeerThatIsNotUpYetArrivesInOrder) {
  link_->Send("first");
  AwaitFailedConnections(1);
  link_->Send("second");  // within the back-off
  const auto peer = Peer();
  env_.Advance(absl::Milliseconds(600));
  link_->Send("third");
  EXPECT_EQ(peer->AwaitFrames(3), (Frames{"first", "second", "third"}));
  EXPECT_EQ(lost_, 0);
  EXPECT_EQ(link_->stats().frames_dropped, 0);
}

// Or whoever was started again waits for its answers as long as the back-off has grown.
TEST_F(PeerLinkTest, APeerThatCallsIsConnectedToAtOnce) {
  link_->Send("first");
  AwaitFailedConnections(1);
  link_->Send("second");  // within the back-off, which lasts as time stands still
  const auto peer = Peer();
  link_->RetryNow();
  EXPECT_EQ(peer->AwaitFrames(2), (Frames{"first", "second"}));
}

TEST_F(PeerLinkTest, ATryThatFailsAlthoughThePeerHasCalledIsRepeatedAtOnce) {
  port_.TakeConnectionsAndSayNothing();
  link_->Send("frame");
  SocketFd before = port_.Accept();
  link_->RetryNow();
  before = SocketFd();
  EXPECT_EQ(ReadMessage(Welcome()), "frame");
}

// By the link's own clock: the calendar's may be set back.
TEST_F(PeerLinkTest, ATryThatIsNotAnsweredIsGivenUpAndTheNextOneArrives) {
  port_.TakeConnectionsAndSayNothing();
  link_->Send("first");
  const SocketFd silent = port_.Accept();
  env_.Advance(absl::Seconds(6));
  AwaitFailedConnections(1);
  env_.Advance(absl::Milliseconds(600));
  link_->Send("second");
  EXPECT_EQ(ReadMessage(Welcome()), "second");
}

TEST_F(PeerLinkTest, DropsWhatWaitedTooLongAndSaysSo) {
  link_->Send("old");
  AwaitFailedConnections(1);
  const auto peer = Peer();
  env_.Advance(absl::Milliseconds(1100));
  link_->Send("new");
  EXPECT_EQ(peer->AwaitFrames(1), (Frames{"new"}));
  EXPECT_EQ(lost_, 1);
  EXPECT_EQ(link_->stats().frames_dropped, 1);
}

TEST_F(PeerLinkTest, SendsNothingBeforeItIsWelcome) {
  port_.TakeConnectionsAndSayNothing();
  link_->Send("frame");
  {
    const SocketFd socket = port_.Accept();
    EXPECT_EQ(ReadFrom(socket, wire::kHelloBytes), wire::Hello(NodeId(1)));
    char more = 0;
    EXPECT_EQ(recv(socket.get(), &more, 1, MSG_DONTWAIT), -1);
  }
  AwaitFailedConnections(1);
  EXPECT_EQ(lost_, 0);
  env_.Advance(absl::Milliseconds(600));
  link_->Send("next");
  const SocketFd socket = Welcome();
  EXPECT_EQ(ReadMessage(socket), "frame");
  EXPECT_EQ(ReadMessage(socket), "next");
}

TEST_F(PeerLinkTest, SaysThatAnOpenConnectionEnded) {
  port_.TakeConnectionsAndSayNothing();
  link_->Send("heard");
  EXPECT_EQ(ReadMessage(Welcome()), "heard");  // and closes
  AwaitLostConnections(1);
  EXPECT_EQ(lost_, 1);
  EXPECT_FALSE(link_->stats().connected);
}

TEST_F(PeerLinkTest, WhatDoesNotFitTheSocketGoesOnInOrderAsThePeerReads) {
  constexpr size_t kBig = 300 << 10;
  constexpr int kFrames = 100;  // more than sockets hold
  port_.TakeConnectionsAndSayNothing();
  link_->Send("0");
  const SocketFd socket = Welcome();
  EXPECT_EQ(ReadMessage(socket), "0");
  for (int i = 1; i <= kFrames; ++i) link_->Send(std::to_string(i) + std::string(kBig, 'x'));
  EXPECT_LT(link_->stats().frames_sent, static_cast<uint64_t>(kFrames));
  for (int i = 1; i <= kFrames; ++i) {
    ASSERT_EQ(ReadMessage(socket), std::to_string(i) + std::string(kBig, 'x'));
  }
  EXPECT_EQ(lost_, 0);
  EXPECT_EQ(link_->stats().queue_bytes, 0);
}

TEST_F(PeerLinkTest, WhatAnEndedConnectionHadNotSentIsDroppedAndTheNextBeginsWithAWholeFrame) {
  port_.TakeConnectionsAndSayNothing();
  link_->Send("first");
  {
    const SocketFd socket = Welcome();
    // Else the kernel may take all that is sent here, and more.
    const int room = 64 << 10;
    setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    for (int i = 0; i < 20; ++i) link_->Send(std::string(1 << 20, 'x'));
    EXPECT_EQ(ReadFrom(socket, 1000).size(), 1000u);  // in the middle of one
  }
  AwaitLostConnections(1);
  env_.Advance(absl::Milliseconds(600));
  link_->Send("next");
  EXPECT_EQ(ReadMessage(Welcome()), "next");
  EXPECT_GT(link_->stats().frames_dropped, 0u);
}

TEST_F(PeerLinkTest, WhyAPeerRefusesArrives) {
  for (const std::string& reason :
       Frames{"OLDER_BOOT", "LOG_SHORTER", "PROTOCOL_TOO_OLD", "OTHER"}) {
    const ReservedPort port;
    Listener peer(port.address(), env_);
    peer.Refuse(MakeError(absl::StatusCode::kInvalidArgument, reason, "no"));
    link_ = LinkTo(port.address());
    disowned_.clear();
    link_->Send("refused");
    AwaitLostConnections(1);
    link_->Close();
    EXPECT_EQ(disowned_, reason == "OTHER" ? "" : reason);
    EXPECT_EQ(peer.AwaitGone(1), std::vector<NodeId>{NodeId(1)});
  }
}

TEST_F(PeerLinkTest, AnswersThatNoNodeGivesEndTheTry) {
  port_.TakeConnectionsAndSayNothing();
  uint64_t failed = 0;
  for (const std::string& answer : {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"),
                                    MessageOf(std::string(100, 'x')), std::string(3, '\0')}) {
    link_->Send("frame");
    WriteTo(port_.Accept(), answer);
    AwaitFailedConnections(++failed);
    env_.Advance(absl::Milliseconds(600));
  }
}

TEST_F(PeerLinkTest, AddressesMayBeNames) {
  const auto peer = Peer();
  link_ = LinkTo("localhost" + port_.address().substr(port_.address().find(':')));
  link_->Send("frame");
  while (peer->frames() < 1) {  // ::1 may come first, where nobody listens
    env_.Advance(absl::Milliseconds(20));
    link_->Send("again");
    std::this_thread::yield();
  }
  const auto nowhere = LinkTo("no-such-host.invalid:1");
  nowhere->Send("frame");
  while (nowhere->stats().connections_failed < 1) std::this_thread::yield();
  nowhere->Close();
}

TEST_F(PeerLinkTest, WritesToNoConnectionThatEndsUnderIt) {
  port_.TakeConnectionsAndSayNothing();
  std::atomic<bool> ending{false};
  const auto over = [this] {
    const PeerLinkStats stats = link_->stats();
    const uint64_t ended = stats.connections_lost + stats.connections_failed;
    return ended >= 300 && (stats.messages_sent > 0 || ended >= 100'000);
  };
  std::thread repeller([&] {
    while (!ending) {
      if (const SocketFd socket = port_.Accept()) WriteTo(socket, MessageOf(""));
    }
  });
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
  ending = true;
  link_->Close();
  const auto last = LinkTo(port_.address());  // lets the repeller end
  last->Send("frame");
  repeller.join();
  last->Close();
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
