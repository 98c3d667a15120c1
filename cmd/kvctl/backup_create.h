// kvctl backup create
#pragma once

#include <string>

#include "session.h"

namespace quorate::kvctl {

struct BackupCreate {
  std::string keyspace;
  std::string folder;
  std::string rate;  // 50MiB; empty: as fast as it goes
  uint32_t parallel = 4;
  bool at_quorum = false;
};

int RunBackupCreate(Session& session, const BackupCreate& create);

}  // namespace quorate::kvctl
