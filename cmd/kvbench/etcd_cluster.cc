#include "etcd_cluster.h"

#include <algorithm>
#include <filesystem>

#include "base/strings.h"
#include "call.h"
#include "wait.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kReadyMax = absl::Seconds(30);

bool TakesAPut(etcdserverpb::KV::Stub& kv) {
  etcdserverpb::PutRequest request;
  request.set_key("ready");
  etcdserverpb::PutResponse response;
  grpc::ClientContext context;
  SetDeadline(context, absl::Seconds(1));
  return kv.Put(&context, request, &response).ok();
}

}  // namespace

absl::StatusOr<std::unique_ptr<EtcdCluster>> EtcdCluster::Start(const Surroundings& surroundings,
                                                                const std::string& name,
                                                                uint32_t members) {
  std::unique_ptr<EtcdCluster> cluster(new EtcdCluster());
  cluster->etcd_ = surroundings.etcd;
  cluster->folder_ = surroundings.folder + "/" + name;
  std::filesystem::remove_all(cluster->folder_);
  std::filesystem::create_directories(cluster->folder_);
  for (uint32_t i = 1; i <= members; ++i) {
    Member& member = cluster->members_.emplace_back();
    for (std::string* address : {&member.client, &member.peer}) {
      auto port = surroundings.ports->Next();
      if (!port.ok()) return port.status();
      *address = *port;
    }
    const auto channel = Connect(member.client);
    member.kv = etcdserverpb::KV::NewStub(channel);
    member.maintenance = etcdserverpb::Maintenance::NewStub(channel);
    StrAppend(&cluster->peers_, i > 1 ? "," : "", "m", i, "=http://", member.peer);
  }
  for (uint32_t i = 1; i <= members; ++i) {
    if (absl::Status launched = cluster->Launch(i); !launched.ok()) return launched;
  }
  for (uint32_t i = 1; i <= members; ++i) {
    if (absl::Status ready = cluster->WaitUntilReady(i); !ready.ok()) return ready;
  }
  return cluster;
}

absl::Status EtcdCluster::Launch(uint32_t member) {
  Member& launched = members_[member - 1];
  const std::string client = "http://" + launched.client;
  const std::string peer = "http://" + launched.peer;
  auto process = Process::Start(
      {etcd_, "--name", StrCat("m", member), "--data-dir", StrCat(folder_, "/m", member),
       "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls",
       peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", peers_,
       "--initial-cluster-token", "kvbench", "--initial-cluster-state", "new"},
      StrCat(folder_, "/m", member, ".log"));
  if (!process.ok()) return process.status();
  launched.process = *std::move(process);
  return absl::OkStatus();
}

std::vector<pid_t> EtcdCluster::pids() const {
  std::vector<pid_t> pids;
  for (const Member& member : members_) {
    if (member.process != nullptr) pids.push_back(member.process->pid());
  }
  return pids;
}

absl::StatusOr<etcdserverpb::StatusResponse> EtcdCluster::StatusOf(Member& member) {
  etcdserverpb::StatusResponse response;
  grpc::ClientContext context;
  SetDeadline(context, absl::Seconds(1));
  const grpc::Status status =
      member.maintenance->Status(&context, etcdserverpb::StatusRequest(), &response);
  if (!status.ok()) return ToStatus(status);
  version_ = response.version();
  return response;
}

uint64_t EtcdCluster::HighestApplied() {
  uint64_t highest = 0;
  for (Member& member : members_) {
    const auto status = StatusOf(member);
    if (status.ok()) highest = std::max(highest, status->raftappliedindex());
  }
  return highest;
}

absl::Status EtcdCluster::WaitUntilReady(uint32_t number) {
  Member& member = members_[number - 1];
  bool ready =
      WaitUntil(kReadyMax, [&] { return !member.process->running() || TakesAPut(*member.kv); });
  const uint64_t applied = HighestApplied();
  ready = ready && WaitUntil(kReadyMax, [&] {
            const auto status = StatusOf(member);
            return status.ok() && status->raftappliedindex() >= applied;
          });
  if (ready) return absl::OkStatus();
  return absl::UnavailableError(StrCat("etcd number ", number, " is not ready"));
}

absl::StatusOr<uint32_t> EtcdCluster::Leader() {
  uint32_t leader = 0;
  WaitUntil(kReadyMax, [&] {
    for (uint32_t i = 1; i <= size(); ++i) {
      const auto status = StatusOf(members_[i - 1]);
      if (status.ok() && status->leader() == status->header().member_id()) leader = i;
    }
    return leader != 0;
  });
  if (leader == 0) return absl::UnavailableError("etcd has no leader");
  return leader;
}

}  // namespace quorate::bench
