#include "check/history_json.h"

#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/random.h"
#include "check/operations.h"
#include "check/random_history.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

std::string Write(const History& history) {
  std::ostringstream out;
  WriteHistory(history, out);
  return out.str();
}

absl::StatusOr<History> Read(const std::string& text) {
  std::istringstream in(text);
  return ReadHistory(in, "h.jsonl");
}

std::string ErrorOf(const std::string& text) {
  const absl::StatusOr<History> history = Read(text);
  if (history.ok()) return "read without an error";
  EXPECT_EQ(ReasonOf(history.status()), "BAD_HISTORY_LINE");
  return std::string(history.status().message());
}

TEST(HistoryJsonTest, WritesOneLineAnOperationWithFieldsInAFixedOrder) {
  Operation cas = If(IfVersion(3), false, Put("a", "x", {1, 2}));
  cas.client = 7;
  cas.result.found = true;
  cas.result.version = 4;
  History history;
  history.Append(cas);
  history.AppendReplica({.replica = "n1", .records = {{"a", {"y", 4}}}});
  history.AppendReplica({.replica = "n2", .records = {}});
  EXPECT_EQ(Write(history),
            R"({"history":1}
{"client":7,"op":"put","key":"a","value":"x","if":{"version":3},"invoke_us":1,"return_us":2,"outcome":"done","result":{"success":false,"found":true,"version":4}}
{"replica":"n1","key":"a","value":"y","version":4}
{"replica":"n2"}
)");
}

TEST(HistoryJsonTest, ReadsBackWhatItWrote) {
  Random random(5);
  for (int i = 0; i < 200; ++i) {
    History history;
    for (Operation& op : DrawOperations({.operations = 20, .keys = 3, .unknown = 0.3}, random)) {
      history.Append(std::move(op));
    }
    history.AppendReplica({.replica = "n1", .records = {{"k0", {"1", 9}}, {"k1", {"", 0}}}});
    history.AppendReplica({.replica = "n2", .records = {}});
    const absl::StatusOr<History> again = Read(Write(history));
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(*again, history);
    ASSERT_EQ(Write(*again), Write(history));
  }
}

TEST(HistoryJsonTest, LosesNoByteThatIsNotUtf8) {
  const std::string bytes("\xff\x00\xc3", 3);
  const History history = HistoryOf({Put(bytes, bytes, {1, 2}), Get("ü€😀", "\"\n", {3, 4})});
  EXPECT_NE(Write(history).find(R"("key":{"b64":"/wDD"})"), std::string::npos);
  EXPECT_EQ(*Read(Write(history)), history);
}

TEST(HistoryJsonTest, NamesLineAndFieldOfWhatIsWrong) {
  const std::string good = R"({"client":1,"op":"get","key":"a","invoke_us":1,"outcome":"unknown"})"
                           "\n\n";
  EXPECT_TRUE(Read(good).ok());
  EXPECT_EQ(
      ErrorOf(good + R"({"client":1,"op":"got","key":"a","invoke_us":1,"outcome":"done"})"),
      R"(h.jsonl:3: "op" is "got": must be get, put, delete, add, append, set_add or set_remove)");
  EXPECT_EQ(ErrorOf(R"({"client":-1,"op":"get","key":"a","invoke_us":1,"outcome":"unknown"})"),
            R"(h.jsonl:1: "client" is -1: must be an integer of 64 bits, not negative)");
  EXPECT_EQ(ErrorOf(R"({"client":1,"op":"get","key":"a","outcome":"unknown"})"),
            R"(h.jsonl:1: "invoke_us" is missing)");
  EXPECT_EQ(ErrorOf(R"({"client":1,"op":"add","key":"a","invoke_us":1,"outcome":"unknown"})"),
            R"(h.jsonl:1: "delta" is missing)");
  EXPECT_EQ(
      ErrorOf(R"({"client":1,"op":"get","key":{"b46":""},"invoke_us":1,"outcome":"unknown"})"),
      R"(h.jsonl:1: "key" is {"b46":""}: must be a string or {"b64": "…"})");
  EXPECT_NE(ErrorOf(R"({"client":1,"op":"get","key":"a","invoke":1,"outcome":"unknown"})")
                .find("\"invoke_us\" is missing"),
            std::string::npos);
  EXPECT_NE(ErrorOf(R"({"client":1,"op":"get","key":"a","invoke_us":1,"outcome":"unknown","x":1})")
                .find("unknown field \"x\""),
            std::string::npos);
  EXPECT_EQ(ErrorOf(R"({"op":"get)"), "h.jsonl:1: not JSON, column 11 (the line is cut short?)");
  EXPECT_EQ(ErrorOf(R"({"op":get})"), "h.jsonl:1: not JSON, column 7");
  EXPECT_EQ(ErrorOf("[]"), "h.jsonl:1: not a JSON object");
  EXPECT_EQ(ErrorOf(R"({"history":3})"),
            "h.jsonl:1: the history's format is 3: this reader knows 1 and 2");
}

TEST(HistoryJsonTest, RefusesOperationsThatContradictThemselves) {
  const std::string get = R"({"client":1,"op":"get","key":"a","invoke_us":5,)";
  EXPECT_EQ(ErrorOf(get + R"("return_us":4,"outcome":"unknown"})"),
            "h.jsonl:1: it returned before it was invoked");
  EXPECT_EQ(ErrorOf(get + R"("outcome":"done","result":{"found":false}})"),
            "h.jsonl:1: a done operation has a return time");
  EXPECT_EQ(ErrorOf(get + R"("return_us":6,"outcome":"done"})"),
            "h.jsonl:1: a done get tells whether it found a value");
  EXPECT_EQ(ErrorOf(get + R"("return_us":6,"outcome":"done","result":{"found":true}})"),
            "h.jsonl:1: a done get tells a value exactly if it found one");
  EXPECT_EQ(ErrorOf(get + R"("return_us":6,"outcome":"failed","result":{"found":false}})"),
            "h.jsonl:1: only a done operation has a result");
  EXPECT_EQ(ErrorOf(get + R"("if":{"absent":true},"outcome":"unknown"})"),
            "h.jsonl:1: a get has no condition");
}

TEST(HistoryJsonTest, RefusesConditionsThatAreNotOne) {
  const auto put = [](const std::string& condition) {
    return R"({"client":1,"op":"put","key":"a","value":"x","if":)" + condition +
           R"(,"invoke_us":5,"outcome":"unknown"})";
  };
  EXPECT_TRUE(Read(put(R"({"version":0})")).ok());
  EXPECT_EQ(ErrorOf(put("{}")), "h.jsonl:1: \"if\" must hold one condition");
  EXPECT_EQ(ErrorOf(put(R"({"absent":true,"version":1})")),
            "h.jsonl:1: \"if\" must hold one condition");
  EXPECT_EQ(ErrorOf(put(R"({"absent":false})")),
            R"(h.jsonl:1: "if.absent" is false: say {"present": true})");
}

TEST(HistoryJsonTest, RefusesAReplicaThatTellsAKeyTwice) {
  const std::string line = R"({"replica":"n1","key":"a","value":"x"})";
  EXPECT_TRUE(Read(line).ok());
  EXPECT_EQ(ErrorOf(line + "\n" + line), R"(h.jsonl:2: key "a" of replica "n1" was told before)");
}

TEST(HistoryJsonTest, TellsWhereAKeyIs) {
  History history;
  history.SetJob({"j", "register", "raft", "", 2});
  EXPECT_TRUE(history.Place("a", {4, {"n1", "n3"}}));
  EXPECT_TRUE(history.Place("\xff", {5, {"n2", "n3"}}));
  const std::string first =
      R"({"history":2,"job":"j","workload":"register","mode":"raft","policy":"","replicas":2})"
      "\n";
  const std::string a = R"({"key":"a","partition":4,"replicas":["n1","n3"]})"
                        "\n";
  const std::string other = R"({"key":{"b64":"/w=="},"partition":5,"replicas":["n2","n3"]})"
                            "\n";
  EXPECT_EQ(Write(history), first + a + other);
  EXPECT_EQ(*Read(Write(history)), history);
  EXPECT_TRUE(Read(first + a + a).ok()) << "a second settling tells it again";
}

TEST(HistoryJsonTest, RefusesContradictionsOfWhereAKeyIs) {
  const auto error = [](const std::string& line) {
    return ErrorOf(R"({"history":2,"job":"j","workload":"set","mode":"raft"})"
                   "\n"
                   R"({"key":"a","partition":4,"replicas":["n1","n3"]})"
                   "\n" +
                   line);
  };
  const std::string otherwise = "h.jsonl:3: where key \"a\" is was told before, and otherwise";
  EXPECT_EQ(error(R"({"key":"a","partition":4,"replicas":["n1","n2"]})"), otherwise);
  EXPECT_EQ(error(R"({"key":"a","partition":5,"replicas":["n1","n3"]})"), otherwise);
  EXPECT_EQ(error(R"({"key":"b","partition":4,"replicas":["n1","n1"]})"),
            R"(h.jsonl:3: "replicas" names one twice)");
  EXPECT_EQ(error(R"({"partition":4,"replicas":["n1"]})"), R"(h.jsonl:3: "key" is missing)");
  EXPECT_EQ(error(R"({"key":"b","replicas":["n1"]})"), R"(h.jsonl:3: "partition" is missing)");
  EXPECT_EQ(error(R"({"key":"b","partition":4,"replicas":"n1"})"),
            R"(h.jsonl:3: "replicas" is "n1": must be an array of strings or {"b64": "…"})");
  EXPECT_EQ(error(R"({"key":"b","partition":4,"replicas":["n1"],"leader":"n1"})"),
            R"(h.jsonl:3: unknown field "leader": those known here are key, partition, replicas)");
  EXPECT_EQ(ErrorOf(R"({"key":"a","partition":4,"replicas":["n1"]})"),
            "h.jsonl:1: a key's replicas are told after a first line of format 2");
}

TEST(HistoryJsonTest, WritesWhoseHistoryItIsAndHowItWasAsked) {
  Operation put = Put("a", "z", {3, 9});
  put.session = 4;
  put.ttl_us = 5;
  put.replaced = {"x", "\xff"};
  put.level = "QUORUM";
  put.target = "n1";
  put.node = "n2";
  put.batch = 7;
  put = Failed(put);
  put.error = "REPLICAS_MISSING";
  Operation get = Done(Action::kGet, "a", {1, 2});
  get.level = "BOUNDED(200ms)";
  get.result.found = true;
  get.result.values = {"x", "y"};
  get.result.stale_us = 0;
  Operation list = Done(Action::kGet, "l", {1, 2});
  list.result.found = true;
  list.result.elements = std::vector<std::string>();
  Operation append = Done(Action::kAppend, "l", {1, 2});
  append.value = "e";
  History history = HistoryOf({put, get, list, append});
  history.SetJob({"j", "siblings", "quorum", "siblings", 3});
  history.AppendReplica(
      {.replica = "n1",
       .records = {{"a", {.value = "", .version = 3, .values = {{"x"}}}},
                   {"l", {.value = "", .elements = std::vector<std::string>()}}}});
  EXPECT_EQ(
      Write(history),
      R"line({"history":2,"job":"j","workload":"siblings","mode":"quorum","policy":"siblings","replicas":3}
{"client":1,"session":4,"op":"put","key":"a","value":"z","ttl_us":5,"replaced":["x",{"b64":"/w=="}],"level":"QUORUM","target":"n1","node":"n2","batch":7,"invoke_us":3,"return_us":9,"outcome":"failed","error":"REPLICAS_MISSING"}
{"client":2,"op":"get","key":"a","level":"BOUNDED(200ms)","invoke_us":1,"return_us":2,"outcome":"done","result":{"found":true,"values":["x","y"],"stale_us":0}}
{"client":3,"op":"get","key":"l","invoke_us":1,"return_us":2,"outcome":"done","result":{"found":true,"elements":[]}}
{"client":4,"op":"append","key":"l","value":"e","invoke_us":1,"return_us":2,"outcome":"done","result":{}}
{"replica":"n1","key":"a","values":["x"],"version":3}
{"replica":"n1","key":"l","elements":[]}
)line");
  EXPECT_EQ(*Read(Write(history)), history);
}

TEST(HistoryJsonTest, RefusesJobsAndLevelsThatThereAreNot) {
  const std::string job = R"({"history":2,"job":"j","workload":"set",)";
  EXPECT_TRUE(Read(job + R"("mode":"raft"})").ok());
  EXPECT_EQ(ErrorOf(job + R"("mode":"paxos"})"),
            R"(h.jsonl:1: "mode" is "paxos": must be raft or quorum)");
  EXPECT_EQ(ErrorOf(job + R"("mode":"quorum"})"),
            R"(h.jsonl:1: "policy" must be told in mode quorum, and only there)");
  EXPECT_EQ(ErrorOf(job + "\"mode\":\"raft\"}\n" + R"({"history":1})"),
            "h.jsonl:2: this first line differs from the one before");
  const auto get = [](const std::string& level) {
    return R"({"client":1,"op":"get","key":"a","level":")" + level +
           R"(","invoke_us":1,"outcome":"unknown"})";
  };
  EXPECT_TRUE(Read(get("BOUNDED(2s)")).ok());
  EXPECT_EQ(ErrorOf(get("MOST")), R"(h.jsonl:1: there is no level "MOST")");
  EXPECT_EQ(ErrorOf(get("LEASE:1ms,ONE")),
            "h.jsonl:1: a ladder is no level: tell the one that was reached");
  EXPECT_NE(ErrorOf(get("BOUNDED")).find("BOUNDED needs a bound"), std::string::npos);
}

TEST(HistoryJsonTest, ReadsTheExamplesOfTheFormatsDocument) {
  std::ifstream document(QUORATE_SOURCE_DIR "/docs/history-format.md");
  ASSERT_TRUE(document);
  std::vector<std::string> examples;
  bool inside = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("```")) {
      inside = line == "```jsonl";
      if (inside) examples.emplace_back();
    } else if (inside) {
      examples.back() += line + "\n";
    }
  }
  ASSERT_EQ(examples.size(), 2u);
  for (const std::string& example : examples) {
    const absl::StatusOr<History> history = Read(example);
    ASSERT_TRUE(history.ok()) << history.status();
    EXPECT_GT(history->operations().size(), 5u);
    EXPECT_GT(history->replicas().size(), 0u);
    EXPECT_EQ(Write(*history), example);
  }
}

}  // namespace
}  // namespace quorate::check
