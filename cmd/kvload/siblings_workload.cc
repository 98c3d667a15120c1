#include "siblings_workload.h"

#include <utility>
#include <vector>

#include "keys.h"

namespace quorate::load {
namespace {

// Siblings are bounded in number: mostly a write comes with the context of a read.
constexpr double kBlind = 0.15;
constexpr double kDelete = 0.1;

class SiblingsWorkload final : public Workload {
 public:
  SiblingsWorkload(const Job& job, const std::string& run)
      : keys_(job.name, job.keys, job.rotate_after, run), seen_(job.clients) {}

  Request Next(Actor& actor) override {
    Seen& seen = seen_[actor.seat];
    if (actor.random.Chance(kBlind)) {
      return Request::Write(Mutation::Put(keys_.Take(actor.random), actor.UniqueValue()));
    }
    if (seen.context.empty()) return Request::Get(keys_.Take(actor.random));
    const bool remove = actor.random.Chance(kDelete);
    Mutation write =
        remove ? Mutation::Delete(seen.key) : Mutation::Put(seen.key, actor.UniqueValue());
    Request request = Request::Write(std::move(write).With(seen.context));
    request.replaced = seen.values;
    return request;
  }

  void OnReply(Actor& actor, const Request& request, const Reply& reply) override {
    Seen& seen = seen_[actor.seat];
    if (request.is_read()) {
      if (reply.done()) seen = SeenBy(request.reads.front(), reply.told.front());
      return;
    }
    const bool with_context = !request.writes.front().context().empty();
    if (!with_context) return;
    const bool put = request.writes.front().action() == Mutation::Action::kPut;
    std::string context = reply.done() ? reply.told.front().context : std::string();
    // Alone with the key a client need not read between its writes.
    if (put && !context.empty() && actor.random.Chance(0.5)) {
      seen = {seen.key, std::move(context), {request.writes.front().value()}};
    } else {
      seen = {};
    }
  }

  void OnSeated(Actor& actor) override { seen_[actor.seat] = {}; }

 private:
  struct Seen {
    std::string key;
    std::string context;  // empty: nothing was read since the last write
    std::vector<std::string> values;
  };

  static Seen SeenBy(const std::string& key, const Told& told) {
    return {key, told.context, told.values.value_or(std::vector<std::string>())};
  }

  Keys keys_;
  std::vector<Seen> seen_;  // by seat
};

}  // namespace

std::unique_ptr<Workload> MakeSiblings(const Job& job, const Place& /*place*/,
                                       const std::string& run) {
  return std::make_unique<SiblingsWorkload>(job, run);
}

}  // namespace quorate::load
