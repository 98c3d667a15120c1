// What the replicas of one partition say to one another. Any message may be
// lost, doubled or late; the frames around them name partition and epoch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "quorum/acceptor.h"
#include "quorum/effect.h"
#include "quorum/knowledge.h"
#include "quorum/operations.h"
#include "quorum/record.h"
#include "quorum/shared_clock.h"

namespace quorate::quorum {

// Take this record: a new write, a repair, or a read's write-back. `context` is
// what the sender had seen; what it lacks is concurrent.
struct WriteAsk {
  uint64_t id = 0;  // 0: no answer wanted
  std::string key;
  Record record;
  SharedClock context;
  std::optional<Operation> operation = {};  // of the write that this is about
  friend bool operator==(const WriteAsk&, const WriteAsk&) = default;
};

// Take these writes, or records as they are by now; one answer for all. What of them was
// not taken is refused with all the others, though those may be here.
struct RunAsk {
  uint64_t id = 0;
  Run run;
  SharedClock context;  // as of a WriteAsk
  friend bool operator==(const RunAsk&, const RunAsk&) = default;
};

// It is on disk here, or what beats it; unless it lies too far in the future.
struct WriteAnswer {
  static constexpr uint64_t kCountMax = 1 << 16;
  uint64_t id = 0;
  bool refused = false;
  // The newest lives that it has heard of, where its asker is not known to have: a
  // quorum that counts on an earlier life's disk may be none by now.
  std::map<NodeId, Boot> lives = {};
  uint64_t count = 1;  // of asks, with ids from `id` on, that are answered so

  // Answers for `next` too, if that is the same for the next id.
  bool TakeIn(const WriteAnswer& next) {
    const bool same = refused == next.refused && lives == next.lives;
    if (!same || next.id != id + count || count + next.count > kCountMax) return false;
    count += next.count;
    return true;
  }
  friend bool operator==(const WriteAnswer&, const WriteAnswer&) = default;
};

struct ReadAsk {
  uint64_t id = 0;
  std::string key;
  bool data = false;  // else only the version
  SeenClock demand;   // answered only by whoever has seen all this
  friend bool operator==(const ReadAsk&, const ReadAsk&) = default;
};

// Of a record, to compare by. No dot: there is no record.
struct Version {
  Dot dot;
  HlcTime time;
  uint64_t digest = 0;  // of the whole record
  friend bool operator==(const Version&, const Version&) = default;
};

struct ReadAnswer {
  uint64_t id = 0;
  bool covered = true;  // false: the demand isn't met, and nothing is said
  Version version;
  std::optional<Record> record;  // where data was asked for and is there
  // Where there is no record: what was seen all the same, and is gone for good.
  SeenClock seen;
  std::map<NodeId, Boot> lives = {};  // as of a WriteAnswer
  friend bool operator==(const ReadAnswer&, const ReadAnswer&) = default;
};

// This is what I know: tell me what I miss.
struct SyncAsk {
  uint64_t id = 0;
  Knowledge knowledge;
  bool all = false;  // also of what is on its way to the asker
  friend bool operator==(const SyncAsk&, const SyncAsk&) = default;
};

// A key as it is now, and the dots missed that concern it. No record: it was
// deleted, and every replica has seen that.
struct SyncRecord {
  std::string key;
  std::optional<Record> record;
  std::vector<Dot> dots;
  friend bool operator==(const SyncRecord&, const SyncRecord&) = default;
};

struct SyncAnswer {
  uint64_t id = 0;
  Knowledge knowledge;    // of who answers, at that moment
  bool complete = false;  // with `records` the asker has seen all of it
  std::vector<SyncRecord> records;
  // But for what is so new that it is on its way to the asker, from who wrote it.
  bool under_way = false;
  friend bool operator==(const SyncAnswer&, const SyncAnswer&) = default;
};

// A replica whose disk was empty asks for all records behind that key.
struct FillAsk {
  uint64_t id = 0;
  std::string after;
  friend bool operator==(const FillAsk&, const FillAsk&) = default;
};

struct FillAnswer {
  uint64_t id = 0;
  Knowledge knowledge;              // of who answers, at that moment
  bool complete = false;            // these are the last
  std::vector<SyncRecord> records;  // without dots
  // What the asker writes must be above all that it saw before it lost its disk,
  // and where that is gone, the others' clocks still know of it.
  HlcTime time;
  // Of registers alone, whose records are as they are held, promises and all: below it
  // nothing is accepted for keys that are not among them.
  std::optional<Ballot> floor = {};
  friend bool operator==(const FillAnswer&, const FillAnswer&) = default;
};

// Keys behind `after` up to `last` (none: to the end), all that live at that
// calendar time, have this digest. Answered only where the same was seen.
struct VerifyAsk {
  uint64_t id = 0;
  SeenClock seen;
  std::string after;
  std::string last;
  uint64_t calendar_us = 0;
  uint64_t digest = 0;
  friend bool operator==(const VerifyAsk&, const VerifyAsk&) = default;
};

struct VerifyAnswer {
  uint64_t id = 0;
  bool same = true;
  std::vector<SyncRecord> records;  // where it is not: what lives there; without dots
  friend bool operator==(const VerifyAnswer&, const VerifyAnswer&) = default;
};

// A proposer asks an acceptor of one register key. `operation`: for which it does so;
// `row`: the value to be accepted is what comes of it.
struct RegisterAsk {
  uint64_t id = 0;
  std::string key;
  RegisterRequest request;
  OperationId operation = {};
  std::optional<Operation> row = {};
  friend bool operator==(const RegisterAsk&, const RegisterAsk&) = default;
};

// From the acceptor's disk.
struct RegisterAnswer {
  uint64_t id = 0;
  bool too_far_ahead = false;  // in time: nothing was looked at, `reply` says nothing
  RegisterReply reply;
  std::map<NodeId, Boot> lives = {};  // as of a WriteAnswer
  friend bool operator==(const RegisterAnswer&, const RegisterAnswer&) = default;
};

// Of [start, end), so many of them at most.
struct KeysAsk {
  uint64_t id = 0;
  std::string start;
  std::string end;  // empty: to the last
  uint64_t limit = 0;
  friend bool operator==(const KeysAsk&, const KeysAsk&) = default;
};

// Keys that have a record, dead ones too, rising.
struct KeyList {
  std::vector<std::string> keys;
  bool more = false;  // there are others behind the last
  friend bool operator==(const KeyList&, const KeyList&) = default;
};

struct KeysAnswer {
  uint64_t id = 0;
  KeyList list;
  friend bool operator==(const KeysAnswer&, const KeysAnswer&) = default;
};

// Say what is known of it; `fence`: and don't do it, if that is nothing. `lives`:
// what older lives of these nodes have sent is refused from the answer on.
struct ResolveAsk {
  uint64_t id = 0;
  OperationId operation;
  bool fence = false;
  std::map<NodeId, Boot> lives;
  friend bool operator==(const ResolveAsk&, const ResolveAsk&) = default;
};

// From the disk. kApplied: the write's key as it is now (no record: it was deleted
// everywhere), by one who has seen all that; of a register the row and its key alone.
struct ResolveAnswer {
  uint64_t id = 0;
  Standing standing = Standing::kUnknown;
  std::map<NodeId, Boot> heard;  // the newest lives that it has heard of
  std::optional<Operation> operation;
  std::string key;
  std::optional<Record> record;
  SeenClock seen;
  friend bool operator==(const ResolveAnswer&, const ResolveAnswer&) = default;
};

// A copy that is no replica any more asks one what it has seen; and, where it brings
// something, to keep in its conflict journal what of that it lacks (local_legacy.cc).
// Of another epoch than its receiver's, and from nobody that this one counts.
struct LegacyAsk {
  uint64_t id = 0;
  SeenClock known;                  // answered only by whoever has seen all this
  std::vector<SyncRecord> records;  // without dots
  std::vector<Discard> discards;    // of its own conflict journal
  friend bool operator==(const LegacyAsk&, const LegacyAsk&) = default;
};

// It is on disk here.
struct LegacyAnswer {
  uint64_t id = 0;
  SeenClock seen;
  friend bool operator==(const LegacyAnswer&, const LegacyAnswer&) = default;
};

struct Message {
  Identity from;
  NodeId to;
  // Answers: of who asked, and for no other life of it. WriteAsks and RunAsks: the newest
  // that the sender has heard of. Else zero.
  Boot to_boot;
  std::variant<WriteAsk, WriteAnswer, ReadAsk, ReadAnswer, SyncAsk, SyncAnswer, FillAsk, FillAnswer,
               VerifyAsk, VerifyAnswer, RegisterAsk, RegisterAnswer, KeysAsk, KeysAnswer,
               ResolveAsk, ResolveAnswer, LegacyAsk, LegacyAnswer, RunAsk>
      body;
  Epoch epoch = {};  // of its sender's members
  friend bool operator==(const Message&, const Message&) = default;
};

// Who takes it needs room for it, so that a full disk has to refuse it.
bool Grows(const Message& message);

Version VersionOf(std::string_view key, const Record& record);

// A format byte, the kind, then the fields in their order. Who sent it and to
// whom is told by the frame, but for the boots. What concerns operations has the
// second format.
std::string EncodeMessage(const Message& message);
// Likewise; `with_context` false: a WriteAsk's is left out, as if there were none.
void AppendMessage(const Message& message, bool with_context, std::string& out);
// INVALID_ARGUMENT, MESSAGE_DAMAGED or NEWER_FORMAT.
absl::StatusOr<Message> DecodeMessage(NodeId from, NodeId to, std::string_view bytes);
// Likewise into `message`, which is a new one.
absl::Status DecodeMessage(NodeId from, NodeId to, std::string_view bytes, Message& message);

}  // namespace quorate::quorum
