#include "client/refresh.h"

#include "client/call.h"
#include "client/convert.h"
#include "quorate/v1/admin.pb.h"

namespace quorate::client {

void RefreshTopology(Core& core) {
  if (!core.ClaimRefresh()) return;
  StartCall<v1::Topology>(
      core, Target{}, absl::ZeroDuration(), v1::GetTopologyRequest(),
      [](NodeLink& link, grpc::ClientContext* context, const v1::GetTopologyRequest* request,
         v1::Topology* response, std::function<void(grpc::Status)> done) {
        link.admin().async()->GetTopology(context, request, response, std::move(done));
      },
      [&core](absl::StatusOr<v1::Topology> topology) {
        if (topology.ok()) core.router().Install(DescriptionOf(*topology));
        core.EndRefresh();
      });
}

void LearnFrom(Core& core, const std::string& keyspace, const v1::Receipt& receipt, bool serving) {
  if (receipt.served_by() == 0) return;
  const bool stale = core.router().Learn(keyspace, receipt.partition(), NodeId(receipt.served_by()),
                                         Epoch(receipt.epoch()), serving);
  if (stale) RefreshTopology(core);
}

}  // namespace quorate::client
