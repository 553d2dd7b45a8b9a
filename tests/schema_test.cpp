// The JSON Schemas of docs/schema against the code, both ways: they are what the field lists give,
// everything that is written keeps to them, they name nothing that is not written, and what they
// refuse the readers refuse.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "codec/schema.hpp"
#include "json/questions.hpp"
#include "json/schemas.hpp"
#include "novelo/adapters/email.hpp"
#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/json.hpp"
#include "novelo/json_query.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/journey.hpp"
#include "support/filled.hpp"
#include "support/payloads.hpp"
#include "testing/story.hpp"
#include "testing/story_fields.hpp"

namespace {

using namespace novelo;
using namespace novelo::testing_support;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* folder = NOVELO_SOURCE_DIR "/docs/schema/";

json journey_schema() {
  codec::SchemaWriter writer(codec::SchemaUse::input);
  const json schema =
      writer.object<novelo::testing::JourneySpec>({}, {"journey", "configuration", "start"});
  return writer.file("Novelo: journey", "A story that runs (docs/journeys.md).", schema);
}

std::map<std::string, json> every_schema(json_form::Outputs outputs) {
  auto all = json_form::schemas(outputs);
  all["journey"] = journey_schema();
  return all;
}

class Schema {
 public:
  explicit Schema(const json& document) {
    valijson::adapters::NlohmannJsonAdapter adapter(document);
    valijson::SchemaParser().populateSchema(adapter, schema_);
  }

  bool takes(const json& document) const { return why_not(document).empty(); }
  std::string why_not(const json& document) const {
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    valijson::adapters::NlohmannJsonAdapter adapter(document);
    if (validator.validate(schema_, adapter, &results)) return {};
    std::string text;
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
      for (const std::string& step : error.context) text += step;
      text += ": " + error.description + "\n";
    }
    return text.empty() ? "refused" : text;
  }

 private:
  valijson::Schema schema_;
};

// Closed, so that a member which a schema forgets is seen.
const Schema& closed(const std::string& name) {
  static std::map<std::string, std::unique_ptr<Schema>> made;
  static const auto documents = every_schema(json_form::Outputs::closed);
  auto& schema = made[name];
  if (!schema) schema = std::make_unique<Schema>(documents.at(name));
  return *schema;
}

void check_valid(const std::string& name, const json& document) {
  INFO(name, ": ", document.dump());
  CHECK(closed(name).why_not(document) == "");
}

// A record with every member: the schema takes it, and names nothing else.
template <class Record>
void check_record(const std::string& name) {
  const json written = to_json(filled<Record>());
  check_valid(name, written);
  const json schema = every_schema(json_form::Outputs::open).at(name);
  for (const auto& [member, about] : schema["properties"].items()) {
    INFO(name, ".", member);
    const bool is_base64 = member.ends_with("_b64");
    CHECK((written.contains(member) || is_base64));
  }
  check_valid(name, to_json(Record{}));
}

std::vector<Input> every_input() {
  std::vector<Input> inputs;
  for (CommandBody& body : filled_alternatives<CommandBody>()) {
    inputs.emplace_back(Command{"c-1", AgentName("joao"), std::move(body)});
  }
  for (ChannelEvent& event : filled_alternatives<ChannelEvent>()) {
    inputs.emplace_back(DecodedEvent{ConnectionName("meta"), std::move(event)});
  }
  for (Settlement& settlement : filled_alternatives<Settlement>()) {
    inputs.emplace_back(SettleEffect{EffectId(12), std::move(settlement)});
  }
  return inputs;
}

// --- mutations -----------------------------------------------------------------------------------

json other_value() {
  static const std::vector<json> values{nullptr,
                                        true,
                                        7,
                                        -1,
                                        1.5,
                                        99999999999999,
                                        "",
                                        "x",
                                        "12",
                                        json{1},
                                        json::array(),
                                        json::object(),
                                        json{{"x", 1}}};
  return *rc::gen::elementOf(values);
}

// A place of the document, at random.
json* some_place(json& document) {
  json* at = &document;
  while (at->is_structured() && !at->empty() && *rc::gen::inRange(0, 4) != 0) {
    auto next = at->begin();
    std::advance(next, *rc::gen::inRange<std::ptrdiff_t>(0, at->size()));
    at = &*next;
  }
  return at;
}

json mutated(json document) {
  json& place = *some_place(document);
  const int kind = *rc::gen::inRange(0, 4);
  if (kind == 0 || !place.is_object()) {
    place = other_value();
  } else if (kind == 1) {
    place["x" + std::to_string(*rc::gen::inRange(0, 9))] = other_value();
  } else if (!place.empty()) {
    auto member = place.begin();
    std::advance(member, *rc::gen::inRange<std::ptrdiff_t>(0, place.size()));
    const std::string key = member.key();
    const json value = member.value();
    place.erase(key);
    if (kind == 2) place[key + "s"] = value;
  }
  return document;
}

template <class Read>
void check_refusals(const std::string& name, const std::vector<json>& valid, Read read) {
  const Schema& schema = closed(name);
  for (const json& document : valid) check_valid(name, document);
  std::size_t refused = 0;
  CHECK(rc::check(name + ": what the schema refuses is refused", [&] {
    const json document = mutated(*rc::gen::elementOf(valid));
    const auto made = read(document);
    if (!made) {
      RC_ASSERT(made.error().code == ErrorCode::invalid);
      RC_ASSERT(!made.error().subject.empty());
      RC_ASSERT(!made.error().reason.empty());
      ++refused;
    } else if (!schema.takes(document)) {
      RC_FAIL("taken, though the schema refuses it: " + document.dump() + "\n" +
              schema.why_not(document));
    }
  }));
  CHECK(refused > 10);
}

}  // namespace

TEST_CASE("the committed schemas are those of the code (scripts/schemas writes them)") {
  const auto all = every_schema(json_form::Outputs::open);
  const bool write = std::getenv("NOVELO_WRITE_SCHEMAS") != nullptr;
  std::set<std::string> files;
  for (const auto& [name, schema] : all) {
    const std::string file = name + ".json";
    files.insert(file);
    const std::string text = schema.dump(1) + "\n";
    if (write) std::ofstream(folder + file) << text;
    std::ifstream committed(folder + file);
    const std::string there{std::istreambuf_iterator<char>(committed), {}};
    CHECK_MESSAGE(there == text, "docs/schema/", file,
                  " is not what the code has: run scripts/schemas and commit it");
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    CHECK_MESSAGE(files.contains(file), "docs/schema/", file, " is of nothing that there is");
  }
}

TEST_CASE("inputs keep to their schemas, and read back as they were") {
  for (const Input& input : every_input()) {
    const json written = to_json(input);
    INFO(written.dump());
    check_valid("input", written);
    if (std::holds_alternative<Command>(input)) check_valid("command", written);
    const auto read = input_from_json(json::parse(written.dump()));
    REQUIRE(read);
    CHECK(to_json(*read) == written);
  }
  for (const ChannelEvent& event : filled_alternatives<ChannelEvent>()) {
    check_valid("event", to_json(event));
  }
  for (const Settlement& settlement : filled_alternatives<Settlement>()) {
    check_valid("settlement", to_json(settlement));
  }
  Request request = filled<Request>();
  check_valid("request", to_json(request));
  request.body = "\xff";
  request.headers.push_back({request.headers.front().name, "\xfe"});
  check_valid("request", to_json(request));
}

TEST_CASE("records are written as their schemas say, and whole") {
  check_record<ContactRecord>("contact");
  check_record<ConversationRecord>("conversation");
  check_record<Closure>("closure");
  check_record<Interaction>("interaction");
  check_record<Entry>("entry");
  check_record<CustomerEntry>("customer_entry");
  check_record<Note>("note");
  check_record<CaseRecord>("case");
  check_record<Callback>("callback");
  check_record<Survey>("survey");
  check_record<WorkRecord>("work");
  check_record<AgentRecord>("agent");
  check_record<Error>("error");
  check_record<Response>("response");
  check_record<Handout>("handout");
  check_record<Effect>("effect");
  check_record<Signal>("signal");
  check_record<Quarantined>("quarantined");
  check_record<HeldSend>("held_send");
  check_record<RouterPlace>("place");
  check_record<RouterExplanation>("explanation");
}

TEST_CASE("results keep to their schema") {
  const EventOutcome taken{filled<Outcome>(), 3};
  const EventOutcome refused{fail(filled<Error>()), 0};
  check_valid("result", to_json(taken.outcome));
  check_valid("result", to_json(taken));
  check_valid("result", to_json(refused.outcome));
  check_valid("result", to_json(refused));
}

TEST_CASE("what a schema refuses the reader refuses, with the place of it") {
  std::vector<json> inputs;
  for (const Input& input : every_input()) inputs.push_back(to_json(input));
  check_refusals("input", inputs, [](const json& document) { return input_from_json(document); });
  std::vector<json> commands(inputs.begin(), inputs.begin() + std::variant_size_v<CommandBody>);
  check_refusals("command", commands,
                 [](const json& document) { return command_from_json(document); });
  Request request = filled<Request>();
  std::vector<json> requests{to_json(request)};
  request.headers.push_back(request.headers.front());
  request.headers.front().value = "\xff";
  request.body = "\x80";
  requests.push_back(to_json(request));
  check_refusals("request", requests,
                 [](const json& document) { return request_from_json(document); });
  std::vector<json> settlements;
  for (const Settlement& settlement : filled_alternatives<Settlement>()) {
    settlements.push_back(to_json(settlement));
  }
  check_refusals("settlement", settlements,
                 [](const json& document) { return settlement_from_json(document); });
  std::vector<json> events;
  for (const ChannelEvent& event : filled_alternatives<ChannelEvent>()) {
    events.push_back(to_json(event));
  }
  check_refusals("event", events, [](const json& document) { return event_from_json(document); });
}

TEST_CASE("a configuration keeps to its schema, and what that refuses is refused") {
  std::vector<json> documents;
  for (const char* name : {"ana", "callback-attempts"}) {
    const std::string beside = std::string("examples/journeys/") + name + "/";
    json document = json::parse(read_source(beside + "configuration.json"));
    for (json& flow : document["flows"]) {
      flow = json::parse(read_source(beside + flow.get<std::string>()));
    }
    REQUIRE(Configuration::parse(document.dump()));
    documents.push_back(std::move(document));
  }
  const Schema& schema = closed("configuration");
  for (const json& document : documents) CHECK(schema.why_not(document) == "");
  CHECK(rc::check("what the schema refuses is refused", [&] {
    const json document = mutated(*rc::gen::elementOf(documents));
    const auto made = Configuration::parse(document.dump());
    if (made && !schema.takes(document)) {
      RC_FAIL("taken, though the schema refuses it: " + document.dump() + "\n" +
              schema.why_not(document));
    }
    RC_ASSERT(made || !made.error().subject.empty());
  }));
}

TEST_CASE("a journey keeps to its schema, and what that refuses is refused") {
  const Schema schema(journey_schema());
  const std::string beside = NOVELO_SOURCE_DIR "/examples/journeys/ana";
  const json document = json::parse(read_source("examples/journeys/ana/journey.json"));
  CHECK(rc::check("what the schema refuses is refused", [&] {
    const json changed = mutated(document);
    const auto made = novelo::testing::Journey::parse(changed.dump(), beside);
    if (made && !schema.takes(changed)) {
      RC_FAIL("taken, though the schema refuses it: " + schema.why_not(changed));
    }
    RC_ASSERT(made || !made.error().subject.empty());
  }));
}

namespace {

// A question of each kind, about whatever is there: ids are tried one after another.
json asked(std::string_view word, std::uint64_t id) {
  const std::string text = std::to_string(id);
  json question{{"ask", std::string(word)}};
  static const json schema = every_schema(json_form::Outputs::open)["question"];
  const json& members = schema["definitions"][std::string(word)]["properties"];
  if (members.contains("id")) question["id"] = text;
  if (members.contains("conversation")) question["conversation"] = text;
  if (members.contains("contact")) question["contact"] = text;
  if (members.contains("name")) question["name"] = "joao";
  if (members.contains("protocol")) question["protocol"] = "20260312000001";
  if (members.contains("queue")) question["queue"] = "front";
  if (members.contains("version")) question["version"] = id;
  if (members.contains("json")) question["json"] = "{}";
  if (members.contains("input")) question["input"] = text;
  if (members.contains("address")) question["address"] = "phone:5541988887777";
  return question;
}

void check_answers(Engine& engine) {
  const Query query(engine);
  const json schema = every_schema(json_form::Outputs::closed)["answer"];
  for (const json_form::Question& question : json_form::questions()) {
    const std::string word(question.word);
    const Schema form(json{{"definitions", schema["definitions"]},
                           {"allOf", {{{"$ref", "#/definitions/answer_to_" + word}}}}});
    std::set<std::string> seen;
    for (std::uint64_t id = 1; id < 60; ++id) {
      const json ask = asked(question.word, id);
      if (!seen.insert(ask.dump()).second) break;
      check_valid("question", ask);
      const auto got = answer(query, ask);
      INFO(ask.dump());
      if (!got) {
        // A plan says what is wrong with the configuration.
        CHECK((got.error().code != ErrorCode::invalid || word == "plan"));
        continue;
      }
      INFO(got->dump());
      CHECK(form.why_not(*got) == "");
    }
  }
}

}  // namespace

TEST_CASE("what journeys leave behind is answered as the schemas say") {
  const VoiceAdapter voice;
  const SmsAdapter sms;
  const WhatsAppAdapter whatsapp;
  const EmailAdapter email;
  const std::vector<const ChannelAdapter*> adapters{&voice, &sms, &whatsapp, &email};
  const Schema form(journey_schema());
  for (const char* name : {"ana", "callback-attempts", "reply-by-mail", "bad-payloads"}) {
    const std::string path = std::string("examples/journeys/") + name + "/journey.json";
    CHECK(form.why_not(json::parse(read_source(path))) == "");
    const auto journey = novelo::testing::Journey::load(NOVELO_SOURCE_DIR "/" + path);
    REQUIRE(journey);
    MemoryStore store;
    novelo::testing::PlayOptions options;
    options.on_handout = [](const Handout& handout) { check_valid("handout", to_json(handout)); };
    options.on_signal = [](const Signal& signal) { check_valid("signal", to_json(signal)); };
    const auto played = novelo::testing::play(
        *journey, adapters, [&store]() -> Result<Store*> { return &store; }, options);
    REQUIRE(played);
    EngineOptions engine_options;
    engine_options.tenant = TenantName(journey->name());
    engine_options.tenant_secret = Secret(journey->story().spec.tenant_secret);
    for (const auto& [connection, known] : journey->story().connections) {
      engine_options.secrets[connection] = known.secrets;
    }
    auto engine = Engine::open(store, adapters, std::move(engine_options),
                               parse_timestamp("2026-03-12T09:00:00Z").value());
    REQUIRE(engine);
    check_answers(*engine);
  }
}
