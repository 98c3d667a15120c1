// Runs of blind writes: one step here, however many they are.
#include <utility>

#include "quorum/local.h"

namespace quorate::quorum {
namespace {

// Of a record beside its key and value.
constexpr size_t kBytesBeside = 32;

}  // namespace

absl::StatusOr<Run> Local::CoordinateRun(std::vector<BlindWrite> writes, const Now& now) {
  if (absl::Status refused = CheckClock(now); !refused.ok()) return refused;
  size_t bytes = 0;
  for (const BlindWrite& write : writes) {
    bytes += write.key.size() + write.change.argument.size() + kBytesBeside;
  }
  const Dot first{self(), next_counter_};
  RunBuilder run(first, bytes);
  Dot dot = first;
  for (BlindWrite& write : writes) {
    const absl::StatusOr<Record> record = policy_.Write(write.key, nullptr, std::move(write.change),
                                                        dot, clock_.Next(now.calendar_us), seen());
    if (!record.ok()) return record.status();
    run.Add(write.key, *record);
    ++dot.counter;
  }
  next_counter_ = dot.counter;
  Reserve();
  Run done = run.Build();
  Put(done);
  return done;
}

bool Local::TakesWhole(const Run& run, const SeenClock& context) const {
  const Identity& writer = run.first.identity;
  if (!policy_.NewestWins() || writer == self() || seen().Ended(writer)) return false;
  CounterSet dots;
  dots.Add(run.range());
  return Intersect(seen().Of(writer), dots).empty() && recent_.AreNewest(run, context);
}

bool Local::MergeRun(const Run& run, const SeenClock& context, const Now& now) {
  if (run.whole() && !Observe(run.last_time, now)) return false;
  if (run.whole() && TakesWhole(run, context)) {
    Put(run);
    return true;
  }
  bool taken = true;
  run.ForEach([&](uint64_t, const RunWrite& write) {
    // It was looked at when it came.
    Record record = *DecodeRecord(write.key, write.record);
    taken = Merge(std::string(write.key), std::move(record), {}, context, now) && taken;
  });
  return taken;
}

void Local::Put(Run run) {
  const Identity writer = run.first.identity;
  const uint64_t first = config_.bugs.raise_past_hole ? 1 : run.first.counter;
  knowledge_.seen.Add(writer, {first, run.range().last});
  logged_.Add(writer, run.range());
  if (!run.mortal) {
    plain_.Add(writer, run.range());
  } else {
    run.ForEach([&](uint64_t at, const RunWrite& write) {
      if (!IsMortal(write.record)) plain_.Add({writer, run.first.counter + at});
    });
  }
  if (writer != self()) context_.reset();
  recent_.Note(run, seen());
  Emit(PutRun{std::move(run)});
}

}  // namespace quorate::quorum
