// Where what peers send can be made to come late, as a network may have it. kvd has
// none; programs that are broken on purpose may.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "base/ids.h"

namespace quorate::rpc {

// Thread-safe.
class FrameGate {
 public:
  // Hands on what has arrived, as if it did so only now.
  using Arrival = absl::AnyInvocable<void() &&>;

  struct Stream {
    NodeId from;
    uint64_t number = 0;  // they rise
  };

  virtual ~FrameGate() = default;
  // `from` begins a stream.
  virtual Stream Open(NodeId from) = 0;
  // True: it has taken the arrival, and calls it later, once. Those of one stream
  // are called in order, and before whatever comes next is let through.
  virtual bool Holds(const Stream& stream, absl::FunctionRef<Arrival()> arrival) = 0;
  virtual size_t held() const = 0;
};

}  // namespace quorate::rpc
