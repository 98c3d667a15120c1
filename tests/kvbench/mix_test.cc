// What operations are drawn, and for which keys.
#include "mix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "key_choice.h"
#include "programs.h"

namespace quorate::bench {
namespace {

constexpr int kDraws = 200'000;

// How often each was drawn, as a share of all.
template <class Draw>
std::map<uint64_t, double> Shares(Draw draw) {
  Random random(1);
  std::map<uint64_t, double> shares;
  for (int i = 0; i < kDraws; ++i) shares[static_cast<uint64_t>(draw(random))] += 1.0 / kDraws;
  return shares;
}

// Of the first ranks together, of so many in all.
double Expected(uint64_t ranks, uint64_t count) {
  double first = 0, all = 0;
  for (uint64_t rank = 1; rank <= count; ++rank) {
    all += std::pow(static_cast<double>(rank), -0.99);
    if (rank == ranks) first = all;
  }
  return first / all;
}

TEST(ZipfTest, DrawsEachRankAsOftenAsItsWeight) {
  constexpr uint64_t kCount = 1000;
  const Zipf zipf(kCount);
  const auto shares = Shares([&](Random& random) { return zipf.Draw(random); });
  EXPECT_LT(shares.rbegin()->first, kCount);
  EXPECT_NEAR(shares.at(0), Expected(1, kCount), 0.005);
  EXPECT_NEAR(shares.at(1), Expected(2, kCount) - Expected(1, kCount), 0.005);
  for (const uint64_t ranks : {10, 100, 500}) {
    double first = 0;
    for (const auto& [rank, share] : shares) first += rank < ranks ? share : 0;
    EXPECT_NEAR(first, Expected(ranks, kCount), 0.02) << ranks;
  }
}

TEST(ZipfTest, DrawsTheOnlyOne) {
  for (const uint64_t count : {1, 2}) {
    const auto shares =
        Shares([&, zipf = Zipf(count)](Random& random) { return zipf.Draw(random); });
    EXPECT_EQ(shares.size(), count);
  }
}

TEST(KeyChoiceTest, UniformTakesEachKeyAlike) {
  const KeyChoice choice(Distribution::kUniform, 10);
  const auto shares = Shares([&](Random& random) { return choice.Draw(random, 20); });
  EXPECT_EQ(shares.size(), 20u) << "with those that came since";
  for (const auto& [key, share] : shares) EXPECT_NEAR(share, 0.05, 0.005) << key;
}

TEST(KeyChoiceTest, ZipfianScattersItsFavourites) {
  const KeyChoice choice(Distribution::kZipfian, 1000);
  const auto shares = Shares([&](Random& random) { return choice.Draw(random, 1000); });
  std::vector<std::pair<double, uint64_t>> keys;
  for (const auto& [key, share] : shares) keys.emplace_back(share, key);
  std::sort(keys.rbegin(), keys.rend());
  EXPECT_GT(keys[0].first, Expected(1, 1000) - 0.005);
  EXPECT_LT(keys[0].first, 2 * Expected(1, 1000));
  EXPECT_FALSE(keys[0].second < 10 && keys[1].second < 10 && keys[2].second < 10);
}

TEST(KeyChoiceTest, LatestPrefersWhatCameLast) {
  const KeyChoice choice(Distribution::kLatest, 1000);
  const auto shares = Shares([&](Random& random) { return choice.Draw(random, 1300); });
  EXPECT_NEAR(shares.at(1299), Expected(1, 1000), 0.005);
  EXPECT_EQ(shares.rbegin()->first, 1299u);
}

TEST(MixTest, HasYcsbsShapes) {
  const std::map<char, std::map<MixOp, double>> expected = {
      {'A', {{MixOp::kRead, 0.5}, {MixOp::kUpdate, 0.5}}},
      {'B', {{MixOp::kRead, 0.95}, {MixOp::kUpdate, 0.05}}},
      {'C', {{MixOp::kRead, 1}}},
      {'D', {{MixOp::kRead, 0.95}, {MixOp::kInsert, 0.05}}},
      {'E', {{MixOp::kScan, 0.95}, {MixOp::kInsert, 0.05}}},
      {'F', {{MixOp::kRead, 0.5}, {MixOp::kReadModifyWrite, 0.5}}}};
  for (const auto& [name, ops] : expected) {
    const Mix* mix = FindMix(name);
    ASSERT_NE(mix, nullptr);
    const auto shares = Shares([&](Random& random) { return mix->Draw(random); });
    EXPECT_EQ(shares.size(), ops.size()) << name;
    for (const auto& [op, share] : ops) {
      EXPECT_NEAR(shares.at(static_cast<uint64_t>(op)), share, 0.01) << name;
    }
  }
  EXPECT_EQ(FindMix('D')->distribution, Distribution::kLatest);
  EXPECT_EQ(FindMix('G'), nullptr);
}

TEST(ProgramsTest, TellsACommandAsOneWouldTypeIt) {
  using namespace std::string_literals;
  EXPECT_EQ(ParseCommandLine("redis-server\0--save\0\0--dir\0/tmp/a b\0"s),
            "redis-server --save '' --dir '/tmp/a b'");
}

}  // namespace
}  // namespace quorate::bench
