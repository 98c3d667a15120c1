#include "rpc/socket_poll.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>

#include "rpc/socket_fd.h"

namespace quorate::rpc {
namespace {

class Counting final : public SocketPoll::Source {
 public:
  void OnReady() override { ++ready; }
  void OnTick() override { ++ticks; }
  int ready = 0;
  int ticks = 0;
};

class SocketPollTest : public ::testing::Test {
 protected:
  SocketPollTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    ours_ = SocketFd(ends[0]);
    theirs_ = SocketFd(ends[1]);
  }
  void TheySend() { EXPECT_EQ(write(theirs_.get(), "x", 1), 1); }
  void Look() { poll_.Tell(poll_.Wait(absl::ZeroDuration())); }

  SocketPoll poll_;
  SocketFd ours_;
  SocketFd theirs_;
  std::shared_ptr<Counting> source_ = std::make_shared<Counting>();
};

TEST_F(SocketPollTest, TellsInputUntilItIsRead) {
  poll_.Add(ours_.get(), SocketPoll::Watch::kInput, source_);
  Look();
  EXPECT_EQ(source_->ready, 0);
  TheySend();
  Look();
  Look();
  EXPECT_EQ(source_->ready, 2);
}

TEST_F(SocketPollTest, TellsEdgesOnce) {
  poll_.Add(ours_.get(), SocketPoll::Watch::kEdges, source_);
  Look();  // it can be written
  Look();
  EXPECT_EQ(source_->ready, 1);
  TheySend();
  Look();
  Look();
  EXPECT_EQ(source_->ready, 2);
}

TEST_F(SocketPollTest, TellsNothingOfWhatWasRemovedMeanwhile) {
  poll_.Add(ours_.get(), SocketPoll::Watch::kInput, source_);
  TheySend();
  const int count = poll_.Wait(absl::ZeroDuration());
  poll_.Remove(ours_.get());
  poll_.Tell(count);
  EXPECT_EQ(source_->ready, 0);
  EXPECT_EQ(source_.use_count(), 1);
}

TEST_F(SocketPollTest, AWakeBeforeTheWaitIsNotLostAndCountsOnce) {
  poll_.Wake();
  poll_.Wake();
  EXPECT_EQ(poll_.Wait(absl::Seconds(1)), 1);
  EXPECT_EQ(poll_.Wait(absl::ZeroDuration()), 0);
}

TEST_F(SocketPollTest, Ticks) {
  poll_.Add(ours_.get(), SocketPoll::Watch::kInput, source_);
  while (source_->ticks < 2) poll_.Tell(poll_.Wait(absl::Seconds(10)));
}

}  // namespace
}  // namespace quorate::rpc
