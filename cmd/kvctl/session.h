// One run of kvctl: its global flags, its client and where its words go.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "client/client.h"

namespace CLI {
class App;
}

namespace quorate::kvctl {

enum class Output { kTable, kJson, kRaw };

struct Globals {
  std::string endpoints = "127.0.0.1:7400";
  bool only_endpoints = false;
  std::string output;  // empty: by what stdout is
  std::string timeout = "5s";
  std::string level;
  std::string session;  // a file
  std::string color = "auto";
  bool quiet = false;
  bool verbose = false;
  bool no_input = false;
};

class Session {
 public:
  // Adds the global flags; they are read when the command line is.
  void AddGlobalsTo(CLI::App& app);

  // What to do once the command line is understood; gives an ExitCode.
  std::function<int()> run;

  // Checks the global flags. INVALID_ARGUMENT names the one that is wrong.
  absl::Status CheckGlobals();

  // Valid after CheckGlobals.
  absl::Duration timeout() const { return timeout_; }
  // What writes and what has no ladder is done at.
  Level level() const { return ladder_.empty() ? Level::kDefault : ladder_.front().level; }
  bool quiet() const { return globals_.quiet; }
  bool verbose() const { return globals_.verbose; }
  bool no_input() const { return globals_.no_input; }
  bool color_on_stderr() const;
  // What was asked for; otherwise a table.
  Output output() const { return output_.value_or(Output::kTable); }
  // For a single value: raw, if stdout is no terminal and nothing was asked for.
  Output output_of_one_value() const;

  // Of reads, the ladder or level of --level; of writes only a level:
  // INVALID_ARGUMENT, BAD_FLAG, where it is a ladder.
  ReadOptions read_options() const;
  absl::StatusOr<WriteOptions> write_options() const;
  AdminOptions admin_options() const { return {.deadline = timeout_}; }

  // Connects at the first call, and takes up the session of --session.
  absl::StatusOr<Client*> client();
  // Writes what the session has seen back to its file, if there is one.
  absl::Status KeepSession() const;

 private:
  absl::Status TakeUpSession();

  Globals globals_;
  std::optional<Output> output_;
  absl::Duration timeout_;
  Ladder ladder_;  // of --level; empty: the keyspace's default
  std::optional<Client> client_;
  std::optional<quorate::Session> session_;
};

}  // namespace quorate::kvctl
