// gRPC's own threads, which run every callback of this process.
#pragma once

#include <memory>

namespace quorate::rpc {

// Held by whoever has a Server: made before the first server or channel, and
// gone after the last.
//
// gRPC 1.51 starts at least two threads, however few cores there are. They
// take turns at waiting for the network, and on one or two cores each event
// wakes the other one for nothing: a fifth of the work of a small read. There
// one of them is kept busy, with waiting, and the other serves alone. That is
// for a process of one server: several would keep all of them busy.
class GrpcThreads {
 public:
  enum class Serve { kAlone, kTogether };

  explicit GrpcThreads(Serve serve);
  ~GrpcThreads();

 private:
  class Occupant;
  std::shared_ptr<Occupant> occupant_;
};

}  // namespace quorate::rpc
