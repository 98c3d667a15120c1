#include "workload.h"

#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "call.h"
#include "versioned_keys.h"

namespace quorate::bench {
namespace {

constexpr uint64_t kScanMax = 100;
// More than a pace ever has under way: it is the pace that waits.
constexpr size_t kStreamedMax = 50'000;
constexpr size_t kFillInFlight = 1024;
constexpr absl::Duration kFillDeadline = absl::Seconds(60);

PipelineOptions Streamed(Level level) {
  return {.max_in_flight = kStreamedMax, .level = level, .deadline = kCallDeadline};
}

// The callback of one operation's answer, whatever it is.
template <class Answer>
auto Telling(absl::AnyInvocable<void(const absl::Status&) &&> over) {
  return [over = std::move(over)](const absl::StatusOr<Answer>& answer) mutable {
    std::move(over)(answer.status());
  };
}

}  // namespace

Workload::Workload(const Client& client, const WorkloadOptions& options, const Mix& mix)
    : options_(options),
      mix_(mix),
      choice_(mix.distribution, options.keys),
      value_(options.value_bytes, 'v'),
      keys_(options.keys),
      keyspace_(client.Keyspace(options.keyspace)) {
  if (!options.streamed) return;
  reads_.emplace(keyspace_.Pipeline(Streamed(options.read)));
  writes_.emplace(keyspace_.Pipeline(Streamed(options.write)));
}

absl::Status Workload::Fill() {
  std::atomic<uint64_t> failed = 0;
  auto pipe = keyspace_.Pipeline({.max_in_flight = kFillInFlight, .deadline = kFillDeadline});
  for (uint64_t key = 0; key < options_.keys; ++key) {
    pipe.Put(VersionedKeys::Name(key), value_,
             [&failed](const absl::StatusOr<WriteReceipt>& written) {
               if (!written.ok()) ++failed;
             });
  }
  pipe.Drain();
  if (failed == 0) return absl::OkStatus();
  return absl::UnavailableError(StrCat(failed.load(), " puts failed"));
}

Slice Workload::RunClosed(uint32_t in_flight, absl::Duration warm_up, absl::Duration length,
                          uint64_t seed) {
  Tally tally(absl::Now() + warm_up);
  RunClosedPace(CountedBy(tally), in_flight, warm_up + length, seed);
  return tally.Take(length);
}

Slice Workload::RunOpen(const OpenLoad& load, uint64_t seed) {
  Tally tally(absl::Now() + load.warm_up);
  OpenPace(CountedBy(tally), seed).Run(load.per_second, load.warm_up + load.length);
  return tally.Take(load.length);
}

Issue Workload::CountedBy(Tally& tally) {
  return [this, &tally](absl::Time due, Random& random, Done done) {
    Begin(random, [&tally, due, done = std::move(done)](const absl::Status& status) mutable {
      tally.Count(status, due);
      std::move(done)();
    });
  };
}

void Workload::Begin(Random& random, Over over) {
  const MixOp op = mix_.Draw(random);
  if (op == MixOp::kInsert) return Write(VersionedKeys::Name(keys_++), std::move(over));
  std::string key = VersionedKeys::Name(choice_.Draw(random, keys_));
  if (op == MixOp::kRead) return Read(std::move(key), std::move(over));
  if (op == MixOp::kUpdate) return Write(std::move(key), std::move(over));
  if (op == MixOp::kScan) return Scan(std::move(key), random.Between(1, kScanMax), std::move(over));
  std::string again = key;
  Read(std::move(key),
       [this, key = std::move(again), over = std::move(over)](const absl::Status& read) mutable {
         if (!read.ok()) return std::move(over)(read);
         Write(std::move(key), std::move(over));
       });
}

void Workload::Read(std::string key, Over over) {
  if (reads_) return reads_->Get(std::move(key), Telling<GetResult>(std::move(over)));
  keyspace_.Get(std::move(key), {.level = options_.read, .deadline = kCallDeadline},
                Telling<GetResult>(std::move(over)));
}

void Workload::Write(std::string key, Over over) {
  if (writes_) return writes_->Put(std::move(key), value_, Telling<WriteReceipt>(std::move(over)));
  keyspace_.Put(std::move(key), value_, {.level = options_.write, .deadline = kCallDeadline},
                Telling<WriteReceipt>(std::move(over)));
}

void Workload::Scan(std::string start, uint64_t records, Over over) {
  keyspace_.ReadPage({.start = std::move(start),
                      .limit = records,
                      .page_records = static_cast<uint32_t>(records),
                      .level = options_.read,
                      .deadline = kCallDeadline},
                     "", Telling<ScanPage>(std::move(over)));
}

}  // namespace quorate::bench
