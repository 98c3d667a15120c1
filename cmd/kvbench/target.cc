#include "target.h"

#include <map>

#include "base/hash.h"
#include "base/strings.h"
#include "call.h"
#include "stream_load.h"

namespace quorate::bench {
namespace {

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

absl::StatusOr<Target> DescribeTarget(const std::string& endpoint, const TargetOptions& options) {
  auto admin = v1::Admin::NewStub(Connect(endpoint));
  const auto view = PrepareKeyspace(*admin, options.keyspace);
  if (!view.ok()) return view.status();
  v1::Topology topology;
  grpc::ClientContext context;
  SetDeadline(context);
  const grpc::Status got = admin->GetTopology(&context, v1::GetTopologyRequest(), &topology);
  if (!got.ok()) return ToStatus(got);

  Target target;
  target.keyspace = options.keyspace.keyspace;
  target.value.assign(options.value_bytes, 'v');
  target.arcs = static_cast<size_t>(view->keyspace().partitions_size());
  target.has_writers = view->keyspace().mode() != v1::MODE_QUORUM;
  std::map<uint64_t, std::vector<std::string>> keys;  // by leader
  for (uint64_t i = 0; i < options.keys; ++i) {
    std::string key = StrCat("key-", absl::Dec(i, absl::kZeroPad10));
    keys[view->leaders().at(view->PartitionOf(key))].push_back(std::move(key));
  }
  for (const auto& node : topology.nodes()) {
    if (keys[node.id()].empty()) continue;
    target.members.emplace_back();
    Member& member = target.members.back();
    member.address = node.client_address();
    member.stub = v1::Kv::NewStub(Connect(member.address));
    member.keys = std::move(keys[node.id()]);
  }
  return target;
}

absl::StatusOr<Target> PrepareCluster(const std::string& endpoint, const TargetOptions& options) {
  auto target = DescribeTarget(endpoint, options);
  if (!target.ok()) return target.status();
  absl::Status filled = WriteAllKeys(*target);
  if (!filled.ok()) return filled;
  if (!target->has_writers) return target;
  absl::Status opened = OpenWriters(*target->members.front().stub, target->arcs, *target);
  if (!opened.ok()) return opened;
  return target;
}

}  // namespace quorate::bench
