#include "rpc/client_port.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <deque>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/metrics.h"
#include "rpc/client_world.h"

namespace quorate::rpc {
namespace {

using ::testing::HasSubstr;

class ClientPortTest : public ClientWorld {};

TEST_F(ClientPortTest, AnswersAUnaryCall) {
  const auto channel = Channel();
  for (const std::string& text : {std::string("ask"), std::string(), std::string(3 << 20, 'x')}) {
    Pending call(channel, "/echo", text);
    ASSERT_TRUE(call.Await().ok()) << call.Await().error_message();
    EXPECT_EQ(call.answer(), text);
  }
  EXPECT_EQ(port_->calls(), 0u);
}

TEST_F(ClientPortTest, TellsHowManyConnectionsAndCallsThereAre) {
  Pending one(Channel(), "/wait", "ask");
  Pending other(Channel(), "/wait", "ask");
  const auto waiting = calls_.AwaitWaiting(2);
  MetricsPage page;
  port_->WriteTo(page);
  EXPECT_THAT(page.Text(), HasSubstr("\nquorate_client_connections 2\n"));
  EXPECT_THAT(page.Text(), HasSubstr("\nquorate_client_calls 2\n"));
  for (const auto& call : waiting) AnswerIt(call, "answer");
  EXPECT_TRUE(one.Await().ok() && other.Await().ok());
}

TEST_F(ClientPortTest, AnswersWhatAClientHasCompressed) {
  const std::string text(1 << 20, 'x');
  Pending call(Channel(), "/echo", text, absl::Minutes(1), true);
  ASSERT_TRUE(call.Await().ok()) << call.Await().error_message();
  EXPECT_EQ(call.answer(), text);
}

TEST_F(ClientPortTest, AnswersCallsLaterFromAnyThreadAndInAnyOrder) {
  const auto channel = Channel();
  Pending first(channel, "/wait", "1");
  Pending second(channel, "/wait", "2");
  auto waiting = calls_.AwaitWaiting(2);
  EXPECT_EQ(port_->calls(), 2u);
  for (const auto& call : {waiting[1], waiting[0]}) AnswerIt(call, "to " + call.message);
  EXPECT_TRUE(first.Await().ok());
  EXPECT_EQ(first.answer(), "to 1");
  EXPECT_TRUE(second.Await().ok());
  EXPECT_EQ(second.answer(), "to 2");
  EXPECT_EQ(port_->calls(), 0u);
}

TEST_F(ClientPortTest, AnErrorReachesTheClientWithItsMessageAndDetails) {
  Pending call(Channel(), "/wait", "ask");
  const auto waiting = calls_.AwaitWaiting(1)[0];
  waiting.connection->Answer([&](http2::Session& session) {
    session.Finish(waiting.id, {absl::StatusCode::kNotFound, "100 % no µ\n", "\x08\x05\xff"});
  });
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(call.Await().error_message(), "100 % no µ\n");
  EXPECT_EQ(call.Await().error_details(), "\x08\x05\xff");
}

TEST_F(ClientPortTest, TheDeadlineIsToldAndTheCallLostOnceItPasses) {
  Pending call(Channel(), "/wait", "ask", absl::Milliseconds(300));
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  calls_.AwaitLost(1);
  const auto told = calls_.timeouts().at(0);
  ASSERT_TRUE(told);
  EXPECT_LE(*told, absl::Milliseconds(310));  // gRPC rounds up
  EXPECT_EQ(port_->calls(), 0u);
  ExpectServes();
}

TEST_F(ClientPortTest, ACallThatIsCancelledIsLostAndItsAnswerDropped) {
  const auto channel = Channel();
  Pending call(channel, "/wait", "ask");
  const auto waiting = calls_.AwaitWaiting(1)[0];
  call.Cancel();
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::CANCELLED);
  calls_.AwaitLost(1);
  AnswerIt(waiting, "late");
  Pending next(channel, "/echo", "next");
  EXPECT_TRUE(next.Await().ok());
  EXPECT_EQ(calls_.lost(), 1u);
}

TEST_F(ClientPortTest, AThousandCallsAtOnceShareAConnection) {
  const auto channel = Channel();
  std::deque<Pending> calls;
  for (int i = 0; i < 500; ++i) {
    calls.emplace_back(channel, "/echo", std::to_string(2 * i));
    calls.emplace_back(channel, "/wait", std::to_string(2 * i + 1));
  }
  const auto waiting = calls_.AwaitWaiting(500);
  EXPECT_EQ(waiting.front().connection, waiting.back().connection);
  for (const auto& call : waiting) AnswerIt(call, call.message);
  for (size_t i = 0; i < calls.size(); ++i) {
    ASSERT_TRUE(calls[i].Await().ok()) << calls[i].Await().error_message();
    EXPECT_EQ(calls[i].answer(), std::to_string(i));
  }
}

TEST_F(ClientPortTest, CallsOfALostConnectionAreLost) {
  HandClient client(Connect(), 65535, true);
  client.http2.Call("/wait", "one");
  client.http2.Call("/wait", "two");
  ASSERT_TRUE(client.Write(1000));
  const auto waiting = calls_.AwaitWaiting(2);
  shutdown(client.fd().get(), SHUT_RDWR);
  calls_.AwaitLost(2);
  for (const auto& call : waiting) AnswerIt(call, "late");
  EXPECT_EQ(port_->calls(), 0u);
  ExpectServes();
}

TEST_F(ClientPortTest, ABrokenPortEndsCallsAsUnavailable) {
  const auto channel = Channel();
  Pending call(channel, "/wait", "ask");
  calls_.AwaitWaiting(1);
  port_->Refuse();
  port_->Break();
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::UNAVAILABLE);
  calls_.AwaitLost(1);
  EXPECT_EQ(port_->calls(), 0u);
}

TEST_F(ClientPortTest, ARefusalLetsCallsThatAreUnderWayEndAndTakesNoMore) {
  const auto channel = Channel();
  Pending call(channel, "/wait", "ask");
  const auto waiting = calls_.AwaitWaiting(1);
  port_->Refuse();
  Pending late(channel, "/wait", "late");
  EXPECT_EQ(late.Await().error_code(), grpc::StatusCode::UNAVAILABLE);
  AnswerIt(waiting[0], "answer");
  EXPECT_TRUE(call.Await().ok()) << call.Await().error_message();
  EXPECT_EQ(call.answer(), "answer");
  EXPECT_EQ(calls_.AwaitWaiting(1).size(), 1u);
  // Its client closes it.
  while (port_->connections() > 0) std::this_thread::yield();
}

TEST_F(ClientPortTest, WhatIsNotHttp2EndsItsConnectionOnly) {
  Pending other(Channel(), "/wait", "ask");
  const auto waiting = calls_.AwaitWaiting(1);
  for (const char* said : {"GET / HTTP/1.1\r\nHost: here\r\n\r\n", "\x16\x03\x01\x02garbage"}) {
    const SocketFd fd = Connect();
    WriteTo(fd, said);
    // Whatever it says before.
    while (!ReadFrom(fd, 1).empty()) continue;
  }
  AnswerIt(waiting[0], "answer");
  EXPECT_TRUE(other.Await().ok());
  ExpectServes();
}

// Lasts those seconds, as no clock but the kernel's counts.
TEST_F(ClientPortTest, WhoSaysNothingWithinFiveSecondsIsLetGoAndOneWithoutCallsIsNot) {
  HandClient quiet(Connect(), 65535, true);
  ASSERT_TRUE(quiet.Write(1000));
  const SocketFd silent = Connect();
  const SocketFd half = Connect();
  WriteTo(half, "PRI * HTTP/2.0\r\n");
  for (const SocketFd* fd : {&silent, &half}) {
    while (!ReadFrom(*fd, 1).empty()) continue;
  }
  const auto id = quiet.http2.Call("/echo", "still there?");
  quiet.ReadUntil([&] { return quiet.http2.answer(id).closed; });
  EXPECT_EQ(quiet.http2.answer(id).status(), "0");
}

TEST_F(ClientPortTest, FramesThatMakeNoSenseEndTheirConnectionWithAWord) {
  HandClient client(Connect(), 65535, true);
  ASSERT_TRUE(client.Write(1000));
  // DATA of a call that there is not.
  WriteTo(client.fd(), std::string("\0\0\1\0\0\0\0\0\5x", 10));
  while (client.Read()) continue;
  EXPECT_TRUE(client.http2.told_to_go());
  ExpectServes();
}

// By the socket: it lets everything come, and reads nothing.
TEST_F(ClientPortTest, AClientThatDoesNotReadIsNotReadUntilItDoes) {
  constexpr size_t kCallBytes = 8 << 10;
  constexpr size_t kCalls = 1200;  // that the server's window has room for
  HandClient client(Connect(32 << 10), 1 << 30, false);
  client.http2.WidenConnection(1 << 30);
  // Once the server's own windows are known.
  const auto first = client.http2.Call("/echo", std::string(100'000, 'x'));
  client.ReadUntil([&] { return client.http2.answer(first).closed; });
  std::vector<http2::CallId> ids;
  while (ids.size() < kCalls) {
    ids.push_back(client.http2.Call("/more", std::string(kCallBytes, 'x')));
    if (!client.Write(500)) break;  // the kernel's buffers may take all
  }
  // Whoever reads for others reads here, too, if it does.
  for (size_t before = calls_.answered_bytes(), same = 0; same < 5; ++same) {
    ExpectServes();
    if (const size_t now = calls_.answered_bytes(); now > before + 100) {
      before = now;
      same = 0;
    }
  }
  // What the kernel has taken besides.
  EXPECT_LT(calls_.answered_bytes(), 4 * limits::kClientUnsentBytesMax);
  client.ReadUntil([&] { return client.http2.answer(ids.back()).closed; });
  for (const http2::CallId id : ids) {
    ASSERT_EQ(client.http2.answer(id).status(), "0");
    ASSERT_EQ(client.http2.answer(id).body.size(), 8 * kCallBytes + http2::kMessageHeadBytes);
  }
}

// By HTTP: it reads, but does not say that more may come.
TEST_F(ClientPortTest, WhatAClientHoldsUpGoesOnOnceItLetsIt) {
  constexpr size_t kCallBytes = 1 << 20;
  constexpr size_t kCalls = 2 * limits::kClientUnsentBytesMax / kCallBytes;
  HandClient client(Connect(), 1000, false);
  std::vector<http2::CallId> ids;
  for (size_t i = 0; i < kCalls; ++i) ids.push_back(client.http2.Call("/wait", "ask"));
  ASSERT_TRUE(client.Write(1000));
  for (const auto& call : calls_.AwaitWaiting(kCalls)) AnswerIt(call, std::string(kCallBytes, 'x'));
  client.ReadUntil([&] {
    for (const http2::CallId id : ids) {
      if (client.http2.answer(id).body.size() < 1000) return false;
    }
    return true;
  });
  // More is held than a client may leave, and yet it is heard.
  client.TakeAllOf(ids);
  for (const http2::CallId id : ids) EXPECT_EQ(client.http2.answer(id).status(), "0");
}

// That a process can have.
class FilesMax {
 public:
  explicit FilesMax(rlim_t files) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit now = {files, before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &now), 0);
  }
  ~FilesMax() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_ = {};
};

TEST_F(ClientPortTest, WhoCallsWhenThereAreNoFilesLeftIsTurnedAway) {
  ExpectServes();
  // A socket that is there before; those of the port cannot be.
  SocketFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const std::string& at = reserved_.address();
  const sockaddr_in address = Loopback(std::stoi(at.substr(at.find(':') + 1)));
  std::vector<SocketFd> all;
  {
    const FilesMax few(static_cast<rlim_t>(fd.get()) + 1);
    // Numbers that were freed below.
    while (SocketFd spare{dup(fd.get())}) all.push_back(std::move(spare));
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(ReadFrom(fd, 1), "");
  }
  all.clear();
  ExpectServes();
}

}  // namespace
}  // namespace quorate::rpc
