#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/status_codec.h"
#include "call.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "write_calls.h"

namespace quorate::bench {
namespace {

constexpr size_t kRequestsEach = 512;  // ready for each member

WriteEnd EndOf(const grpc::Status& status) {
  if (status.ok()) return {.done = true};
  if (status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED) {
    return {.error = status.error_message()};
  }
  const auto ours = DecodeStatusDetails(status.error_details());
  return {.refused = true, .told_when = ours && RetryAfterOf(*ours).has_value()};
}

// Lives until it is answered.
struct RawCall {
  grpc::ClientContext context;
  v1::WriteResponse response;
  WriteCalls::Done done;
};

class RawWriteCalls final : public WriteCalls {
 public:
  RawWriteCalls(const Target& target, uint32_t batch, uint32_t connections, absl::Duration deadline)
      : batch_(batch), deadline_(deadline) {
    for (const Member& member : target.members) {
      Way& way = ways_.emplace_back();
      for (uint32_t i = 0; i < connections; ++i) {
        way.stubs.push_back(v1::Kv::NewStub(Connect(member.address)));
      }
      if (batch == 1) {
        AddPuts(target, member, way);
      } else {
        AddBatches(target, member, way);
      }
    }
  }

  void Begin(Random& random, Done done) override {
    const Way& way = ways_[random.Below(ways_.size())];
    auto* call = new RawCall;
    call->done = std::move(done);
    SetDeadline(call->context, deadline_);
    const auto end = [call](const grpc::Status& status) {
      const std::unique_ptr<RawCall> owned(call);
      std::move(owned->done)(EndOf(status));
    };
    auto& kv = *way.stubs[random.Below(way.stubs.size())]->async();
    if (batch_ == 1) {
      kv.Put(&call->context, &way.puts[random.Below(way.puts.size())], &call->response, end);
    } else {
      kv.Batch(&call->context, &way.batches[random.Below(way.batches.size())], &call->response,
               end);
    }
  }

 private:
  struct Way {  // to one member
    std::vector<std::unique_ptr<v1::Kv::Stub>> stubs;
    std::vector<v1::PutRequest> puts;
    std::vector<v1::BatchRequest> batches;
  };

  static void AddPuts(const Target& target, const Member& member, Way& way) {
    for (const std::string& key : member.keys) {
      if (way.puts.size() == kRequestsEach) return;
      v1::PutRequest& put = way.puts.emplace_back();
      put.set_keyspace(target.keyspace);
      put.set_level(v1::LEVEL_QUORUM);
      put.set_key(key);
      put.set_value(target.value);
    }
  }

  void AddBatches(const Target& target, const Member& member, Way& way) const {
    for (const auto& keys : BatchesOf(target, member, batch_, kRequestsEach)) {
      v1::BatchRequest& batch = way.batches.emplace_back();
      batch.set_keyspace(target.keyspace);
      batch.set_level(v1::LEVEL_QUORUM);
      for (const std::string& key : keys) {
        v1::Mutation* put = batch.add_mutations();
        put->set_key(key);
        put->set_put(target.value);
      }
    }
  }

  const uint32_t batch_;
  const absl::Duration deadline_;
  std::vector<Way> ways_;
};

}  // namespace

std::unique_ptr<WriteCalls> RawWrites(const Target& target, uint32_t batch, uint32_t connections,
                                      absl::Duration deadline) {
  return std::make_unique<RawWriteCalls>(target, batch, connections, deadline);
}

}  // namespace quorate::bench
