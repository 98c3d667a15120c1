#include "node/topology_change.h"

#include <string>
#include <utility>

#include "base/error.h"
#include "node/worker.h"

namespace quorate {
namespace {

// One change under way; owns itself through the callbacks.
class Change : public std::enable_shared_from_this<Change> {
 public:
  Change(Node& node, ComputeTopology compute, absl::Duration deadline, Node::TopologyFn done)
      : node_(node), compute_(std::move(compute)), deadline_(deadline), done_(std::move(done)) {}

  void Read() {
    Request request = Base(Level::kLinearizable);
    request.op = Lookup{{std::string(kTopologyKey)}};
    node_.Execute(std::move(request),
                  [self = shared_from_this()](Reply reply) { self->HaveRead(std::move(reply)); });
  }

 private:
  Request Base(Level level) const {
    Request request;
    request.partition = kMetaPartition;
    request.epoch = node_.topology()->epoch;
    request.level = level;
    request.deadline = deadline_;
    return request;
  }

  void HaveRead(Reply reply) {
    if (!reply.status.ok()) return Finish(reply.status);
    const auto& found = reply.found.front();
    absl::StatusOr<ring::Topology> current =
        found ? ring::DecodeTopology(found->value) : ring::Topology(*node_.topology());
    if (!current.ok()) return Finish(current.status());
    auto next = compute_(*current);
    if (!next.ok()) return Finish(next.status());
    next_ = ring::Freeze(*std::move(next));
    if (next_->epoch == current->epoch) return Agreed();  // as it is already
    Write(found ? found->version : 0);
  }

  void Write(uint64_t version) {
    kv::Mutation put;
    put.key = std::string(kTopologyKey);
    put.value = ring::EncodeTopology(*next_);
    put.condition.kind =
        version == 0 ? kv::Condition::Kind::kAbsent : kv::Condition::Kind::kVersion;
    put.condition.version = version;
    Request request = Base(Level::kQuorum);
    request.op = kv::Command{{std::move(put)}};
    node_.Execute(std::move(request), [self = shared_from_this()](Reply reply) {
      self->HaveWritten(std::move(reply));
    });
  }

  void HaveWritten(Reply reply) {
    if (reply.status.ok()) return Agreed();
    if (ReasonOf(reply.status) == "CONDITION_FAILED") return Read();  // somebody was faster
    Finish(reply.status);
  }

  void Agreed() {
    node_.Adopt(next_);
    node_.AwaitKnown(next_->epoch, deadline_,
                     [self = shared_from_this()] { std::move(self->done_)(self->next_); });
  }

  void Finish(absl::Status status) { std::move(done_)(std::move(status)); }

  Node& node_;
  ComputeTopology compute_;
  absl::Duration deadline_;
  Node::TopologyFn done_;
  ring::SharedTopology next_;
};

}  // namespace

void ChangeTopology(Node& node, ComputeTopology compute, absl::Duration deadline,
                    Node::TopologyFn done) {
  std::make_shared<Change>(node, std::move(compute), deadline, std::move(done))->Read();
}

}  // namespace quorate
