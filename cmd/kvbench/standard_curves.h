// The contestants of latency against load, and what docs/performance.md asks of them.
#pragma once

#include <string>
#include <vector>

#include "client/client.h"
#include "curve.h"
#include "standard_suite.h"

namespace quorate::bench {

// What --curve can name.
std::vector<std::string> CurveNames();

// Those of `names`, or the standard ones; of a peer only where it is there. `client` and
// what is in `field` outlive them.
std::vector<Curved> StandardCurves(const Field& field, const Client& client,
                                   std::vector<std::string> names);
// Of those contestants.
std::vector<Ratio> CurveRatios(const std::vector<Curved>& contestants);

}  // namespace quorate::bench
