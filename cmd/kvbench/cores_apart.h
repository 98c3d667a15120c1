// Cores of their own for the nodes and for the load, as if the load came from another machine.
#pragma once

#include <sched.h>
#include <sys/types.h>

#include <vector>

namespace quorate::bench {

// While it lives, processes have the first half of the cores that this one may use, and this one
// the others: all their threads, and those that these make. With one core alone nothing changes.
class CoresApart {
 public:
  explicit CoresApart(const std::vector<pid_t>& nodes);
  ~CoresApart();
  CoresApart(const CoresApart&) = delete;
  CoresApart& operator=(const CoresApart&) = delete;

 private:
  cpu_set_t all_;
};

}  // namespace quorate::bench
