#include "storage/engine_batch.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace quorate {
namespace {

std::string KeysOf(const EngineBatch& batch) {
  std::string keys;
  for (const EngineBatch::Step& step : batch.steps()) {
    if (const auto* put = std::get_if<EngineBatch::Put>(&step)) {
      keys.append(put->key).append("=").append(put->value.substr(0, 3)).append(" ");
    } else if (const auto* one = std::get_if<EngineBatch::Delete>(&step)) {
      keys.append(one->key).append("! ");
    } else {
      const auto& range = std::get<EngineBatch::DeleteRange>(step);
      keys.append(range.begin).append("-").append(range.end).append("! ");
    }
  }
  return keys;
}

EngineBatch Example() {
  EngineBatch batch;
  batch.DeleteKeys("a", "b");
  batch.PutKey("k1", std::string(10'000, 'v'));
  batch.DeleteKey("k2");
  batch.PutKey("k3", "");
  return batch;
}

TEST(EngineBatchTest, KeepsItsBytesWhereverItGoes) {
  EngineBatch batch = Example();
  const EngineBatch copy = batch.Copy();
  const EngineBatch moved = std::move(batch);
  EXPECT_EQ(KeysOf(moved), "a-b! k1=vvv k2! k3= ");
  EXPECT_EQ(KeysOf(copy), KeysOf(moved));
  EXPECT_NE(std::get<EngineBatch::Put>(copy.steps()[1]).value.data(),
            std::get<EngineBatch::Put>(moved.steps()[1]).value.data());
}

TEST(EngineBatchTest, ForgetsWhatItIsToldTo) {
  EngineBatch batch = Example();
  batch.Retain([](size_t at) { return at != 1; });
  EXPECT_EQ(KeysOf(batch), "a-b! k2! k3= ");
  batch.Truncate(1);
  batch.PutKey("new", "1");
  EXPECT_EQ(KeysOf(batch), "a-b! new=1 ");
  batch.clear();
  EXPECT_TRUE(batch.empty());
}

}  // namespace
}  // namespace quorate
