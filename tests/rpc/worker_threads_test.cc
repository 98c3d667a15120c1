#include "rpc/worker_threads.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "rpc/turn_offer.h"
#include "storage/log_thread.h"
#include "storage/mem_engine.h"
#include "storage/sim_files.h"

namespace quorate::rpc {
namespace {

class Nowhere final : public Transport {
 public:
  void Send(NodeId, const std::string&, std::string) override {}
};

// Time stands still until the test moves it: a worker's thread then sleeps
// until it is woken.
class ManualEnv final : public Env {
 public:
  absl::Duration Monotonic() const override { return absl::Microseconds(now_us_.load()); }
  absl::Time WallTime() const override { return absl::UnixEpoch() + Monotonic(); }
  uint64_t Random() override { return 7; }
  void Advance(absl::Duration by) { now_us_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> now_us_ = 1'000'000;
};

class WorkerThreadsTest : public ::testing::Test {
 protected:
  WorkerThreadsTest() {
    NodeOptions options;
    options.cluster_id = "test";
    options.self = NodeId(1);
    options.boot = Boot(1);
    options.tick = absl::Hours(1);
    ring::NodeInfo self;
    self.id = NodeId(1);
    self.peer_address = "127.0.0.1:1";
    options.bootstrap = {self};
    node_ = *Node::Open(options, Edges{env_, files_, *engine_, transport_, threads_}, {});
    log_ = std::make_unique<LogThread>(
        log_files_, *LogStore::Open(log_files_, {.segment_bytes = 16 * kFileBlockBytes}),
        LogDeviceEvents{[this](SyncProof proof) { node_->OnDurable(proof); }, nullptr});
    node_->Start(*log_, [](absl::Status status) { ADD_FAILURE() << status; });
  }
  ~WorkerThreadsTest() override {
    threads_.Stop();
    log_.reset();
  }

  // The thread on which the worker took a request.
  std::thread::id Ask() {
    absl::Notification asked;
    std::thread::id ran_on;
    {
      const TurnOffer offer;
      node_->Report([&](const NodeStatusReport& report) {
        leads_ = report.leaders > 0;
        ran_on = std::this_thread::get_id();
        asked.Notify();
      });
    }
    asked.WaitForNotification();
    return ran_on;
  }
  // The start's own turns are over: its one partition has been led since.
  void StartAndSettle() {
    threads_.Start(*node_);
    while (!leads_) Ask();
  }

  ManualEnv env_;
  SimFiles files_{1};
  SimFiles log_files_{2};
  std::unique_ptr<Engine> engine_ = std::make_unique<MemEngine>();
  Nowhere transport_;
  WorkerThreads threads_{1, env_};
  std::unique_ptr<Node> node_;
  std::unique_ptr<LogThread> log_;
  bool leads_ = false;
};

TEST_F(WorkerThreadsTest, AWakeBeforeTheStartIsKept) {
  absl::Notification asked;
  {
    const TurnOffer offer;  // nobody may run a turn yet
    node_->Report([&](const NodeStatusReport&) { asked.Notify(); });
  }
  EXPECT_FALSE(asked.HasBeenNotified());
  threads_.Start(*node_);
  asked.WaitForNotification();
}

TEST_F(WorkerThreadsTest, WhoBringsAnIdleWorkerItsInputRunsTheTurn) {
  StartAndSettle();
  // Its own thread may be on its way to sleep.
  bool here = false;
  for (int i = 0; i < 1000 && !here; ++i) {
    env_.Advance(absl::Milliseconds(1));
    here = Ask() == std::this_thread::get_id();
  }
  EXPECT_TRUE(here);
}

TEST_F(WorkerThreadsTest, ABusyWorkerIsLeftToItsOwnThread) {
  StartAndSettle();
  Ask();
  env_.Advance(absl::Microseconds(20));  // since its last turn
  EXPECT_NE(Ask(), std::this_thread::get_id());
}

TEST_F(WorkerThreadsTest, NoTurnIsRunOnceTheyHaveStopped) {
  StartAndSettle();
  threads_.Stop();
  env_.Advance(absl::Milliseconds(1));
  bool asked = false;
  {
    const TurnOffer offer;
    node_->Report([&](const NodeStatusReport&) { asked = true; });
  }
  EXPECT_FALSE(asked);
}

}  // namespace
}  // namespace quorate::rpc
