// How verbs are added to the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "session.h"

namespace quorate::kvctl {

// Help that leads with examples (an App's footer) and ends with the flags.
class ExamplesFirst : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
};

// A verb under `parent`; when the command line names it, `run` is what the
// session does.
CLI::App* AddVerb(CLI::App& parent, Session& session, const std::string& name,
                  const std::string& summary, const std::string& examples,
                  std::function<int()> run);
// A noun, which wants a verb.
CLI::App* AddNoun(CLI::App& parent, const std::string& name, const std::string& summary,
                  const std::string& examples);

// Each group in its own file.
void AddPutGetDel(CLI::App& app, Session& session);
void AddCasIncr(CLI::App& app, Session& session);
void AddSetMap(CLI::App& app, Session& session);
void AddMgetScan(CLI::App& app, Session& session);
void AddBatch(CLI::App& app, Session& session);
void AddResolve(CLI::App& app, Session& session);
void AddImport(CLI::App& app, Session& session);
void AddExport(CLI::App& app, Session& session);
void AddBackup(CLI::App& app, Session& session);
void AddKeyspace(CLI::App& app, Session& session);
void AddCluster(CLI::App& app, Session& session);
void AddClusterCut(CLI::App& noun, Session& session);
void AddPlan(CLI::App& noun, Session& session);
void AddMoves(CLI::App& noun, Session& session);
void AddUpgrade(CLI::App& noun, Session& session);
void AddMembers(CLI::App& noun, Session& session);
void AddNode(CLI::App& app, Session& session);
void AddKey(CLI::App& app, Session& session);
void AddConflicts(CLI::App& app, Session& session);
void AddPartition(CLI::App& app, Session& session);
void AddLevel(CLI::App& app, Session& session);
void AddExplain(CLI::App& app, Session& session);
void AddWhatif(CLI::App& app, Session& session);
void AddSession(CLI::App& app, Session& session);
void AddBench(CLI::App& app, Session& session);
void AddCompletion(CLI::App& app, Session& session);
void AddVersion(CLI::App& app, Session& session);

// A verb of `kvctl keyspace`.
void AddLag(CLI::App& keyspace, Session& session);

// What a level promises: of `level explain` and `explain`.
int ExplainLevel(const Session& session, const std::string& name);

}  // namespace quorate::kvctl
