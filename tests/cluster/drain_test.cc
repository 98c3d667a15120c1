// A node that is told to end while clients call it, of which none goes elsewhere by itself.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/error.h"
#include "base/status_codec.h"
#include "cluster/cluster.h"
#include "quorate/v1/kv.grpc.pb.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

struct Ended {
  std::string key;
  grpc::Status status;
};

// Puts one key after the other through one node.
class Callers {
 public:
  Callers(int port, const std::string& keyspace, int threads)
      : channel_(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                     grpc::InsecureChannelCredentials())) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, keyspace, i] { Run(keyspace, i); });
    }
  }
  std::vector<Ended> Stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
    absl::MutexLock lock(&mutex_);
    return ended_;
  }
  void AwaitDone(size_t calls) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return done_ >= calls; };
    mutex_.Await(absl::Condition(&enough));
  }

 private:
  void Run(const std::string& keyspace, int number) {
    const auto stub = v1::Kv::NewStub(channel_);
    for (int i = 0; !stopping_; ++i) {
      Ended call = {"k" + std::to_string(number) + "-" + std::to_string(i), {}};
      v1::PutRequest request;
      request.set_keyspace(keyspace);
      request.set_key(call.key);
      request.set_value("v");
      v1::WriteResponse written;
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
      call.status = stub->Put(&context, request, &written);
      absl::MutexLock lock(&mutex_);
      // Nobody is there any more.
      const bool gone = !call.status.ok() && call.status.error_details().empty();
      done_ += call.status.ok() ? 1 : 0;
      ended_.push_back(std::move(call));
      if (gone) return;
    }
  }

  const std::shared_ptr<grpc::Channel> channel_;
  std::atomic<bool> stopping_{false};
  absl::Mutex mutex_;
  size_t done_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<Ended> ended_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

TEST(DrainTest, CallsAreAnsweredOrToldThatTheyWereNotBegunAndNoneIsCutOff) {
  Cluster cluster(3);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "ks");
  Callers callers(cluster.client_port(3), "ks", 8);
  callers.AwaitDone(200);
  EXPECT_EQ(cluster.Terminate(3), 0) << cluster.log(3);
  const std::vector<Ended> ended = callers.Stop();
  for (const Ended& call : ended) {
    if (call.status.ok()) continue;
    EXPECT_EQ(call.status.error_code(), grpc::StatusCode::UNAVAILABLE)
        << call.status.error_message();
    const auto ours = DecodeStatusDetails(call.status.error_details());
    if (ours) {
      EXPECT_EQ(AppliedOf(*ours), Applied::kNo) << *ours;
    } else {
      EXPECT_THAT(call.status.error_message(), HasSubstr("failed to connect"));
    }
  }
  for (const Ended& call : ended) {
    const auto found = keyspace.Get(call.key);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->value.has_value(), call.status.ok())
        << call.key << " " << call.status.error_message();
  }
}

}  // namespace
}  // namespace quorate::testing
