// Makes up what clients ask: a few hot keys of every kind, in generations, and
// values that are never the same twice.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "sim/knobs.h"
#include "sim/op.h"

namespace quorate::sim {

// Keys of one generation: registers r0.. , counters c0.., and twins
// {t0}a, {t0}b, ... (see oracle.h).
struct KeySet {
  std::vector<std::string> registers;
  std::vector<std::string> counters;
  std::vector<std::string> twins;  // tags, "{t0.3}"
  // x0.. and xc0.., in no history: see expiry_oracle.h.
  std::vector<std::string> expiring;
  std::vector<std::string> expiring_counters;
  std::vector<std::string> All() const;  // but those that expire
};
KeySet KeysOfGeneration(uint64_t generation);

class OpGenerator {
 public:
  OpGenerator(Random random, const WorkloadProfile& profile) : random_(random), profile_(profile) {}

  // An operation on that keyspace; its id and client are the caller's.
  Op Make(const std::string& keyspace, uint64_t id);
  // What the answer told of a key, for conditions that have a chance to hold.
  void Learn(const Op& op);
  // Every key there ever was of that keyspace.
  std::vector<std::string> KeysEverUsed(const std::string& keyspace) const;

 private:
  kv::Mutation Write(const std::string& keyspace, const std::string& key, uint64_t id);
  kv::Condition SomeCondition(const std::string& keyspace, const std::string& key);
  void ChooseWriteLevel(Op& op);
  void ChooseReadLevel(Op& op);
  void MakeWrite(Op& op, const KeySet& keys);
  void MakeExpiring(Op& op, const KeySet& keys);
  void MakeBatch(Op& op, const KeySet& keys);
  void MakeLookup(Op& op, const KeySet& keys);
  void MakeScan(Op& op);
  std::string Value(uint64_t id);
  template <class T>
  const T& AnyOf(const std::vector<T>& from) {
    return from[random_.Below(from.size())];
  }

  Random random_;
  const WorkloadProfile profile_;
  std::map<std::string, uint64_t> made_;  // operations by keyspace
  struct Last {
    std::string value;
    uint64_t version = 0;
  };
  std::map<std::pair<std::string, std::string>, Last> last_;  // keyspace, key
};

}  // namespace quorate::sim
