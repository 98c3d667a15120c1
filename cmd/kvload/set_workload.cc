#include "set_workload.h"

#include <utility>

#include "keys.h"
#include "shape.h"

namespace quorate::load {
namespace {

class SetWorkload final : public Workload {
 public:
  SetWorkload(const Job& job, const Place& place, const std::string& run)
      : keys_(job.name, job.keys, job.rotate_after, run), of_keys_(place.shape == Shape::kKeys) {}

  Request Next(Actor& actor) override {
    std::string set = keys_.Take(actor.random);
    if (actor.random.Chance(0.25)) return Request::Get(std::move(set));
    std::string element = actor.UniqueValue();
    if (!of_keys_) return Request::Write(Mutation::AddElement(std::move(set), std::move(element)));
    return {.writes = {Mutation::Put(ElementPrefix(set) + element, "")},
            .collection = set,
            .element = element};
  }

 private:
  Keys keys_;
  const bool of_keys_;
};

}  // namespace

std::unique_ptr<Workload> MakeSet(const Job& job, const Place& place, const std::string& run) {
  return std::make_unique<SetWorkload>(job, place, run);
}

}  // namespace quorate::load
