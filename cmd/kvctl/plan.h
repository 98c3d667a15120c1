// What a change of nodes would move.
#pragma once

#include <string>

#include "session.h"

namespace quorate::kvctl {

// Of kvctl node decommission and replace; an exit code.
int ShowPlanOfLeaving(Session& session, Client& client, NodeId node, const std::string& doing);

}  // namespace quorate::kvctl
