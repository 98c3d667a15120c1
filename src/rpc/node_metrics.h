// A node's figures as metrics: Raft, log, engine.
#pragma once

#include "base/metrics.h"
#include "node/node.h"
#include "storage/engine.h"
#include "storage/log_store.h"

namespace quorate::rpc {

void WriteReport(const NodeStatusReport& report, NodeId self, MetricsPage& page);
void WriteDiskRoom(const DiskRoom& disk, MetricsPage& page);
void WriteLogStats(const LogStats& stats, MetricsPage& page);
void WriteEngineStats(const EngineStats& stats, MetricsPage& page);

}  // namespace quorate::rpc
