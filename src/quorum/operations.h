// What a replica knows of the operations of one partition: the writes that came of
// them, and those that never may be (fenced). The state that effects of this kind
// change, the same in memory, in the engine and in tests.
//
// Bounded twice: what a writer says is settled goes, and whole writers go by their
// age. Then a floor stays: of writers below it this replica can tell nothing, and
// takes no writes. So it never says "not here" of what it has forgotten.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "quorum/operation.h"

namespace quorate::quorum {

// What a replica can say of an operation.
enum class Standing : uint8_t {
  kUnknown = 0,    // it isn't here
  kApplied = 1,    // its write is
  kFenced = 2,     // it isn't, and this replica won't do it
  kSettled = 3,    // its writer had the answer
  kForgotten = 4,  // its writer is below the floor
};

class Operations {
 public:
  struct Row {
    std::string key;
    Operation operation;
    friend bool operator==(const Row&, const Row&) = default;
  };

  Standing StandingOf(const OperationId& id) const;
  const Row* Find(const OperationId& id) const;
  uint64_t floor() const { return floor_; }
  // Rows and fences.
  size_t size() const { return size_; }
  bool HasBelow(uint64_t writer) const {
    return !writers_.empty() && writers_.begin()->first < writer;
  }
  // Of this writer, those that would go with Settle(writer, below).
  size_t CountBelow(uint64_t writer, uint64_t below) const;
  // The floor with which at most `most` would be left.
  uint64_t FloorFor(size_t most) const;

  void Put(Row row);
  void Fence(const OperationId& id);
  void Settle(uint64_t writer, uint64_t below);
  void Forget(uint64_t writers_below);

  friend bool operator==(const Operations&, const Operations&) = default;

 private:
  struct Writer {
    uint64_t settled_below = 0;
    std::map<uint64_t, std::optional<Row>> writes;  // by sequence; nullopt: fenced
    friend bool operator==(const Writer&, const Writer&) = default;
  };

  const std::optional<Row>* FindEntry(const OperationId& id) const;
  void Set(const OperationId& id, std::optional<Row> entry);

  uint64_t floor_ = 0;
  std::map<uint64_t, Writer> writers_;
  size_t size_ = 0;
};

// As the engine holds it.
std::string EncodeRow(const Operations::Row& row);
// DATA_LOSS, OPERATION_DAMAGED.
absl::StatusOr<Operations::Row> DecodeRow(std::string_view bytes);

}  // namespace quorate::quorum
