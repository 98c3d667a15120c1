#include "check/batches.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "check/quote.h"
#include "check/register_truth.h"

namespace quorate::check {
namespace {

// Writes of one key that can be told apart by what was read.
struct Key {
  explicit Key(const KeyHistory& history)
      : history(history), truth(history, Counts(history.writes.size(), true), {}) {
    for (uint32_t i = 0; i < history.writes.size(); ++i) {
      const Operation& op = *history.writes[i];
      removed = removed || op.action == Action::kDelete || op.ttl_us.value_or(0) > 0;
      if (op.batch != 0) by_batch.emplace(op.batch, i);
    }
  }

  const KeyHistory& history;
  RegisterTruth truth;
  absl::flat_hash_map<uint64_t, uint32_t> by_batch;
  bool removed = false;  // absence may be that of a removed value
};

// One key of a read.
struct Piece {
  const Operation* read = nullptr;
  const Key* key = nullptr;
  bool known = false;             // where it comes from
  std::optional<uint32_t> write;  // nullopt: it is as it was at the start

  const Operation* source() const { return write ? key->history.writes[*write] : nullptr; }
  uint64_t batch() const { return write ? source()->batch : 0; }
};

class BatchJudge {
 public:
  BatchJudge(const std::vector<KeyHistory>& keys, std::string_view level) : level_(level) {
    for (const KeyHistory& key : keys) keys_.push_back(std::make_unique<Key>(key));
  }

  PromiseVerdict Run() {
    std::map<uint64_t, std::vector<Piece>> reads;
    for (const std::unique_ptr<Key>& key : keys_) {
      for (const Operation* read : key->history.reads) {
        if (read->batch == 0 || read->level != level_) continue;
        reads[read->batch].push_back(PieceOf(*read, *key));
      }
    }
    for (const auto& [batch, pieces] : reads) {
      if (pieces.size() > 1) Judge(pieces);
    }
    return std::move(verdict_);
  }

 private:
  static Piece PieceOf(const Operation& read, const Key& key) {
    Piece piece{.read = &read, .key = &key, .known = false, .write = {}};
    if (read.result.found == false) {
      piece.known = !key.removed;
      return piece;
    }
    const std::vector<uint32_t> shown = key.truth.Shown(read, MustSee{});
    piece.known = shown.size() == 1;
    if (piece.known) piece.write = shown.front();
    return piece;
  }

  void Judge(const std::vector<Piece>& pieces) {
    const auto known =
        std::count_if(pieces.begin(), pieces.end(), [](const Piece& piece) { return piece.known; });
    if (known > 1) verdict_.checked++;
    for (const Piece& shows : pieces) {
      for (const Piece& other : pieces) {
        if (&other == &shows || !shows.known || !other.known) continue;
        const Operation* lacks = Torn(shows, other);
        if (lacks != nullptr) return Report(*lacks, shows, other);
      }
    }
  }

  // What one key shows, or what came before that, and the other lacks; nullptr:
  // they may be of one moment.
  static const Operation* Torn(const Piece& shows, const Piece& other) {
    const bool same = shows.batch() != 0 && shows.batch() == other.batch();
    if (!shows.write || same) return nullptr;
    const auto own = other.key->by_batch.find(shows.batch());
    if (shows.batch() != 0 && own != other.key->by_batch.end()) {
      const bool both = other.batch() != 0 && shows.key->by_batch.contains(other.batch());
      if (both || Lacks(other, own->second)) return other.key->history.writes[own->second];
    }
    const Answer answer = other.key->truth.Explain(
        *other.read, {.ended_before_us = shows.source()->invoke_us, .also = {}});
    return answer.explained() ? nullptr : answer.evidence.back();
  }

  static bool Lacks(const Piece& piece, uint32_t write) {
    return !piece.write || piece.key->truth.Before(*piece.write, write);
  }

  void Report(const Operation& lacks, const Piece& shows, const Piece& other) {
    Anomaly anomaly{.kind = "torn batch", .key = other.read->key, .text = {}, .operations = {}};
    anomaly.text = StrCat(
        "key ", QuoteBytes(shows.read->key), " shows ", QuoteBytes(shows.source()->value), ", and ",
        QuoteBytes(other.read->key), " lacks ", QuoteBytes(lacks.value), ", which came ",
        shows.batch() != 0 && shows.batch() == lacks.batch ? "with" : "before", " it");
    anomaly.operations.push_back(*shows.source());
    anomaly.operations.push_back(lacks);
    if (other.write) anomaly.operations.push_back(*other.source());
    anomaly.operations.push_back(*shows.read);
    anomaly.operations.push_back(*other.read);
    std::stable_sort(
        anomaly.operations.begin(), anomaly.operations.end(),
        [](const Operation& a, const Operation& b) { return a.invoke_us < b.invoke_us; });
    verdict_.Add(std::move(anomaly));
  }

  const std::string_view level_;
  std::vector<std::unique_ptr<Key>> keys_;
  PromiseVerdict verdict_;
};

}  // namespace

PromiseVerdict JudgeBatches(const std::vector<KeyHistory>& keys, std::string_view level) {
  PromiseVerdict verdict = BatchJudge(keys, level).Run();
  verdict.promise = "a batch is seen whole or not at all";
  verdict.Conclude("no read of several keys showed a batch");
  return verdict;
}

}  // namespace quorate::check
