// Between the public types and the wire's.
#pragma once

#include <optional>
#include <vector>

#include "client/admin_types.h"
#include "client/insight_types.h"
#include "client/options.h"
#include "client/types.h"
#include "quorate/v1/admin.pb.h"
#include "quorate/v1/kv.pb.h"

namespace quorate::client {

inline v1::Level ToWire(Level level) { return static_cast<v1::Level>(level); }
inline v1::Mode ToWire(Mode mode) { return static_cast<v1::Mode>(mode); }
void ToWire(const Condition& condition, v1::Condition& out);
v1::Mutation ToWire(Mutation mutation);
// Away from zero, which is for ever; a negative one becomes one that is refused.
uint64_t TtlToWire(absl::Duration ttl);
void ToWire(absl::Duration bound, const Ladder& ladder, const std::optional<Session>& session,
            v1::ReadOptions& out);

WriteReceipt WriteReceiptOf(const v1::WriteResponse& response);
AddResult AddResultOf(const v1::WriteResponse& response);
BatchResult BatchResultOf(const v1::WriteResponse& response);
ReadReceipt ReadReceiptOf(const v1::Receipt& wire);
Resolution ResolutionOf(const v1::ResolveResponse& response);
GetResult GetResultOf(v1::GetResponse& response);                 // takes the value
MultiGetResult MultiGetResultOf(v1::MultiGetResponse& response);  // takes the records
ScanPage ScanPageOf(v1::ScanResponse& response);                  // takes the records

KeyspaceDescription DescriptionOf(const v1::Keyspace& wire);
TopologyDescription DescriptionOf(const v1::Topology& wire);
KeyspaceState StateOf(const v1::DescribeKeyspaceResponse& wire);
ClusterState StateOf(const v1::ClusterStatus& wire);
MovePlan PlanOf(const v1::PlanChangeResponse& wire);
Explanation ExplanationOf(const v1::ExplainResponse& wire);
LagReport LagOf(const v1::GetLagResponse& wire);
ConflictList ConflictsOf(const v1::ListConflictsResponse& wire);
KeyInspection InspectionOf(const v1::InspectKeyResponse& wire);

}  // namespace quorate::client
