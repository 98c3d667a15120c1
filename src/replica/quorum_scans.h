// Pages of a leaderless partition, as this replica has them: at ONE at the end of
// the turn, at SESSION and BOUNDED once its state is proven to be enough. What it
// read leaves only when that is durable.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string_view>
#include <utility>

#include "quorum/core.h"
#include "replica/quorum_store.h"
#include "replica/quorum_values.h"
#include "replica/request.h"

namespace quorate {

class QuorumScans {
 public:
  // Both outlive it.
  QuorumScans(const QuorumStore& store, const QuorumValues& values);

  static bool Has(Level level) {
    return level == Level::kOne || level == Level::kSession || level == Level::kBounded;
  }
  // At a level that Has names. `receipt`: what is the same of all answers.
  void Start(Request request, ReplyFn reply, Receipt receipt, quorum::Core& core,
             const quorum::Now& now);
  // False: it is of no scan.
  bool Answer(const quorum::Reply& reply, const quorum::Core& core, const quorum::Now& now);
  // So many effects have been handed out, so many of them are durable. After
  // each Start, Answer and sync.
  void Release(uint64_t out, uint64_t durable);
  bool busy() const { return !waiting_.empty() || !fresh_.empty() || !unsynced_.empty(); }
  void FailAll(std::string_view reason, std::string_view message);

 private:
  struct Scan {
    Request request;
    ReplyFn reply;
    Receipt receipt;
  };
  struct Read {
    ReplyFn reply;
    Reply answer;
  };

  void ReadPage(Scan scan, const quorum::Core& core, const quorum::Now& now);
  absl::Status Fill(QuorumStore::Items items, bool keys_only, const quorum::Core& core,
                    const quorum::Now& now, Reply& answer) const;

  const QuorumStore& store_;
  const QuorumValues& values_;
  uint64_t next_id_;
  std::map<uint64_t, Scan> waiting_;  // by the core's request id
  std::deque<Read> fresh_;            // may hold what is in effects handed out last
  std::deque<std::pair<uint64_t, Read>> unsynced_;
};

}  // namespace quorate
