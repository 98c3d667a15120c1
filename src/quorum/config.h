// How one replica of a leaderless partition is set up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "quorum/dot.h"
#include "quorum/members.h"
#include "quorum/register_bugs.h"

namespace quorate::quorum {

// Deliberate faults for proving that the tests and the simulator catch them.
// All off outside tests.
struct Bugs {
  bool ack_before_sync = false;         // say that a write is held before it is durable
  bool accept_older_boot = false;       // of messages
  bool trust_heard_clock = false;       // a dot is covered once a clock with it was heard
  bool raise_past_hole = false;         // seeing a dot is seeing all before it
  bool drop_tombstones_early = false;   // with the first trim, covered or not
  bool no_write_back = false;           // a quorum read leaves what it found where it was
  bool count_unreachable = false;       // a hint kept for a replica counts as its answer
  bool forget_absence = false;          // a read takes any record over an answer of none
  bool tell_before_sync = false;        // what was read, or seen, before it is durable
  bool merge_by_adding = false;         // a merge of two counters is their sum
  bool remove_unseen = false;           // a removal takes all there is, seen or not
  bool ignore_session = false;          // any state will do for a read at SESSION
  bool forget_taken_hints = false;      // with a restart
  bool trust_hint_numbers = false;      // whatever disk their keeper has
  bool forget_fences = false;           // a fence is told, and lost with a crash
  bool resolve_in_one_phase = false;    // what older lives sent may still come
  bool rows_at_coordinator = false;     // and not at those who take the write from it
  bool trust_older_writers = false;     // of before a restart, which may have lost their writes
  bool trust_ended_lives = false;       // what is on a disk is told of the one that replaced it
  bool trust_told_ends = false;         // whatever this disk lacks of what ended
  bool end_boots_early = false;         // while what a lost disk told may be under way
  bool count_earlier_lives = false;     // as holders, when a later one was heard of
  bool note_newest_alone = false;       // of what a record has
  bool fill_from_one = false;           // of the others, whatever most of them have
  bool fill_across_lives = false;       // a page from one, what its dot log had from the next
  bool write_back_as_found = false;     // not as the key is when it is sent again
  bool keep_floor_low = false;          // what a lost disk had was "not here"
  bool bound_while_behind = false;      // a state is fresh, whatever of what others have is to come
  bool receipt_counts_self = false;     // a receipt names who wrote it, whatever is on its disk
  bool yield_silently = false;          // no conflict is told where the own record loses
  bool forget_old_set = false;          // while a replica moves, the new one counts alone
  bool count_joiner_as_filled = false;  // from the first moment
  bool fill_joiner_from_any = false;    // from one replica, whichever
  bool leave_clock_behind = false;      // what the source had seen is not taken over
  bool forget_dead_in_filling = false;  // what was deleted is "seen", and not there
  bool cover_without_joiner = false;
  bool serve_any_epoch = false;          // no fence between members of before and after
  bool forget_epoch = false;             // with a crash
  bool leaver_answers = false;           // by itself, of what may never be elsewhere
  bool let_leaver_go = false;            // though it has what nobody else has
  bool trust_writers_of_before = false;  // whatever one that left knew of their writes
  bool drop_legacy = false;  // of copies that are gone: it is acknowledged, and not kept
  RegisterBugs registers;
};

struct RoundTrips;

struct Config {
  Identity self;
  // All replicas of the partition, this one among them unless it is joining; and the
  // rest of Members. The core is told when they change.
  std::vector<Member> members;
  Epoch members_since = {};
  Member joining = {};
  NodeId leaving = {};
  // A leaver that cannot be heard for so long is not waited for: what it alone has seen
  // is then no part of the partition any more.
  absl::Duration leaver_patience = absl::InfiniteDuration();

  // A time-stamp further ahead of this node's calendar is refused.
  uint64_t skew_us_max = 5'000'000;
  // Time-stamps are reserved on disk so far ahead; below skew_us_max.
  uint64_t reserve_us = 500'000;

  // Between two questions to one replica what is missing: while anything isn't
  // yet known to be everywhere, and at rest. Who has something that others lack
  // asks them, and is asked back, so rest may be long.
  absl::Duration sync_interval = absl::Milliseconds(100);
  absl::Duration sync_interval_idle = absl::Seconds(10);
  // For an answer; then it is asked again.
  absl::Duration resend_interval = absl::Milliseconds(250);
  // Dots in one SyncAnswer, and about so many bytes of records; at least one goes.
  size_t sync_dots_max = 1024;
  size_t sync_bytes_max = 1 << 20;
  // Dots trimmed from the dot log at a time.
  size_t trim_dots_max = 1024;
  // Keys looked at for their expiry, so often.
  size_t sweep_keys = 256;
  absl::Duration sweep_interval = absl::Seconds(1);
  // Between two pages compared with another replica, at rest, and their keys.
  absl::Duration verify_interval = absl::Seconds(10);
  size_t verify_keys = 256;
  // Reads may ask one replica more than they need, in so many of 1000.
  uint32_t hedge_permille = 100;
  // Registers: a promise for a key that holds nothing, older than this by its
  // time-stamp, gives way to the partition's ballot floor.
  absl::Duration bare_promise_age = absl::Seconds(60);
  // Who was overtaken waits up to so long before the next attempt, doubled with each.
  absl::Duration contention_pause = absl::Milliseconds(2);
  // Operations (operations.h): a writer lives so long from when it was made, and
  // about so many are remembered of all.
  uint64_t writer_life_us = 3'600'000'000;
  size_t operations_max = 65'536;
  // Where latencies are counted; of the core's thread, and outlives it. Null: nowhere.
  RoundTrips* round_trips = nullptr;
  Bugs bugs;
};

// The moment of an input, by this node's clocks.
struct Now {
  absl::Duration monotonic;
  uint64_t calendar_us = 0;
  bool confirmed = true;  // the calendar: another node's agreed with it, or could have
};

}  // namespace quorate::quorum
