#include "base/ladder.h"

#include <optional>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/strings.h"
#include "base/units.h"

namespace quorate {
namespace {

constexpr absl::Duration kLongest = absl::Hours(24);

absl::Status Bad(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_LADDER", what);
}

absl::Status BadBound(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_BOUND", what);
}

// Levels that promise more have the higher rank; SESSION and BOUNDED promise
// different things.
int Rank(Level level) {
  switch (level) {
    case Level::kLinearizable:
    case Level::kQuorum:
    case Level::kAll:
      return 4;
    case Level::kLease:
      return 3;
    case Level::kBounded:
    case Level::kSession:
    case Level::kTwo:
    case Level::kLocalQuorum:
      return 2;
    default:
      return 1;
  }
}

bool Weaker(const Rung& next, const Rung& before) {
  if (Rank(next.level) != Rank(before.level)) return Rank(next.level) < Rank(before.level);
  if (next.level == Level::kBounded && before.level == Level::kBounded) {
    return next.bound > before.bound;
  }
  return next.level != before.level && Rank(next.level) == 2;
}

absl::StatusOr<Rung> ParseRung(std::string_view text) {
  Rung rung;
  std::string_view level = text;
  if (const size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    const auto budget = ParseDuration(text.substr(colon + 1));
    if (!budget.ok()) return Bad(StrCat("\"", text, "\": ", budget.status().message()));
    rung.budget = *budget;
    level = text.substr(0, colon);
  }
  if (const size_t open = level.find('('); open != std::string_view::npos) {
    if (!level.ends_with(')')) return BadBound(StrCat("\"", text, "\": a ) is missing"));
    const auto bound = ParseDuration(level.substr(open + 1, level.size() - open - 2));
    if (!bound.ok()) return BadBound(StrCat("\"", text, "\": ", bound.status().message()));
    rung.bound = *bound;
    level = level.substr(0, open);
  }
  const std::optional<Level> known = LevelFromName(level);
  if (!known) return Bad(StrCat("there is no level \"", level, "\""));
  rung.level = *known;
  return rung;
}

absl::Status CheckRung(const Rung& rung, bool last) {
  const std::string_view name = LevelName(rung.level);
  if (rung.level == Level::kBounded) {
    if (rung.bound <= absl::ZeroDuration() || rung.bound > kLongest) {
      return BadBound("BOUNDED needs a bound from 1us to 24h: BOUNDED(2s)");
    }
  } else if (rung.bound != absl::ZeroDuration()) {
    return BadBound(StrCat(name, " takes no bound; only BOUNDED does"));
  }
  const bool endless = rung.budget == absl::InfiniteDuration();
  if (rung.budget <= absl::ZeroDuration() || (!endless && rung.budget > kLongest)) {
    return Bad(StrCat(name, " needs a time budget from 1us to 24h"));
  }
  if (endless && !last) {
    return Bad(StrCat(name, " has no time budget, so what follows it is never tried: ", name,
                      ":20ms,..."));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Ladder> ParseLadder(std::string_view text) {
  Ladder ladder;
  for (absl::string_view part : absl::StrSplit(ToAbsl(text), ',')) {
    auto rung = ParseRung(ToStd(part));
    if (!rung.ok()) return rung.status();
    ladder.push_back(*rung);
  }
  return ladder;
}

std::string FormatLadder(const Ladder& ladder) {
  std::string text;
  for (const Rung& rung : ladder) {
    StrAppend(&text, text.empty() ? "" : ",", LevelName(rung.level));
    if (rung.bound != absl::ZeroDuration()) {
      StrAppend(&text, "(", absl::FormatDuration(rung.bound), ")");
    }
    if (rung.budget != absl::InfiniteDuration()) {
      StrAppend(&text, ":", absl::FormatDuration(rung.budget));
    }
  }
  return text;
}

absl::Status CheckLadder(const Ladder& ladder) {
  if (ladder.empty()) return Bad("a ladder needs a rung");
  if (ladder.size() > kRungsMax) {
    return Bad(StrCat("a ladder has at most ", kRungsMax, " rungs, this one ", ladder.size()));
  }
  for (size_t i = 0; i < ladder.size(); ++i) {
    if (absl::Status one = CheckRung(ladder[i], i + 1 == ladder.size()); !one.ok()) return one;
    if (i > 0 && !Weaker(ladder[i], ladder[i - 1])) {
      return Bad(StrCat("a ladder goes from strong to weak, but ", FormatLadder({ladder[i]}),
                        " is no weaker than ", FormatLadder({ladder[i - 1]})));
    }
  }
  return absl::OkStatus();
}

}  // namespace quorate
