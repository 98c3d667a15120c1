// Replicas and messages in words, for scenario files and failure messages.
#pragma once

#include <string>
#include <string_view>

#include "raft/raft.h"

namespace quorate::raft {

std::string DescribeEntry(const LogEntry& entry);     // 3/t1 "x"
std::string DescribeMessage(const Message& message);  // n1 -> n2 append t1 after 2/t1: ...
std::string_view DescribeKind(MessageKind kind);
std::string DescribeRole(const Status& status);    // follower of n1 in t1
std::string DescribeStatus(const Status& status);  // indexes
std::string DescribeConfiguration(const Configuration& configuration);
std::string DescribePeer(const PeerStatus& peer);

}  // namespace quorate::raft
