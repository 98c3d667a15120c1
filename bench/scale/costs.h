// What is measured of clusters of several sizes.
#pragma once

#include <vector>

#include "curve.h"

namespace quorate::bench {

// Each adds its curves. `small`: only that it runs.
void MeasureIdleCost(bool small, std::vector<Curve>& curves);
void MeasurePutCost(bool small, std::vector<Curve>& curves);
void MeasureMapCost(bool small, std::vector<Curve>& curves);

}  // namespace quorate::bench
