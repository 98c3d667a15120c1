// A key under last write wins: of the writes that a replica has, the one with
// the greatest version (a time-stamp) is its value. Time says nothing about
// their order, for clocks differ; only versions do, by what is told.
//
// A read shows the write of its value and version. It has missed a write that
// it must have seen if that one's version is greater. Absence is explained by
// a delete that may have come by then, unless its version is told and smaller.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "check/acknowledged.h"
#include "check/key_truth.h"

namespace quorate::check {

class LwwTruth : public KeyTruth {
 public:
  LwwTruth(const KeyHistory& key, Counts counts, int64_t expiry_slack_us);

  Answer Explain(const Operation& read, const MustSee& must) const override;
  // None: what a session has seen is told by versions (MustSee::version_min).
  std::vector<uint32_t> Shown(const Operation& read, const MustSee& must) const override;
  bool Before(uint32_t w, uint32_t a) const override;
  // As told by the read, else of its write; 0: nobody told.
  uint64_t VersionOf(const Operation& read) const;

 private:
  struct Needed {
    bool any = false;
    uint64_t version = 0;              // 0: nobody told
    const Operation* write = nullptr;  // nullptr: the session has seen it
  };

  Needed Need(const MustSee& must) const;
  Answer ExplainAbsent(const Operation& read, const Needed& needed) const;
  const Operation* SourceOf(const Operation& read) const;

  const KeyHistory& key_;
  const Counts counts_;
  const int64_t expiry_slack_us_;
  std::map<std::string_view, std::vector<uint32_t>> puts_;
  std::vector<uint32_t> removals_;
  GreatestByReturn versions_, versions_counting_;
};

}  // namespace quorate::check
