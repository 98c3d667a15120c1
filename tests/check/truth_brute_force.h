// What a read may have given, tried out: every order of the writes, or every
// choice of those that a replica may have had. Written apart from the truths,
// to disagree with them where either is wrong. For a handful of writes only.
#pragma once

#include <cstdint>
#include <vector>

#include "check/history.h"
#include "check/key_truth.h"

namespace quorate::check {

// Of one value and one order: is there an order of the writes, agreeing with
// times and with `versions` (0: not known), in which the key is as read once
// all that must be seen has happened? A write of unknown outcome is in it if
// its version is known, else perhaps.
bool RegisterByBruteForce(const KeyHistory& key, const std::vector<uint64_t>& versions,
                          const Operation& read, const MustSee& must);
// Some order at all.
bool HasWriteOrder(const KeyHistory& key, const std::vector<uint64_t>& versions);

// The same for all reads of one session, in their order: none goes back behind
// the one before, nor behind the session's own writes.
bool SessionByBruteForce(const KeyHistory& key, const std::vector<uint64_t>& versions,
                         uint64_t session);

// A choice of writes, among them all that must be seen, of which the greatest
// version, the sum, or what is left of the members is what was read.
bool LwwByBruteForce(const KeyHistory& key, const Operation& read, const MustSee& must);
bool CounterByBruteForce(const KeyHistory& key, const Operation& read, const MustSee& must);
bool MembersByBruteForce(const KeyHistory& key, const Operation& read, const MustSee& must);

// An order of appends and reads that agrees with time, each read giving the
// list as it is then.
bool ListByBruteForce(const KeyHistory& key);

// An order of batches and single writes over several keys in which, at one
// moment, each key is as one of `pieces` says (one read of each key).
bool BatchByBruteForce(const std::vector<const Operation*>& writes,
                       const std::vector<const Operation*>& pieces);

}  // namespace quorate::check
