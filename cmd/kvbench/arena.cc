#include "arena.h"

#include <utility>

#include "base/strings.h"

namespace quorate::bench {

absl::StatusOr<std::unique_ptr<Arena>> Arena::Make(const Workplace& place,
                                                   const Settings& settings) {
  std::unique_ptr<Arena> arena(new Arena());
  if (absl::Status started = arena->Start(place, settings); !started.ok()) return started;
  return arena;
}

absl::Status Arena::Start(const Workplace& place, const Settings& settings) {
  const auto endpoint = place.Endpoint(settings, own_);
  if (!endpoint.ok()) return endpoint.status();
  endpoint_ = *endpoint;
  auto cluster = PrepareCluster(endpoint_, settings.target);
  if (!cluster.ok()) return cluster.status();
  cluster_ = *std::move(cluster);
  TargetOptions of_one_group = settings.target;
  StrAppend(&of_one_group.keyspace.keyspace, "-one-group");
  of_one_group.keyspace.partitions = 1;
  auto one_group = PrepareCluster(endpoint_, of_one_group);
  if (!one_group.ok()) return one_group.status();
  one_group_ = *std::move(one_group);
  TargetOptions without_leaders = settings.target;
  StrAppend(&without_leaders.keyspace.keyspace, "-leaderless");
  without_leaders.keyspace.conflict = v1::CONFLICT_LWW;
  auto leaderless = PrepareCluster(endpoint_, without_leaders);
  if (!leaderless.ok()) return leaderless.status();
  leaderless_ = *std::move(leaderless);
  if (own_) of_cluster_.emplace(own_->pids(), own_->http_addresses());

  const size_t value_bytes = settings.target.value_bytes;
  auto child = EchoProcess::Start(place.surroundings(), value_bytes);
  if (!child.ok()) return child.status();
  echo_process_ = *std::move(child);
  echo_ = EchoTarget(echo_process_->address(), value_bytes);
  of_echo_.emplace(std::vector<pid_t>{echo_process_->pid()});

  auto tcp = TcpYardstick::Start(value_bytes);
  if (!tcp.ok()) return tcp.status();
  tcp_ = *std::move(tcp);
  auto disk = DiskYardstick::Open(place.surroundings().folder + "/disk", value_bytes);
  if (!disk.ok()) return disk.status();
  disk_ = *std::move(disk);

  auto etcd = StartEtcd(place.surroundings(), settings.target);
  if (!etcd.ok()) return etcd.status();
  etcd_ = *std::move(etcd);
  auto redis = StartRedis(place.surroundings(), settings.target);
  if (!redis.ok()) return redis.status();
  redis_ = *std::move(redis);
  return absl::OkStatus();
}

Field Arena::field() {
  Field field{cluster_, one_group_, leaderless_, echo_, *tcp_, *disk_};
  field.of_cluster = of_cluster_ ? &*of_cluster_ : nullptr;
  field.of_echo = &*of_echo_;
  field.of_machine = &of_machine_;
  field.etcd = etcd_.get();
  field.redis = redis_.get();
  return field;
}

std::vector<Program> Arena::Describe() const {
  std::vector<Program> programs;
  if (own_) {
    programs.push_back(DescribeProgram(
        "Quorate", StrCat(own_->size(), " nodes at default settings, writes synced on a majority"),
        own_->pids()));
  } else {
    programs.push_back({"Quorate", StrCat("the cluster at ", endpoint_), "", ""});
  }
  programs.push_back(
      DescribeProgram("echo", "one bare gRPC server that does nothing", {echo_process_->pid()}));
  if (etcd_ != nullptr) {
    programs.push_back(DescribeProgram(
        "etcd", "three members at default settings, calls to the leader by three connections",
        etcd_->cluster->pids()));
  }
  if (redis_ != nullptr) {
    programs.push_back(
        DescribeProgram("Redis", "one process, no replicas, each write synced before its answer",
                        {redis_->server->process().pid()}));
  }
  return programs;
}

}  // namespace quorate::bench
