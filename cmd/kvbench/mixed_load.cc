#include "mixed_load.h"

#include <atomic>
#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"

namespace quorate::bench {

absl::Status WriteAll(Keyspace keyspace, const VersionedKeys& keys) {
  std::atomic<uint64_t> failed = 0;
  auto pipe = keyspace.Pipeline({.max_in_flight = 1024, .deadline = absl::Seconds(60)});
  for (uint64_t key = 0; key < keys.count(); ++key) {
    pipe.Put(VersionedKeys::Name(key), VersionedKeys::Value(key, 0),
             [&failed](const absl::StatusOr<WriteReceipt>& written) {
               if (!written.ok()) ++failed;
             });
  }
  pipe.Drain();
  if (failed == 0) return absl::OkStatus();
  return absl::UnavailableError(StrCat(failed.load(), " puts failed"));
}

MixedLoad::MixedLoad(const Client& client, const std::string& keyspace, VersionedKeys& keys)
    : keyspace_(client.Keyspace(keyspace)),
      keys_(keys),
      issue_([this](absl::Time due, Random& random, Done done) {
        BeginOne(due, random, std::move(done));
      }),
      pace_(issue_, 1) {}

void MixedLoad::Count(const absl::Status& status, absl::Time due, Stretch& stretch) {
  const absl::Duration took = absl::Now() - due;
  if (status.ok()) {
    ++stretch.slice.done;
    stretch.slice.latency.Record(took);
    return;
  }
  ++stretch.slice.failed;
  if (stretch.slice.first_error.empty()) stretch.slice.first_error = status.ToString();
}

void MixedLoad::Get(uint64_t key, absl::Time due, Stretch& stretch, Done done) {
  const uint64_t begun = keys_.BeginGet(key);
  keyspace_.Get(VersionedKeys::Name(key), {.level = Level::kLinearizable},
                [this, key, begun, due, &stretch,
                 done = std::move(done)](const absl::StatusOr<GetResult>& got) mutable {
                  const std::string wrong = got.ok() ? keys_.EndGet(key, begun, got->value) : "";
                  {
                    absl::MutexLock lock(&mutex_);
                    Count(got.status(), due, stretch);
                    if (got.ok()) ++stretch.reads;
                    if (!wrong.empty() && stretch.wrong++ == 0) stretch.first_wrong = wrong;
                  }
                  std::move(done)();
                });
}

void MixedLoad::Put(uint64_t key, uint64_t version, absl::Time due, Stretch& stretch, Done done) {
  keyspace_.Put(VersionedKeys::Name(key), VersionedKeys::Value(key, version),
                {.level = Level::kQuorum},
                [this, key, due, &stretch,
                 done = std::move(done)](const absl::StatusOr<WriteReceipt>& written) mutable {
                  keys_.EndPut(key, written.ok());
                  {
                    absl::MutexLock lock(&mutex_);
                    Count(written.status(), due, stretch);
                  }
                  std::move(done)();
                });
}

void MixedLoad::BeginOne(absl::Time due, Random& random, Done done) {
  Stretch* stretch = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    stretch = current_;
  }
  const uint64_t key = random.Below(keys_.count());
  if (random.Next() % 2 == 0) {
    if (const auto version = keys_.BeginPut(key)) {
      return Put(key, *version, due, *stretch, std::move(done));
    }
  }
  Get(key, due, *stretch, std::move(done));
}

Stretch MixedLoad::RunClosed(uint32_t in_flight, absl::Duration length) {
  Stretch stretch;
  CountIn(stretch);
  RunClosedPace(issue_, in_flight, length, 0);
  CountIn(unwanted_);
  stretch.slice.elapsed = length;
  return stretch;
}

void MixedLoad::CountIn(Stretch& stretch) {
  absl::MutexLock lock(&mutex_);
  current_ = &stretch;
}

void MixedLoad::Stop() {
  pace_.Stop();
  CountIn(unwanted_);
}

}  // namespace quorate::bench
