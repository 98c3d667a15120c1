// Settings of a process, each known by one name to its flag (--log-level), its
// environment variable (KVD_LOG_LEVEL), its YAML key (log-level) and its
// default. Register them, then read the sources from the weakest to the
// strongest; each that is read overrides what came before.
//
//   Config config("kvd", "KVD_");
//   config.AddDuration("tick", "what a tick is", &options.tick, {ms(1), s(10)});
//   config.ReadYaml(text, "kvd.yaml"); config.ReadEnvironment(environ);
//   config.ReadFlags(args);
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace quorate {

template <class T>
struct ConfigRange {
  T min;
  T max;
};

class Config {
 public:
  Config(std::string program, std::string environment_prefix)
      : program_(std::move(program)), prefix_(std::move(environment_prefix)) {}

  // The value in `target` at this moment is the default. Targets must outlive
  // the Config.
  void AddText(std::string name, std::string help, std::string placeholder, std::string* target);
  void AddChoice(std::string name, std::string help, std::vector<std::string> choices,
                 std::string* target);
  // As a flag it needs no value: --insecure is --insecure=true.
  void AddSwitch(std::string name, std::string help, bool* target);
  void AddNumber(std::string name, std::string help, uint64_t* target, ConfigRange<uint64_t> range);
  void AddBytes(std::string name, std::string help, uint64_t* target, ConfigRange<uint64_t> range);
  void AddDuration(std::string name, std::string help, absl::Duration* target,
                   ConfigRange<absl::Duration> range);
  // Headings of Usage and Print; what is added next belongs to it.
  void Section(std::string title) { section_ = std::move(title); }

  // All three: INVALID_ARGUMENT with reason UNKNOWN_SETTING or BAD_VALUE,
  // naming the place (file:line:column, variable or flag), the value, and the
  // name or the values that would do.
  absl::Status ReadYaml(const std::string& text, std::string_view file);
  // `environ` as main has it, ended by null. Only variables that start with
  // the prefix are looked at.
  absl::Status ReadEnvironment(const char* const* environment);
  absl::Status ReadFlags(absl::Span<const std::string> args);

  // The settings that are not left at their defaults, each with where its value
  // came from: a file's line, a variable or a flag.
  std::vector<std::pair<std::string, std::string>> Given() const;

  // The settings for --help.
  std::string Usage() const;
  // A YAML file that sets what is set now, each with its origin as a comment.
  std::string Print() const;
  // The table of docs/operations.md.
  std::string MarkdownTable() const;

 private:
  struct Setting {
    std::string section, name, help, placeholder;
    bool is_switch = false;
    std::function<absl::Status(std::string_view)> set;
    std::function<std::string()> show;
    std::string fallback;  // the default, as shown
    std::string origin = "default";
  };

  void Add(Setting setting);
  Setting* Find(std::string_view name);
  std::vector<std::string> Names() const;
  std::string VariableOf(const Setting& setting) const;
  // `place` starts the error's message; `origin` is kept for Print.
  absl::Status Set(std::string_view name, std::string_view value, const std::string& place,
                   std::string origin);
  absl::Status Unknown(std::string_view name, const std::string& place) const;

  std::string program_;
  std::string prefix_;
  std::string section_;
  std::vector<Setting> settings_;
};

}  // namespace quorate
