#include "meter.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/strings.h"
#include "node_metrics.h"
#include "process.h"

namespace quorate::bench {
namespace {

std::string Contents(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

uint64_t SwitchesOf(pid_t pid) {
  uint64_t sum = 0;
  std::error_code gone;
  for (const auto& thread :
       std::filesystem::directory_iterator(StrCat("/proc/", pid, "/task"), gone)) {
    sum += ParseSwitches(Contents(thread.path() / "status"));
  }
  return sum;
}

// Threads that ended have taken their counts along.
uint64_t Over(uint64_t after, uint64_t before) { return after > before ? after - before : 0; }

}  // namespace

uint64_t ParseSwitches(const std::string& status) {
  std::istringstream in(status);
  uint64_t sum = 0;
  for (std::string line; std::getline(in, line);) {
    const size_t colon = line.find("voluntary_ctxt_switches:");  // nonvoluntary_, too
    if (colon != std::string::npos) {
      sum += std::strtoull(line.c_str() + line.find(':') + 1, nullptr, 10);
    }
  }
  return sum;
}

uint64_t ParseFlushes(const std::string& diskstats) {
  constexpr int kFlushField = 19;  // since Linux 5.5
  std::istringstream in(diskstats);
  uint64_t sum = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string field;
    int found = 0;
    while (found < kFlushField && fields >> field) ++found;
    if (found == kFlushField) sum += std::strtoull(field.c_str(), nullptr, 10);
  }
  return sum;
}

Cost Meter::Read() const {
  Cost cost;
  cost.load = CpuTimeOf(getpid());
  cost.switches = SwitchesOf(getpid());
  for (const pid_t pid : servers_) {
    cost.each_server.push_back(CpuTimeOf(pid));
    cost.servers += cost.each_server.back();
    cost.switches += SwitchesOf(pid);
  }
  cost.flushes = ParseFlushes(Contents("/proc/diskstats"));
  for (const std::string& page : pages_) {
    cost.peer_messages +=
        static_cast<uint64_t>(SumOfMetric(page, "quorate_peer_sent_messages_total").value_or(0));
  }
  return cost;
}

Cost Difference(const Cost& after, const Cost& before) {
  Cost cost;
  cost.servers = after.servers - before.servers;
  for (size_t i = 0; i < after.each_server.size(); ++i) {
    cost.each_server.push_back(after.each_server[i] - before.each_server[i]);
  }
  cost.load = after.load - before.load;
  cost.switches = Over(after.switches, before.switches);
  cost.flushes = Over(after.flushes, before.flushes);
  cost.peer_messages = Over(after.peer_messages, before.peer_messages);
  return cost;
}

}  // namespace quorate::bench
