#include "verb.h"

#include <memory>
#include <sstream>
#include <utility>

namespace quorate::kvctl {

std::string ExamplesFirst::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode mode) const {
  if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
  std::ostringstream help;
  help << make_description(app);
  if (!app->get_footer().empty()) help << "\nExamples:\n" << app->get_footer() << "\n\n";
  help << make_usage(app, name);
  help << make_positionals(app);
  help << make_groups(app, mode);
  help << make_subcommands(app, mode);
  return help.str();
}

CLI::App* AddVerb(CLI::App& parent, Session& session, const std::string& name,
                  const std::string& summary, const std::string& examples,
                  std::function<int()> run) {
  CLI::App* verb = parent.add_subcommand(name, summary);
  verb->formatter(std::make_shared<ExamplesFirst>());
  verb->footer(examples);
  verb->callback([&session, run = std::move(run)] { session.run = run; });
  return verb;
}

CLI::App* AddNoun(CLI::App& parent, const std::string& name, const std::string& summary,
                  const std::string& examples) {
  CLI::App* noun = parent.add_subcommand(name, summary);
  noun->formatter(std::make_shared<ExamplesFirst>());
  noun->footer(examples);
  noun->require_subcommand(1);
  return noun;
}

}  // namespace quorate::kvctl
