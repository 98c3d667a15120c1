#include "append_workload.h"

#include <utility>
#include <vector>

#include "keys.h"
#include "shape.h"

namespace quorate::load {
namespace {

// A client reads a list and then appends to what it saw; if another was faster, it reads
// again.
class AppendWorkload final : public Workload {
 public:
  AppendWorkload(const Job& job, const std::string& run)
      : keys_(job.name, job.keys, job.rotate_after, run), seen_(job.clients) {}

  Request Next(Actor& actor) override {
    Seen& seen = seen_[actor.seat];
    if (!seen.fresh || actor.random.Chance(0.2)) return Request::Get(keys_.Take(actor.random));
    seen.fresh = false;
    std::vector<std::string> elements = seen.elements;
    std::string element = actor.UniqueValue();
    elements.push_back(element);
    const Condition condition =
        seen.version == 0 ? Condition::Absent() : Condition::Version(seen.version);
    return {.writes = {Mutation::Put(seen.key, JoinList(elements), condition)},
            .collection = seen.key,
            .element = std::move(element)};
  }

  void OnReply(Actor& actor, const Request& request, const Reply& reply) override {
    if (!request.is_read() || !reply.done()) return;
    const Told& told = reply.told.front();
    seen_[actor.seat] = {request.reads.front(), told.elements.value_or(Elements()), told.version,
                         true};
  }

  void OnSeated(Actor& actor) override { seen_[actor.seat] = {}; }

 private:
  using Elements = std::vector<std::string>;
  struct Seen {
    std::string key;
    Elements elements;
    uint64_t version = 0;
    bool fresh = false;  // not yet appended to
  };

  Keys keys_;
  std::vector<Seen> seen_;  // by seat
};

}  // namespace

std::unique_ptr<Workload> MakeAppend(const Job& job, const Place& /*place*/,
                                     const std::string& run) {
  return std::make_unique<AppendWorkload>(job, run);
}

}  // namespace quorate::load
