// How a client and its calls behave. Set fields by name:
//   Client::Connect("127.0.0.1:7400", {.deadline = absl::Seconds(2)})
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "base/ladder.h"
#include "base/level.h"
#include "client/session.h"

namespace quorate {

// Waits between attempts: initial, then `multiplier` times as long each time,
// at most max; each wait is shortened by a random part of up to a half.
struct BackoffOptions {
  absl::Duration initial = absl::Milliseconds(20);
  absl::Duration max = absl::Seconds(1);
  double multiplier = 2.0;
};

// Retries are paid for from a bucket: each call puts `per_call` in and each second
// `per_second`, a retry takes one out. Where the bucket is empty, retries wait for
// their turn, and one that would not get it before its deadline is not made; so a
// struggling cluster isn't given more work by those it fails.
struct RetryBudgetOptions {
  double capacity = 200;
  double per_call = 0.2;
  double per_second = 100;
};

// A node that fails this often in a row is left alone for a while, then tried
// by one call. The while doubles as long as that one fails too.
struct BreakerOptions {
  uint32_t failures = 5;
  absl::Duration open_for = absl::Milliseconds(200);
  absl::Duration open_for_max = absl::Seconds(5);
};

struct ClientOptions {
  // Of calls that give none; of Connect too. Must be positive.
  absl::Duration deadline = absl::Seconds(5);
  BackoffOptions backoff = {};
  RetryBudgetOptions retry_budget = {};
  BreakerOptions breaker = {};
  // Threads that run callbacks; 1 keeps them in the order of the replies.
  uint32_t callback_threads = 1;
  // Asks nobody but the endpoints given, which pass on what is others' to answer:
  // where the cluster's own addresses lead nowhere, or to see one side of a cut.
  bool only_endpoints = false;
};

struct WriteOptions {
  Level level = Level::kDefault;                   // the keyspace's
  absl::Duration deadline = absl::ZeroDuration();  // zero: the client's
  std::optional<Session> session = {};             // notes the write
  // Of puts and additions: how long the key is to live, an addition's only if it
  // makes the key. Nullopt: as the keyspace says; zero: for ever.
  std::optional<absl::Duration> ttl = {};
  // Of puts and deletes in keyspaces whose policy merges: see Mutation.
  std::string context = {};
  // Sent again until its outcome is known, and done once all the same. Not at ONE.
  bool exactly_once = true;
  // Of batches: false: each of its writes for itself, in any partitions, under no
  // identity; one that fails says in its details which were done, which not, and
  // of which it is unknown ("0-3,7").
  bool atomic = true;
  bool timings = false;  // tell in the receipt where the time went
};

struct ResolveOptions {
  // Only look: a write that was not applied still may be. Otherwise it is made
  // sure that it never is.
  bool leave_possible = false;
  absl::Duration deadline = absl::ZeroDuration();  // zero: the client's
};

// {.level = Level::kBounded, .bound = absl::Seconds(2)}, or a ladder:
// {.ladder = {{.level = Level::kLinearizable, .budget = absl::Milliseconds(20)},
//             {.level = Level::kOne}}}
struct ReadOptions {
  Level level = Level::kDefault;                // the keyspace's; in a session, SESSION
  absl::Duration bound = absl::ZeroDuration();  // with BOUNDED: how old the state may be
  // Instead of a level: the first of these that can be had within its budget,
  // from strong to weak. The receipt tells the rung.
  Ladder ladder = {};
  std::optional<Session> session = {};             // what it has seen, and notes what is read
  absl::Duration deadline = absl::ZeroDuration();  // zero: the client's
  bool timings = false;                            // tell in the receipts where the time went
};

struct ScanOptions {
  std::string prefix = {};    // narrows start and end
  std::string start = {};     // inclusive
  std::string end = {};       // exclusive; empty: no end
  uint64_t limit = 0;         // records in all; 0: no limit
  uint32_t page_records = 0;  // 0: the server's default
  uint64_t page_bytes = 0;    // 0: the server's default
  bool keys_only = false;
  Level level = Level::kDefault;
  absl::Duration bound = absl::ZeroDuration();  // see ReadOptions
  Ladder ladder = {};                           // of each page
  std::optional<Session> session = {};
  absl::Duration deadline = absl::ZeroDuration();  // of each page
  bool timings = false;                            // in the receipts of each page
};

struct PipelineOptions {
  bool exactly_once = true;                        // see WriteOptions
  size_t max_in_flight = 256;                      // operations; more wait
  Level level = Level::kDefault;                   // reads and writes alike
  absl::Duration deadline = absl::ZeroDuration();  // of each operation
  // Notes what is answered; a read that is sent after that holds it. Where no
  // level is named, reads are at SESSION.
  std::optional<Session> session = {};
  bool timings = false;  // tell in the receipts where the time went
};

// Of calls that look at the cluster or change it.
struct AdminOptions {
  absl::Duration deadline = absl::ZeroDuration();
};

}  // namespace quorate
