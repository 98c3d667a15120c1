// Pages of a leaderless partition at the levels that count replicas, and at
// LINEARIZABLE: enough replicas list their keys, then each key is read at the
// level, some at a time. Whatever was acknowledged before the page began, at a
// level whose replicas overlap with these, is in it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "quorum/core.h"
#include "replica/quorum_calls.h"
#include "replica/request.h"

namespace quorate {

class CountedScans {
 public:
  // Which outlives it, and whose FailAll is called before this one's.
  explicit CountedScans(QuorumCalls& calls);

  // `receipt`: what is the same of all answers.
  void Start(Request request, ReplyFn reply, Receipt receipt, quorum::Core& core,
             const quorum::Now& now);
  // False: it is of no scan.
  bool Answer(const quorum::Reply& reply, quorum::Core& core, const quorum::Now& now);
  // Takes up the scans of which something was read since. After each of the
  // core's answers.
  void GoOn(quorum::Core& core, const quorum::Now& now);
  bool busy() const { return !listing_.empty() || !ready_.empty(); }
  void FailAll(std::string_view reason, std::string_view message);

 private:
  struct Scan {
    Request request;
    ReplyFn reply;
    Reply answer;
    std::vector<std::string> keys;  // listed
    size_t looked_up = 0;           // of these
    bool more = false;              // behind the last key
    uint64_t bytes = 0;             // of the page
    bool receipted = false;
  };
  using SharedScan = std::shared_ptr<Scan>;

  void Next(const SharedScan& scan, quorum::Core& core, const quorum::Now& now);
  void List(const SharedScan& scan, std::string start, quorum::Core& core, const quorum::Now& now);
  void LookUp(const SharedScan& scan, quorum::Core& core, const quorum::Now& now);
  static void Take(Scan& scan, Reply found);
  static bool IsFull(const Scan& scan);
  static void Finish(Scan& scan, bool more);
  static void Fail(Scan& scan, absl::Status status);

  QuorumCalls& calls_;
  uint64_t next_id_;
  std::map<uint64_t, SharedScan> listing_;  // by the core's request id
  std::vector<SharedScan> ready_;           // something was read
};

}  // namespace quorate
