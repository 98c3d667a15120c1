#include "rpc/join.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "base/error.h"
#include "base/protocol_version.h"
#include "base/strings.h"
#include "node/node.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "rpc/convert.h"
#include "rpc/deadline.h"
#include "rpc/grpc_status.h"
#include "rpc/join_door.h"
#include "storage/data_dir.h"

namespace quorate::rpc {
namespace {

// Of the folder that asks to join, before it does: who has it and no topology is
// half-way in, and must not begin a cluster of its own.
constexpr std::string_view kTokenFile = "join-token";
constexpr absl::Duration kSeedPatience = absl::Seconds(10);
// Of a node that is in already, and only makes sure.
constexpr absl::Duration kGlance = absl::Seconds(1);

class Seed {
 public:
  explicit Seed(const Address& address) : address_(address.ToString()) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    stub_ = v1::Admin::NewStub(
        grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments));
  }

  const std::string& address() const { return address_; }

  absl::StatusOr<v1::AddNodeResponse> AddNode(const v1::AddNodeRequest& request) {
    grpc::ClientContext context;
    context.set_deadline(MomentIn(kSeedPatience));
    v1::AddNodeResponse response;
    const grpc::Status told = stub_->AddNode(&context, request, &response);
    if (told.ok()) return response;
    if (told.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
      return MakeError(absl::StatusCode::kFailedPrecondition, "SEED_UNFIT",
                       StrCat("what answers at ", address_,
                              " (join) lets no nodes in: name the address for clients of a node, "
                              "of a build that can"));
    }
    return Told(told);
  }

  absl::StatusOr<ring::Topology> Topology() {
    grpc::ClientContext context;
    context.set_deadline(MomentIn(kGlance));
    v1::Topology response;
    const grpc::Status told = stub_->GetTopology(&context, {}, &response);
    if (!told.ok()) return Told(told);
    return ring::DecodeTopology(response.SerializeAsString());
  }

 private:
  absl::Status Told(const grpc::Status& told) const {
    const absl::Status status = FromGrpcStatus(told);
    const bool by_a_node = !told.error_details().empty();
    if (by_a_node) return status;
    const bool waited = told.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
    return MakeError(
        absl::StatusCode::kUnavailable, "SEED_SILENT",
        StrCat("no node answers at ", address_, " (join)",
               waited ? StrCat(" within ", absl::ToInt64Seconds(kSeedPatience), " s") : "", ": ",
               told.error_message(),
               "; is it up, and is that its address for clients? Start again, or name another"));
  }

  const std::string address_;
  std::unique_ptr<v1::Admin::Stub> stub_;
};

absl::StatusOr<uint64_t> TokenOf(Files& root, Env& env) {
  const absl::StatusOr<std::string> kept = root.ReadWhole(kTokenFile);
  uint64_t token = 0;
  if (kept.ok() && absl::SimpleHexAtoi(absl::StripAsciiWhitespace(ToAbsl(*kept)), &token) &&
      token != 0) {
    return token;
  }
  if (!kept.ok() && !absl::IsNotFound(kept.status())) return kept.status();
  token = std::max<uint64_t>(env.Random(), 1);
  absl::Status written = root.ReplaceDurably(kTokenFile, absl::StrFormat("%016x\n", token));
  if (!written.ok()) return written;
  return token;
}

absl::Status OtherCluster(const ServerOptions& options, const Identity& owner, const Seed& seed,
                          std::string_view what) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "FOREIGN_CLUSTER",
      StrCat("the data folder ", options.data_dir, " belongs to node ", owner.node.ToString(),
             " of cluster \"", owner.cluster_id, "\", and ", seed.address(), " (join) ", what,
             ": give a node that is to join there an empty folder of its own, and "
             "leave join out to start the one that this folder is of"));
}

// A folder that is a node's needs nobody to let it in; but it may be another cluster's
// than the one that is named.
absl::Status CheckMember(const ServerOptions& options, const Identity& owner,
                         const ring::Topology& known, const Address& seed_address,
                         spdlog::logger& log) {
  Seed seed(seed_address);
  const absl::StatusOr<ring::Topology> theirs = seed.Topology();
  if (!theirs.ok()) {
    log.warn("join: {}; {} is in its cluster already and starts without",
             ToStd(theirs.status().message()), owner.node.ToString());
    return absl::OkStatus();
  }
  if (theirs->cluster_id != owner.cluster_id) {
    return OtherCluster(options, owner, seed,
                        StrCat("is a node of cluster \"", theirs->cluster_id, "\""));
  }
  const ring::NodeInfo* there = theirs->FindNode(owner.node);
  const ring::NodeInfo* here = known.FindNode(owner.node);
  if (there == nullptr || here == nullptr) return absl::OkStatus();
  if (there->peer_address == here->peer_address && there->join_token == here->join_token) {
    return absl::OkStatus();
  }
  return OtherCluster(options, owner, seed,
                      StrCat("is a node of another one of that name, whose ", owner.node.ToString(),
                             " is at ", there->client_address));
}

// Whose folder is half-way in can only come in as whom it was let in.
v1::AddNodeRequest RequestOf(const ServerOptions& options, const ServerPlan& plan,
                             const std::optional<Identity>& owner, const ProtocolRange& speaks,
                             uint64_t token) {
  v1::AddNodeRequest request;
  FillNode(plan.bootstrap.front(), request.mutable_node());
  request.mutable_node()->set_id(options.node_id_given ? options.node_id : 0);
  request.mutable_node()->set_join_token(token);
  if (options.cluster_id_given) request.set_cluster_id(options.cluster_id);
  if (owner) {
    request.mutable_node()->set_id(owner->node.value());
    request.set_cluster_id(owner->cluster_id);
  }
  request.set_protocol_version(speaks.newest);
  request.set_protocol_version_min(speaks.oldest);
  return request;
}

void BecomeNode(NodeId id, const std::string& cluster, ServerOptions& options, ServerPlan& plan) {
  options.node_id = id.value();
  options.cluster_id = cluster;
  plan.bootstrap.front().id = id;
}

absl::Status Join(Files& root, const std::optional<Identity>& owner, Env& env, spdlog::logger& log,
                  const ProtocolRange& speaks, ServerOptions& options, ServerPlan& plan) {
  Seed seed(*plan.join);
  if (owner && absl::IsNotFound(root.ReadWhole(kTokenFile).status())) {
    return OtherCluster(options, *owner, seed, "is of one that this folder never asked");
  }
  const absl::StatusOr<uint64_t> token = TokenOf(root, env);
  if (!token.ok()) return token.status();
  const auto door = JoinDoor::Open(plan, *token);
  if (!door.ok()) return door.status();
  log.info("join: asking {}", seed.address());
  const auto let_in = seed.AddNode(RequestOf(options, plan, owner, speaks, *token));
  if (!let_in.ok()) return let_in.status();
  auto topology = ring::DecodeTopology(let_in->topology().SerializeAsString());
  if (!topology.ok()) return topology.status();
  const NodeId id(let_in->node());
  log.info("join: this is {} of cluster {}", id.ToString(), topology->cluster_id);
  BecomeNode(id, topology->cluster_id, options, plan);
  plan.topology = ring::Freeze(*std::move(topology));
  return absl::OkStatus();
}

}  // namespace

absl::Status Identify(Disk& disk, Env& env, spdlog::logger& log, const ProtocolRange& speaks,
                      ServerOptions& options, ServerPlan& plan) {
  if (!options.bootstrap.empty()) return absl::OkStatus();
  auto root = disk.OpenRoot();
  if (!root.ok()) return root.status();
  const auto owner = ReadIdentity(**root);
  if (!owner.ok()) return owner.status();
  const auto stored = (*root)->ReadWhole(kTopologyFile);
  if (!stored.ok() && !absl::IsNotFound(stored.status())) return stored.status();
  if (*owner && stored.ok()) {
    if (plan.join) {
      const auto known = ring::DecodeTopology(*stored);
      if (!known.ok()) return known.status();
      const absl::Status member = CheckMember(options, **owner, *known, *plan.join, log);
      if (!member.ok()) return member;
    }
    const NodeId id = options.node_id_given ? NodeId(options.node_id) : (*owner)->node;
    const std::string cluster =
        options.cluster_id_given ? options.cluster_id : (*owner)->cluster_id;
    BecomeNode(id, cluster, options, plan);
    return absl::OkStatus();
  }
  if (plan.join) return Join(**root, *owner, env, log, speaks, options, plan);
  if ((*root)->ReadWhole(kTokenFile).ok()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "JOIN_UNFINISHED",
                     StrCat("the data folder ", options.data_dir,
                            " asked to join a cluster and is not in it yet: start with --join "
                            "again, or give an empty folder"));
  }
  return absl::OkStatus();
}

}  // namespace quorate::rpc
