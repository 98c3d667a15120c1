#include "curve.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"

namespace quorate::bench {

Line FitLine(const std::vector<Point>& points) {
  double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0, wyy = 0;
  for (const Point& point : points) {
    const double weight = point.y > 0 ? 1 / (point.y * point.y) : 0;
    w += weight;
    wx += weight * point.x;
    wy += weight * point.y;
    wxx += weight * point.x * point.x;
    wxy += weight * point.x * point.y;
    wyy += weight * point.y * point.y;
  }
  const double x_spread = w * wxx - wx * wx;
  const double y_spread = w * wyy - wy * wy;
  if (w == 0 || x_spread == 0) return {};
  Line line;
  line.slope = (w * wxy - wx * wy) / x_spread;
  line.at_zero = (wy - line.slope * wx) / w;
  const double together = w * wxy - wx * wy;
  line.r_squared = y_spread == 0 ? 1 : together * together / (x_spread * y_spread);
  return line;
}

std::string TextOf(const std::vector<Curve>& curves) {
  std::string text;
  for (const Curve& curve : curves) {
    const Line line = FitLine(curve.points);
    absl::StrAppendFormat(&text, "%s, %s, over %s\n ", curve.what, curve.unit, curve.over);
    for (const Point& point : curve.points) {
      absl::StrAppendFormat(&text, "  %.6g: %.4g", point.x, point.y);
    }
    absl::StrAppendFormat(&text, "\n   = %.4g + %.4g x, R2 %.3f\n", line.at_zero, line.slope,
                          line.r_squared);
  }
  return text;
}

std::string JsonOf(const std::vector<Curve>& curves) {
  nlohmann::json json = nlohmann::json::array();
  for (const Curve& curve : curves) {
    const Line line = FitLine(curve.points);
    nlohmann::json points = nlohmann::json::array();
    for (const Point& point : curve.points) points.push_back({point.x, point.y});
    json.push_back(
        {{"what", curve.what},
         {"unit", curve.unit},
         {"over", curve.over},
         {"points", points},
         {"line",
          {{"at_zero", line.at_zero}, {"slope", line.slope}, {"r_squared", line.r_squared}}}});
  }
  return json.dump(2) + "\n";
}

}  // namespace quorate::bench
