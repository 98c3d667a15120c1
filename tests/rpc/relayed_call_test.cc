// Calls that a server of gRPC's answers in the end.
#include "rpc/relayed_call.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <string>
#include <utility>

#include "http2/raw.h"
#include "rpc/client_world.h"

namespace quorate::rpc {
namespace {

// Sends back what comes: "/inner/echo" at once, "/inner/deaf" reads nothing.
class Inner final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new Reactor(*this, *context);
  }
  size_t cancelled() {
    absl::MutexLock lock(&mutex_);
    return cancelled_;
  }
  void AwaitBegun(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return begun_ >= count; };
    mutex_.Await(absl::Condition(&enough));
  }
  // So many messages have been read back.
  void AwaitEchoed(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return echoed_ >= count; };
    mutex_.Await(absl::Condition(&enough));
  }
  void AwaitCancelled(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return cancelled_ >= count; };
    mutex_.Await(absl::Condition(&enough));
  }
  // Of the newest call.
  std::multimap<std::string, std::string> metadata() {
    absl::MutexLock lock(&mutex_);
    return metadata_;
  }

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(Inner& inner, grpc::GenericCallbackServerContext& context) : inner_(inner) {
      {
        absl::MutexLock lock(&inner_.mutex_);
        ++inner_.begun_;
        inner_.metadata_.clear();
        for (const auto& [name, value] : context.client_metadata()) {
          inner_.metadata_.emplace(std::string(name.data(), name.size()),
                                   std::string(value.data(), value.size()));
        }
      }
      if (context.method() == "/inner/echo") {
        StartRead(&message_);
      } else if (context.method() != "/inner/deaf") {
        Finish({grpc::StatusCode::UNIMPLEMENTED, "no such", "details"});
      }
    }
    void OnReadDone(bool ok) override {
      if (!ok) return End(grpc::Status::OK);
      StartWrite(&message_);
    }
    void OnWriteDone(bool ok) override {
      if (!ok) return;
      {
        absl::MutexLock lock(&inner_.mutex_);
        ++inner_.echoed_;
      }
      StartRead(&message_);
    }
    void OnCancel() override {
      {
        absl::MutexLock lock(&inner_.mutex_);
        ++inner_.cancelled_;
      }
      End(grpc::Status::CANCELLED);
    }
    void OnDone() override { delete this; }

   private:
    // A call that is cancelled has nothing more to be read.
    void End(const grpc::Status& status) {
      if (!ended_.exchange(true)) Finish(status);
    }

    Inner& inner_;
    std::atomic<bool> ended_{false};
    grpc::ByteBuffer message_;
  };

  absl::Mutex mutex_;
  size_t begun_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t echoed_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t cancelled_ ABSL_GUARDED_BY(mutex_) = 0;
  std::multimap<std::string, std::string> metadata_ ABSL_GUARDED_BY(mutex_);
};

class RelayedCallTest : public ClientWorld {
 protected:
  RelayedCallTest() {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(&inner_);
    builder.SetMaxReceiveMessageSize(-1);
    server_ = builder.BuildAndStart();
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    stub_ = std::make_unique<grpc::GenericStub>(server_->InProcessChannel(arguments));
    calls_.make = [this](auto connection, auto id, auto head) {
      return RelayCall(*stub_, std::move(connection), id, std::move(head));
    };
  }
  // Calls hold connections, and these what they are watched by.
  ~RelayedCallTest() override {
    port_->Break();
    while (port_->calls() > 0) std::this_thread::yield();
    poll_->Join();
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }

  Inner inner_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<grpc::GenericStub> stub_;
};

TEST_F(RelayedCallTest, IsAnsweredByTheServerBehind) {
  const auto channel = Channel();
  for (const size_t bytes : {size_t{0}, size_t{3}, size_t{5} << 20}) {
    Pending call(channel, "/inner/echo", std::string(bytes, 'x'));
    ASSERT_TRUE(call.Await().ok()) << call.Await().error_message();
    EXPECT_EQ(call.answer().size(), bytes);
  }
}

TEST_F(RelayedCallTest, AnErrorComesBackWithItsMessageAndDetails) {
  Pending call(Channel(), "/inner/none", "ask");
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(call.Await().error_message(), "no such");
  EXPECT_EQ(call.Await().error_details(), "details");
}

TEST_F(RelayedCallTest, GoesOnForManyMessagesOfAnySize) {
  HandClient client(Connect(), 65535, true);
  const auto id = client.http2.Begin(http2::HeadersOf("/inner/echo"));
  std::vector<std::string> sent;
  for (const size_t bytes : {size_t{0}, size_t{10}, size_t{3} << 20, size_t{1}}) {
    for (int i = 0; i < 3; ++i) sent.emplace_back(bytes, 'x');
  }
  for (const std::string& message : sent) client.http2.Send(id, http2::Framed(message));
  client.http2.Close(id);
  client.ReadUntil([&] { return client.http2.answer(id).closed; });
  EXPECT_EQ(client.http2.answer(id).status(), "0");
  EXPECT_EQ(client.http2.answer(id).Messages(), sent);
}

TEST_F(RelayedCallTest, ADeadlineHoldsBehind) {
  Pending call(Channel(), "/inner/deaf", "ask", absl::Milliseconds(200));
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  inner_.AwaitCancelled(1);
  // The longest that can be said is no other time.
  HandClient client(Connect(), 65535, true);
  const auto id =
      client.http2.Begin(http2::HeadersOf("/inner/echo", {{"grpc-timeout", "99999999H"}}), true);
  client.ReadUntil([&] { return client.http2.answer(id).closed; });
  EXPECT_EQ(client.http2.answer(id).status(), "0");
}

TEST_F(RelayedCallTest, EndsBehindWhenItsClientGivesUp) {
  Pending call(Channel(), "/inner/deaf", "ask");
  inner_.AwaitBegun(1);
  call.Cancel();
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::CANCELLED);
  inner_.AwaitCancelled(1);
}

TEST_F(RelayedCallTest, EndsBehindWhenItsConnectionEnds) {
  HandClient client(Connect(), 65535, true);
  client.http2.Call("/inner/deaf", "ask");
  ASSERT_TRUE(client.Write(1000));
  inner_.AwaitBegun(1);
  shutdown(client.fd().get(), SHUT_RDWR);
  inner_.AwaitCancelled(1);
}

// The call is over behind by the time that there is room for more of its answers.
TEST_F(RelayedCallTest, MayBeLostWhileItsClientTakesNothing) {
  HandClient client(Connect(), 65535, false);
  const auto large = client.http2.Call("/wait", "ask");
  ASSERT_TRUE(client.Write(1000));
  AnswerIt(calls_.AwaitWaiting(1)[0], std::string(4 << 20, 'x'));
  const auto lost = client.http2.Begin(http2::HeadersOf("/inner/echo"));
  client.http2.Send(lost, http2::Framed("x"));
  ASSERT_TRUE(client.Write(1000));
  inner_.AwaitEchoed(1);
  client.http2.Reset(lost);
  ASSERT_TRUE(client.Write(1000));
  inner_.AwaitCancelled(1);
  Pending elsewhere(Channel(), "/inner/echo", "x");
  EXPECT_TRUE(elsewhere.Await().ok());
  size_t taken = 0;
  client.ReadUntil([&] {
    const size_t came = client.http2.answer(large).body.size();
    client.http2.Take(large, came - std::exchange(taken, came));
    return client.http2.answer(large).closed;
  });
  EXPECT_EQ(client.http2.answer(large).status(), "0");
}

// Of which the client says nothing more.
TEST_F(RelayedCallTest, EndsBehindWhenTheSessionGivesItUp) {
  HandClient client(Connect(), 65535, true);
  const auto id = client.http2.Begin(http2::HeadersOf("/inner/deaf"));
  ASSERT_TRUE(client.Write(1000));
  inner_.AwaitBegun(1);
  WriteTo(client.fd(), http2::raw::Frame(http2::raw::kHeaders, http2::raw::kEndHeaders, id, ""));
  inner_.AwaitCancelled(1);
}

TEST_F(RelayedCallTest, MetadataGoesAlongButForWhatGrpcWouldNotTake) {
  HandClient client(Connect(), 65535, true);
  const auto id = client.http2.Begin(http2::HeadersOf("/inner/echo", {{"who", "me"},
                                                                      {"x-bin", "AP8"},
                                                                      {"text", "\xc3\xa4"},
                                                                      {"tab", "a\tb"},
                                                                      {"what!is", "this"}}),
                                     true);
  client.ReadUntil([&] { return client.http2.answer(id).closed; });
  EXPECT_EQ(client.http2.answer(id).status(), "0");
  const auto metadata = inner_.metadata();
  EXPECT_EQ(metadata.find("who")->second, "me");
  EXPECT_EQ(metadata.find("x-bin")->second, std::string("\0\xff", 2));
  EXPECT_FALSE(metadata.contains("text"));
}

TEST_F(RelayedCallTest, OnlySoMuchIsTakenFromAClientAsTheServerBehindReads) {
  HandClient client(Connect(), 65535, true);
  const auto id = client.http2.Begin(http2::HeadersOf("/inner/deaf"));
  const std::string message = http2::Framed(std::string(100'000, 'x'));
  for (int i = 0; i < 200; ++i) client.http2.Send(id, message);
  // Whatever else it answers, it lets no more come for that call.
  const auto other = client.http2.Call("/inner/echo", std::string(4 << 20, 'x'));
  client.ReadUntil([&] { return client.http2.answer(other).closed; });
  EXPECT_GT(client.http2.Unsent(id), message.size() * 150);
  client.http2.Reset(id);
  ASSERT_TRUE(client.Write(1000));
  inner_.AwaitCancelled(1);
}

}  // namespace
}  // namespace quorate::rpc
