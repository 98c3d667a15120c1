// A keyspace as a client sees it: where data is read and written.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/options.h"
#include "client/pipeline.h"
#include "client/scan.h"
#include "client/types.h"

namespace quorate {

namespace client {
class Handle;
}

// A cheap handle, copied at will; keeps its client alive. Thread-safe. Making
// one asks no server: a keyspace that doesn't exist shows with the first call
// (NOT_FOUND, KEYSPACE_NOT_FOUND).
//
// Each operation has two forms: one that waits for the answer, and one with a
// callback (see Callback). A call is retried only where that is safe: reads,
// and writes that certainly did nothing. Errors tell by OutcomeOf what became
// of a write, by ReasonOf why.
class Keyspace {
 public:
  Keyspace(std::shared_ptr<client::Handle> handle, std::string name);

  const std::string& name() const { return name_; }

  absl::StatusOr<WriteReceipt> Put(std::string key, std::string value, WriteOptions options = {});
  void Put(std::string key, std::string value, WriteOptions options, Callback<WriteReceipt> done);

  absl::StatusOr<WriteReceipt> Delete(std::string key, WriteOptions options = {});
  void Delete(std::string key, WriteOptions options, Callback<WriteReceipt> done);

  // Puts `value`, or deletes the key, if the condition holds; otherwise
  // FAILED_PRECONDITION, CONDITION_FAILED.
  absl::StatusOr<WriteReceipt> CompareAndSet(std::string key, Condition condition,
                                             std::string value, WriteOptions options = {});
  void CompareAndSet(std::string key, Condition condition, std::string value, WriteOptions options,
                     Callback<WriteReceipt> done);
  absl::StatusOr<WriteReceipt> CompareAndDelete(std::string key, Condition condition,
                                                WriteOptions options = {});
  void CompareAndDelete(std::string key, Condition condition, WriteOptions options,
                        Callback<WriteReceipt> done);

  // Adds to a decimal counter; a missing key counts as zero.
  absl::StatusOr<AddResult> Add(std::string key, int64_t delta, WriteOptions options = {});
  void Add(std::string key, int64_t delta, WriteOptions options, Callback<AddResult> done);

  // Any change of one key: those of sets and maps come only by this, or a
  // pipeline. Its own time to live and context count, not the options'.
  //   carts.Mutate(Mutation::AddElement("ann", "apples"));
  absl::StatusOr<WriteReceipt> Mutate(Mutation mutation, WriteOptions options = {});
  void Mutate(Mutation mutation, WriteOptions options, Callback<WriteReceipt> done);

  // All mutations or none. Their keys must share a partition: keys with the
  // same {tag} do.
  absl::StatusOr<BatchResult> Batch(std::vector<Mutation> mutations, WriteOptions options = {});
  void Batch(std::vector<Mutation> mutations, WriteOptions options, Callback<BatchResult> done);

  absl::StatusOr<GetResult> Get(std::string key, ReadOptions options = {});
  void Get(std::string key, ReadOptions options, Callback<GetResult> done);

  absl::StatusOr<MultiGetResult> MultiGet(std::vector<std::string> keys, ReadOptions options = {});
  void MultiGet(std::vector<std::string> keys, ReadOptions options, Callback<MultiGetResult> done);

  // Records in key order over all partitions; fetches page by page.
  ScanCursor Scan(ScanOptions options = {});
  // One page. `cursor` is empty or from the page before, with the same options.
  absl::StatusOr<ScanPage> ReadPage(const ScanOptions& options, std::string cursor);
  void ReadPage(const ScanOptions& options, std::string cursor, Callback<ScanPage> done);

  // Many operations in flight on few streams, for those in a hurry.
  quorate::Pipeline Pipeline(PipelineOptions options = {});

 private:
  std::shared_ptr<client::Handle> handle_;
  std::string name_;
};

}  // namespace quorate
