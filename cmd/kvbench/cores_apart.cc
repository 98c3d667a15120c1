#include "cores_apart.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "base/strings.h"

namespace quorate::bench {
namespace {

// Until it finds no thread that it has not seen: one that is made meanwhile may have been made by
// one that still had the cores of before.
void Confine(pid_t pid, const cpu_set_t& cores) {
  std::set<std::string> seen;
  size_t before = 0;
  do {
    before = seen.size();
    std::error_code gone;
    for (const auto& thread :
         std::filesystem::directory_iterator(StrCat("/proc/", pid, "/task"), gone)) {
      const std::string id = thread.path().filename();
      if (seen.insert(id).second) sched_setaffinity(std::atoi(id.c_str()), sizeof(cores), &cores);
    }
  } while (seen.size() > before);
}

}  // namespace

CoresApart::CoresApart(const std::vector<pid_t>& nodes) {
  CPU_ZERO(&all_);
  sched_getaffinity(0, sizeof(all_), &all_);
  const int count = CPU_COUNT(&all_);
  if (count < 2) return;
  cpu_set_t theirs;
  cpu_set_t own;
  CPU_ZERO(&theirs);
  CPU_ZERO(&own);
  for (int core = 0, found = 0; found < count; ++core) {
    if (CPU_ISSET(core, &all_)) CPU_SET(core, found++ < count / 2 ? &theirs : &own);
  }
  for (const pid_t node : nodes) Confine(node, theirs);
  Confine(getpid(), own);
}

CoresApart::~CoresApart() { Confine(getpid(), all_); }

}  // namespace quorate::bench
