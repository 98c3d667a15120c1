#include "rpc/peer_listener.h"

#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "rpc/peer_world.h"

namespace quorate::rpc {
namespace {

using Frames = std::vector<std::string>;

// Lets this process have so many more of them.
class FileDescriptorRoom {
 public:
  explicit FileDescriptorRoom(rlim_t more) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    const rlimit raised{std::min(before_.rlim_cur + more, before_.rlim_max), before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &raised), 0);
  }
  ~FileDescriptorRoom() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_ = {};
};

class PeerListenerTest : public ::testing::Test {
 protected:
  SocketFd Call() { return CallAt(port_.address()); }
  SocketFd CallAs(uint64_t node) { return rpc::CallAs(NodeId(node), port_.address()); }
  // Of the refusal that comes now, before the end.
  static absl::Status ReadRefusal(const SocketFd& socket) {
    const absl::Status why = wire::ReadRefusal(ReadMessage(socket));
    EXPECT_EQ(ReadFrom(socket, 1), "");
    return why;
  }

  ManualEnv env_;
  ReservedPort port_;
  Listener node_{port_.address(), env_};
};

TEST_F(PeerListenerTest, TellsWhoCallsWhatComesAndWhoIsGone) {
  {
    const SocketFd socket = CallAs(7);
    EXPECT_EQ(node_.AwaitCalled(1), std::vector<NodeId>{NodeId(7)});
    WriteTo(socket, MessageOf("one") + MessageOf("two"));
    EXPECT_EQ(node_.AwaitFrames(2), (Frames{"one", "two"}));
  }
  EXPECT_EQ(node_.AwaitGone(1), std::vector<NodeId>{NodeId(7)});
}

TEST_F(PeerListenerTest, PutsTogetherWhatComesByTheByte) {
  const SocketFd socket = Call();
  for (const char byte : wire::Hello(NodeId(7))) WriteTo(socket, std::string(1, byte));
  EXPECT_EQ(ReadMessage(socket), "");
  for (const char byte : MessageOf("one") + MessageOf("two")) {
    WriteTo(socket, std::string(1, byte));
  }
  EXPECT_EQ(node_.AwaitFrames(2), (Frames{"one", "two"}));
}

TEST_F(PeerListenerTest, TakesLargeFramesBetweenSmallOnes) {
  const std::string large(5 << 20, 'x');
  const SocketFd socket = CallAs(7);
  WriteTo(socket, MessageOf("one") + MessageOf(large) + MessageOf("two"));
  EXPECT_EQ(node_.AwaitFrames(3), (Frames{"one", large, "two"}));
}

TEST_F(PeerListenerTest, AConnectionCutInTheMiddleOfAFrameBringsNothingOfIt) {
  {
    const SocketFd socket = CallAs(7);
    WriteTo(socket, MessageOf("one") + MessageOf("two").substr(0, 6));
  }
  node_.AwaitGone(1);
  EXPECT_EQ(node_.AwaitFrames(1), Frames{"one"});
}

TEST_F(PeerListenerTest, SaysWhyItRefusesAFrameAndTakesNoMoreOfThatConnection) {
  node_.Refuse(MakeError(absl::StatusCode::kInvalidArgument, "OLDER_BOOT", "a former life"));
  const SocketFd socket = CallAs(7);
  WriteTo(socket, MessageOf("one") + MessageOf("refused") + MessageOf("two"));
  const absl::Status why = ReadRefusal(socket);
  EXPECT_EQ(ReasonOf(why), "OLDER_BOOT");
  EXPECT_EQ(why.message(), "a former life");
  EXPECT_EQ(node_.AwaitGone(1), std::vector<NodeId>{NodeId(7)});
  EXPECT_EQ(node_.AwaitFrames(1), Frames{"one"});
}

TEST_F(PeerListenerTest, RefusesGarbageAndOtherProtocolsByName) {
  const std::string http2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const auto& [said, named] : {std::pair<std::string, std::string>{http2, "HTTP/2"},
                                    {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP"},
                                    {"x", "\"x\""}}) {
    const SocketFd socket = Call();
    WriteTo(socket, said);
    const absl::Status why = ReadRefusal(socket);
    EXPECT_EQ(ReasonOf(why), "NOT_A_PEER");
    EXPECT_NE(std::string(why.message()).find(named), std::string::npos) << why;
  }
  std::string newer = wire::Hello(NodeId(7));
  newer[8] = 2;
  const SocketFd socket = Call();
  WriteTo(socket, newer);
  EXPECT_EQ(ReasonOf(ReadRefusal(socket)), "PEER_VERSION");
  WriteTo(CallAs(7), MessageOf("and goes on"));
  EXPECT_EQ(node_.AwaitFrames(1), Frames{"and goes on"});
  EXPECT_EQ(node_.AwaitCalled(1), std::vector<NodeId>{NodeId(7)});
}

TEST_F(PeerListenerTest, RefusesAFrameThatIsSaidToBeTooLargeBeforeItComes) {
  const SocketFd socket = CallAs(7);
  const auto size = wire::SizeOf(limits::kPeerQueueBytesMax + 1);
  WriteTo(socket, std::string(size.data(), size.size()));
  EXPECT_EQ(ReasonOf(ReadRefusal(socket)), "FRAME_TOO_LARGE");
  EXPECT_EQ(node_.AwaitGone(1), std::vector<NodeId>{NodeId(7)});
}

TEST_F(PeerListenerTest, ClosesConnectionsThatDoNotSayWhoCallsInTime) {
  const SocketFd silent = Call();
  const SocketFd slow = Call();
  WriteTo(slow, wire::Hello(NodeId(7)).substr(0, 9));
  const SocketFd node = CallAs(7);
  env_.Advance(absl::Seconds(6));
  EXPECT_EQ(ReadFrom(silent, 1), "");
  EXPECT_EQ(ReadFrom(slow, 1), "");
  WriteTo(node, MessageOf("stays"));
  EXPECT_EQ(node_.AwaitFrames(1), Frames{"stays"});
}

TEST_F(PeerListenerTest, WhoStaysAfterItsRefusalIsCutOff) {
  const SocketFd socket = Call();
  WriteTo(socket, "garbage");
  EXPECT_EQ(ReasonOf(ReadRefusal(socket)), "NOT_A_PEER");
  env_.Advance(absl::Seconds(6));
  // Until the other end has closed, which is told to who writes.
  while (send(socket.get(), "x", 1, MSG_NOSIGNAL) == 1) std::this_thread::yield();
}

TEST_F(PeerListenerTest, StrangersDoNotKeepNodesOut) {
  std::vector<SocketFd> silent;
  for (size_t i = 0; i < limits::kPeerStrangersMax; ++i) silent.push_back(Call());
  EXPECT_EQ(ReadFrom(Call(), 1), "");
  env_.Advance(absl::Seconds(6));
  for (const SocketFd& socket : silent) EXPECT_EQ(ReadFrom(socket, 1), "");
  CallAs(7);
}

TEST_F(PeerListenerTest, TakesNoMoreConnectionsThanThereMayBeUntilOneHasEnded) {
  constexpr size_t kMax = limits::kPeerConnectionsMax;
  const FileDescriptorRoom room(2 * kMax + 100);  // both ends are here
  std::vector<SocketFd> nodes;
  for (size_t i = 1; i <= kMax; ++i) nodes.push_back(CallAs(i));
  const SocketFd one_more = Call();
  WriteTo(one_more, wire::Hello(NodeId(kMax + 1)));
  EXPECT_EQ(ReadFrom(one_more, 1), "") << "no welcome";
  WriteTo(nodes.front(), MessageOf("stays"));
  WriteTo(nodes.back(), MessageOf("stays"));
  EXPECT_EQ(node_.AwaitFrames(2), (Frames{"stays", "stays"}));
  nodes.pop_back();
  node_.AwaitGone(1);
  WriteTo(CallAs(kMax + 1), MessageOf("in its place"));
  EXPECT_EQ(node_.AwaitFrames(3).back(), "in its place");
}

}  // namespace
}  // namespace quorate::rpc
