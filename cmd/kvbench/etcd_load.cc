#include "etcd_load.h"

#include <algorithm>
#include <utility>

#include "absl/synchronization/blocking_counter.h"
#include "base/strings.h"
#include "call.h"

namespace quorate::bench {
namespace {

// As many as a Quorate target of three nodes has.
constexpr size_t kConnections = 3;
constexpr uint64_t kFillInFlight = 64;

class GetCaller final : public Caller {
 public:
  explicit GetCaller(EtcdTarget& target) : target_(target) {}

  void Begin(Random& random, grpc::ClientContext& context,
             std::function<void(grpc::Status)> done) override {
    get_.set_key(EtcdTarget::Key(random.Below(target_.keys)));
    auto& kv = *target_.connections[random.Below(target_.connections.size())];
    kv.async()->Range(&context, &get_, &got_, std::move(done));
  }

 private:
  EtcdTarget& target_;
  etcdserverpb::RangeRequest get_;
  etcdserverpb::RangeResponse got_;
};

class PutCaller final : public Caller {
 public:
  explicit PutCaller(EtcdTarget& target) : target_(target) { put_.set_value(target.value); }

  void Begin(Random& random, grpc::ClientContext& context,
             std::function<void(grpc::Status)> done) override {
    put_.set_key(EtcdTarget::Key(random.Below(target_.keys)));
    auto& kv = *target_.connections[random.Below(target_.connections.size())];
    kv.async()->Put(&context, &put_, &written_, std::move(done));
  }

 private:
  EtcdTarget& target_;
  etcdserverpb::PutRequest put_;
  etcdserverpb::PutResponse written_;
};

struct Put {
  grpc::ClientContext context;
  etcdserverpb::PutRequest request;
  etcdserverpb::PutResponse response;
  grpc::Status status;
};

// Keys first to first + count - 1, all in flight at once.
absl::Status WriteKeys(EtcdTarget& target, uint64_t first, uint64_t count) {
  absl::BlockingCounter running(static_cast<int>(count));
  std::vector<Put> puts(count);
  for (uint64_t i = 0; i < count; ++i) {
    Put& put = puts[i];
    SetDeadline(put.context);
    put.request.set_key(EtcdTarget::Key(first + i));
    put.request.set_value(target.value);
    auto& kv = *target.connections[i % target.connections.size()];
    kv.async()->Put(&put.context, &put.request, &put.response, [&](const grpc::Status& status) {
      put.status = status;
      running.DecrementCount();
    });
  }
  running.Wait();
  for (const Put& put : puts) {
    if (!put.status.ok()) return ToStatus(put.status);
  }
  return absl::OkStatus();
}

}  // namespace

std::string EtcdTarget::Key(uint64_t number) {
  return StrCat("key-", absl::Dec(number, absl::kZeroPad10));
}

absl::StatusOr<EtcdTarget> PrepareEtcd(EtcdCluster& cluster, uint64_t keys, size_t value_bytes) {
  const auto leader = cluster.Leader();
  if (!leader.ok()) return leader.status();
  EtcdTarget target{{}, keys, std::string(value_bytes, 'v')};
  for (size_t i = 0; i < kConnections; ++i) {
    target.connections.push_back(etcdserverpb::KV::NewStub(Connect(cluster.address(*leader))));
  }
  for (uint64_t next = 0; next < keys; next += kFillInFlight) {
    absl::Status written = WriteKeys(target, next, std::min(kFillInFlight, keys - next));
    if (!written.ok()) return written;
  }
  return target;
}

std::unique_ptr<Caller> MakeCaller(EtcdTarget& target, EtcdOp op) {
  if (op == EtcdOp::kPut) return std::make_unique<PutCaller>(target);
  return std::make_unique<GetCaller>(target);
}

Slice RunEtcd(EtcdTarget& target, EtcdOp op, uint32_t in_flight, absl::Duration length,
              uint64_t seed) {
  return RunClosedLoop([&] { return MakeCaller(target, op); }, in_flight, length, seed);
}

}  // namespace quorate::bench
