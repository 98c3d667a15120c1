// kvctl: Quorate's command line.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "base/version.h"
#include "exit_code.h"
#include "report.h"
#include "session.h"
#include "usage.h"
#include "verb.h"

namespace {

using quorate::kvctl::ExamplesFirst;
using quorate::kvctl::Session;

constexpr char kExamples[] =
    "  kvctl keyspace create orders --mode raft --replicas 3\n"
    "  kvctl put orders 42 paid\n"
    "  kvctl get orders 42\n"
    "  kvctl get orders 42 --level 'LINEARIZABLE:20ms,BOUNDED(2s):50ms,ONE'\n"
    "  kvctl cas orders 42 --if-value paid shipped\n"
    "  kvctl scan orders --prefix 4\n"
    "  kvctl import packages --format dpkg /var/lib/dpkg/status\n"
    "  kvctl cluster status";

class RootHelp : public ExamplesFirst {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    return ExamplesFirst::make_help(app, name, mode) + "\n" + quorate::kvctl::kExitCodesHelp;
  }
};

void AddVerbs(CLI::App& app, Session& session) {
  using namespace quorate::kvctl;  // NOLINT: the Add functions of all groups
  AddPutGetDel(app, session);
  AddCasIncr(app, session);
  AddSetMap(app, session);
  AddMgetScan(app, session);
  AddBatch(app, session);
  AddResolve(app, session);
  AddImport(app, session);
  AddExport(app, session);
  AddBackup(app, session);
  AddKeyspace(app, session);
  AddCluster(app, session);
  AddNode(app, session);
  AddKey(app, session);
  AddConflicts(app, session);
  AddPartition(app, session);
  AddLevel(app, session);
  AddExplain(app, session);
  AddWhatif(app, session);
  AddSession(app, session);
  AddBench(app, session);
  AddCompletion(app, session);
  AddVersion(app, session);
}

int Run(int argc, char** argv) {
  Session session;
  CLI::App app("Reads, writes and looks after a Quorate cluster.", "kvctl");
  app.formatter(std::make_shared<RootHelp>());
  app.footer(kExamples);
  app.set_version_flag("--version", "kvctl " + std::string(quorate::kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  session.AddGlobalsTo(app);
  AddVerbs(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {  // --help, --version
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    (void)session.CheckGlobals();  // for the form of the error; its own come later
    return ReportUsage(session, quorate::kvctl::ExplainParseError(app, error),
                       quorate::kvctl::HelpCommand(app));
  }
  if (const auto status = session.CheckGlobals(); !status.ok()) {
    return ReportError(session, status);
  }
  int code = session.run();
  std::cout.flush();
  if (const auto kept = session.KeepSession(); !kept.ok() && code == 0) {
    code = ReportError(session, kept);
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) { return Run(argc, argv); }
