#include "at_rest.h"

#include <filesystem>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "quorum/effect.h"
#include "replica/quorum_store.h"
#include "storage/rocks_engine.h"

namespace quorate::bench {
namespace {

constexpr size_t kValueBytes = 256;
constexpr uint64_t kTogether = 1024;  // as dots are trimmed
const quorum::Identity kSelf{NodeId(1), Boot(3)};

std::string KeyOf(uint64_t number) { return StrCat("key-", absl::Dec(number, absl::kZeroPad10)); }

// Nothing that could be compressed.
std::string RandomBytes(Random& random, size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Below(256));
  return bytes;
}

quorum::Effect Write(uint64_t number, Random& random) {
  quorum::Record record;
  record.dot = {kSelf, number};
  record.time = HlcTime(uint64_t{1'800'000'000'000'000} * 4096 + number);
  record.body = RandomBytes(random, kValueBytes);
  return quorum::PutRecord{KeyOf(number), std::move(record), {quorum::Dot{kSelf, number}}};
}

quorum::Effect LetGo(uint64_t first, uint64_t last) {
  quorum::Checkpoint checkpoint;
  checkpoint.knowledge.seen.Add(kSelf, {1, last});
  checkpoint.dots.Add(kSelf, {first, last});
  return checkpoint;
}

}  // namespace

absl::StatusOr<double> BytesBesideKeyAndValue(const std::string& folder, uint64_t keys) {
  std::filesystem::create_directories(folder);
  auto engine = OpenRocksEngine(folder + "/at-rest");
  if (!engine.ok()) return engine.status();
  QuorumStore store(PartitionId(1), **engine);
  Random random(1);
  LogIndex index;
  for (uint64_t first = 1; first <= keys; first += kTogether) {
    const uint64_t last = std::min(keys, first + kTogether - 1);
    std::vector<quorum::Effect> effects;
    for (uint64_t number = first; number <= last; ++number) {
      effects.push_back(Write(number, random));
    }
    index = index.next();
    if (absl::Status done = store.Apply(EncodeEffects(effects), index); !done.ok()) return done;
    index = index.next();
    absl::Status done = store.Apply(EncodeEffects({LetGo(first, last)}), index);
    if (!done.ok()) return done;
  }
  if (const auto written = store.Releasable(); !written.ok()) return written.status();
  if (absl::Status flushed = (*engine)->Flush(); !flushed.ok()) return flushed;
  const double bytes = static_cast<double>((*engine)->stats().data_bytes);
  const auto own = static_cast<double>(KeyOf(1).size() + kValueBytes);
  return bytes / static_cast<double>(keys) - own;
}

}  // namespace quorate::bench
