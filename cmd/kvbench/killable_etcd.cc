#include "call.h"
#include "etcd_cluster.h"
#include "killable.h"

namespace quorate::bench {
namespace {

class Etcd final : public Killable {
 public:
  explicit Etcd(std::unique_ptr<EtcdCluster> cluster)
      : name_("etcd " + cluster->version()), cluster_(std::move(cluster)) {}

  const std::string& name() const override { return name_; }
  uint32_t nodes() const override { return cluster_->size(); }

  absl::StatusOr<Victim> ChooseVictim(uint64_t) override {
    const auto leader = cluster_->Leader();
    if (!leader.ok()) return leader.status();
    return Victim{*leader, {"key-0"}};
  }

  bool Put(uint32_t node, const std::string& key, absl::Duration deadline) override {
    etcdserverpb::PutRequest request;
    request.set_key(key);
    request.set_value("v");
    etcdserverpb::PutResponse response;
    grpc::ClientContext context;
    SetDeadline(context, deadline);
    return cluster_->kv(node).Put(&context, request, &response).ok();
  }

  void Kill(uint32_t node) override { cluster_->Kill(node); }

  absl::Status Heal(uint32_t node) override {
    if (absl::Status launched = cluster_->Launch(node); !launched.ok()) return launched;
    return cluster_->WaitUntilReady(node);
  }

 private:
  const std::string name_;
  std::unique_ptr<EtcdCluster> cluster_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Killable>> KillableEtcd(const Surroundings& surroundings) {
  auto cluster = EtcdCluster::Start(surroundings, "failover-etcd", 3);
  if (!cluster.ok()) return cluster.status();
  return std::unique_ptr<Killable>(std::make_unique<Etcd>(*std::move(cluster)));
}

}  // namespace quorate::bench
