#include "base/text.h"

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace quorate {
namespace {

TEST(IsUtf8Test, KnowsWellFormedText) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("aü€😀\x7f"));
  EXPECT_TRUE(IsUtf8("\xf4\x8f\xbf\xbf"));
}

TEST(IsUtf8Test, RefusesOverlongSurrogateAndCutSequences) {
  for (const char* bytes : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xff", "a\xe2\x82"}) {
    EXPECT_FALSE(IsUtf8(bytes));
  }
}

TEST(BytesToJsonTest, GivesTextAsItIsAndMarksTheRest) {
  EXPECT_EQ(BytesToJson("ü").dump(), "\"ü\"");
  EXPECT_EQ(BytesToJson("\xff\x01").dump(), R"({"b64":"/wE="})");
}

TEST(BytesFromJsonTest, UndoesBytesToJson) {
  for (const std::string& bytes : {std::string("ü"), std::string(), std::string("\xff\0", 2)}) {
    EXPECT_EQ(BytesFromJson(BytesToJson(bytes)), bytes);
  }
}

TEST(BytesFromJsonTest, RefusesWhatIsNeitherOfTheTwoForms) {
  for (const char* json :
       {"1", "null", "[]", "{}", R"({"b64":1})", R"({"b64":"?"})", R"({"b64":"","more":1})"}) {
    EXPECT_EQ(BytesFromJson(nlohmann::ordered_json::parse(json)), std::nullopt) << json;
  }
}

}  // namespace
}  // namespace quorate
