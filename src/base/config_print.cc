// Settings for people to read: --help, --print-config, the documentation.
#include "base/config.h"
#include "base/strings.h"

namespace quorate {
namespace {

// A YAML scalar that reads back as `value`.
std::string Quoted(std::string_view value) {
  std::string out = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string Padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace

std::string Config::Usage() const {
  constexpr size_t kHelpColumn = 34;
  std::string out;
  std::string section;
  for (const Setting& setting : settings_) {
    if (setting.section != section) {
      section = setting.section;
      StrAppend(&out, "\n", section, ":\n");
    }
    std::string left = StrCat("  --", setting.name);
    if (!setting.is_switch) StrAppend(&left, " ", setting.placeholder);
    if (left.size() >= kHelpColumn) {
      StrAppend(&out, left, "\n", std::string(kHelpColumn, ' '));
    } else {
      StrAppend(&out, Padded(std::move(left), kHelpColumn));
    }
    StrAppend(&out, setting.help);
    if (!setting.is_switch && !setting.fallback.empty()) {
      StrAppend(&out, " [", setting.fallback, "]");
    }
    StrAppend(&out, "\n");
  }
  return out;
}

std::string Config::Print() const {
  constexpr size_t kOriginColumn = 48;
  std::string out;
  for (const Setting& setting : settings_) {
    const std::string line = StrCat(setting.name, ": ", Quoted(setting.show()));
    StrAppend(&out, Padded(line, kOriginColumn), "  # ", setting.origin, "\n");
  }
  return out;
}

std::string Config::MarkdownTable() const {
  std::string out = "| setting | variable | default | what it is |\n|---|---|---|---|\n";
  for (const Setting& setting : settings_) {
    StrAppend(&out, "| `", setting.name, "` | `", VariableOf(setting), "` | ",
              setting.fallback.empty() ? "" : StrCat("`", setting.fallback, "`"), " | ",
              setting.help, " |\n");
  }
  return out;
}

}  // namespace quorate
