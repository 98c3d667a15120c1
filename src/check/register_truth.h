// A key with one value and one order of its writes, which agrees with time and
// with versions: mode raft, and registers of mode quorum.
//
// A read is explained by a write of its value, unless that one certainly comes
// before a write that the read must have seen. Certain is what follows from
// times (it ended before the other began), from versions (it has the smaller
// one), and from chains of both. For reads taken one by one that is exact:
// tests/check/truth_test.cc compares it with all orders.
//
// Values that expire: one whose time has certainly passed explains no read
// that began later, and absence is explained by one whose time may have come.
// Time passes while somebody leads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check/acknowledged.h"
#include "check/key_truth.h"

namespace quorate::check {

struct RegisterOptions {
  // A read may show a write, or an attempt of it, that comes to nothing later: registers,
  // below LINEARIZABLE.
  bool shows_pending = false;
  // How much sooner or later than its time to live a value may go.
  int64_t expiry_slack_us = 1'000'000;
};

class RegisterTruth : public KeyTruth {
 public:
  // Of format 1 or 2; reads tell versions of writes of unknown outcome.
  RegisterTruth(const KeyHistory& key, Counts counts, const RegisterOptions& options);

  Answer Explain(const Operation& read, const MustSee& must) const override;
  std::vector<uint32_t> Shown(const Operation& read, const MustSee& must) const override;
  bool Before(uint32_t w, uint32_t a) const override;

  // Two acknowledged writes whose versions contradict their times.
  std::optional<std::pair<uint32_t, uint32_t>> VersionsGoBack() const;

 private:
  static constexpr uint32_t kStart = UINT32_MAX;  // "the key had no value yet"

  struct Place {
    int64_t ended_us = INT64_MAX;
    uint64_t version = 0;
    bool from_reads = false;  // is that version
    // What began later, or has this version or a greater one, comes after it.
    int64_t after_us = INT64_MAX;
    uint64_t after_version = UINT64_MAX;
  };

  void LearnVersions();
  void OrderWrites();
  std::vector<uint32_t> Sources(const Operation& read) const;
  // The write that must be seen and comes after `source`.
  std::optional<uint32_t> Missed(uint32_t source, const MustSee& must) const;
  bool MayHaveExpired(const Operation& write, const Operation& read) const;
  bool HasExpired(const Operation& write, const MustSee& must) const;
  Answer NoSource(const Operation& read, const MustSee& must) const;
  std::optional<uint32_t> NewestToSee(const MustSee& must) const;
  bool IsOfOvertaken(const Operation& read) const;
  Answer Lacks(const Operation& later, const Operation& read) const;

  const KeyHistory& key_;
  const Counts counts_;
  const RegisterOptions options_;
  std::vector<Place> places_;
  std::map<std::string_view, std::vector<uint32_t>> puts_;  // by value
  std::vector<uint32_t> removals_;                          // deletes, and puts that expire
  GreatestByReturn invoked_, invoked_counting_;             // by invoke
  GreatestByReturn versions_, versions_counting_;           // by version
};

}  // namespace quorate::check
