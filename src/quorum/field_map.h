// The body of a key of policy `map`: named fields, each a register (of concurrent
// writes the latest is shown), a counter or a set. Fields of one name and of
// different types are different fields, so no two writes can contradict.
//
// Removing a register or a set takes away what its remover had read. A counter is
// never removed, and so neither is a map that has one (see Counter).
//
// Body: the beginning (body_codec.h), the vector; the registers, how many and for
// each its name, how many values, and those (dot, time, value); the counters, how
// many and for each its name and the counter; the sets likewise.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hlc.h"
#include "quorum/counter.h"
#include "quorum/element_set.h"

namespace quorate::quorum {

enum class FieldType : uint8_t { kRegister = 1, kCounter = 2, kSet = 3 };
std::string_view FieldTypeName(FieldType type);

class FieldMap {
 public:
  struct Written {
    Dot dot;
    HlcTime time;
    std::string value;
    friend bool operator==(const Written&, const Written&) = default;
  };
  // What was written concurrently, sorted by dot; all is kept, or a removal that
  // knew of the latest alone would bring an older one back.
  using Register = std::vector<Written>;
  template <class T>
  using Fields = std::map<std::string, T, std::less<>>;

  void Put(std::string_view field, Written written);
  absl::Status AddToCounter(std::string_view field, const Dot& dot, int64_t delta);
  void AddToSet(std::string_view field, std::string_view element, const Dot& dot);

  // Contexts as with ObservedSet.
  void RemoveFromSet(std::string_view field, std::string_view element, const Dot& dot,
                     const VersionVector& context);
  // FAILED_PRECONDITION COUNTER_NOT_REMOVABLE.
  absl::Status RemoveField(FieldType type, std::string_view field, const Dot& dot,
                           const VersionVector& context);
  // Likewise, where there is a counter.
  absl::Status RemoveAll(const Dot& dot, const VersionVector& context);

  // See Siblings.
  void Merge(const FieldMap& other);
  void Merge(const FieldMap& other, SawDot i_saw);
  bool Forget(SawDot covered);
  VersionVector Context() const;
  // See Counter: of all counters, as one write.
  bool FoldEnded(const Dot& dot);

  // The latest value of a register; null: there is none.
  const Written* Find(std::string_view field) const;
  const Fields<Register>& registers() const { return registers_; }
  const Fields<Counter>& counters() const { return counters_; }
  const Fields<ElementSet>& sets() const { return sets_; }
  bool empty() const { return registers_.empty() && counters_.empty() && sets_.empty(); }

  std::string Encode() const;
  // See OpenBody.
  static absl::StatusOr<FieldMap> Decode(std::string_view bytes);

  friend bool operator==(const FieldMap&, const FieldMap&) = default;

 private:
  VersionVector seen_;
  Fields<Register> registers_;  // none of these is empty
  Fields<Counter> counters_;
  Fields<ElementSet> sets_;
};

}  // namespace quorate::quorum
