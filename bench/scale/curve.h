// A cost measured at several sizes, and the line that fits it best.
#pragma once

#include <string>
#include <vector>

namespace quorate::bench {

struct Point {
  double x = 0;
  double y = 0;
};

struct Curve {
  std::string what;  // y
  std::string unit;
  std::string over;  // x
  std::vector<Point> points;
};

struct Line {
  double at_zero = 0;
  double slope = 0;
  double r_squared = 0;  // of the variance, what the line explains
};

// By least squares of the relative error, so that small sizes count as much as large ones.
Line FitLine(const std::vector<Point>& points);

std::string TextOf(const std::vector<Curve>& curves);
std::string JsonOf(const std::vector<Curve>& curves);

}  // namespace quorate::bench
