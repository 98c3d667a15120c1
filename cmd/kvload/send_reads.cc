#include "send_reads.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/hash.h"
#include "base/limits.h"
#include "clock.h"
#include "shape.h"

namespace quorate::load {
namespace {

void Take(const ReadReceipt& receipt, Reply& reply) {
  reply.served_by = receipt.served_by;
  if (!receipt.staleness) return;
  reply.staleness = std::max(*receipt.staleness, reply.staleness.value_or(*receipt.staleness));
}

void SendGet(Keyspace& keyspace, const Place& place, const Request& request,
             const ReadOptions& options, ReplyDone done) {
  keyspace.Get(request.reads.front(), options,
               [invoke_us = NowUs(), shape = place.shape,
                done = std::move(done)](absl::StatusOr<GetResult> got) mutable {
                 Reply reply = ReplyOf(invoke_us, got.status(), /*read=*/true);
                 if (got.ok()) {
                   Take(got->receipt, reply);
                   reply.told = ToldOf(shape, *std::move(got));
                 }
                 std::move(done)(std::move(reply));
               });
}

std::vector<Told> ToldOfKeys(const std::vector<std::string>& keys, const MultiGetResult& got) {
  std::map<std::string, const Record*> found;
  for (const Record& record : got.records) found[record.key] = &record;
  std::vector<Told> all;
  for (const std::string& key : keys) {
    Told& told = all.emplace_back();
    const auto record = found.find(key);
    told.found = record != found.end();
    if (!*told.found) continue;
    told.value = record->second->value;
    told.version = record->second->version;
  }
  return all;
}

void SendMultiGet(Keyspace& keyspace, const Request& request, const ReadOptions& options,
                  ReplyDone done) {
  keyspace.MultiGet(request.reads, options,
                    [invoke_us = NowUs(), keys = request.reads,
                     done = std::move(done)](absl::StatusOr<MultiGetResult> got) mutable {
                      Reply reply = ReplyOf(invoke_us, got.status(), /*read=*/true);
                      if (got.ok()) {
                        for (const ReadReceipt& receipt : got->receipts) Take(receipt, reply);
                        reply.told = ToldOfKeys(keys, *got);
                      }
                      std::move(done)(std::move(reply));
                    });
}

// All elements are of one partition and on one page, so they are read at one moment.
void SendScan(Keyspace& keyspace, const Place& place, const Request& request,
              const ReadOptions& options, ReplyDone done) {
  const std::string prefix = ElementPrefix(request.reads.front());
  const ScanOptions scan = {.prefix = prefix,
                            .page_records = limits::kScanRecordsMax,
                            .keys_only = true,
                            .level = options.level,
                            .bound = options.bound,
                            .session = options.session,
                            .deadline = options.deadline};
  const uint32_t arc = ArcOf(KeyHash(prefix), place.partitions);
  keyspace.ReadPage(scan, {},
                    [invoke_us = NowUs(), arc, prefix_bytes = prefix.size(),
                     done = std::move(done)](absl::StatusOr<ScanPage> page) mutable {
                      Reply reply = ReplyOf(invoke_us, page.status(), /*read=*/true);
                      if (page.ok()) {
                        for (const ReadReceipt& receipt : page->receipts) {
                          if (receipt.partition == arc) Take(receipt, reply);
                        }
                        Told& told = reply.told.emplace_back();
                        told.found = !page->records.empty();
                        if (*told.found) told.elements.emplace();
                        for (const Record& record : page->records) {
                          told.elements->push_back(record.key.substr(prefix_bytes));
                        }
                      }
                      std::move(done)(std::move(reply));
                    });
}

}  // namespace

void SendRead(Keyspace& keyspace, const Place& place, const Request& request,
              const ReadOptions& options, ReplyDone done) {
  if (place.shape == Shape::kKeys) {
    return SendScan(keyspace, place, request, options, std::move(done));
  }
  if (request.reads.size() > 1) return SendMultiGet(keyspace, request, options, std::move(done));
  SendGet(keyspace, place, request, options, std::move(done));
}

}  // namespace quorate::load
