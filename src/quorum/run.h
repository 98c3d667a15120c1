// Blind writes that one coordinator does together, under dots in a row: their records lie
// one behind the other, in the same bytes as they are told to the other replicas, as the
// logs have them, and each for itself as the engines have it. Nobody encodes one again.
//   each     the key and the record (record.h), both behind their lengths
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/payload.h"
#include "quorum/counter_set.h"
#include "quorum/record.h"

namespace quorate::quorum {

class Reader;

// Takes the next write off the front of `writes`, which was checked before.
struct RunWrite {
  std::string_view key;
  std::string_view record;  // as EncodeRecord has it
};
RunWrite TakeRunWrite(std::string_view& writes);

struct Run {
  // Of the first write; the others' follow. None: these are no writes as they were done,
  // but the keys' records as they are by now, of whatever dots.
  Dot first;
  uint64_t count = 0;
  HlcTime last_time;    // of the last write, and above those before it
  bool mortal = false;  // some of them are tombstones, or expire
  bool grows = false;   // some of them are no tombstones
  Payload writes;

  bool empty() const { return count == 0; }
  bool whole() const { return static_cast<bool>(first); }
  CounterRange range() const { return {first.counter, first.counter + count - 1}; }
  Dot last() const { return {first.identity, first.counter + count - 1}; }
  // use(at, write), `at` from 0.
  template <class Use>
  void ForEach(Use use) const {
    std::string_view left = writes.view();
    for (uint64_t at = 0; at < count; ++at) use(at, TakeRunWrite(left));
  }
  friend bool operator==(const Run&, const Run&) = default;
};

class RunBuilder {
 public:
  // `first`: of the run; none: of records as they are by now.
  explicit RunBuilder(const Dot& first, size_t bytes_likely = 0);

  // The next one, whose dot is the one that follows.
  void Add(std::string_view key, const Record& record);
  Run Build();

 private:
  Run run_;
  std::string writes_;
};

void AppendRun(const Run& run, std::string& out);
// Every record is looked at; spoils the reader where one is damaged, or no run has it.
Run TakeRun(Reader& reader);

// A run as it lies in an encoding, which outlives it; its writes were not looked at.
struct EncodedRun {
  Dot first;
  uint64_t count = 0;
  std::string_view writes;
};
EncodedRun ReadEncodedRun(Reader& reader);

}  // namespace quorate::quorum
