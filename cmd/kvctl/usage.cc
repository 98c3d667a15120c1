#include "usage.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "suggest.h"

namespace quorate::kvctl {
namespace {

// The chain of verbs that were understood, the app itself first.
std::vector<const CLI::App*> Understood(const CLI::App& app) {
  std::vector<const CLI::App*> chain = {&app};
  for (;;) {
    const auto parsed = chain.back()->get_subcommands();
    if (parsed.empty()) return chain;
    chain.push_back(parsed.front());
  }
}

std::string Path(const std::vector<const CLI::App*>& chain) {
  std::string path;
  for (const CLI::App* app : chain) StrAppend(&path, path.empty() ? "" : " ", app->get_name());
  return path;
}

std::vector<std::string> VerbsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!verb->get_name().empty()) names.push_back(verb->get_name());
  }
  return names;
}

std::vector<std::string> FlagsOf(const std::vector<const CLI::App*>& chain) {
  std::vector<std::string> names;
  const auto add = [&names](const CLI::App* app) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  };
  for (const CLI::App* app : chain) {
    add(app);
    for (const CLI::App* group :
         app->get_subcommands([](const CLI::App* one) { return one->get_name().empty(); })) {
      add(group);
    }
  }
  return names;
}

std::string ExplainFlag(const std::string& flag, const std::vector<const CLI::App*>& chain) {
  const std::string name = flag.substr(0, flag.find('='));
  const std::string meant = DidYouMean(name, FlagsOf(chain));
  return StrCat("there is no flag ", name, meant,
                meant.empty() ? "; a word that starts with - goes after --" : "");
}

}  // namespace

std::string HelpCommand(const CLI::App& app) { return Path(Understood(app)) + " --help"; }

std::string ExplainParseError(const CLI::App& app, const CLI::ParseError& error) {
  const auto chain = Understood(app);
  const std::vector<std::string> verbs = VerbsOf(*chain.back());
  const std::vector<std::string> left = app.remaining(/*recurse=*/true);
  const auto flag = std::find_if(left.begin(), left.end(), [](const std::string& word) {
    return word.size() > 1 && word.starts_with("-") && word != "--";
  });
  if (!verbs.empty()) {
    const auto word = std::find_if(left.begin(), left.end(),
                                   [](const std::string& one) { return !one.starts_with("-"); });
    if (word != left.end()) {
      return StrCat(Path(chain), " has no command \"", *word, "\"", DidYouMean(*word, verbs));
    }
    if (flag == left.end()) return StrCat(Path(chain), " wants a command");
  }
  if (flag != left.end()) return ExplainFlag(*flag, chain);
  std::string message = error.what();
  std::replace(message.begin(), message.end(), '\n', ' ');
  return message;
}

}  // namespace quorate::kvctl
