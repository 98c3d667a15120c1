// gRPC's own threads, which run every callback of this process.
#pragma once

#include <memory>

namespace quorate::rpc {

// To be made before the first server or channel and to go after the last.
//
// gRPC 1.51 starts at least two threads, however few cores there are. They
// take turns at waiting for the network, and on one or two cores each event
// wakes the other one for nothing: a fifth of the work of a small read. There
// one of them is kept busy, with waiting, and the other serves alone.
class GrpcThreads {
 public:
  GrpcThreads();
  ~GrpcThreads();

 private:
  class Occupant;
  std::shared_ptr<Occupant> occupant_;
};

}  // namespace quorate::rpc
