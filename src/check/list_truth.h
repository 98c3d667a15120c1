// A list that is only appended to, each element once: whoever reads it reads
// the order of its writes so far (Elle). So reads must be prefixes of one
// another, and in a linearizable list no read or append may come before, in
// that order, what ended before it began.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check/acknowledged.h"
#include "check/key_truth.h"

namespace quorate::check {

class ListTruth : public KeyTruth {
 public:
  // The order of the appends is the longest read's.
  ListTruth(const KeyHistory& key, Counts counts);

  Answer Explain(const Operation& read, const MustSee& must) const override;
  std::vector<uint32_t> Shown(const Operation& read, const MustSee& must) const override;
  bool Before(uint32_t w, uint32_t a) const override;

  // Of two appends that were acknowledged one after the other, the later one
  // stands before the earlier: the first pair found.
  std::optional<std::pair<uint32_t, uint32_t>> OutOfOrder() const;

 private:
  static constexpr int64_t kNotSeen = INT64_MAX;

  Answer Malformed(const Operation& read) const;
  const std::vector<std::string>& Elements(const Operation& read) const;

  const KeyHistory& key_;
  const Counts counts_;
  std::map<std::string_view, uint32_t> appends_;  // by element
  const Operation* longest_ = nullptr;
  std::vector<int64_t> positions_;  // of the writes, from 0
  GreatestByReturn ended_[2];       // by position; [counting_only]
};

}  // namespace quorate::check
