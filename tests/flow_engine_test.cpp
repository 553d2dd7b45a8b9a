#include "novelo/flow_engine.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include <array>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace novelo {
namespace {

using Json = nlohmann::json;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Timestamp noon = Timestamp(std::chrono::hours(24 * 365 * 56 + 12));

std::string read_file(const std::string& path) {
  std::ifstream file(std::string(NOVELO_SOURCE_DIR) + "/" + path);
  REQUIRE_MESSAGE(file.good(), path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

FlowEngine load(const std::string& json, Limits limits = {}) {
  const FlowSource source{"test.json", json};
  auto engine = FlowEngine::load({&source, 1}, limits);
  REQUIRE_MESSAGE(engine, engine.error().message);
  return *std::move(engine);
}

std::string faults_of(const std::string& json) {
  const FlowSource source{"f.json", json};
  const auto engine = FlowEngine::load({&source, 1});
  if (engine) return "";
  CHECK(engine.error().code == ErrorCode::invalid);
  CHECK(engine.error().reason == "bad_flow");
  return engine.error().subject + ": " + engine.error().message;
}

// --- a session as plain bytes: what a store would keep
// --------------------------------------------

Json to_json(const Value& value) {
  if (const auto* flag = value.as_bool()) return *flag;
  if (const auto* whole = value.as_int()) return *whole;
  if (const auto* real = value.as_double()) return *real;
  if (const auto* text = value.as_text()) return *text;
  Json json;
  if (const auto* list = value.as_list()) {
    json = Json::array();
    for (const Value& item : *list) json.push_back(to_json(item));
  }
  if (const auto* map = value.as_map()) {
    json = Json::object();
    for (const auto& [key, item] : *map) json[key] = to_json(item);
  }
  return json;
}

Value from_json(const Json& json) {
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_number_integer()) return Value(json.get<std::int64_t>());
  if (json.is_number()) return Value(json.get<double>());
  if (json.is_string()) return Value(json.get<std::string>());
  if (json.is_array()) {
    Value::List list;
    for (const Json& item : json) list.push_back(from_json(item));
    return Value(std::move(list));
  }
  Value::Map map;
  for (const auto& [key, item] : json.items()) map.emplace(key, from_json(item));
  return json.is_null() ? Value() : Value(std::move(map));
}

FlowSession stored_and_read(const FlowSession& session) {
  Json row = {{"flow", session.flow.text()},
              {"version", session.version},
              {"fingerprint", session.fingerprint},
              {"step", session.step.text()},
              {"locale", session.locale},
              {"channel", int(session.channel)},
              {"variables", to_json(Value(session.variables))},
              {"failure", session.failure},
              {"attempts", session.attempts},
              {"turns", session.turns},
              {"started_at", session.started_at.time_since_epoch().count()},
              {"ended", session.ended},
              {"offered", Json::array()}};
  for (const Option& option : session.offered) row["offered"].push_back({option.id, option.title});
  if (session.deadline) row["deadline"] = session.deadline->time_since_epoch().count();
  const Json read = Json::parse(row.dump());
  FlowSession made;
  made.flow = FlowName(read["flow"].get<std::string>());
  made.version = read["version"];
  made.fingerprint = read["fingerprint"];
  made.step = StepName(read["step"].get<std::string>());
  made.locale = read["locale"];
  made.channel = static_cast<Channel>(read["channel"].get<int>());
  const Value variables = from_json(read["variables"]);
  made.variables = *variables.as_map();
  for (const Json& option : read["offered"]) made.offered.push_back({option[0], option[1]});
  made.failure = read["failure"];
  made.attempts = read["attempts"];
  made.turns = read["turns"];
  made.started_at = Timestamp(Duration(read["started_at"].get<std::int64_t>()));
  if (read.contains("deadline")) {
    made.deadline = Timestamp(Duration(read["deadline"].get<std::int64_t>()));
  }
  made.ended = read["ended"];
  return made;
}

// --- what a decision says, in short --------------------------------------------------------------

struct Describe {
  std::string operator()(const FlowSay&) const { return "say"; }
  std::string operator()(const FlowAsk& ask) const {
    std::string text = fmt::format("ask {}", to_string(ask.expects));
    for (const Option& option : ask.content.options) text += " " + option.id;
    return text;
  }
  std::string operator()(const FlowHandOver& hand_over) const {
    constexpr std::string_view to[] = {"owner_first", "owner_only", "anyone", "other_than_owner"};
    std::string text = fmt::format("hand_over {}", to[static_cast<std::size_t>(hand_over.to)]);
    if (!hand_over.queue.empty()) text += " " + hand_over.queue.text();
    return text;
  }
  std::string operator()(const FlowKeepWaiting&) const { return "keep_waiting"; }
  std::string operator()(const FlowCallback& callback) const {
    return fmt::format("callback {} [{}] [{}]",
                       callback.by == FlowCallback::By::owner ? "owner" : "anyone", callback.number,
                       callback.message ? callback.message->ref : "");
  }
  std::string operator()(const FlowSwitchChannel& change) const {
    return fmt::format("switch {} [{}] {}", to_string(change.channel), change.number,
                       change.message.text());
  }
  std::string operator()(const FlowRecord& record) const {
    return fmt::format("record {}={}", record.name, record.value.to_text());
  }
  std::string operator()(const FlowEnd& end) const {
    return fmt::format("end {}/{}", end.name, end.outcome);
  }
  std::string operator()(const FlowSegment& segment) const {
    return fmt::format("({} {} {})", segment.step.text(), segment.exit, segment.operand);
  }
};

std::string describe(const std::vector<FlowOutput>& outputs, bool segments = false) {
  std::string text;
  for (const FlowOutput& output : outputs) {
    if (!segments && std::holds_alternative<FlowSegment>(output)) continue;
    text += (text.empty() ? "" : ", ") + std::visit(Describe{}, output);
  }
  return text;
}

std::string words(const std::vector<FlowOutput>& outputs) {
  std::string text;
  for (const FlowOutput& output : outputs) {
    if (const auto* say = std::get_if<FlowSay>(&output)) text += say->content.text + "\n";
    if (const auto* ask = std::get_if<FlowAsk>(&output)) text += ask->content.text + "\n";
  }
  return text;
}

// "key 3", "say ...", "type ...", "tap id", "record ref", "silence".
FlowInput input_of(std::string_view line, Timestamp& now, const FlowSession& session) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view verb = line.substr(0, space);
  const std::string rest(line.substr(std::min(space + 1, line.size())));
  if (verb == "key") return FlowDigits{rest};
  if (verb == "say") return FlowSpeech{rest};
  if (verb == "record") {
    Media media;
    media.kind = MediaKind::voice;
    media.ref = rest;
    return FlowRecording{media, seconds(20)};
  }
  if (verb == "silence") {
    now = *session.deadline;
    return FlowSilence{};
  }
  FlowAnswer answer;
  if (verb == "type") answer.content.text = rest;
  if (verb == "tap") answer.content.choice = Option{rest, "Sim"};
  if (verb == "voice") answer.content.media.push_back({MediaKind::voice, "", "", 0, rest, ""});
  if (verb == "photo") answer.content.media.push_back({MediaKind::image, "", "", 0, rest, ""});
  return answer;
}

bool waits_for_host(const FlowDecision& decision) {
  const FlowOutput& last = decision.outputs.back();
  return std::holds_alternative<FlowCallback>(last) ||
         std::holds_alternative<FlowSwitchChannel>(last);
}

// Plays a dialogue, and does what the flow says. Before every input the session is written out,
// read back, and resumed by another engine too; all three must agree.
class Dialogue {
 public:
  Dialogue(const std::string& json, Value variables)
      : engine_(load(json)), other_(load(json)), variables_(std::move(variables)) {}

  std::string start(std::string_view flow, std::string_view locale, Channel channel) {
    const auto begun =
        engine_.start(FlowName(std::string(flow)), locale, channel, variables_, now_);
    REQUIRE(begun);
    last_ = *begun;
    return described();
  }
  std::string play(std::string_view line) {
    now_ += seconds(5);
    const FlowInput input = input_of(line, now_, last_.session);
    resume(input);
    return described();
  }
  // What cannot be done next, and why; "" for what can.
  void fail_with(std::vector<std::string> reasons) { reasons_ = std::move(reasons); }
  const FlowDecision& last() const { return last_; }
  const FlowEngine& engine() const { return engine_; }
  Timestamp now() const { return now_; }

 private:
  void resume(const FlowInput& input) {
    const auto next = engine_.resume(last_.session, input, variables_, now_);
    REQUIRE(next);
    const FlowSession stored = stored_and_read(last_.session);
    CHECK(stored == last_.session);
    CHECK(engine_.resume(stored, input, variables_, now_) == next);
    CHECK(other_.resume(stored, input, variables_, now_) == next);
    last_ = *next;
  }

  std::string described() {
    std::vector<FlowOutput> outputs = last_.outputs;
    while (waits_for_host(last_)) {
      const std::string reason = reasons_.empty() ? "" : reasons_.front();
      if (!reasons_.empty()) reasons_.erase(reasons_.begin());
      resume(reason.empty() ? FlowInput(FlowDone{}) : FlowInput(FlowFailed{reason}));
      outputs.insert(outputs.end(), last_.outputs.begin(), last_.outputs.end());
    }
    last_.outputs = outputs;
    return describe(outputs);
  }

  std::vector<std::string> reasons_;
  FlowEngine engine_;
  FlowEngine other_;
  Value variables_;
  Timestamp now_ = noon;
  FlowDecision last_;
};

const std::string& busy_adviser() {
  static const std::string json = read_file("examples/flows/busy_adviser.json");
  return json;
}

// All five options show: the flow leaves out what the host's "channel" has no use for.
Value ana(bool mobile = true, bool withheld = false) {
  return Value(Value::Map{
      {"channel", "voice"},
      {"contact", Value::Map{{"name", "Ana"}}},
      {"owner", Value::Map{{"name", "João"}}},
      {"channels", Value::Map{{"whatsapp", true}, {"sms", true}}},
      {"caller", Value::Map{{"mobile", mobile}, {"withheld", withheld}}},
  });
}

Dialogue busy(std::string_view locale = "pt-PT", Channel channel = Channel::voice,
              const Value& variables = ana()) {
  Dialogue dialogue(busy_adviser(), variables);
  CHECK(dialogue.start("busy_adviser", locale, channel) ==
        "ask choice wait another message whatsapp sms");
  return dialogue;
}

struct Turn {
  const char* input;
  const char* outputs;
};

void play(Dialogue dialogue, const std::vector<Turn>& turns) {
  for (const Turn& turn : turns) {
    CHECK_MESSAGE(dialogue.play(turn.input) == turn.outputs, std::string(turn.input));
  }
}

// As a text reads when nobody knows what stands at its places.
std::string without_values(const std::string& text) {
  std::string said;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('{', at);
    said += text.substr(at, open - at);
    if (open == std::string::npos) break;
    const std::size_t close = text.find('}', open);
    const std::string place = text.substr(open + 1, close - open - 1);
    if (const std::size_t bar = place.find('|'); bar != std::string::npos) {
      said += place.substr(bar + 1);
    }
    at = close + 1;
  }
  return said;
}

// --- the busy adviser ----------------------------------------------------------------------------

TEST_CASE("[S0.5] a busy adviser's caller hears alternatives at once, and may go on waiting") {
  Dialogue dialogue = busy();
  const auto& ask = std::get<FlowAsk>(dialogue.last().outputs.back());
  CHECK(ask.content.text.starts_with("João não pode atender neste momento."));
  CHECK(ask.content.text.find("Para continuar em espera, prima 1.") != std::string::npos);
  CHECK(ask.content.text.find("Para continuar por mensagem escrita, prima 5.") !=
        std::string::npos);
  CHECK(ask.patience == seconds(7));
  CHECK(ask.max_digits == 1);
  play(busy(), {{"key 1", "say, keep_waiting, end waiting/waiting"}});
  play(busy(), {{"say quero esperar", "say, keep_waiting, end waiting/waiting"}});
  play(busy("pt-BR"), {{"say aguardar", "say, keep_waiting, end waiting/waiting"}});
}

TEST_CASE("[S0.5] silence twice, or nonsense twice, keeps the caller waiting in place") {
  constexpr auto again = "ask choice wait another message whatsapp sms";
  play(busy(), {{"key ", again}, {"key ", "say, keep_waiting, end waiting/waiting"}});
  play(busy(), {{"silence", again}, {"silence", "say, keep_waiting, end waiting/waiting"}});
  play(busy(), {{"key 9", again}, {"key *", "say, keep_waiting, end waiting/waiting"}});
  Dialogue dialogue = busy("en");
  dialogue.play("key ");
  CHECK(words(dialogue.last().outputs).starts_with("I didn't hear you."));
  CHECK(words(dialogue.last().outputs).find("press 1") != std::string::npos);
}

TEST_CASE("[S0.6] another adviser") {
  constexpr auto done = "say, hand_over other_than_owner, end another_adviser/handed_over";
  play(busy(), {{"key 2", done}});
  play(busy(), {{"say quero falar com outro conselheiro", done}});
  play(busy("es"), {{"say otra persona por favor", done}});
  play(busy("en", Channel::web_chat), {{"type someone else", done}});
}

TEST_CASE("[S0.7] [S0.9] a recorded message and a call back by the same adviser") {
  constexpr auto promised =
      "record message_left=20, callback owner [] [rec-7], say, end callback_promised/callback";
  play(busy(), {{"key 3", "ask recording"}, {"record rec-7", promised}});
  play(busy(), {{"say deixar uma mensagem", "ask recording"},
                {"key ", "ask recording"},
                {"record rec-7", promised}});
  play(busy(), {{"key 3", "ask recording"},
                {"key ", "ask recording"},
                {"record ", "say, keep_waiting, end waiting/waiting"}});
  play(busy("pt-PT", Channel::voice, ana(true, true)),
       {{"key 3", "ask phone"},
        {"key 12", "ask phone"},
        {"key 912345678#", "ask recording"},
        {"record rec-8",
         "record message_left=20, callback owner [912345678] [rec-8], say, "
         "end callback_promised/callback"}});
  play(busy("pt-BR", Channel::whatsapp),
       {{"tap message", "ask recording"},
        {"type depois gravo", "ask recording"},
        {"voice media-1",
         "record message_left=0, callback owner [] [media-1], say, "
         "end callback_promised/callback"}});
}

TEST_CASE("[S0.8] [S0.33] on to a written channel; a landline caller gives a mobile number") {
  play(busy(), {{"key 4",
                 "switch whatsapp [] continue_on_whatsapp, say, "
                 "end continues_in_writing/switched"}});
  play(busy(), {{"say pelo WhatsApp",
                 "switch whatsapp [] continue_on_whatsapp, say, "
                 "end continues_in_writing/switched"}});
  play(busy("es", Channel::voice, ana(false)),
       {{"say mensaje de texto", "ask phone"},
        {"say seis uno dos tres cuatro cinco seis siete ocho",
         "switch sms [612345678] continue_on_sms, say, end continues_in_writing/switched"}});
  play(busy("en", Channel::voice, ana(false)),
       {{"key 4", "ask phone"},
        {"key 07700900123#",
         "switch whatsapp [07700900123] continue_on_whatsapp, say, "
         "end continues_in_writing/switched"}});
}

TEST_CASE("[S0.33] who gives a number that takes no messages hears why, and is asked once more") {
  Dialogue dialogue = busy("pt-BR", Channel::voice, ana(false));
  dialogue.fail_with({"landline", "bad_number"});
  CHECK(dialogue.play("key 4") == "ask phone");
  CHECK(dialogue.play("key 4133334444#") ==
        "switch whatsapp [4133334444] continue_on_whatsapp, say, ask phone");
  CHECK(words(dialogue.last().outputs).starts_with("Esse número é de telefone fixo"));
  CHECK(dialogue.play("key 41333355550#") ==
        "switch whatsapp [41333355550] continue_on_whatsapp, say, keep_waiting, "
        "end waiting/waiting");
  CHECK(words(dialogue.last().outputs).starts_with("Esse número também não recebe mensagens."));

  Dialogue mended = busy("es", Channel::voice, ana(false));
  mended.fail_with({"bad_number"});
  mended.play("say mensaje de texto");
  mended.play("key 612345678#");
  CHECK(words(mended.last().outputs).starts_with("No podemos enviar mensajes a ese número."));
  CHECK(mended.play("key 612345679#") ==
        "switch sms [612345679] continue_on_sms, say, end continues_in_writing/switched");
  CHECK(mended.last().session.failure.empty());

  Dialogue full = busy("en");
  full.fail_with({"busy"});
  CHECK(full.play("key 4") ==
        "switch whatsapp [] continue_on_whatsapp, say, keep_waiting, end waiting/waiting");
  CHECK(words(full.last().outputs).starts_with("We can't send you messages at the moment."));
}

TEST_CASE("[S0.7] who cannot be called at a number is asked for another one, once") {
  Dialogue dialogue = busy("pt-PT");
  dialogue.fail_with({"bad_number", "bad_number"});
  dialogue.play("key 3");
  CHECK(dialogue.play("record rec-7") ==
        "record message_left=20, callback owner [] [rec-7], ask phone");
  CHECK(dialogue.play("key 912345678#") ==
        "callback owner [912345678] [rec-7], say, keep_waiting, end waiting/waiting");
  CHECK(words(dialogue.last().outputs).starts_with("Não conseguimos marcar a chamada."));
}

TEST_CASE("what cannot be done is said in the flow's language, and leads to a person") {
  const std::string flow =
      R"({"flow":"f","version":1,"locales":["pt-PT","pt-BR","es","en","fr"],"start":"a","steps":{
          "a":{"kind":"switch_channel","channel":"sms","message":"m","next":"z"},
          "z":{"kind":"end","outcome":"met"}}})";
  for (const auto& [locale, said] : {std::pair("pt-PT", "Peço desculpa, não foi possível."),
                                     std::pair("pt-BR", "Desculpe, não foi possível."),
                                     std::pair("es", "Disculpe, no ha sido posible."),
                                     std::pair("en", "Sorry, that was not possible."),
                                     std::pair("fr", "Sorry, that was not possible.")}) {
    Dialogue dialogue(flow, Value());
    dialogue.fail_with({"landline"});
    CHECK(dialogue.start("f", locale, Channel::voice) ==
          "switch sms [] m, say, hand_over owner_first, end /failed");
    CHECK(words(dialogue.last().outputs).starts_with(said));
    CHECK(describe(dialogue.last().outputs, true).find("(a failed landline)") != std::string::npos);
  }
}

TEST_CASE("a walk that waits for the host takes no answer, and one that asked takes no deed") {
  const FlowEngine engine = load(
      R"({"flow":"f","version":1,"locales":["en"],"start":"a","steps":{
          "a":{"kind":"callback","next":"b","exits":{"failed":"b"}},
          "b":{"kind":"ask","expects":"text","save_as":"x","text":"{session.failure|?}","next":"z"},
          "z":{"kind":"end","outcome":"met"}}})");
  const auto begun = engine.start(FlowName("f"), "en", Channel::sms, Value(), noon);
  CHECK(engine.resume(begun->session, FlowSpeech{"x"}, Value(), noon).error().reason == "not_told");
  CHECK(engine.resume(begun->session, FlowSilence{}, Value(), noon).error().reason == "not_told");
  CHECK(engine.repeat(begun->session, Channel::voice, Value(), noon).error().reason == "not_told");
  const auto told = engine.resume(begun->session, FlowFailed{"no_line"}, Value(), noon);
  REQUIRE(told);
  CHECK(words(told->outputs) == "no_line\n");
  CHECK(told->session.turns == begun->session.turns);
  CHECK(engine.resume(told->session, FlowDone{}, Value(), noon).error().reason == "not_asked");
}

TEST_CASE("[S0.33] only usable channels are offered, and numbers count what was shown") {
  Value variables = ana();
  (*variables.as_map())["channels"] = Value::Map{{"sms", true}};
  Dialogue dialogue(busy_adviser(), variables);
  CHECK(dialogue.start("busy_adviser", "pt-PT", Channel::voice) ==
        "ask choice wait another message sms");
  CHECK(words(dialogue.last().outputs).find("WhatsApp") == std::string::npos);
  CHECK(dialogue.play("key 5") == "ask choice wait another message sms");
  CHECK(dialogue.play("key 4").starts_with("switch sms"));
}

TEST_CASE("no text needs a contraction where a name is missing") {
  const Json texts = Json::parse(busy_adviser()).flatten();
  for (const auto& [path, value] : texts.items()) {
    if (!value.is_string()) continue;
    const std::string said = " " + without_values(value.get<std::string>()) + " ";
    for (const char* apart : {" de o ", " de a ", " a o ", " a a ", " em o ", " em a ", " por o ",
                              " por a ", " de el ", " a el "}) {
      CAPTURE(path);
      CHECK(said.find(apart) == std::string::npos);
    }
  }
}

TEST_CASE("every locale speaks its own words, and without a name the fallback stands") {
  struct Row {
    const char* locale;
    const char* begins;
    const char* press;
  };
  for (const Row& row : std::vector<Row>{{"pt-PT", "A nossa equipa não pode", "prima 1."},
                                         {"pt-BR", "Nossa equipe não pode", "digite 1."},
                                         {"pt-AO", "A nossa equipa não pode", "prima 1."},
                                         {"es-MX", "Nuestro equipo no puede", "pulse 1."},
                                         {"en-GB", "Our team can't", "press 1."},
                                         {"de", "A nossa equipa não pode", "prima 1."}}) {
    Dialogue dialogue(busy_adviser(), Value(Value::Map{{"channel", "voice"}}));
    CHECK(dialogue.start("busy_adviser", row.locale, Channel::voice) ==
          "ask choice wait another message");
    CHECK_MESSAGE(words(dialogue.last().outputs).starts_with(row.begins), std::string(row.locale));
    CHECK(words(dialogue.last().outputs).find(row.press) != std::string::npos);
  }
}

TEST_CASE("[S3.2] the same flow in a chat: the question is short and the options are apart") {
  Dialogue dialogue = busy("pt-PT", Channel::whatsapp);
  const auto& ask = std::get<FlowAsk>(dialogue.last().outputs.back());
  CHECK(ask.content.text == "João não pode atender neste momento. Como prefere continuar?");
  CHECK(ask.content.options.at(2) == Option{"message", "Deixar mensagem"});
  CHECK(ask.patience == minutes(15));
  CHECK(dialogue.last().session.deadline == noon + minutes(15));
  CHECK(dialogue.play("type mensagem") == "ask choice wait another message whatsapp sms");
  CHECK(words(dialogue.last().outputs) ==
        "Quis dizer Deixar mensagem / Seguir por SMS? Escolha, por favor, uma das opções.\n");
}

TEST_CASE("[B10] a global word works at every wait") {
  Dialogue dialogue = busy("pt-PT", Channel::whatsapp);
  dialogue.play("tap message");
  CHECK(dialogue.play("type REPETE!") == "ask choice wait another message whatsapp sms");
  CHECK(describe(dialogue.last().outputs, true).starts_with("(record_message global repete)"));
  CHECK(dialogue.play("type repete isso por favor") ==
        "ask choice wait another message whatsapp sms");
  CHECK(dialogue.last().session.attempts == 1);
}

TEST_CASE("[S3.8] segments are the rows of the reports, without personal data") {
  Dialogue dialogue = busy("pt-PT", Channel::voice, ana(true, true));
  dialogue.play("key 9");
  dialogue.play("key 3");
  CHECK(describe(dialogue.last().outputs, true) ==
        "(offer message message), (number_to_call withheld ), ask phone");
  dialogue.play("key 912345678");
  CHECK(describe(dialogue.last().outputs, true) == "(ask_number_to_call next ), ask recording");
  dialogue.play("record rec-1");
  CHECK(describe(dialogue.last().outputs, true) ==
        "(record_message next ), record message_left=20, (count_message next ), "
        "callback owner [912345678] [rec-1], (promise next ), say, (promised end callback), "
        "end callback_promised/callback");
  CHECK(dialogue.last().session.ended);
}

// --- the documentation ---------------------------------------------------------------------------

std::vector<std::string> json_blocks(const std::string& page) {
  std::vector<std::string> blocks;
  std::size_t at = 0;
  while ((at = page.find("```json\n", at)) != std::string::npos) {
    at += 8;
    const std::size_t end = page.find("```", at);
    REQUIRE(end != std::string::npos);
    blocks.push_back(page.substr(at, end - at));
    at = end;
  }
  return blocks;
}

TEST_CASE("[B7] every example of docs/flows.md loads and runs to its end") {
  const auto blocks = json_blocks(read_file("docs/flows.md"));
  CHECK(blocks.size() >= 11);
  std::vector<std::string> kinds;
  for (const std::string& block : blocks) {
    const Json json = Json::parse(block);
    for (const auto& [name, step] : json["steps"].items()) kinds.push_back(step["kind"]);
    for (const Channel channel : {Channel::voice, Channel::whatsapp}) {
      Dialogue dialogue(block, ana());
      dialogue.start(json["flow"].get<std::string>(), "pt-PT", channel);
      for (int i = 0; i < 12 && !dialogue.last().session.ended; ++i) {
        dialogue.play(i % 3 == 0 ? "type 1" : i % 3 == 1 ? "type 912345678" : "record r");
      }
      CHECK_MESSAGE(dialogue.last().session.ended, block);
    }
  }
  for (const char* kind : {"say", "ask", "choose", "branch", "set", "record", "hand_over",
                           "keep_waiting", "callback", "switch_channel", "end"}) {
    CHECK_MESSAGE(std::count(kinds.begin(), kinds.end(), kind) > 0, std::string(kind));
  }
}

TEST_CASE("the documented rescheduling: a date, asked again, confirmed or changed") {
  const std::string flow = json_blocks(read_file("docs/flows.md")).at(1);
  Dialogue dialogue(flow, Value());
  CHECK(dialogue.start("reschedule", "pt-PT", Channel::whatsapp) == "ask date");
  CHECK(dialogue.play("type para a semana") == "ask date");
  CHECK(words(dialogue.last().outputs) == "Pode escrever a data assim: 25/03/2026?\n");
  CHECK(dialogue.play("type sei lá") == "ask date");
  CHECK(words(dialogue.last().outputs).starts_with("Ainda não percebi"));
  CHECK(dialogue.play("type 5 de março de 2026") == "ask yes_no yes no");
  CHECK(words(dialogue.last().outputs) == "Fica marcado para 2026-03-05. Confirma?\n");
  CHECK(dialogue.play("tap no") == "ask date");
  CHECK(dialogue.play("type 6/3/2026") == "ask yes_no yes no");
  CHECK(dialogue.play("type claro") == "say, end booked/met");
  CHECK(dialogue.last().session.variables.at("new_date") == Value("2026-03-06"));
}

// --- lint ----------------------------------------------------------------------------------------

std::string flow_with(const std::string& steps, const std::string& more = "") {
  return R"({"flow":"f","version":1,"locales":["pt-PT","en"],"start":"a")" + more +
         R"(,"steps":{)" + steps + "}}";
}

constexpr auto end_step = R"("z":{"kind":"end","outcome":"met"})";

std::string menu_with(const std::string& options, const std::string& more = "") {
  return flow_with(
      R"("a":{"kind":"choose","text":"?","next":"z","options":[)" + options + "]}," + end_step,
      more);
}

struct Fault {
  std::string json;
  std::string_view says;
};

void check_faults(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    const std::string found = faults_of(fault.json);
    CHECK_MESSAGE(found.find(fault.says) != std::string::npos, fault.json << "\n" << found);
    CHECK_MESSAGE(found.find('\n') == std::string::npos, found);
  }
}

TEST_CASE("[B7] what cannot be read is named with its path") {
  check_faults({
      {"", "f.json: line 1: this is no JSON."},
      {"{\n\"flow\": \n}", "f.json: line 3: this is no JSON."},
      {"[]", "f.json: an object is needed here."},
      {std::string(100, '[') + std::string(100, ']'), "nested deeper than 64"},
      {R"({"flow":"f","flow":"g"})", "f.json: flow: this key stands twice"},
      {flow_with(R"("a":{"kind":"end","outcome":"met"})", R"(,"colour":1)"),
       "colour: unknown key; known here: flow, "},
      {flow_with(R"("a":{"kind":"end","outcome":"met","next":"a"})"), "steps.a.next: unknown key"},
      {flow_with(R"("a":{"kind":"sing"})"), "steps.a.kind: one of say, ask, choose"},
      {flow_with(R"("a":{"kind":"end"})"), "steps.a.outcome: this key is missing."},
      {flow_with(R"("a b":{"kind":"end","outcome":"x"},"a":{"kind":"end","outcome":"x"})"),
       "steps.a b: a step's name has letters"},
      {flow_with(R"("a":{"kind":"end","outcome":"met","text":"Olá {nome"})"),
       "steps.a.text: character 6: a '{' without its '}'."},
      {flow_with(R"("a":{"kind":"end","outcome":"met","text":" "})"),
       "steps.a.text: the text is empty"},
      {flow_with(R"("a":{"kind":"switch_channel","channel":"voice","message":"m"})"),
       "steps.a.channel: a written channel is needed."},
      {flow_with(R"("a":{"kind":"hand_over","to":"nobody"})"), "steps.a.to: one of owner_first"},
      {flow_with(R"("a":{"kind":"hand_over","priority":1.5})"), "steps.a.priority: a whole number"},
      {flow_with(R"("a":{"kind":"branch","next":"z","cases":[{"exit":"x","when":{"path":"p",)"
                 R"("op":"is"}}]},)" +
                 std::string(end_step)),
       "steps.a.cases[0].when.op: one of eq"},
      {flow_with(R"("a":{"kind":"branch","next":"z","cases":[{"exit":"x","when":{"path":"p",)"
                 R"("op":"in","value":3}}]},)" +
                 std::string(end_step)),
       "steps.a.cases[0].when.value"},
      {flow_with(
           R"("a":{"kind":"ask","expects":"text","save_as":"session","text":"?","next":"z"},)" +
           std::string(end_step)),
       "steps.a.save_as: this cannot name a variable"},
      {flow_with(R"("a":{"kind":"ask","expects":"text","save_as":"x","text":"?","next":"z",)"
                 R"("patience":"1x"},)" +
                 std::string(end_step)),
       "steps.a.patience: a time from 1s to 30d is needed"},
      {flow_with(R"("a":{"kind":"ask","expects":"number","save_as":"x","text":"?","next":"z",)"
                 R"("min":3,"max":2},)" +
                 std::string(end_step)),
       "steps.a.max: it is below min."},
      {flow_with(R"("a":{"kind":"end","outcome":"met"})", R"(,"when_changed":"ignore")"),
       "when_changed: one of fingerprint"},
  });
}

TEST_CASE("[B7] ways that would strand a contact are found before they run") {
  const std::string end = end_step;
  check_faults({
      {R"({"flow":"f","version":1,"locales":["en"],"steps":{"z":{"kind":"end","outcome":"met"}}})",
       "start: this key is missing."},
      {flow_with(end), "start: there is no step \"a\"."},
      {flow_with(R"("a":{"kind":"say","text":"x","next":"q"},)" + end),
       "steps.a.next: there is no step \"q\"."},
      {flow_with(R"("a":{"kind":"say","text":"x"})"), "steps.a: a dead end"},
      {flow_with(R"("a":{"kind":"choose","text":"?","options":[{"id":"x","title":"X"}]})"),
       "steps.a: a dead end: option \"x\" leads nowhere"},
      {flow_with(R"("a":{"kind":"end","outcome":"met"},"b":{"kind":"end","outcome":"met"})"),
       "steps.b: no way leads to this step."},
      {flow_with(R"("a":{"kind":"ask","expects":"text","save_as":"x","text":"?","next":"a"})"),
       "steps.a: no end can be reached from here."},
      {flow_with(R"("a":{"kind":"branch","next":"b","cases":[{"exit":"x","when":{"path":"p"}}])"
                 R"(,"exits":{"x":"z"}},)"
                 R"("b":{"kind":"set","variables":{"n":1},"next":"a"},)" +
                 end),
       "steps.a: a loop without a wait: a, b."},
      {flow_with(R"("a":{"kind":"choose","text":"?","options":[{"id":"x","title":"X"}],"next":"z",)"
                 R"("exits":{"no_options":"a"}},)" +
                 end),
       "steps.a: a loop without a wait: a."},
      {flow_with(R"("a":{"kind":"say","text":"x","next":"z","exits":{"y":"z"}},)" + end),
       "steps.a.exits: a step of this kind has only \"next\"."},
      {flow_with(R"("a":{"kind":"branch","cases":[{"exit":"x","when":{"path":"p"}}],"next":"z",)"
                 R"("exits":{"y":"z"}},)" +
                 end),
       "steps.a.exits.y: unknown key; known here: x."},
      {flow_with(R"("a":{"kind":"callback","exits":{"failed":"a"}})"), "a loop without a wait: a."},
      {flow_with(R"("a":{"kind":"callback","exits":{"lost":"a"}})"), "steps.a.exits.lost"},
      {flow_with(R"("a":{"kind":"callback","message":"voicemail"})"),
       "steps.a.message: no step saves a recording as \"voicemail\"."},
      {flow_with(R"("a":{"kind":"keep_waiting","outcome":"x","next":"z"},)" + end),
       "steps.a.outcome: the flow goes on"},
  });
}

TEST_CASE("[B7] missing translations and words that collide are found") {
  const std::string end = end_step;
  check_faults({
      {flow_with(R"("a":{"kind":"end","outcome":"met","text":{"pt":"x"}})"),
       "steps.a.text: no text for en."},
      {flow_with(R"("a":{"kind":"end","outcome":"met","text":{"pt":"x","en":"y","fr":"z"}})"),
       "steps.a.text.fr: this is no locale of the flow."},
      {menu_with(R"({"id":"x","title":"X"},{"id":"x","title":"Y"})"),
       "steps.a.options[1].id: \"x\" is the id of an earlier option."},
      {menu_with(R"({"id":"no_match","title":"X"})"), "is the name of another exit"},
      {menu_with(R"({"id":"x","title":"Café"},{"id":"y","title":"CAFE"})"),
       "steps.a.options[1]: \"cafe\" is also a title or alias of option 1 (pt-PT)."},
      {menu_with(
           R"({"id":"x","title":"X","aliases":["um recado"]},{"id":"y","title":"Um recado!"})"),
       "steps.a.options[1]: \"um recado\" is also"},
      {menu_with(R"({"id":"x","title":"X","aliases":{"en":["two"]}},{"id":"y","title":"Y"})"),
       "steps.a.options[0]: \"two\" reads as the number of another option."},
      {menu_with(R"({"id":"x","title":"X","when":{"path":"p"}},{"id":"y","title":"2"})"),
       "steps.a.options[1]: \"2\" reads as the number"},
      {menu_with(R"({"id":"x","title":"X","aliases":["?!"]})"), "has no letter or digit"},
      {menu_with(R"({"id":"x","title":"Menu"})", R"(,"globals":[{"words":["menu"],"go":"z"}])"),
       "globals[0]: \"menu\" collides with option \"x\" of step \"a\" (pt-PT)."},
      {menu_with(R"({"id":"x","title":"X"})", R"(,"globals":[{"words":["1"],"go":"z"}])"),
       "globals[0]: \"1\" collides with the number of an option"},
      {menu_with(R"({"id":"x","title":"X"})",
                 R"(,"globals":[{"words":["sair"],"go":"z"},{"words":["Saír"],"go":"z"}])"),
       "globals[1]: \"sair\" leads elsewhere in globals[0]."},
      {menu_with(R"({"id":"x","title":"X"})", R"(,"globals":[{"words":{"pt":["sair"]},"go":"z"}])"),
       "globals[0].words: no word for en."},
      {menu_with(R"({"id":"x","title":"X"})", R"(,"globals":[{"words":["sair"],"go":"q"}])"),
       "globals[0].go: there is no step \"q\"."},
      {flow_with(
           R"("a":{"kind":"ask","expects":"yes_no","save_as":"x","text":"?","next":"z"},)" + end,
           R"(,"globals":[{"words":["no"],"go":"z"}])"),
       "globals[0]: \"no\" collides with yes or no of step \"a\" (en)."},
  });
}

TEST_CASE("[B7] all faults of all files are reported at once") {
  const std::vector<FlowSource> sources = {
      {"one.json", flow_with(R"("a":{"kind":"say","text":"{","tone":1},"b":{"kind":"nap"})")},
      {"two.json", flow_with(R"("a":{"kind":"end","outcome":"met"})")},
      {"three.json", flow_with(R"("a":{"kind":"end","outcome":"met"})")},
  };
  const auto engine = FlowEngine::load(sources);
  REQUIRE_FALSE(engine);
  const std::string& message = engine.error().message;
  CHECK(message.find("one.json: steps.a.text") == std::string::npos);  // the subject says it
  CHECK(message.find("one.json: steps.a.tone: ") != std::string::npos);
  CHECK(message.find("one.json: steps.b.kind: ") != std::string::npos);
  CHECK(message.find("three.json: flow: two.json holds this flow too.") != std::string::npos);
  CHECK(engine.error().subject == "one.json: steps.a.text");
}

// --- walking -------------------------------------------------------------------------------------

TEST_CASE("a walk that is over, waits for nothing or is told of silence too early is refused") {
  Dialogue dialogue = busy("pt-PT", Channel::whatsapp);
  const FlowSession waiting = dialogue.last().session;
  const auto early = dialogue.engine().resume(waiting, FlowSilence{}, ana(), noon + minutes(14));
  REQUIRE_FALSE(early);
  CHECK(early.error().code == ErrorCode::refused);
  CHECK(early.error().reason == "too_early");
  CHECK(dialogue.engine().resume(waiting, FlowSilence{}, ana(), noon + minutes(15)));
  dialogue.play("tap wait");
  const auto over = dialogue.engine().resume(dialogue.last().session, FlowSpeech{"x"}, ana(), noon);
  REQUIRE_FALSE(over);
  CHECK(over.error().reason == "ended");
  CHECK(dialogue.engine().repeat(FlowSession(), Channel::sms, ana(), noon).error().reason ==
        "not_waiting");
  const auto none = dialogue.engine().start(FlowName("no"), "en", Channel::sms, ana(), noon);
  CHECK(none.error().code == ErrorCode::not_found);
}

TEST_CASE("a pending question is repeated on the contact's new channel") {
  Dialogue dialogue = busy("pt-PT", Channel::whatsapp);
  dialogue.play("type nada disso");
  const auto again =
      dialogue.engine().repeat(dialogue.last().session, Channel::voice, ana(), noon + minutes(2));
  REQUIRE(again);
  CHECK(describe(again->outputs) == "ask choice wait another message whatsapp sms");
  CHECK(words(again->outputs).find("prima 5.") != std::string::npos);
  CHECK(again->session.channel == Channel::voice);
  CHECK(again->session.attempts == 0);
  CHECK(again->session.turns == dialogue.last().session.turns + 1);
}

TEST_CASE("[S3.6] an answer belongs to the menu that the contact saw") {
  Dialogue dialogue = busy("pt-PT", Channel::whatsapp);
  CHECK(dialogue.play("tap something_old") == "ask choice wait another message whatsapp sms");
  // WhatsApp stops being usable after the menu was shown: 5 is still what stood fifth.
  Value variables = ana();
  (*variables.as_map())["channels"] = Value::Map{{"sms", true}};
  const auto chosen =
      dialogue.engine().resume(dialogue.last().session, FlowSpeech{"5"}, variables, noon);
  REQUIRE(chosen);
  CHECK(describe(chosen->outputs).starts_with("switch sms"));
}

TEST_CASE("titles with values in them are chosen by what was shown") {
  const std::string flow = menu_with(
      R"({"id":"x","title":"Falar com {owner.name|alguém}"},{"id":"y","title":"Desligar"})");
  Dialogue dialogue(flow, ana());
  dialogue.start("f", "pt-PT", Channel::web_chat);
  dialogue.play("type com o joao");
  CHECK(describe(dialogue.last().outputs, true).starts_with("(a x x)"));
}

TEST_CASE("a menu that may show nothing leads on, or to a person") {
  const std::string option = R"({"id":"x","title":"X","when":{"path":"never"}})";
  Dialogue lost(menu_with(option), Value());
  CHECK(lost.start("f", "en", Channel::sms) == "hand_over owner_first, end /handed_over");
  Dialogue led(flow_with(R"("a":{"kind":"choose","text":"?","next":"z","options":[)" + option +
                         R"(],"exits":{"no_options":"z"}},)" + end_step),
               Value());
  CHECK(led.start("f", "en", Channel::sms) == "end z/met");
}

TEST_CASE("answers that run out without an exit go to a person") {
  const std::string flow =
      flow_with(R"("a":{"kind":"ask","expects":"number","save_as":"n","text":"?","min":0,"max":10,)"
                R"("attempts":2,"next":"z"},)" +
                std::string(end_step));
  Dialogue words(flow, Value());
  words.start("f", "en", Channel::sms);
  CHECK(words.play("type eleven") == "ask number");
  CHECK(words.play("type 99") == "hand_over owner_first, end /handed_over");
  CHECK(describe(words.last().outputs, true).starts_with("(a no_match )"));
  Dialogue silent(flow, Value());
  silent.start("f", "en", Channel::sms);
  silent.play("silence");
  CHECK(silent.play("silence") == "hand_over owner_first, end /abandoned");
  Dialogue answered(flow, Value());
  answered.start("f", "en", Channel::sms);
  CHECK(answered.play("type ten") == "end z/met");
  CHECK(answered.last().session.variables.at("n") == Value(10));
}

TEST_CASE("set evaluates before it sets, and copies keep their kind") {
  const std::string flow = flow_with(
      R"("a":{"kind":"set","variables":{"x":1,"y":"{x|none}","z":{"from":"contact.age"},)"
      R"("s":{"from":"session"}},"next":"b"},)"
      R"("b":{"kind":"record","event":"e","value":"{y} {z} {s.channel} {{x}}","next":"c"},)"
      R"("c":{"kind":"branch","cases":[{"exit":"adult","when":{"path":"z","op":"ge",)"
      R"("value":18}}],"exits":{"adult":"d"},"next":"z"},)"
      R"("d":{"kind":"hand_over","queue":"adults"},)" +
      std::string(end_step));
  Dialogue dialogue(flow, Value(Value::Map{{"contact", Value::Map{{"age", 34}}}}));
  CHECK(dialogue.start("f", "en", Channel::sms) ==
        "record e=none 34 sms {x}, hand_over owner_first adults, end d/handed_over");
}

TEST_CASE("a value that looks like a template stays a value") {
  const std::string flow =
      flow_with(R"("a":{"kind":"ask","expects":"text","save_as":"x","text":"?","next":"b"},)"
                R"("b":{"kind":"say","text":"[{x}]","next":"z"},)" +
                std::string(end_step));
  Dialogue dialogue(flow, Value(Value::Map{{"secret", "s"}}));
  dialogue.start("f", "en", Channel::sms);
  dialogue.play("type {secret} {{ {x");
  CHECK(words(dialogue.last().outputs) == "[{secret} {{ {x]\n");
}

// --- limits --------------------------------------------------------------------------------------

TEST_CASE("too many steps in one turn, and too many turns, end with a person") {
  std::string steps;
  for (int i = 0; i < 30; ++i) {
    steps += fmt::format(R"("s{}":{{"kind":"say","text":"x","next":"s{}"}},)", i, i + 1);
  }
  const std::string chain = flow_with(R"("a":{"kind":"say","text":"x","next":"s0"},)" + steps +
                                      R"("s30":{"kind":"end","outcome":"met"})");
  Limits limits;
  limits.flow_steps_per_turn = 10;
  const auto long_turn =
      load(chain, limits).start(FlowName("f"), "en", Channel::sms, Value(), noon);
  REQUIRE(long_turn);
  CHECK(describe(long_turn->outputs).ends_with("hand_over anyone, end /limit"));
  CHECK(long_turn->session.ended);

  const std::string loop =
      flow_with(R"("a":{"kind":"ask","expects":"text","save_as":"x","text":"?","next":"a",)"
                R"("exits":{"no_match":"z"}},)" +
                std::string(end_step));
  limits.flow_turns_per_session = 5;
  const FlowEngine engine = load(loop, limits);
  auto walk = engine.start(FlowName("f"), "en", Channel::sms, Value(), noon);
  int turns = 1;
  while (!walk->session.ended) {
    walk = engine.resume(walk->session, FlowSpeech{"x"}, Value(), noon);
    REQUIRE(walk);
    ++turns;
  }
  CHECK(turns == 6);
  CHECK(describe(walk->outputs) == "hand_over anyone, end /limit");
}

// --- a flow that changes -------------------------------------------------------------------------

std::string version_of(int version, const std::string& text, const std::string& more = "",
                       const std::string& step = "a") {
  return fmt::format(
      R"({{"flow":"f","version":{},"locales":["en"],"start":"{}"{},"steps":{{)"
      R"("{}":{{"kind":"ask","expects":"text","save_as":"x","text":"{}","next":"z"}},)"
      R"("z":{{"kind":"end","outcome":"met"}}}}}})",
      version, step, more, step, text);
}

std::string answered_after(const std::string& changed) {
  const auto begun =
      load(version_of(1, "Name?")).start(FlowName("f"), "en", Channel::sms, Value(), noon);
  const auto next = load(changed).resume(begun->session, FlowSpeech{"Ana"}, Value(), noon);
  REQUIRE(next);
  return describe(next->outputs);
}

TEST_CASE("[B8] publishing a new version never breaks a contact in the middle of the old one") {
  CHECK(answered_after(version_of(1, "Name?")) == "end z/met");
  CHECK(answered_after(version_of(2, "Name?")) == "end z/met");
  CHECK(answered_after(version_of(2, "Your name?")) == "ask text");
  CHECK(answered_after(version_of(2, "Name?", "", "b")) == "hand_over owner_first, end /changed");
  CHECK(answered_after(version_of(2, "Name?", R"(,"when_changed":"hand_over")")) ==
        "hand_over owner_first, end /changed");
  CHECK(answered_after(version_of(1, "Name?", R"(,"when_changed":"hand_over")")) == "end z/met");
  CHECK(answered_after(version_of(2, "Name?", R"(,"when_changed":"restart")", "b")) == "ask text");
  CHECK(answered_after(R"({"flow":"g","version":1,"locales":["en"],"start":"z",
                          "steps":{"z":{"kind":"end","outcome":"met"}}})") ==
        "hand_over owner_first, end /changed");
  // Where an answer leads and how often it is asked may change freely.
  CHECK(answered_after(R"({"flow":"f","version":2,"locales":["en"],"start":"a","steps":{
          "a":{"kind":"ask","expects":"text","save_as":"x","text":"Name?","attempts":9,
               "retry":"Please?","patience":"1h","next":"y"},
          "y":{"kind":"hand_over"}}})") == "hand_over owner_first, end y/handed_over");
}

// --- hostile input -------------------------------------------------------------------------------

FlowInput random_input(const FlowSession& session) {
  const std::string bytes = *rc::gen::arbitrary<std::string>();
  switch (*rc::gen::inRange(0, 8)) {
    case 0: return FlowDigits{bytes};
    case 1: return FlowDigits{std::to_string(*rc::gen::inRange(0, 7))};
    case 2: return FlowSpeech{bytes};
    case 3: return FlowRecording{{MediaKind::voice, bytes, bytes, 1, bytes, bytes}, seconds(1)};
    case 4: return FlowSilence{};
    case 5: {
      FlowAnswer answer;
      answer.content.choice = Option{bytes, bytes};
      if (!session.offered.empty()) {
        answer.content.choice =
            session.offered[*rc::gen::inRange<std::size_t>(0, session.offered.size())];
      }
      return answer;
    }
    case 6: {
      FlowAnswer answer;
      answer.content.text = bytes;
      return answer;
    }
    default: return FlowSpeech{session.offered.empty() ? bytes : session.offered.back().title};
  }
}

TEST_CASE("property: whatever is answered, a walk waits or ends, and its turns are bounded") {
  Limits limits;
  limits.flow_turns_per_session = 40;
  const FlowEngine engine = load(busy_adviser(), limits);
  CHECK(rc::check([&engine] {
    const Channel channel = *rc::gen::element(Channel::voice, Channel::whatsapp, Channel::email);
    const Value variables = ana(*rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>());
    Timestamp now = noon;
    auto walk = engine.start(FlowName("busy_adviser"), "es", channel, variables, now);
    int turns = 0;
    while (!walk->session.ended) {
      RC_ASSERT(!walk->session.step.empty());
      if (waits_for_host(*walk)) {
        const std::string reason = *rc::gen::element<std::string>("landline", "busy", "");
        walk = engine.resume(walk->session,
                             reason.empty() ? FlowInput(FlowDone{}) : FlowInput(FlowFailed{reason}),
                             variables, now);
        RC_ASSERT(walk.has_value());
        continue;
      }
      RC_ASSERT(++turns <= 40);
      RC_ASSERT(walk->session.deadline.has_value());
      RC_ASSERT(std::holds_alternative<FlowAsk>(walk->outputs.back()));
      now = *walk->session.deadline;
      walk = engine.resume(walk->session, random_input(walk->session), variables, now);
      RC_ASSERT(walk.has_value());
    }
    RC_ASSERT(std::holds_alternative<FlowEnd>(walk->outputs.back()));
    RC_ASSERT(walk->session.step.empty());
    RC_ASSERT(!walk->session.deadline);
  }));
}

TEST_CASE("property: any bytes are a flow or a list of faults") {
  CHECK(rc::check([](const std::string& bytes) {
    const FlowSource source{"x", bytes};
    RC_ASSERT(!FlowEngine::load({&source, 1}));
  }));
  const Json whole = Json::parse(busy_adviser());
  const Json flat = whole.flatten();
  CHECK(rc::check([&] {
    // One value of a good flow becomes another kind of value.
    Json broken = flat;
    auto place = broken.begin();
    std::advance(place, *rc::gen::inRange<std::size_t>(0, flat.size()));
    *place = *rc::gen::element<Json>(Json(), Json(7), Json("?"), Json(true), Json(-1.5), Json(""));
    const FlowSource source{"x", broken.unflatten().dump()};
    (void)FlowEngine::load({&source, 1});
  }));
}

std::vector<std::string> names_of(const FlowEngine& engine, const char* flow,
                                  const Value& known = {}) {
  constexpr std::array kinds{"", "queue", "skill", "message", "channel", "line", "writing"};
  std::vector<std::string> names;
  for (const FlowReference& one : engine.references(FlowName(flow), known)) {
    names.push_back(fmt::format("{} {} at {}", kinds.at(static_cast<std::size_t>(one.kind)),
                                one.name, one.path));
  }
  return names;
}

Value with_channels(bool sms, bool whatsapp) {
  return Value(Value::Map{
      {"channels", Value(Value::Map{{"sms", Value(sms)}, {"whatsapp", Value(whatsapp)}})}});
}

TEST_CASE("[B7] what a flow names beside itself is listed, with its paths") {
  const FlowEngine engine = load(flow_with(
      R"("a":{"kind":"hand_over","queue":"sales","skills":["greek","latin"],"next":"b"},
         "b":{"kind":"switch_channel","channel":"whatsapp","message":"hello","next":"c"},
         "c":{"kind":"callback"})"));
  CHECK(names_of(engine, "f") ==
        std::vector<std::string>{"queue sales at steps.a.queue", "skill greek at steps.a.skills[0]",
                                 "skill latin at steps.a.skills[1]",
                                 "message hello at steps.b.message",
                                 "channel whatsapp at steps.b.channel", "line  at steps.c"});
  CHECK(engine.references(FlowName("nobody")).empty());
}

TEST_CASE("[B7] a menu with more options than a telephone has keys is to be walked in writing") {
  const auto names = [](int always, int sometimes) {
    std::string options;
    for (int i = 0; i < always + sometimes; ++i) {
      options += fmt::format(R"({}{{"id":"o{}","title":"{}{}")", i > 0 ? "," : "", i,
                             std::string(4, static_cast<char>('a' + i)), "word");
      options += i < always ? "}" : R"(,"when":{"path":"channels.sms"}})";
    }
    return names_of(load(flow_with(R"("a":{"kind":"choose","text":"?","next":"b","options":[)" +
                                   options + R"(]},"b":{"kind":"hand_over"})")),
                    "f");
  };
  CHECK(names(9, 3).empty());
  CHECK(names(10, 0) == std::vector<std::string>{"writing 10 at steps.a.options"});
}

TEST_CASE("[B7] what can never be reached needs nothing") {
  const FlowEngine engine = load(busy_adviser());
  const auto channels = [&](bool sms, bool whatsapp) {
    std::vector<std::string> found;
    for (const FlowReference& one :
         engine.references(FlowName("busy_adviser"), with_channels(sms, whatsapp))) {
      if (one.kind == FlowReference::Kind::channel) found.push_back(one.name);
    }
    return found;
  };
  CHECK(engine.references(FlowName("busy_adviser")).size() == 5);
  CHECK(channels(true, true) == std::vector<std::string>{"sms", "whatsapp"});
  CHECK(channels(true, false) == std::vector<std::string>{"sms"});  // by what was chosen before
  CHECK(channels(false, true).empty());
  CHECK(channels(false, false).empty());
}

TEST_CASE("[B7] conditions are judged as far as they can be") {
  const auto with_when = [](const std::string& when, const std::string& before = {}) {
    const FlowEngine engine =
        load(flow_with(R"("a":{"kind":"set","variables":{"mine":true)" + before + R"(},"next":"b"},
           "b":{"kind":"branch","cases":[{"exit":"x","when":)" +
                       when +
                       R"(}],"exits":{"x":"c"},"next":"d"},
           "c":{"kind":"hand_over","queue":"sales"},"d":{"kind":"hand_over","queue":"other"})"));
    std::string reached;
    for (const FlowReference& one : engine.references(FlowName("f"), with_channels(true, false))) {
      reached += one.name.front();
    }
    return reached;
  };
  CHECK(with_when(R"({"path":"channels.sms"})") == "s");
  CHECK(with_when(R"({"path":"channels.whatsapp"})") == "o");
  CHECK(with_when(R"({"path":"channels.email"})") == "so");  // nobody knows
  CHECK(with_when(R"({"path":"mine"})") == "so");            // the walk's own
  CHECK(with_when(R"({"not":{"path":"channels.sms"}})") == "o");
  CHECK(with_when(R"({"all":[{"path":"x"},{"path":"channels.whatsapp"}]})") == "o");
  CHECK(with_when(R"({"all":[{"path":"x"},{"path":"channels.sms"}]})") == "so");
  CHECK(with_when(R"({"any":[{"path":"x"},{"path":"channels.sms"}]})") == "s");
  CHECK(with_when(R"({"path":"channels.sms","op":"eq","value":true})") == "s");
  CHECK(with_when(R"({"path":"channels.sms"})", R"(,"channels":"own")") == "so");
}

TEST_CASE("a huge answer takes bounded room") {
  const std::string flow =
      flow_with(R"("a":{"kind":"ask","expects":"text","save_as":"x","text":"?","next":"z"},)" +
                std::string(end_step));
  Limits limits;
  limits.text_scalars = 100;
  const FlowEngine engine = load(flow, limits);
  const auto begun = engine.start(FlowName("f"), "en", Channel::sms, Value(), noon);
  const auto next =
      engine.resume(begun->session, FlowSpeech{std::string(1'000'000, '\xC3')}, Value(), noon);
  REQUIRE(next);
  CHECK(next->session.variables.at("x").to_text().size() <= 400);
}

}  // namespace
}  // namespace novelo
