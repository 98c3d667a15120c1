// Deliberate faults of the register, for proving that tests catch them. All off
// outside tests.
#pragma once

namespace quorate::quorum {

struct RegisterBugs {
  // --- acceptor ---
  bool repair_ignores_promises = false;
  bool blind_writes_ignore_promises = false;
  bool promise_before_sync = false;
  bool accept_before_sync = false;
  bool tell_before_sync = false;  // to a query
  bool no_floor = false;
  // A replica that holds a newer value counts as having taken a blind write, as
  // where the last write wins.
  bool beaten_is_taken = false;
  // --- filling ---
  bool fill_without_promises = false;  // with what was accepted alone
  bool inherited_is_accepted = false;  // whatever was promised
  bool accept_unfilled = false;        // and promise, with an empty disk
  // --- proposer ---
  bool retry_with_higher_ballot = false;  // though the first may have been taken
  bool read_returns_newest = false;       // of a quorum, before it is on a quorum
  bool read_returns_any = false;          // what the first replica to answer holds
  bool failed_condition_answers_at_once = false;
  bool resolve_forgets_drops = false;       // nothing held counts as nothing ever written
  bool blind_writes_learn_nothing = false;  // their ballot is from the own clock alone
  // --- operations that may be asked for ---
  bool overwritten_though_closed = false;  // counts as done, whatever who asked was told
  bool begin_though_fenced = false;        // what was fenced before it was accepted
  bool never_without_round = false;        // too few have accepted it: it never was
  bool rows_tell_all = false;              // who accepted it has seen it take effect
  bool retry_under_one_id = false;         // an operation has as many ballots as it needs
};

}  // namespace quorate::quorum
