#include "target.h"

#include <map>

#include "absl/time/clock.h"
#include "base/hash.h"
#include "base/strings.h"
#include "stream_load.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kCallDeadline = absl::Seconds(5);
constexpr absl::Duration kSettleMax = absl::Seconds(15);

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + kCallDeadline));
}

absl::Status ToStatus(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

absl::Status MakeKeyspace(v1::Admin::Stub& admin, const TargetOptions& options) {
  v1::CreateKeyspaceRequest request;
  request.set_name(options.keyspace);
  request.set_mode(v1::MODE_RAFT);
  request.set_replicas(options.replicas);
  request.set_partitions(options.partitions);
  grpc::ClientContext context;
  SetDeadline(context);
  v1::Keyspace made;
  const grpc::Status status = admin.CreateKeyspace(&context, request, &made);
  if (status.error_code() == grpc::StatusCode::ALREADY_EXISTS) return absl::OkStatus();
  return ToStatus(status);
}

// Node id of each partition's leader; UNAVAILABLE while one has none.
absl::StatusOr<std::map<uint64_t, uint64_t>> Leaders(v1::Admin::Stub& admin,
                                                     const std::string& keyspace,
                                                     v1::Keyspace& described) {
  v1::DescribeKeyspaceRequest request;
  request.set_name(keyspace);
  v1::DescribeKeyspaceResponse response;
  grpc::ClientContext context;
  SetDeadline(context);
  const grpc::Status status = admin.DescribeKeyspace(&context, request, &response);
  if (!status.ok()) return ToStatus(status);
  described = response.keyspace();
  std::map<uint64_t, uint64_t> leaders;
  for (const auto& replica : response.replicas()) {
    if (replica.role() == "leader") leaders[replica.partition()] = replica.node();
  }
  if (leaders.size() < static_cast<size_t>(described.partitions_size())) {
    return absl::UnavailableError("not every partition has a leader");
  }
  return leaders;
}

// A writer for each arc, opened under the first key that falls into it.
absl::Status OpenWriters(v1::Kv::Stub& kv, size_t arcs, Target& target) {
  target.writers.resize(arcs);
  for (const Member& member : target.members) {
    for (const std::string& key : member.keys) {
      auto& writer = target.writers[ArcOf(KeyHash(key), static_cast<uint32_t>(arcs))];
      if (writer != nullptr) continue;
      v1::OpenWriterRequest request;
      request.set_keyspace(target.keyspace);
      request.set_key(key);
      v1::OpenWriterResponse opened;
      grpc::ClientContext context;
      SetDeadline(context);
      const grpc::Status status = kv.OpenWriter(&context, request, &opened);
      if (!status.ok()) return ToStatus(status);
      writer = std::make_unique<client::Writer>(target.keyspace, opened.receipt().partition_id(),
                                                opened.writer());
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(16 << 20);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

std::pair<Member*, const std::string*> Target::Pick(uint64_t random) {
  Member& member = members[random % members.size()];
  return {&member, &member.keys[(random >> 16) % member.keys.size()]};
}

client::Writer& Target::WriterOf(const std::string& key) const {
  return *writers[ArcOf(KeyHash(key), static_cast<uint32_t>(writers.size()))];
}

Target EchoTarget(const std::string& address, size_t value_bytes) {
  Target target;
  target.keyspace = "echo";
  target.value.assign(value_bytes, 'v');
  target.members.emplace_back();
  target.members.back().address = address;
  target.members.back().stub = v1::Kv::NewStub(Connect(address));
  target.members.back().keys = {"key-0000000000"};
  return target;
}

absl::StatusOr<Target> PrepareCluster(const std::string& endpoint, const TargetOptions& options) {
  auto admin = v1::Admin::NewStub(Connect(endpoint));
  const absl::Time give_up = absl::Now() + kSettleMax;
  absl::Status made = MakeKeyspace(*admin, options);
  while (!made.ok() && absl::IsUnavailable(made) && absl::Now() < give_up) {
    made = MakeKeyspace(*admin, options);
  }
  if (!made.ok()) return made;
  v1::Keyspace keyspace;
  auto leaders = Leaders(*admin, options.keyspace, keyspace);
  while (!leaders.ok() && absl::Now() < give_up) {
    leaders = Leaders(*admin, options.keyspace, keyspace);
  }
  if (!leaders.ok()) return leaders.status();
  v1::Topology topology;
  grpc::ClientContext context;
  SetDeadline(context);
  const grpc::Status got = admin->GetTopology(&context, v1::GetTopologyRequest(), &topology);
  if (!got.ok()) return ToStatus(got);

  Target target;
  target.keyspace = options.keyspace;
  target.value.assign(options.value_bytes, 'v');
  std::map<uint64_t, std::vector<std::string>> keys;  // by leader
  for (uint64_t i = 0; i < options.keys; ++i) {
    std::string key = StrCat("key-", absl::Dec(i, absl::kZeroPad10));
    const uint32_t arc = ArcOf(KeyHash(key), static_cast<uint32_t>(keyspace.partitions_size()));
    keys[(*leaders)[keyspace.partitions(static_cast<int>(arc)).id()]].push_back(std::move(key));
  }
  for (const auto& node : topology.nodes()) {
    if (keys[node.id()].empty()) continue;
    target.members.emplace_back();
    Member& member = target.members.back();
    member.address = node.client_address();
    member.stub = v1::Kv::NewStub(Connect(member.address));
    member.keys = std::move(keys[node.id()]);
  }
  absl::Status filled = WriteAllKeys(target);
  if (!filled.ok()) return filled;
  absl::Status opened = OpenWriters(*target.members.front().stub,
                                    static_cast<size_t>(keyspace.partitions_size()), target);
  if (!opened.ok()) return opened;
  return target;
}

}  // namespace quorate::bench
