#include "base/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate {
namespace {

using ::testing::HasSubstr;

struct Settings {
  std::string listen = "127.0.0.1:1";
  std::string log_level = "info";
  bool insecure = false;
  uint64_t workers = 1;
  uint64_t segment = 64 << 20;
  absl::Duration tick = absl::Milliseconds(50);
};

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    config.AddText("listen", "where clients come in", "HOST:PORT", &set.listen);
    config.AddChoice("log-level", "how much is told", {"debug", "info", "warn"}, &set.log_level);
    config.AddSwitch("insecure", "no protection", &set.insecure);
    config.AddNumber("workers", "threads", &set.workers, {1, 64});
    config.AddBytes("log-segment", "size of one", &set.segment, {1 << 20, 1 << 30});
    config.AddDuration("tick", "clock step", &set.tick, {absl::Milliseconds(1), absl::Seconds(10)});
  }

  static std::string Text(const absl::Status& status) { return std::string(status.message()); }

  Settings set;
  Config config{"kvd", "KVD_"};
};

TEST_F(ConfigTest, TakesFlagsOverEnvironmentOverFileOverDefaults) {
  ASSERT_TRUE(config.ReadYaml("listen: a:1\nworkers: 2\ntick: 10ms\n", "f").ok());
  const char* environment[] = {"PATH=/bin", "KVD_WORKERS=3", "KVD_LOG_LEVEL=warn", nullptr};
  ASSERT_TRUE(config.ReadEnvironment(environment).ok());
  ASSERT_TRUE(config.ReadFlags({"--log-level", "debug", "--insecure"}).ok());
  EXPECT_EQ(set.listen, "a:1");
  EXPECT_EQ(set.workers, 3u);
  EXPECT_EQ(set.log_level, "debug");
  EXPECT_TRUE(set.insecure);
  EXPECT_EQ(set.segment, 64u << 20);
  EXPECT_EQ(set.tick, absl::Milliseconds(10));
}

TEST_F(ConfigTest, NamesLineColumnAndTheLikelyNameOfAnUnknownField) {
  const absl::Status status = config.ReadYaml("tick: 10ms\nlistne: a:1\n", "kvd.yaml");
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_SETTING");
  EXPECT_THAT(Text(status),
              HasSubstr("kvd.yaml:2:1: there is no setting \"listne\"; did you mean \"listen\"?"));
}

TEST_F(ConfigTest, NamesLineColumnAndTheAllowedValuesOfAWrongOne) {
  EXPECT_THAT(Text(config.ReadYaml("tick: 10\n", "f")),
              HasSubstr("f:1:7: tick: \"10\" is not a time span"));
  EXPECT_THAT(Text(config.ReadYaml("workers: 900", "f")),
              HasSubstr("900 is out of range: from 1 to 64"));
  EXPECT_THAT(Text(config.ReadYaml("log-level: inof", "f")), HasSubstr("did you mean \"info\"?"));
  EXPECT_THAT(Text(config.ReadYaml("log-segment: 1KiB", "f")),
              HasSubstr("1KiB is out of range: from 1MiB"));
  EXPECT_THAT(Text(config.ReadYaml("workers: -1", "f")), HasSubstr("not a whole number"));
  EXPECT_THAT(Text(config.ReadYaml("tick: {a: b}", "f")),
              HasSubstr("f:1:7: tick: expected a value"));
}

TEST_F(ConfigTest, RefusesWhatIsNotALinesOfNamesAndValues) {
  EXPECT_THAT(Text(config.ReadYaml("a: [", "f")), HasSubstr("f:1:"));
  EXPECT_THAT(Text(config.ReadYaml("- a\n- b\n", "f")), HasSubstr("expected lines of the form"));
  EXPECT_THAT(Text(config.ReadYaml("tick: 1s\nlisten: a\ntick: 2s\n", "f")),
              HasSubstr("f:3:1: tick is set already at f:1:1"));
  EXPECT_TRUE(config.ReadYaml("", "f").ok());
}

TEST_F(ConfigTest, NamesTheVariableOrTheFlagThatIsWrong) {
  const char* environment[] = {"KVD_LISTNE=a", nullptr};
  EXPECT_THAT(Text(config.ReadEnvironment(environment)),
              HasSubstr("KVD_LISTNE: there is no setting"));
  EXPECT_THAT(Text(config.ReadFlags({"--lsiten=a"})),
              HasSubstr("--lsiten: there is no setting \"lsiten\"; did you mean"));
  EXPECT_THAT(Text(config.ReadFlags({"--listen"})),
              HasSubstr("expected a value: --listen HOST:PORT"));
  EXPECT_THAT(Text(config.ReadFlags({"a:1"})), HasSubstr("expected --name=value"));
  EXPECT_THAT(Text(config.ReadFlags({"--insecure=yes"})), HasSubstr("not one of true, false"));
}

TEST_F(ConfigTest, JoinsAListOfTheFileByCommas) {
  ASSERT_TRUE(config.ReadYaml("listen:\n  - a:1\n  - b:2\n", "f").ok());
  EXPECT_EQ(set.listen, "a:1,b:2");
}

TEST_F(ConfigTest, KnowsWhatWasGivenAndWhere) {
  EXPECT_TRUE(config.Given().empty());
  ASSERT_TRUE(config.ReadYaml("listen: a:1\n", "f.yaml").ok());
  ASSERT_TRUE(config.ReadFlags({"--tick=7ms"}).ok());
  EXPECT_THAT(config.Given(), testing::UnorderedElementsAre(testing::Pair("listen", "f.yaml:1:1"),
                                                            testing::Pair("tick", "--tick")));
}

TEST_F(ConfigTest, PrintsAFileThatReadsBackWithTheOriginOfEachValue) {
  ASSERT_TRUE(config.ReadYaml("listen: 'a\"\\b'\n", "f.yaml").ok());
  ASSERT_TRUE(config.ReadFlags({"--tick=7ms"}).ok());
  const std::string printed = config.Print();
  EXPECT_THAT(printed, HasSubstr("# f.yaml:1:1\n"));
  EXPECT_THAT(printed, HasSubstr("# --tick\n"));
  EXPECT_THAT(printed, HasSubstr("# default\n"));
  set = Settings();
  ASSERT_TRUE(config.ReadYaml(printed, "printed").ok());
  EXPECT_EQ(set.listen, "a\"\\b");
  EXPECT_EQ(set.tick, absl::Milliseconds(7));
}

}  // namespace
}  // namespace quorate
