#include "base/config.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "base/error.h"
#include "base/strings.h"
#include "base/suggest.h"
#include "base/units.h"

namespace quorate {
namespace {

absl::Status BadValue(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE", message);
}

template <class T, class Format>
absl::Status StoreInRange(T value, const ConfigRange<T>& range, T* target, Format format) {
  if (value < range.min || value > range.max) {
    return BadValue(StrCat(format(value), " is out of range: from ", format(range.min), " to ",
                           format(range.max)));
  }
  *target = value;
  return absl::OkStatus();
}

std::string FormatNumber(uint64_t number) { return std::to_string(number); }
std::string FormatTime(absl::Duration d) { return absl::FormatDuration(d); }

absl::StatusOr<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  if (text.starts_with('-') || !absl::SimpleAtoi(ToAbsl(text), &number)) {
    return BadValue(StrCat("\"", text, "\" is not a whole number"));
  }
  return number;
}

// A setter that parses by `parse` and checks the range.
template <class T, class Parse, class Format>
auto RangedSetter(T* target, ConfigRange<T> range, Parse parse, Format format) {
  return [=](std::string_view text) -> absl::Status {
    const absl::StatusOr<T> value = parse(text);
    return value.ok() ? StoreInRange(*value, range, target, format) : value.status();
  };
}

}  // namespace

void Config::Add(Setting setting) {
  QUORATE_CHECK(Find(setting.name) == nullptr, "a setting is registered twice");
  setting.section = section_;
  setting.fallback = setting.show();
  settings_.push_back(std::move(setting));
}

void Config::AddText(std::string name, std::string help, std::string placeholder,
                     std::string* target) {
  Setting setting;
  setting.name = std::move(name);
  setting.help = std::move(help);
  setting.placeholder = std::move(placeholder);
  setting.set = [target](std::string_view text) {
    *target = std::string(text);
    return absl::OkStatus();
  };
  setting.show = [target] { return *target; };
  Add(std::move(setting));
}

void Config::AddChoice(std::string name, std::string help, std::vector<std::string> choices,
                       std::string* target) {
  Setting setting;
  setting.name = std::move(name);
  setting.help = std::move(help);
  setting.placeholder = absl::StrJoin(choices, "|");
  setting.set = [target, choices](std::string_view text) {
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      return BadValue(StrCat("\"", text, "\" is not one of ", absl::StrJoin(choices, ", "),
                             DidYouMean(text, choices)));
    }
    *target = std::string(text);
    return absl::OkStatus();
  };
  setting.show = [target] { return *target; };
  Add(std::move(setting));
}

void Config::AddSwitch(std::string name, std::string help, bool* target) {
  Setting setting;
  setting.name = std::move(name);
  setting.help = std::move(help);
  setting.is_switch = true;
  setting.set = [target](std::string_view text) {
    if (text != "true" && text != "false") {
      return BadValue(StrCat("\"", text, "\" is not one of true, false"));
    }
    *target = text == "true";
    return absl::OkStatus();
  };
  setting.show = [target] { return std::string(*target ? "true" : "false"); };
  Add(std::move(setting));
}

void Config::AddNumber(std::string name, std::string help, uint64_t* target,
                       ConfigRange<uint64_t> range) {
  Setting setting;
  setting.name = std::move(name);
  setting.help = std::move(help);
  setting.placeholder = "N";
  setting.set = RangedSetter(target, range, ParseNumber, FormatNumber);
  setting.show = [target] { return FormatNumber(*target); };
  Add(std::move(setting));
}

void Config::AddBytes(std::string name, std::string help, uint64_t* target,
                      ConfigRange<uint64_t> range) {
  Setting setting;
  setting.name = std::move(name);
  setting.help = std::move(help);
  setting.placeholder = "SIZE";
  setting.set = RangedSetter(target, range, ParseBytes, FormatBytes);
  setting.show = [target] { return FormatBytes(*target); };
  Add(std::move(setting));
}

void Config::AddDuration(std::string name, std::string help, absl::Duration* target,
                         ConfigRange<absl::Duration> range) {
  Setting setting;
  setting.name = std::move(name);
  setting.help = std::move(help);
  setting.placeholder = "TIME";
  setting.set = RangedSetter(target, range, ParseDuration, FormatTime);
  setting.show = [target] { return FormatTime(*target); };
  Add(std::move(setting));
}

Config::Setting* Config::Find(std::string_view name) {
  const auto it = std::find_if(settings_.begin(), settings_.end(),
                               [&](const Setting& s) { return s.name == name; });
  return it == settings_.end() ? nullptr : &*it;
}

std::vector<std::string> Config::Names() const {
  std::vector<std::string> names;
  for (const Setting& setting : settings_) names.push_back(setting.name);
  return names;
}

std::vector<std::pair<std::string, std::string>> Config::Given() const {
  std::vector<std::pair<std::string, std::string>> given;
  for (const Setting& setting : settings_) {
    if (setting.origin != "default") given.emplace_back(setting.name, setting.origin);
  }
  return given;
}

absl::Status Config::Unknown(std::string_view name, const std::string& place) const {
  return MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_SETTING",
                   StrCat(place, ": there is no setting \"", name, "\"", DidYouMean(name, Names()),
                          " (", program_, " --help lists all)"));
}

absl::Status Config::Set(std::string_view name, std::string_view value, const std::string& place,
                         std::string origin) {
  Setting* setting = Find(name);
  if (setting == nullptr) return Unknown(name, place);
  const absl::Status status = setting->set(value);
  if (!status.ok()) {
    return MakeError(status.code(), ReasonOf(status),
                     StrCat(place, ": ", name, ": ", status.message()));
  }
  setting->origin = std::move(origin);
  return absl::OkStatus();
}

}  // namespace quorate
