#include "client/keyspace.h"

#include <utility>

#include "client/core.h"
#include "client/kv_calls.h"
#include "client/pipeline_core.h"
#include "client/wait.h"

namespace quorate {

using client::PostTo;
using client::WaitFor;

Keyspace::Keyspace(std::shared_ptr<client::Handle> handle, std::string name)
    : handle_(std::move(handle)), name_(std::move(name)) {}

absl::StatusOr<WriteReceipt> Keyspace::Put(std::string key, std::string value,
                                           WriteOptions options) {
  return WaitFor<WriteReceipt>([&](auto done) {
    client::StartPut(handle_->core(), name_, std::move(key), std::move(value), options, done);
  });
}

void Keyspace::Put(std::string key, std::string value, WriteOptions options,
                   Callback<WriteReceipt> done) {
  client::StartPut(handle_->core(), name_, std::move(key), std::move(value), options,
                   PostTo(handle_->core(), std::move(done)));
}

absl::StatusOr<WriteReceipt> Keyspace::Delete(std::string key, WriteOptions options) {
  return WaitFor<WriteReceipt>([&](auto done) {
    client::StartDelete(handle_->core(), name_, std::move(key), options, done);
  });
}

void Keyspace::Delete(std::string key, WriteOptions options, Callback<WriteReceipt> done) {
  client::StartDelete(handle_->core(), name_, std::move(key), options,
                      PostTo(handle_->core(), std::move(done)));
}

absl::StatusOr<WriteReceipt> Keyspace::CompareAndSet(std::string key, Condition condition,
                                                     std::string value, WriteOptions options) {
  return WaitFor<WriteReceipt>([&](auto done) {
    client::StartCompareAndSet(handle_->core(), name_, std::move(key), condition, std::move(value),
                               options, done);
  });
}

void Keyspace::CompareAndSet(std::string key, Condition condition, std::string value,
                             WriteOptions options, Callback<WriteReceipt> done) {
  client::StartCompareAndSet(handle_->core(), name_, std::move(key), condition, std::move(value),
                             options, PostTo(handle_->core(), std::move(done)));
}

absl::StatusOr<WriteReceipt> Keyspace::CompareAndDelete(std::string key, Condition condition,
                                                        WriteOptions options) {
  return WaitFor<WriteReceipt>([&](auto done) {
    client::StartCompareAndSet(handle_->core(), name_, std::move(key), condition, std::nullopt,
                               options, done);
  });
}

void Keyspace::CompareAndDelete(std::string key, Condition condition, WriteOptions options,
                                Callback<WriteReceipt> done) {
  client::StartCompareAndSet(handle_->core(), name_, std::move(key), condition, std::nullopt,
                             options, PostTo(handle_->core(), std::move(done)));
}

absl::StatusOr<AddResult> Keyspace::Add(std::string key, int64_t delta, WriteOptions options) {
  return WaitFor<AddResult>([&](auto done) {
    client::StartAdd(handle_->core(), name_, std::move(key), delta, options, done);
  });
}

void Keyspace::Add(std::string key, int64_t delta, WriteOptions options, Callback<AddResult> done) {
  client::StartAdd(handle_->core(), name_, std::move(key), delta, options,
                   PostTo(handle_->core(), std::move(done)));
}

absl::StatusOr<WriteReceipt> Keyspace::Mutate(Mutation mutation, WriteOptions options) {
  return WaitFor<WriteReceipt>([&](auto done) {
    client::StartMutate(handle_->core(), name_, std::move(mutation), options, done);
  });
}

void Keyspace::Mutate(Mutation mutation, WriteOptions options, Callback<WriteReceipt> done) {
  client::StartMutate(handle_->core(), name_, std::move(mutation), options,
                      PostTo(handle_->core(), std::move(done)));
}

absl::StatusOr<BatchResult> Keyspace::Batch(std::vector<Mutation> mutations, WriteOptions options) {
  return WaitFor<BatchResult>([&](auto done) {
    client::StartBatch(handle_->core(), name_, std::move(mutations), options, done);
  });
}

void Keyspace::Batch(std::vector<Mutation> mutations, WriteOptions options,
                     Callback<BatchResult> done) {
  client::StartBatch(handle_->core(), name_, std::move(mutations), options,
                     PostTo(handle_->core(), std::move(done)));
}

absl::StatusOr<GetResult> Keyspace::Get(std::string key, ReadOptions options) {
  return WaitFor<GetResult>(
      [&](auto done) { client::StartGet(handle_->core(), name_, std::move(key), options, done); });
}

void Keyspace::Get(std::string key, ReadOptions options, Callback<GetResult> done) {
  client::StartGet(handle_->core(), name_, std::move(key), options,
                   PostTo(handle_->core(), std::move(done)));
}

absl::StatusOr<MultiGetResult> Keyspace::MultiGet(std::vector<std::string> keys,
                                                  ReadOptions options) {
  return WaitFor<MultiGetResult>([&](auto done) {
    client::StartMultiGet(handle_->core(), name_, std::move(keys), options, done);
  });
}

void Keyspace::MultiGet(std::vector<std::string> keys, ReadOptions options,
                        Callback<MultiGetResult> done) {
  client::StartMultiGet(handle_->core(), name_, std::move(keys), options,
                        PostTo(handle_->core(), std::move(done)));
}

absl::StatusOr<ScanPage> Keyspace::ReadPage(const ScanOptions& options, std::string cursor) {
  return WaitFor<ScanPage>([&](auto done) {
    client::StartReadPage(handle_->core(), name_, options, std::move(cursor), done);
  });
}

void Keyspace::ReadPage(const ScanOptions& options, std::string cursor, Callback<ScanPage> done) {
  client::StartReadPage(handle_->core(), name_, options, std::move(cursor),
                        PostTo(handle_->core(), std::move(done)));
}

ScanCursor Keyspace::Scan(ScanOptions options) {
  const uint64_t limit = options.limit;
  return ScanCursor(
      [keyspace = *this, options = std::move(options)](std::string cursor) mutable {
        return keyspace.ReadPage(options, std::move(cursor));
      },
      limit);
}

Pipeline Keyspace::Pipeline(PipelineOptions options) {
  return quorate::Pipeline(handle_,
                           std::make_shared<client::PipelineCore>(handle_->core(), name_, options));
}

}  // namespace quorate
