#include <map>

#include "base/strings.h"
#include "call.h"
#include "killable.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "view.h"
#include "wait.h"

namespace quorate::bench {
namespace {

constexpr char kKeyspace[] = "failover";
constexpr absl::Duration kHealMax = absl::Seconds(30);

class Quorate final : public Killable {
 public:
  explicit Quorate(std::unique_ptr<OwnCluster> cluster) : cluster_(std::move(cluster)) {
    for (uint32_t node = 1; node <= cluster_->size(); ++node) {
      stubs_.push_back(v1::Kv::NewStub(Connect(cluster_->address(node))));
    }
  }

  absl::Status Prepare() {
    auto view = PrepareKeyspace(cluster_->admin(1), {kKeyspace, 3, 0});
    if (!view.ok()) return view.status();
    const size_t partitions = static_cast<size_t>(view->keyspace().partitions_size());
    for (uint64_t i = 0; keys_.size() < partitions; ++i) {
      const std::string key = StrCat("key-", i);
      keys_.emplace(view->PartitionOf(key), key);
    }
    return absl::OkStatus();
  }

  const std::string& name() const override { return name_; }
  uint32_t nodes() const override { return cluster_->size(); }

  absl::StatusOr<Victim> ChooseVictim(uint64_t random) override {
    auto view = Look(cluster_->admin(1), kKeyspace);
    if (!view.ok()) return view.status();
    auto chosen = view->leaders().begin();
    std::advance(chosen, random % view->leaders().size());
    Victim victim{static_cast<uint32_t>(chosen->second), {}};
    for (const auto& [partition, leader] : view->leaders()) {
      if (leader == victim.node) victim.keys.push_back(keys_.at(partition));
    }
    return victim;
  }

  bool Put(uint32_t node, const std::string& key, absl::Duration deadline) override {
    v1::PutRequest request;
    request.set_keyspace(kKeyspace);
    request.set_key(key);
    request.set_value("v");
    request.set_level(v1::LEVEL_QUORUM);
    v1::WriteResponse response;
    grpc::ClientContext context;
    SetDeadline(context, deadline);
    return stubs_[node - 1]->Put(&context, request, &response).ok();
  }

  void Kill(uint32_t node) override { cluster_->Kill(node); }

  absl::Status Heal(uint32_t node) override {
    if (absl::Status launched = cluster_->Launch(node); !launched.ok()) return launched;
    if (absl::Status ready = cluster_->WaitUntilReady(node); !ready.ok()) return ready;
    const bool healed = WaitUntil(kHealMax, [&] {
      const auto view = Look(cluster_->admin(node), kKeyspace);
      return view.ok() && view->EachIsLedByThePreferred() && view->CaughtUp(node);
    });
    return healed ? absl::OkStatus()
                  : absl::UnavailableError(StrCat("node ", node, " has not caught up in 30 s"));
  }

 private:
  const std::string name_ = "Quorate";
  std::unique_ptr<OwnCluster> cluster_;
  std::vector<std::unique_ptr<v1::Kv::Stub>> stubs_;
  std::map<uint64_t, std::string> keys_;  // one for each partition
};

}  // namespace

absl::StatusOr<std::unique_ptr<Killable>> KillableQuorate(const Surroundings& surroundings) {
  auto cluster = OwnCluster::Start(surroundings, "failover-quorate", 3);
  if (!cluster.ok()) return cluster.status();
  auto quorate = std::make_unique<Quorate>(*std::move(cluster));
  if (absl::Status prepared = quorate->Prepare(); !prepared.ok()) return prepared;
  return std::unique_ptr<Killable>(std::move(quorate));
}

}  // namespace quorate::bench
