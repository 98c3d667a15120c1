#include "session.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/error.h"
#include "base/strings.h"
#include "levels.h"
#include "suggest.h"

namespace quorate::kvctl {
namespace {

const std::vector<std::string> kOutputs = {"table", "json", "raw"};
const std::vector<std::string> kColors = {"auto", "always", "never"};

absl::Status BadFlag(std::string_view flag, std::string_view value, std::string_view wanted) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                   StrCat("--", flag, " \"", value, "\": ", wanted));
}

// 150ms, 2s, 1m30s; a bare number counts seconds.
std::optional<absl::Duration> ParseTimeout(std::string text) {
  if (text.find_first_not_of("0123456789.") == std::string::npos) text += "s";
  absl::Duration parsed;
  if (!absl::ParseDuration(text, &parsed) || parsed <= absl::ZeroDuration()) return std::nullopt;
  return parsed;
}

}  // namespace

void Session::AddGlobalsTo(CLI::App& app) {
  const std::string group = "Global flags (in any place; each has a variable)";
  app.add_option("--endpoints", globals_.endpoints, "Nodes to connect to; one is enough")
      ->envname("QUORATE_ENDPOINTS")
      ->type_name("HOST:PORT,...")
      ->capture_default_str()
      ->group(group);
  app.add_flag("--only-endpoints", globals_.only_endpoints,
               "Ask no node but those, which pass on what others have to answer, and tell "
               "what they say at once")
      ->envname("QUORATE_ONLY_ENDPOINTS")
      ->group(group);
  app.add_option("--output,-o", globals_.output, "table, json, or raw bytes")
      ->envname("QUORATE_OUTPUT")
      ->type_name("FORM")
      ->group(group);
  app.add_option("--timeout", globals_.timeout, "Of each call: 150ms, 2s")
      ->envname("QUORATE_TIMEOUT")
      ->type_name("TIME")
      ->capture_default_str()
      ->group(group);
  app.add_option("--level", globals_.level,
                 "Consistency level; the keyspace's by default. Of reads also BOUNDED(2s), or "
                 "several with time budgets: LINEARIZABLE:20ms,ONE")
      ->envname("QUORATE_LEVEL")
      ->type_name("LEVEL")
      ->group(group);
  app.add_option("--session", globals_.session,
                 "A file that keeps what this session has seen: reads never go behind it")
      ->envname("QUORATE_SESSION")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--color", globals_.color, "auto, always, never")
      ->envname("QUORATE_COLOR")
      ->type_name("WHEN")
      ->capture_default_str()
      ->group(group);
  app.add_flag("--quiet,-q", globals_.quiet, "Only data and errors")
      ->envname("QUORATE_QUIET")
      ->group(group);
  app.add_flag("--verbose,-v", globals_.verbose, "Receipts of all answers, on stderr")
      ->envname("QUORATE_VERBOSE")
      ->group(group);
  app.add_flag("--no-input", globals_.no_input, "Never ask; fail instead")
      ->envname("QUORATE_NO_INPUT")
      ->group(group);
}

absl::Status Session::CheckGlobals() {
  if (globals_.output == "table") {
    output_ = Output::kTable;
  } else if (globals_.output == "json") {
    output_ = Output::kJson;
  } else if (globals_.output == "raw") {
    output_ = Output::kRaw;
  } else if (!globals_.output.empty()) {
    return BadFlag("output", globals_.output,
                   StrCat("table, json or raw is wanted", DidYouMean(globals_.output, kOutputs)));
  }
  const auto timeout = ParseTimeout(globals_.timeout);
  if (!timeout) {
    return BadFlag("timeout", globals_.timeout, "a positive time is wanted, such as 150ms or 2s");
  }
  timeout_ = *timeout;
  if (!globals_.level.empty()) {
    auto ladder = ParseLadder(globals_.level);
    if (!ladder.ok() || ladder->front().level == Level::kDefault) {
      const bool one_word = globals_.level.find_first_of(",:(") == std::string::npos;
      return BadFlag("level", globals_.level,
                     one_word ? StrCat("no such level", DidYouMean(globals_.level, LevelNames()))
                              : StrCat(ladder.status().message()));
    }
    if (absl::Status sound = CheckLadder(*ladder); !sound.ok()) {
      return BadFlag("level", globals_.level, StrCat(sound.message()));
    }
    ladder_ = *std::move(ladder);
  }
  if (Nearest(globals_.color, kColors) != globals_.color) {
    return BadFlag("color", globals_.color,
                   StrCat("auto, always or never is wanted", DidYouMean(globals_.color, kColors)));
  }
  return absl::OkStatus();
}

bool Session::color_on_stderr() const {
  if (globals_.color != "auto") return globals_.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  return isatty(STDERR_FILENO) != 0;
}

Output Session::output_of_one_value() const {
  if (output_) return *output_;
  return isatty(STDOUT_FILENO) != 0 ? Output::kTable : Output::kRaw;
}

absl::StatusOr<Client*> Session::client() {
  if (!client_) {
    ClientOptions options{.deadline = timeout_, .only_endpoints = globals_.only_endpoints};
    if (globals_.only_endpoints)
      options.retry_budget = {.capacity = 0, .per_call = 0, .per_second = 0};
    auto connected = Client::Connect(globals_.endpoints, options);
    if (!connected.ok()) return connected.status();
    client_.emplace(*std::move(connected));
    if (absl::Status taken = TakeUpSession(); !taken.ok()) return taken;
  }
  return &*client_;
}

absl::Status Session::TakeUpSession() {
  if (globals_.session.empty()) return absl::OkStatus();
  std::ifstream file(globals_.session, std::ios::binary);
  const std::string token{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  auto session = client_->ResumeSession(token);
  if (!session.ok()) {
    return MakeError(session.status().code(), ReasonOf(session.status()),
                     StrCat(globals_.session, ": ", session.status().message()));
  }
  session_ = *std::move(session);
  return absl::OkStatus();
}

absl::Status Session::KeepSession() const {
  if (!session_) return absl::OkStatus();
  const std::string made = globals_.session + ".new";
  {
    std::ofstream file(made, std::ios::binary | std::ios::trunc);
    file << session_->token();
    file.flush();
    if (!file) {
      return MakeError(absl::StatusCode::kInternal, "SESSION_NOT_KEPT",
                       StrCat("cannot write ", made), Applied::kYes);
    }
  }
  if (std::rename(made.c_str(), globals_.session.c_str()) != 0) {
    return MakeError(absl::StatusCode::kInternal, "SESSION_NOT_KEPT",
                     StrCat("cannot replace ", globals_.session), Applied::kYes);
  }
  return absl::OkStatus();
}

ReadOptions Session::read_options() const {
  ReadOptions options{.session = session_, .deadline = timeout_, .timings = globals_.verbose};
  if (ladder_.size() == 1 && ladder_.front().budget == absl::InfiniteDuration()) {
    options.level = ladder_.front().level;
    options.bound = ladder_.front().bound;
  } else {
    options.ladder = ladder_;
  }
  return options;
}

absl::StatusOr<WriteOptions> Session::write_options() const {
  if (ladder_.size() > 1) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                     StrCat("--level \"", globals_.level,
                            "\": a write has one level; only reads go down a ladder"));
  }
  return WriteOptions{
      .level = level(), .deadline = timeout_, .session = session_, .timings = globals_.verbose};
}

}  // namespace quorate::kvctl
