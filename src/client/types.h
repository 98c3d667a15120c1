// What calls take and give: mutations, records, and the receipts that say
// what stands behind an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/level.h"

namespace quorate {

// What became of a call. A write that failed is either certainly not done, or
// unknown: it may have taken effect, or still may. Reads are never unknown.
enum class Outcome : uint8_t { kDone, kNotDone, kUnknown };
Outcome OutcomeOf(const absl::Status& status);

// Where a request's time went; what is missing to the total went into reading
// or applying and into the answer.
struct Timings {
  absl::Duration queued;     // until a worker took it
  absl::Duration agreed;     // then until a majority had it, or a round had confirmed the read
  absl::Duration logged;     // of agreed: until the serving node's own disk had it (writes)
  absl::Duration forwarded;  // from the node asked to the one that served it, and back
  absl::Duration total;      // at the node asked
};

struct WriteReceipt {
  Level asked = Level::kDefault;
  Level achieved = Level::kDefault;
  uint64_t version = 0;  // of the write
  Mode mode = Mode::kNone;
  Epoch epoch;  // of the topology the server acted under
  NodeId served_by;
  std::vector<NodeId> acked_by;             // known to hold the write, served_by included
  uint32_t durable = 0;                     // how many of acked_by have it on disk
  std::optional<absl::Duration> staleness;  // nullopt: none known
  uint32_t partition = 0;                   // position of the arc in its keyspace
  bool existed = false;                     // the key (the first, of a batch) had a value before
  // Policies siblings, set and map: of what the write left, where all that was
  // there was known to it; else read the key for one.
  std::string context = {};
  bool hinted = false;             // at ANY: no replica has it yet, served_by keeps it for them
  std::optional<Timings> timings;  // if they were asked for
};

struct ReadReceipt {
  Level asked = Level::kDefault;
  Level achieved = Level::kDefault;
  uint64_t version = 0;  // of the newest value read
  Mode mode = Mode::kNone;
  Epoch epoch;
  NodeId served_by;
  std::vector<NodeId> acked_by;  // who vouched for the answer
  uint32_t durable = 0;
  std::optional<absl::Duration> staleness;  // weaker reads: the bound; nullopt: none known
  uint32_t partition = 0;
  uint32_t rung = 0;               // of the ladder asked with, from 1; 0: there was none
  std::optional<Timings> timings;  // if they were asked for
};

// Holds or not at the moment of the write. Made by the functions only.
class Condition {
 public:
  enum class Kind : uint8_t { kNone, kAbsent, kPresent, kVersion, kValue };

  Condition() = default;  // always holds
  static Condition Absent() { return Condition(Kind::kAbsent, 0, {}); }
  static Condition Present() { return Condition(Kind::kPresent, 0, {}); }
  static Condition Version(uint64_t version) { return Condition(Kind::kVersion, version, {}); }
  static Condition Value(std::string value) { return Condition(Kind::kValue, 0, std::move(value)); }

  Kind kind() const { return kind_; }
  uint64_t version() const { return version_; }
  const std::string& value() const { return value_; }

 private:
  Condition(Kind kind, uint64_t version, std::string value)
      : kind_(kind), version_(version), value_(std::move(value)) {}

  Kind kind_ = Kind::kNone;
  uint64_t version_ = 0;
  std::string value_;
};

// What a field of a map is. Fields of one name and different types are different
// fields.
enum class FieldType : uint8_t { kValue, kCounter, kSet };

// One change of one key. Made by the functions only.
//
// A context is what a read of the key told (Merged): that much, and nothing that
// was written since, is replaced or removed. Removals need one.
class Mutation {
 public:
  enum class Action : uint8_t {
    kPut,
    kDelete,
    kAdd,
    kAddElement,
    kRemoveElement,
    kPutField,
    kAddToField,
    kAddFieldElement,
    kRemoveFieldElement,
    kRemoveField,
  };

  static Mutation Put(std::string key, std::string value, Condition condition = {},
                      std::optional<absl::Duration> ttl = {}) {
    Mutation put{std::move(key), Action::kPut, std::move(value), 0, std::move(condition)};
    put.ttl_ = ttl;
    return put;
  }
  static Mutation Delete(std::string key, Condition condition = {}) {
    return {std::move(key), Action::kDelete, {}, 0, std::move(condition)};
  }
  static Mutation Add(std::string key, int64_t delta, std::optional<absl::Duration> ttl = {}) {
    Mutation add{std::move(key), Action::kAdd, {}, delta, {}};
    add.ttl_ = ttl;
    return add;
  }
  // Of a key of policy set.
  static Mutation AddElement(std::string key, std::string element) {
    return {std::move(key), Action::kAddElement, std::move(element), 0, {}};
  }
  static Mutation RemoveElement(std::string key, std::string element, std::string context) {
    Mutation remove{std::move(key), Action::kRemoveElement, std::move(element), 0, {}};
    return std::move(remove).With(std::move(context));
  }
  // Of a key of policy map.
  static Mutation PutField(std::string key, std::string field, std::string value) {
    return OfField(std::move(key), Action::kPutField, std::move(field), std::move(value));
  }
  static Mutation AddToField(std::string key, std::string field, int64_t delta) {
    Mutation add = OfField(std::move(key), Action::kAddToField, std::move(field), {});
    add.delta_ = delta;
    return add;
  }
  static Mutation AddFieldElement(std::string key, std::string field, std::string element) {
    return OfField(std::move(key), Action::kAddFieldElement, std::move(field), std::move(element));
  }
  static Mutation RemoveFieldElement(std::string key, std::string field, std::string element,
                                     std::string context) {
    return OfField(std::move(key), Action::kRemoveFieldElement, std::move(field),
                   std::move(element))
        .With(std::move(context));
  }
  // A counter is never removed: COUNTER_NOT_REMOVABLE.
  static Mutation RemoveField(std::string key, std::string field, FieldType type,
                              std::string context) {
    Mutation remove = OfField(std::move(key), Action::kRemoveField, std::move(field), {});
    remove.field_type_ = type;
    return std::move(remove).With(std::move(context));
  }

  // The same with a context: Mutation::Put("k", "v").With(read.merged->context).
  Mutation With(std::string context) && {
    context_ = std::move(context);
    return std::move(*this);
  }

  const std::string& key() const { return key_; }
  Action action() const { return action_; }
  const std::string& value() const { return value_; }  // or the element
  int64_t delta() const { return delta_; }
  const std::string& field() const { return field_; }
  FieldType field_type() const { return field_type_; }  // of kRemoveField
  const std::string& context() const { return context_; }
  const Condition& condition() const { return condition_; }
  std::optional<absl::Duration> ttl() const { return ttl_; }  // see WriteOptions

 private:
  static Mutation OfField(std::string key, Action action, std::string field, std::string value) {
    Mutation of{std::move(key), action, std::move(value), 0, {}};
    of.field_ = std::move(field);
    return of;
  }
  Mutation(std::string key, Action action, std::string value, int64_t delta, Condition condition)
      : key_(std::move(key)),
        action_(action),
        value_(std::move(value)),
        delta_(delta),
        condition_(std::move(condition)) {}

  std::string key_;
  Action action_;
  std::string value_;
  int64_t delta_;
  std::string field_;
  FieldType field_type_ = FieldType::kValue;
  std::string context_;
  Condition condition_;
  std::optional<absl::Duration> ttl_;
};

struct AddResult {
  int64_t sum = 0;
  WriteReceipt receipt;
};

struct BatchResult {
  struct Item {
    uint64_t version = 0;  // the key's version now; 0 after a delete
    bool existed = false;
    int64_t sum = 0;           // after an add
    std::string context = {};  // see WriteReceipt
  };
  std::vector<Item> items;  // one for each mutation, in order
  WriteReceipt receipt;
};

// What became of a write that was asked about by its operation.
struct Resolution {
  enum class Fate : uint8_t {
    kApplied,   // `batch` is what it would have been told
    kFailed,    // it was judged and changed nothing: `why`
    kNever,     // it was not applied, and can not be any more
    kPossible,  // not applied so far (leave_possible)
    kSettled,   // its client had the answer; it is forgotten
    kExpired,   // its client was silent for too long and is forgotten; it can not be applied any
                // more
  };
  Fate fate = Fate::kPossible;
  BatchResult batch;
  absl::Status why;
};

struct Sibling {
  std::string value;
  uint64_t version = 0;
  std::optional<absl::Time> expires_at = {};  // nullopt: never
};

struct Field {
  using Elements = std::vector<std::string>;
  std::string name;
  std::variant<std::string, int64_t, Elements> content;  // by its FieldType
};

// What a key holds in a keyspace of mode quorum whose policy keeps all that was
// written concurrently.
struct Merged {
  // Opaque: goes with a write that is to replace or remove just what is here.
  std::string context;
  std::vector<Sibling> siblings;      // newest first; the first is the value as well
  std::vector<std::string> elements;  // of a set, sorted
  std::vector<Field> fields;          // of a map, sorted by name
};

// A key without a value is an answer, not an error.
struct GetResult {
  std::optional<std::string> value;
  uint64_t version = 0;
  std::optional<absl::Time> expires_at;  // by the partition's clock; nullopt: never
  // Policies siblings, set and map; of the last two the value is empty. A
  // counter's value is its decimal text.
  std::optional<Merged> merged;
  ReadReceipt receipt;

  bool found() const { return value.has_value(); }
};

struct Record {
  std::string key;
  std::string value;
  uint64_t version = 0;
  std::optional<absl::Time> expires_at = {};  // by the partition's clock; nullopt: never
  std::optional<Merged> merged = {};          // see GetResult
};

struct MultiGetResult {
  std::vector<Record> records;        // those found, in the order asked
  std::vector<ReadReceipt> receipts;  // one for each partition asked
};

struct ScanPage {
  std::vector<Record> records;
  std::string cursor;  // for the page after; empty: at the end
  std::vector<ReadReceipt> receipts;
};

// Called exactly once, on a thread of the client's own; may call the client.
template <class T>
using Callback = absl::AnyInvocable<void(absl::StatusOr<T>) &&>;

}  // namespace quorate
