// The other end's host is gone without a word: no packet comes from it any more, not even
// the one that would say that there is no such connection.
#include <linux/filter.h>
#include <netinet/tcp.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "rpc/peer_link.h"
#include "rpc/peer_world.h"

namespace quorate::rpc {
namespace {

// What reaches this end from now on is thrown away before TCP sees it.
void Vanish(const SocketFd& socket) {
  sock_filter take_nothing = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog filter{1, &take_nothing};
  ASSERT_EQ(setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)), 0);
}

using Name = int (*)(int, sockaddr*, socklen_t*);

uint16_t PortBy(Name name, int fd) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  const bool named = name(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  return named && address.sin_family == AF_INET ? address.sin_port : 0;
}

// The file descriptor, of this process, of the connection's other end.
int OtherEndOf(const SocketFd& socket) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int fd = std::stoi(entry.path().filename().string());
    if (PortBy(getsockname, fd) == PortBy(getpeername, socket.get()) &&
        PortBy(getpeername, fd) == PortBy(getsockname, socket.get())) {
      return fd;
    }
  }
  return -1;
}

int OptionOf(int fd, int level, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  EXPECT_EQ(getsockopt(fd, level, option, &value, &size), 0);
  return value;
}

void ExpectNoticesWithinEightSeconds(int fd) {
  EXPECT_EQ(OptionOf(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
  const int probing_s =
      OptionOf(fd, IPPROTO_TCP, TCP_KEEPINTVL) * OptionOf(fd, IPPROTO_TCP, TCP_KEEPCNT);
  EXPECT_EQ(OptionOf(fd, IPPROTO_TCP, TCP_KEEPIDLE) + probing_s, 8) << "at rest";
  EXPECT_EQ(OptionOf(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 8000) << "under way, in ms";
}

class PeerVanishedTest : public ::testing::Test {
 protected:
  // The calling end of a node, and the other one, to which its first frame has come.
  class Caller {
   public:
    explicit Caller(PeerVanishedTest& test)
        : link_(std::make_shared<PeerLink>(NodeId(1), NodeId(2), test.port_.address(), test.env_,
                                           test.poll_.sockets, spdlog::default_logger(),
                                           [this](NodeId) { lost_.Notify(); })) {
      link_->Send("frame");
      peer = WelcomeAt(test.port_, NodeId(1));
      EXPECT_EQ(ReadMessage(peer), "frame");
    }
    ~Caller() { link_->Close(); }
    void Send() { link_->Send("more"); }
    void AwaitLost() { lost_.WaitForNotification(); }

    SocketFd peer;

   private:
    absl::Notification lost_;
    const std::shared_ptr<PeerLink> link_;
  };

  PeerVanishedTest() { port_.TakeConnectionsAndSayNothing(); }

  ManualEnv env_;  // stands still: whoever notices, it is not by the node's clock
  ReservedPort port_;
  PollThread poll_;
  ReservedPort listening_;
  Listener node_{listening_.address(), env_};
};

TEST_F(PeerVanishedTest, BothEndsAreSetUpToNoticeWithinEightSeconds) {
  ExpectNoticesWithinEightSeconds(OtherEndOf(CallAs(NodeId(7), listening_.address())));
  ExpectNoticesWithinEightSeconds(OtherEndOf(Caller(*this).peer));
}

// Lasts those eight seconds, as no clock but the kernel's counts.
TEST_F(PeerVanishedTest, EndsConnectionsThatRestAndThoseThatSend) {
  const SocketFd called = CallAs(NodeId(7), listening_.address());
  Caller resting(*this);
  Caller sending(*this);
  Vanish(called);
  Vanish(resting.peer);
  Vanish(sending.peer);
  sending.Send();
  EXPECT_EQ(node_.AwaitGone(1), std::vector<NodeId>{NodeId(7)});
  resting.AwaitLost();
  sending.AwaitLost();
}

}  // namespace
}  // namespace quorate::rpc
