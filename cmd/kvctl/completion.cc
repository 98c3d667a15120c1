#include "completion.h"

#include <functional>
#include <map>
#include <vector>

#include "base/strings.h"
#include "levels.h"

namespace quorate::kvctl {
namespace {

// What completes a word, by what the help calls it; all else nothing does.
const std::map<std::string, std::string> kKindOfValue = {
    {"LEVEL", "level"},   {"FORM", "form"},         {"WHEN", "when"},   {"MODE", "mode"},
    {"FILE", "file"},     {"KEYSPACE", "keyspace"}, {"SHELL", "shell"}, {"SESSION", "file"},
    {"WHAT", "keyspace"}, {"POLICY", "policy"}};

// What does the work; the functions that it calls are made for it.
constexpr char kScript[] = R"bash(_kvctl_words() {
  case $1 in
    keyspace) kvctl keyspace list --output raw --timeout 1s ${2:+--endpoints "$2"} 2>/dev/null ;;
    level) echo '@LEVELS@' ;;
    form) echo 'table json raw' ;;
    when) echo 'auto always never' ;;
    mode) echo 'raft quorum' ;;
    policy) echo 'lww siblings counter set map' ;;
    shell) echo 'bash zsh' ;;
  esac
}

_kvctl() {
  local words=() glue=0 i word path=kvctl seen=0 kind='' endpoints='' current
  # The shell may have split words at : and =.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((i > 0)) && { ((glue)) || [[ $word == [:=]* ]]; }; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    glue=0
    if [[ $word == [:=] ]]; then glue=1; fi
  done
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    word=${words[i]}
    if [[ $word == -* ]]; then
      kind=$(_kvctl_value "${word%%=*}")
      if [[ ${word%%=*} == --endpoints ]]; then
        endpoints=${words[i + 1]}
        if [[ $word == *=* ]]; then endpoints=${word#*=}; fi
      fi
      if [[ -n $kind && $word != *=* ]]; then ((i++)); fi
    elif [[ " $(_kvctl_verbs "$path") " == *" $word "* ]]; then
      path+=" $word"
    else
      ((seen++))
    fi
  done
  current=${words[${#words[@]} - 1]}
  if ((i >= ${#words[@]})); then
    kind=$(_kvctl_value "${words[${#words[@]} - 2]}")
  elif [[ $current == --*=* ]]; then
    kind=$(_kvctl_value "${current%%=*}")
    current=${current#*=}
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(_kvctl_flags "$path") $(_kvctl_flags kvctl)" -- "$current"))
    return
  elif [[ -n $(_kvctl_verbs "$path") ]]; then
    COMPREPLY=($(compgen -W "$(_kvctl_verbs "$path")" -- "$current"))
    return
  else
    kind=$(_kvctl_argument "$path" "$seen")
  fi
  if [[ $kind == file ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$(_kvctl_words "$kind" "$endpoints")" -- "$current"))
  fi
}
complete -F _kvctl kvctl
)bash";

// Groups of options are subcommands without a name.
std::vector<const CLI::App*> Subcommands(const CLI::App& app, bool named) {
  return app.get_subcommands(
      [named](const CLI::App* one) { return one->get_name().empty() != named; });
}

std::vector<const CLI::Option*> Options(const CLI::App& app) {
  std::vector<const CLI::Option*> options = app.get_options();
  for (const CLI::App* group : Subcommands(app, /*named=*/false)) {
    const auto more = Options(*group);
    options.insert(options.end(), more.begin(), more.end());
  }
  return options;
}

std::vector<std::string> FlagsOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  return names;
}

std::string KindOf(const std::string& value) {
  const auto found = kKindOfValue.find(value);
  return found == kKindOfValue.end() ? "other" : found->second;
}

// The command line up to each command, and the command.
void Visit(const std::string& path, const CLI::App& app,
           const std::function<void(const std::string&, const CLI::App&)>& visit) {
  visit(path, app);
  for (const CLI::App* verb : Subcommands(app, /*named=*/true)) {
    Visit(path + " " + verb->get_name(), *verb, visit);
  }
}

// A shell function that gives one of several texts for its arguments.
class Choice {
 public:
  explicit Choice(std::string_view name, std::string_view argument) {
    text_ = StrCat(name, "() {\n  case ", argument, " in\n");
  }
  void Add(std::string_view pattern, std::string_view words) {
    if (!words.empty()) StrAppend(&text_, "    '", pattern, "') echo '", words, "' ;;\n");
  }
  std::string Text() const { return text_ + "  esac\n}\n\n"; }

 private:
  std::string text_;
};

std::string Verbs(const CLI::App& app) {
  std::string names;
  for (const CLI::App* verb : Subcommands(app, /*named=*/true)) {
    StrAppend(&names, names.empty() ? "" : " ", verb->get_name());
  }
  return names;
}

std::string Flags(const CLI::App& app) {
  std::string names;
  for (const CLI::Option* option : Options(app)) {
    for (const std::string& name : FlagsOf(*option)) {
      StrAppend(&names, names.empty() ? "" : " ", name);
    }
  }
  return names;
}

// The NAME of a keyspace verb is a keyspace's, unless it is to be made.
std::string KindOfArgument(const std::string& path, const std::string& name) {
  const bool of_keyspace = path.starts_with("kvctl keyspace ") && name == "NAME";
  return of_keyspace && !path.ends_with(" create") ? "keyspace" : KindOf(name);
}

std::string Arguments(const CLI::App& root) {
  Choice choice("_kvctl_argument", "\"$1 $2\"");
  Visit("kvctl", root, [&](const std::string& path, const CLI::App& app) {
    size_t position = 0;
    for (const CLI::Option* option : Options(app)) {
      if (!option->get_positional()) continue;
      const std::string kind = KindOfArgument(path, option->get_name(/*positional=*/true));
      const bool repeated = option->get_items_expected_max() > 1;
      const std::string place = repeated ? "'*'" : std::to_string(position++);
      choice.Add(StrCat(path, " ", place), kind);
    }
  });
  return choice.Text();
}

std::string Values(const CLI::App& root) {
  std::map<std::string, std::string> kinds;
  Visit("kvctl", root, [&](const std::string&, const CLI::App& app) {
    for (const CLI::Option* option : Options(app)) {
      if (option->get_items_expected_max() == 0) continue;
      for (const std::string& name : FlagsOf(*option)) {
        kinds.emplace(name, KindOf(option->get_type_name()));
      }
    }
  });
  Choice choice("_kvctl_value", "$1");
  for (const auto& [flag, kind] : kinds) choice.Add(flag, kind);
  return choice.Text();
}

std::string Body(const CLI::App& app) {
  Choice verbs("_kvctl_verbs", "$1");
  Choice flags("_kvctl_flags", "$1");
  Visit("kvctl", app, [&](const std::string& path, const CLI::App& one) {
    verbs.Add(path, Verbs(one));
    flags.Add(path, Flags(one));
  });
  std::string levels;
  for (const std::string& name : LevelNames()) StrAppend(&levels, levels.empty() ? "" : " ", name);
  std::string script = kScript;
  const std::string mark = "@LEVELS@";
  script.replace(script.find(mark), mark.size(), levels);
  return verbs.Text() + flags.Text() + Arguments(app) + Values(app) + script;
}

}  // namespace

std::string BashCompletion(const CLI::App& app) {
  return "# Completion of kvctl for bash: source <(kvctl completion bash)\n"
         "# shellcheck shell=bash disable=SC2207\n" +
         Body(app);
}

std::string ZshCompletion(const CLI::App& app) {
  return "# Completion of kvctl for zsh: source <(kvctl completion zsh)\n"
         "autoload -U +X compinit && compinit\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         Body(app);
}

}  // namespace quorate::kvctl
