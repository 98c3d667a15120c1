#include "client/pipeline.h"

#include <utility>

#include "base/limits.h"
#include "base/strings.h"
#include "client/convert.h"
#include "client/core.h"
#include "client/pipeline_core.h"

namespace quorate {
namespace {

// From what comes back for an operation to what its caller wants.
template <class Result, class Convert>
client::PipelineOp::Done Convey(Callback<Result> done, Convert convert) {
  return [done = std::move(done), convert](absl::StatusOr<v1::StreamReply*> reply) mutable {
    if (!reply.ok()) return std::move(done)(reply.status());
    std::move(done)(convert(**reply));
  };
}

v1::StreamOp OpOf(Mutation mutation) {
  v1::StreamOp op;
  *op.mutable_mutation() = client::ToWire(std::move(mutation));
  return op;
}

WriteReceipt WriteReceiptOf(const v1::StreamReply& reply) {
  return client::WriteReceiptOf(reply.write());
}

}  // namespace

Pipeline::Pipeline(std::shared_ptr<client::Handle> handle,
                   std::shared_ptr<client::PipelineCore> core)
    : handle_(std::move(handle)), core_(std::move(core)) {}

Pipeline::~Pipeline() {
  if (core_ == nullptr) return;
  core_->Drain();
  core_->Close();
}

void Pipeline::Put(std::string key, std::string value, Callback<WriteReceipt> done) {
  Put(std::move(key), std::move(value), std::nullopt, std::move(done));
}

void Pipeline::Put(std::string key, std::string value, std::optional<absl::Duration> ttl,
                   Callback<WriteReceipt> done) {
  core_->Submit(OpOf(Mutation::Put(key, std::move(value), {}, ttl)), key, /*write=*/true,
                Convey(std::move(done), WriteReceiptOf));
}

void Pipeline::Delete(std::string key, Callback<WriteReceipt> done) {
  core_->Submit(OpOf(Mutation::Delete(key)), key, /*write=*/true,
                Convey(std::move(done), WriteReceiptOf));
}

void Pipeline::CompareAndSet(std::string key, Condition condition, std::string value,
                             Callback<WriteReceipt> done) {
  core_->Submit(OpOf(Mutation::Put(key, std::move(value), std::move(condition))), key,
                /*write=*/true, Convey(std::move(done), WriteReceiptOf));
}

void Pipeline::Add(std::string key, int64_t delta, Callback<AddResult> done) {
  core_->Submit(OpOf(Mutation::Add(key, delta)), key, /*write=*/true,
                Convey(std::move(done), [](const v1::StreamReply& reply) {
                  return client::AddResultOf(reply.write());
                }));
}

void Pipeline::Mutate(Mutation mutation, Callback<WriteReceipt> done) {
  const std::string key = mutation.key();
  core_->Submit(OpOf(std::move(mutation)), key, /*write=*/true,
                Convey(std::move(done), WriteReceiptOf));
}

void Pipeline::Batch(std::vector<Mutation> mutations, Callback<BatchResult> done) {
  const std::string key = mutations.empty() ? std::string() : mutations.front().key();
  v1::StreamOp op;
  for (Mutation& mutation : mutations) {
    *op.mutable_batch()->add_mutations() = client::ToWire(std::move(mutation));
  }
  core_->Submit(std::move(op), key, /*write=*/true,
                Convey(std::move(done), [](const v1::StreamReply& reply) {
                  return client::BatchResultOf(reply.write());
                }));
}

void Pipeline::Get(std::string key, Callback<GetResult> done) {
  v1::StreamOp op;
  op.set_get(key);
  core_->Submit(std::move(op), key, /*write=*/false,
                Convey(std::move(done), [](v1::StreamReply& reply) {
                  return client::GetResultOf(*reply.mutable_get());
                }));
}

void Pipeline::Drain() { core_->Drain(); }
size_t Pipeline::in_flight() const { return core_->in_flight(); }

}  // namespace quorate
