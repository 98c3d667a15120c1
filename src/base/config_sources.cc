// Where settings come from: a YAML file, the environment, the command line.
#include <yaml-cpp/yaml.h>

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "base/config.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate {
namespace {

absl::Status BadFile(std::string place, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE", StrCat(place, ": ", what));
}

std::string PlaceOf(std::string_view file, const YAML::Mark& mark) {
  if (mark.is_null()) return std::string(file);
  return StrCat(file, ":", mark.line + 1, ":", mark.column + 1);
}

// A scalar's text, or a list's items joined by commas. False: neither.
bool TextOf(const YAML::Node& node, std::string* out) {
  if (node.IsScalar()) {
    *out = node.Scalar();
    return true;
  }
  if (!node.IsSequence()) return false;
  for (const YAML::Node& item : node) {
    if (!item.IsScalar()) return false;
    StrAppend(out, out->empty() ? "" : ",", item.Scalar());
  }
  return true;
}

// yaml-cpp throws; nothing of ours does.
absl::StatusOr<YAML::Node> Load(const std::string& text, std::string_view file) {
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& e) {
    return BadFile(PlaceOf(file, e.mark), StrCat("not YAML: ", e.msg));
  }
}

}  // namespace

absl::Status Config::ReadYaml(const std::string& text, std::string_view file) {
  const absl::StatusOr<YAML::Node> root = Load(text, file);
  if (!root.ok()) return root.status();
  if (root->IsNull()) return absl::OkStatus();
  if (!root->IsMap()) {
    return BadFile(PlaceOf(file, root->Mark()), "expected lines of the form `name: value`");
  }
  std::map<std::string, std::string> seen;  // name to place
  for (const auto& item : *root) {
    const std::string place = PlaceOf(file, item.first.Mark());
    std::string name;
    if (!TextOf(item.first, &name)) return BadFile(place, "a setting's name must be plain text");
    const auto [first, fresh] = seen.emplace(name, place);
    if (!fresh) return BadFile(place, StrCat(name, " is set already at ", first->second));
    if (Find(name) == nullptr) return Unknown(name, place);
    const std::string value_place = PlaceOf(file, item.second.Mark());
    std::string value;
    if (!TextOf(item.second, &value)) {
      return BadFile(value_place, StrCat(name, ": expected a value or a list of values"));
    }
    const absl::Status status = Set(name, value, value_place, place);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string Config::VariableOf(const Setting& setting) const {
  return StrCat(prefix_, absl::AsciiStrToUpper(absl::StrReplaceAll(setting.name, {{"-", "_"}})));
}

absl::Status Config::ReadEnvironment(const char* const* environment) {
  for (; *environment != nullptr; ++environment) {
    const std::string_view variable(*environment);
    const size_t equals = variable.find('=');
    if (!variable.starts_with(prefix_) || equals == std::string_view::npos) continue;
    const std::string name = absl::StrReplaceAll(
        absl::AsciiStrToLower(ToAbsl(variable.substr(prefix_.size(), equals - prefix_.size()))),
        {{"_", "-"}});
    const std::string place(variable.substr(0, equals));
    const absl::Status status = Set(name, variable.substr(equals + 1), place, place);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Config::ReadFlags(absl::Span<const std::string> args) {
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string_view arg = args[i];
    if (!arg.starts_with("--") || arg.size() == 2) {
      return MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_SETTING",
                       StrCat("\"", arg, "\": expected --name=value or --name value (", program_,
                              " --help lists all)"));
    }
    const size_t equals = arg.find('=');
    const std::string_view name = arg.substr(2, equals - std::min(equals, size_t{2}));
    const std::string place(arg.substr(0, equals));
    const Setting* setting = Find(name);
    if (setting == nullptr) return Unknown(name, place);
    std::string_view value = "true";
    if (equals != std::string_view::npos) {
      value = arg.substr(equals + 1);
    } else if (!setting->is_switch) {
      if (i + 1 == args.size()) {
        return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE",
                         StrCat(place, ": expected a value: ", place, " ", setting->placeholder));
      }
      value = args[++i];
    }
    const absl::Status status = Set(name, value, place, place);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace quorate
