// Judges the values that fields of maps show. A put replaces what its coordinator
// held of the field, a removal what its context had seen; of what is left the
// latest is shown. So after a put of which all reads are certain, and which no
// removal may have seen, a field shows that value or a later one.
//
// Every value is put once. Steps are the caller's, from 1.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace quorate::sim {

class FieldOracle {
 public:
  void PutInvoked(const std::string& cell, const std::string& value, uint64_t step);
  // False: it was read before.
  bool PutFailed(const std::string& cell, const std::string& value);
  // `certain`: at a level that no read at one misses.
  void PutDone(const std::string& cell, const std::string& value, uint64_t version, bool certain,
               uint64_t step);
  // `shown_at`: when the read had ended that its context is of; `value`: shown there.
  void RemovalInvoked(uint64_t id, const std::string& cell, const std::string& value,
                      uint64_t shown_at);
  void RemovalFailed(uint64_t id, const std::string& cell);
  void RemovalDone(uint64_t id, const std::string& cell, bool certain, uint64_t step);

  // A read showed this; empty: nothing. `certain`: at a level that misses nothing
  // certain, and brings what it shows to where no other misses it.
  void Read(const std::string& cell, const std::string& value, bool certain, uint64_t step);

  // What is wrong with showing that; empty: nothing. Such reads know of what was
  // certain by `began`; others of nothing, 0.
  std::string WhatIsWrong(const std::string& cell, const std::string& value, uint64_t began) const;
  // Likewise of one that knows of all that was acknowledged, at any level, by `until`.
  std::string WhatIsWrongAsOf(const std::string& cell, const std::string& value,
                              uint64_t until) const;
  // At the end, when all replicas hold the same: what was acknowledged at any level
  // is known.
  std::string WhatIsWrongAtTheEnd(const std::string& cell, const std::string& value) const;

 private:
  struct Put {
    uint64_t invoked = 0;
    bool failed = false;
    bool read = false;
    uint64_t version = 0;    // 0: not known
    uint64_t done_from = 0;  // at any level; 0: not known to be done
    uint64_t certain_from = 0;
  };
  struct Removal {
    std::string value;
    uint64_t shown_at = 0;
    uint64_t done_from = 0;
    uint64_t certain_from = 0;
  };
  struct Cell {
    std::map<std::string, Put> puts;
    std::map<uint64_t, Removal> removals;
  };

  // `knows`: of a put or removal, whether the read must.
  template <class Knows>
  std::string Judge(const std::string& cell, const std::string& value, Knows knows) const;

  std::map<std::string, Cell> cells_;
};

}  // namespace quorate::sim
