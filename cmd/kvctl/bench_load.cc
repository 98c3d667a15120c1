#include "bench_load.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "base/env.h"
#include "base/error.h"

namespace quorate::kvctl {
namespace {

std::string KeyOf(uint64_t number) { return absl::StrFormat("bench/%08d", number); }

std::string Name(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason.empty() ? absl::StatusCodeToString(status.code()) : reason;
}

}  // namespace

BenchLoad::BenchLoad(quorate::Keyspace keyspace, BenchPlan plan)
    : keyspace_(std::move(keyspace)), plan_(std::move(plan)), random_(SystemEnv().Random()) {}

void BenchLoad::Start() {
  started_ = SystemEnv().Monotonic();
  {
    absl::MutexLock lock(&mutex_);
    under_way_ = plan_.concurrency;
  }
  for (uint32_t i = 0; i < plan_.concurrency; ++i) Next();
}

void BenchLoad::Next() {
  std::string key;
  bool read = false;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) {
      --under_way_;
      return;
    }
    key = KeyOf(random_.Below(plan_.keys));
    read = random_.Chance(plan_.read_ratio);
  }
  const absl::Duration began = SystemEnv().Monotonic();
  if (read) {
    keyspace_.Get(std::move(key), plan_.read, [this, began](absl::StatusOr<GetResult> got) {
      Done(/*read=*/true, began, got.status());
    });
  } else {
    keyspace_.Put(std::move(key), std::string(plan_.value_bytes, 'x'), plan_.write,
                  [this, began](absl::StatusOr<WriteReceipt> written) {
                    Done(/*read=*/false, began, written.status());
                  });
  }
}

void BenchLoad::Done(bool read, absl::Duration began, const absl::Status& status) {
  const absl::Duration took = SystemEnv().Monotonic() - began;
  answered_.fetch_add(1, std::memory_order_relaxed);
  {
    absl::MutexLock lock(&mutex_);
    BenchSeries& series = read ? result_.reads : result_.writes;
    if (status.ok()) {
      series.latency.Record(took);
    } else {
      ++series.failed;
      ++result_.errors[Name(status)];
    }
  }
  Next();
}

void BenchLoad::Stop() {
  absl::MutexLock lock(&mutex_);
  if (!stopping_) ended_ = SystemEnv().Monotonic();
  stopping_ = true;
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_ == 0; };
  mutex_.Await(absl::Condition(&idle));
}

BenchResult BenchLoad::result() const {
  absl::MutexLock lock(&mutex_);
  BenchResult result = result_;
  result.took = ended_ - started_;
  return result;
}

}  // namespace quorate::kvctl
