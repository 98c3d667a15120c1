#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "exit_code.h"
#include "levels.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;
using ring::Access;

// What the figures below are of.
constexpr uint32_t kUsualReplicas = 3;

std::vector<const ring::Guarantee*> GuaranteesOf(const std::vector<Level>& levels) {
  std::vector<const ring::Guarantee*> found;
  for (const Level level : levels) {
    for (const ring::Guarantee& one : ring::AllGuarantees()) {
      if (one.level == level) found.push_back(&one);
    }
  }
  return found;
}

int RunList(const Session& session) {
  Table table({"level", "raft: write", "read", "quorum: write", "read", "register: write", "read"});
  for (const std::string& name : LevelNames()) {
    const Level level = *LevelFromName(name);
    std::vector<std::string> row = {name};
    for (const KeyspaceKind& kind : kKeyspaceKinds) {
      const auto write = SupportOf(kind, Access::kWrite, level);
      const auto read = SupportOf(kind, Access::kRead, level);
      row.insert(row.end(), {std::string(write), std::string(read)});
      if (session.output() != Output::kJson) continue;
      const json line = {{"level", name},
                         {"mode", ModeName(kind.mode)},
                         {"registers", kind.conflict == Conflict::kRegister},
                         {"write", write},
                         {"read", read}};
      std::cout << line.dump() << '\n';
    }
    if (session.output() == Output::kRaw) std::cout << name << '\n';
    if (session.output() == Output::kTable) table.Add(row);
  }
  table.Print(std::cout);
  return kDone;
}

void PrintInWords(const ring::Guarantee& one) {
  std::cout << "  " << AccessName(one.access) << "s: " << Sentence(one.promise)
            << (ring::IsHonoured(one) ? "" : " Not there yet.") << "\n    Of " << kUsualReplicas
            << " replicas " << CountOf(one.answers, kUsualReplicas) << " must answer, and "
            << CountOf(one.needs, kUsualReplicas) << " must be there.\n";
}

void ExplainIn(const Session& session, const KeyspaceKind& kind, Level level) {
  for (const Access access : {Access::kWrite, Access::kRead}) {
    const ring::Guarantee* one = ring::FindGuarantee(kind.mode, access, level, kind.conflict);
    if (session.output() == Output::kJson) {
      if (one != nullptr) std::cout << ToJson(*one).dump() << '\n';
    } else if (one != nullptr) {
      PrintInWords(*one);
    } else {
      std::cout << "  " << AccessName(access) << "s: refused, never weakened to another level.\n";
    }
  }
}

absl::StatusOr<std::vector<Level>> ParseAll(const std::vector<std::string>& names) {
  std::vector<Level> levels;
  for (const std::string& name : names) {
    const auto level = ParseLevel("level", name);
    if (!level.ok()) return level.status();
    levels.push_back(*level);
  }
  return levels;
}

int RunCompare(const Session& session, const std::vector<std::string>& names) {
  const auto levels = ParseAll(names);
  if (!levels.ok()) return ReportError(session, levels.status());
  Table table({"level", "in", "of a", "answer", "needed", "promise"});
  for (const ring::Guarantee* one : GuaranteesOf(*levels)) {
    if (session.output() == Output::kJson) {
      std::cout << ToJson(*one).dump() << '\n';
      continue;
    }
    const auto of = [](ring::Share share) {
      return StrCat(CountOf(share, kUsualReplicas), " of ", kUsualReplicas);
    };
    table.Add({std::string(LevelName(one->level)),
               one->registers ? "register" : std::string(ModeName(one->mode)),
               std::string(AccessName(one->access)), of(one->answers), of(one->needs),
               std::string(one->promise)});
  }
  table.Print(std::cout);
  return kDone;
}

}  // namespace

int ExplainLevel(const Session& session, const std::string& name) {
  const auto level = ParseLevel("level", name);
  if (!level.ok()) return ReportError(session, level.status());
  for (const KeyspaceKind& kind : kKeyspaceKinds) {
    if (session.output() != Output::kJson) {
      const bool registers = kind.conflict == Conflict::kRegister;
      std::cout << LevelName(*level) << ", in mode " << ModeName(kind.mode)
                << (registers ? ", keyspaces of registers\n" : "\n");
    }
    ExplainIn(session, kind, *level);
  }
  return kDone;
}

void AddLevel(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "level", "See what consistency levels there are and promise.",
                           "  kvctl level list\n"
                           "  kvctl level explain 'BOUNDED(2s)'\n"
                           "  kvctl level compare QUORUM ONE");
  AddVerb(*noun, session, "list", "List levels, and who takes them.", "  kvctl level list",
          [&session] { return RunList(session); });
  auto name = std::make_shared<std::string>();
  AddVerb(*noun, session, "explain", "Say what a level promises.", "  kvctl level explain QUORUM",
          [&session, name] { return ExplainLevel(session, *name); })
      ->add_option("LEVEL", *name)
      ->required()
      ->type_name("");
  auto names = std::make_shared<std::vector<std::string>>();
  AddVerb(*noun, session, "compare", "Set levels side by side.",
          "  kvctl level compare LINEARIZABLE 'BOUNDED(2s)' ONE",
          [&session, names] { return RunCompare(session, *names); })
      ->add_option("LEVEL", *names)
      ->required()
      ->type_name("");
}

}  // namespace quorate::kvctl
