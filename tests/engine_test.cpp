#include "novelo/engine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "novelo/stores/memory.hpp"
#include "novelo/testing/provider.hpp"
#include "store_support.hpp"
#include "support/clinic.hpp"
#include "support/payloads.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

Error open_error(EngineOptions how, std::vector<const ChannelAdapter*> with = adapters()) {
  MemoryStore store;
  const auto engine = Engine::open(store, std::move(with), std::move(how), morning());
  REQUIRE_FALSE(engine);
  return engine.error();
}

// A configured clinic.
struct Desk {
  MemoryStore store;
  Host host;

  explicit Desk(EngineOptions how = options()) : host(store, std::move(how)) { host.configure(); }
};

Error load_error(Host& host, const nlohmann::json& json) {
  return host.refusal(LoadConfiguration{json.dump()});
}

std::string whatsapp_body(const std::string& id, const std::string& text,
                          const std::string& to = whatsapp_number) {
  const nlohmann::json message{{"from", ana},
                               {"id", id},
                               {"timestamp", "1772452800"},
                               {"type", "text"},
                               {"text", {{"body", text}}}};
  const nlohmann::json value{{"messaging_product", "whatsapp"},
                             {"metadata", {{"phone_number_id", to}}},
                             {"contacts", {{{"wa_id", ana}, {"profile", {{"name", "Ana"}}}}}},
                             {"messages", {message}}};
  return nlohmann::json{
      {"object", "whatsapp_business_account"},
      {"entry", {{{"id", "1"}, {"changes", {{{"field", "messages"}, {"value", value}}}}}}}}
      .dump();
}

SendMessage text_from(const char* entry_point, ConversationId conversation, std::string text) {
  SendMessage send;
  send.conversation = conversation;
  send.entry_point = EntryPointName(entry_point);
  send.content.text = std::move(text);
  return send;
}

std::vector<EffectId> ids_of(const std::vector<Handout>& handouts, EffectKind kind) {
  std::vector<EffectId> ids;
  for (const Handout& out : handouts) {
    if (out.kind == kind) ids.push_back(out.id);
  }
  return ids;
}

TransportReply reply(int status) {
  return {status, {}, "{}"};
}

}  // namespace

// --- opening and configuring ---------------------------------------------------------------------

TEST_CASE("an engine needs a tenant and a secret that nobody can guess") {
  EngineOptions how = options();
  how.tenant = {};
  CHECK(open_error(how).reason == "no_tenant");
  for (const std::string& name :
       {std::string(129, 'x'), std::string("x\0y", 3), std::string("\xff"), std::string("a\nb")}) {
    how.tenant = TenantName(name);
    CHECK(open_error(how).reason == "bad_tenant");
  }
  how = options();
  how.tenant_secret = Secret("15 bytes, short");
  CHECK(open_error(how).reason == "short_secret");
  CHECK(open_error(how).code == ErrorCode::invalid);
}

TEST_CASE("without a configuration only a configuration is taken") {
  MemoryStore store;
  Host host(store);
  CHECK(host.refusal(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}}, {}}).reason ==
        "no_configuration");
  CHECK(host.event("meta", message("m1", whatsapp_number, ana, "oi")).error().reason ==
        "no_configuration");
  CHECK(host.engine().settle(EffectId(1), Done{}, host.now()).error().reason == "no_configuration");
  CHECK(host.engine().receive(host.webhook("meta", "{}"), host.now()).error().reason ==
        "unknown_path");
  CHECK(host.poll().empty());
  CHECK_FALSE(host.engine().next_deadline());
  CHECK(content_of(store).empty());

  CHECK(host.configure().details.at("version") == Value(1));
  CHECK(host.whatsapp(ana, "oi").conversation);
}

TEST_CASE("a configuration that cannot be read now is not taken for one that is gone") {
  class Unreadable final : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    Result<std::optional<std::string>> get(Table table, std::string_view key) override {
      if (table != Table::configuration) return ForwardingStore::get(table, key);
      return fail({ErrorCode::storage, "io", "the disk reported an error", {}, {}});
    }
  };
  MemoryStore store;
  { Host(store).configure(); }
  Unreadable unreadable(store);
  const auto engine = Engine::open(unreadable, adapters(), options(), morning());
  REQUIRE_FALSE(engine);
  CHECK(engine.error().code == ErrorCode::storage);
  CHECK(engine.error().reason == "io");
}

TEST_CASE("the manual's example is taken into service") {
  const std::string page = testing_support::read_source("docs/configuration.md");
  const std::size_t begin = page.find("```json\n") + 8;
  EngineOptions how = options();
  how.secrets[ConnectionName("pbx")]["verbs_token"] = {Secret("pbx-token")};
  MemoryStore store;
  Host host(store, how);
  host.must(LoadConfiguration{page.substr(begin, page.find("```", begin) - begin)});
}

TEST_CASE("a configuration with a fault changes nothing") {
  Desk desk;
  const StoreRows before = content_of(desk.store);
  nlohmann::json json = configuration();
  json["queues"][0]["colour"] = "blue";
  CHECK(load_error(desk.host, json).code == ErrorCode::invalid);
  json = configuration();
  json["entry_points"][0]["queue"] = "suport";
  CHECK(load_error(desk.host, json).subject == "entry_points[0].queue");
  json = configuration();
  json["connections"][0]["adapter"] = "pigeon";
  CHECK(load_error(desk.host, json).reason == "no_adapter");
  json = configuration();
  json["connections"][2]["secrets"].push_back("another");
  CHECK(load_error(desk.host, json).reason == "no_secret");
  CHECK(desk.host.refusal(LoadConfiguration{"{"}).code == ErrorCode::invalid);
  CHECK(desk.host.refusal(LoadConfiguration{configuration().dump()}, "marta").reason ==
        "not_an_agents");
  CHECK(difference(before, content_of(desk.store)).empty());
  CHECK(desk.host.whatsapp(ana, "oi").conversation);
}

TEST_CASE("a configuration that leaves live things dangling is refused, and taken later") {
  Desk desk;
  nlohmann::json without_whatsapp = configuration();
  without_whatsapp["entry_points"].erase(2);
  nlohmann::json other_queue = configuration();
  other_queue["queues"].push_back({{"name", "other"}});
  other_queue["queues"].erase(0);
  for (auto& entry_point : other_queue["entry_points"]) entry_point["queue"] = "other";
  for (auto& agent : other_queue["agents"]) agent["queues"] = {"other"};
  nlohmann::json without_cases = configuration();
  without_cases.erase("case_types");

  const Outcome oi = desk.host.whatsapp(ana, "oi");
  const OpenCase open{oi.conversation, CaseTypeName("appointment"), {}, {}};
  desk.host.must(open);
  CHECK(load_error(desk.host, without_whatsapp).reason == "would_dangle");
  CHECK(load_error(desk.host, other_queue).code == ErrorCode::refused);
  CHECK(load_error(desk.host, without_cases).reason == "would_dangle");

  desk.host.sign_in("joao");
  desk.host.accept("joao");
  desk.host.must(CloseConversation{oi.conversation, {}, {}, {}}, "joao");
  CHECK(desk.host.must(LoadConfiguration{other_queue.dump()}).details.at("version") == Value(2));
  CHECK(desk.host.must(LoadConfiguration{without_whatsapp.dump()}).details.at("version") ==
        Value(3));
  desk.host.reopen();
  CHECK(desk.host.event("meta", message("m", whatsapp_number, ana, "oi")).error().reason ==
        "unknown_entry_point");
}

TEST_CASE("a live chat in a flow keeps its entry point in service") {
  MemoryStore store;
  Host host(store);
  nlohmann::json json = configuration();
  json["entry_points"][2]["flow"] = "busy_adviser";
  host.must(LoadConfiguration{json.dump()});
  const Outcome oi = host.whatsapp(ana, "oi");
  REQUIRE(host.query().interaction(oi.interaction)->state == InteractionState::in_flow);
  json["entry_points"].erase(2);
  CHECK(load_error(host, json).reason == "would_dangle");
  host.whatsapp(ana, "esperar");
  CHECK_FALSE(host.engine().faulted());
}

TEST_CASE("an owner who has left the business keeps nobody waiting") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome first = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  desk.host.must(CloseConversation{first.conversation, {}, {}, {}}, "joao");
  desk.host.must(SetPresence{AgentName("joao"), Presence::offline, {}}, "joao");
  nlohmann::json without_joao = configuration();
  without_joao["agents"].erase(0);
  desk.host.must(LoadConfiguration{without_joao.dump()});
  const Outcome again = desk.host.whatsapp(ana, "oi de novo");
  CHECK(again.conversation == first.conversation);
  desk.host.sign_in("marta");
  desk.host.accept("marta");
  CHECK(desk.host.query().interaction(again.interaction)->agent == AgentName("marta"));
}

// --- ids -----------------------------------------------------------------------------------------

TEST_CASE("commands on unknown ids are not found and change nothing") {
  Desk desk;
  const StoreRows before = content_of(desk.store);
  const std::vector<CommandBody> strangers{
      ViewConversation{ConversationId(999)},
      AddNote{ConversationId(999), "x"},
      CloseConversation{ConversationId(999), {}, {}, {}},
      text_from("sms", ConversationId(999), "x"),
      OpenCase{ConversationId(999), CaseTypeName("appointment"), {}, {}, {}},
      SetCaseStatus{CaseId(999), CaseStatusName("done"), false},
      FinishInteraction{InteractionId(999)},
      HangUp{InteractionId(999)},
      AcceptOffer{OfferId(999)},
      PlaceCallback{CallbackId(999)},
      CancelCallback{CallbackId(999)},
      ChooseContact{ConversationId(999), ContactId(999)},
      SendSurvey{ConversationId(999), "nps"}};
  for (const CommandBody& body : strangers) {
    INFO("command ", body.index());
    CHECK(desk.host.refusal(body, "joao").code == ErrorCode::not_found);
  }
  CHECK(desk.host.engine().settle(EffectId(999), Done{}, desk.host.now()).error().code ==
        ErrorCode::not_found);
  CHECK(desk.host.refusal(ViewConversation{ConversationId(999)}, "nobody").reason ==
        "unknown_agent");
  CHECK(difference(before, content_of(desk.store)).empty());
}

TEST_CASE("an id of another kind or of another tenant is nobody's") {
  Desk desk;
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  CHECK(desk.host.refusal(ViewConversation{ConversationId(oi.contact.value())}, "joao").code ==
        ErrorCode::not_found);
  CHECK(desk.host.refusal(CancelCallback{CallbackId(oi.conversation.value())}).code ==
        ErrorCode::not_found);

  EngineOptions other = options();
  other.tenant = TenantName("another clinic");
  Host neighbour(desk.store, other);
  neighbour.configure();
  CHECK(neighbour.refusal(ViewConversation{oi.conversation}, "joao").code == ErrorCode::not_found);
  CHECK(neighbour.query().conversations({}, 10)->empty());
  CHECK(neighbour.query().contact(oi.contact).error().code == ErrorCode::not_found);
}

TEST_CASE(
    "[B3] a command that comes again gives its first result; with other content, a conflict") {
  Desk desk;
  const Command note{"n1", AgentName("joao"),
                     AddNote{desk.host.whatsapp(ana, "oi").conversation, "liga à tarde"}};
  const Outcome first = desk.host.engine().feed(note, desk.host.now()).value();
  CHECK_FALSE(first.repeated);
  const StoreRows before = content_of(desk.store);
  desk.host.reopen();
  Outcome again = desk.host.engine().feed(note, desk.host.now()).value();
  CHECK(again.repeated);
  again.repeated = false;
  CHECK(again == first);
  CHECK(difference(before, content_of(desk.store)).empty());

  Command other = note;
  std::get<AddNote>(other.body).text = "liga de manhã";
  CHECK(desk.host.engine().feed(other, desk.host.now()).error().code == ErrorCode::conflict);
  other = note;
  other.actor = AgentName("marta");
  CHECK(desk.host.engine().feed(other, desk.host.now()).error().reason == "id_reused");
  CHECK(desk.host.engine().feed({"", {}, ConfirmTime{}}, desk.host.now()).error().reason ==
        "bad_id");
  CHECK(desk.host.engine()
            .feed({std::string(129, 'x'), {}, ConfirmTime{}}, desk.host.now())
            .error()
            .reason == "bad_id");
}

TEST_CASE("a refused command leaves nothing behind, in the router neither") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  CreateCallback create;
  create.conversation = oi.conversation;
  create.agent = AgentName("joao");
  create.not_before = desk.host.now() + 1h;
  const CallbackId callback = desk.host.must(create, "joao").callback;
  desk.host.must(SetPresence{AgentName("marta"), Presence::offline, {}}, "marta");
  desk.host.settle_all();
  const StoreRows before = content_of(desk.store);
  CHECK(desk.host.refusal(PlaceCallback{callback}, "marta").code == ErrorCode::refused);
  CHECK(difference(before, content_of(desk.store)).empty());
  CHECK(desk.host.query().works_of(AgentName("marta"))->empty());
  desk.host.must(SetPresence{AgentName("joao"), Presence::paused, {}}, "joao");
  const Outcome other = desk.host.whatsapp("5541988881111", "oi");
  const WorkId work = desk.host.query().interaction(other.interaction)->work;
  CHECK(desk.host.query().place(work)->waiting == 1);
  desk.host.must(PlaceCallback{callback}, "joao");
  const StoreRows after = content_of(desk.store);
  desk.host.reopen();
  CHECK_FALSE(desk.host.engine().faulted());
  CHECK(desk.host.query().callback(callback)->attempts.size() == 1);
  CHECK(difference(after, content_of(desk.store)).empty());
}

TEST_CASE(
    "an agent's presence and other calls are theirs, a supervisor's and the systems' to tell") {
  Desk desk;
  const AgentName joao("joao");
  const AgentName marta("marta");
  const std::vector<CommandBody> of_marta{SetPresence{marta, Presence::paused, "lunch"},
                                          SetOtherCall{marta, true}};
  for (const CommandBody& told : of_marta)
    CHECK(desk.host.refusal(told, "joao").reason == "not_yours");
  for (const CommandBody& told : of_marta) desk.host.must(told, "marta");
  desk.host.must(SetPresence{joao, Presence::available, {}}, "marta");
  desk.host.must(SetOtherCall{joao, true});
  CHECK(desk.host.query().agent(joao)->on_other_call);
}

TEST_CASE("an agent who does not respond: told to those who can act, before and after a restart") {
  Desk desk;
  const AgentName joao("joao");
  desk.host.must(SetPresence{joao, Presence::available, {}}, "joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.pass(20s);
  CHECK(desk.host.query().agent(joao)->missed_offers == 1);
  desk.host.reopen();
  desk.host.pass(40s);
  CHECK(desk.host.query().agent(joao)->missed_offers == 2);
  CHECK(desk.host.query().agent(joao)->presence == Presence::available);
  desk.host.pass(20s);
  desk.host.reopen();
  desk.host.wait(20s);
  REQUIRE(desk.host.engine().feed_time(desk.host.now()));
  CHECK(desk.host.query().agent(joao)->presence == Presence::paused);
  CHECK(desk.host.query().agent(joao)->reason == "not_responding");
  CHECK(desk.host.count(oi.conversation, EventKind::offered) == 3);

  std::vector<std::string> told;
  for (const Handout& out : desk.host.settle_all()) {
    if (out.body.at("type") == Value("agent_not_responding")) told.push_back(out.agent.text());
  }
  CHECK(told == std::vector<std::string>{"joao", "marta"});
  const std::vector<Signal> signals = desk.host.engine().take_signals();
  CHECK(std::count_if(signals.begin(), signals.end(), [](const Signal& signal) {
          return signal.name == "agent_not_responding" && signal.agent.empty();
        }) == 1);

  // Nobody is asked any more, and the conversation does not grow by itself.
  const std::size_t entries = desk.host.timeline(oi.conversation).size();
  desk.host.pass(1h);
  CHECK(desk.host.timeline(oi.conversation).size() == entries);
  desk.host.must(SetPresence{joao, Presence::available, {}}, "marta");
  desk.host.accept("joao");
  CHECK(desk.host.query().conversation(oi.conversation)->owner == joao);
}

TEST_CASE("[S0.5] alternatives are for who waits, not for who was offered to somebody meanwhile") {
  MemoryStore store;
  Host host(store);
  nlohmann::json json = configuration();
  json["queues"][0]["waiting_when"] = {"agents_busy"};
  for (nlohmann::json& agent : json["agents"]) agent["capacity"] = {{"voice", 1}, {"chat", 1}};
  host.must(LoadConfiguration{json.dump()});
  host.sign_in("joao");
  const Outcome bia = host.whatsapp("5541988881111", "oi");  // offered to João
  host.sign_in("marta");
  const Outcome from_ana = host.whatsapp(ana, "oi");  // offered to Marta
  CreateCallback create;
  create.conversation = from_ana.conversation;
  create.agent = AgentName("marta");
  host.must(create, "marta");  // offered to Marta, who can be offered nothing else now

  // Taking Ana's chat takes Bia's from João. It keeps the promise to Ana too, so that Marta is free
  // for Bia: for a moment, within this input, nobody was.
  host.must(ClaimConversation{from_ana.conversation}, "joao");
  const Interaction chat = *host.query().interaction(bia.interaction);
  CHECK(host.query().work(chat.work)->agent == AgentName("marta"));
  CHECK(host.count(bia.conversation, EventKind::offered) == 2);
  CHECK(host.count(bia.conversation, EventKind::flow_started) == 0);
  CHECK_FALSE(chat.alternatives_offered);
}

// --- receiving -----------------------------------------------------------------------------------

TEST_CASE("a genuine webhook is decided, committed and answered") {
  Desk desk;
  const auto answer = desk.host.engine().receive(
      desk.host.webhook("meta", whatsapp_body("wamid.1", "oi")), morning());
  REQUIRE(answer);
  CHECK(answer->status == 200);
  const auto conversations = desk.host.query().conversations({}, 10).value();
  REQUIRE(conversations.size() == 1);
  const StoreRows before = content_of(desk.store);
  REQUIRE(desk.host.engine().receive(desk.host.webhook("meta", whatsapp_body("wamid.1", "oi")),
                                     morning()));
  CHECK(difference(before, content_of(desk.store)).empty());
}

TEST_CASE("whoever hands a request in is told what came of each of its events") {
  Desk desk;
  const auto receive = [&desk](const std::string& body) {
    std::vector<EventOutcome> events;
    const bool answered =
        desk.host.engine().receive(desk.host.webhook("pbx", body), morning(), &events).has_value();
    return std::pair(answered, events);
  };
  const auto [answered, events] = receive(R"([
      {"event_id": "e1", "event": "incoming", "call": "c1", "from": "anonymous",
       "to": "08001234567"},
      {"event_id": "e2", "event": "digits", "call": "c9", "digits": "1"},
      {"event_id": "e1", "event": "incoming", "call": "c1", "from": "anonymous",
       "to": "08001234567"},
      {"event_id": "e3", "event": "hung_up", "call": "c1"}])");
  CHECK(answered);
  REQUIRE(events.size() == 4);
  REQUIRE(events[0].outcome);
  const ConversationId conversation = events[0].outcome->conversation;
  CHECK(conversation);
  CHECK(events[0].outcome->interaction);
  CHECK(events[0].entries < desk.host.timeline(conversation).size());
  CHECK(events[1].outcome.error().reason == "unknown_call");
  CHECK(events[1].entries == 0);
  CHECK(events[2].outcome->repeated);
  CHECK(events[3].outcome->interaction == events[0].outcome->interaction);
  CHECK(events[3].entries == desk.host.timeline(conversation).size());

  const auto [refused, alone] =
      receive(R"({"event_id": "e4", "event": "digits", "call": "c9", "digits": "1"})");
  CHECK_FALSE(refused);
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].outcome.error().reason == "unknown_call");
}

TEST_CASE("an event that nothing tells from another one is refused, and takes no other's place") {
  Desk desk;
  const auto reason = [&](const char* connection, ChannelEvent event) {
    const auto taken = desk.host.event(connection, std::move(event));
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == ErrorCode::invalid);
    CHECK_FALSE(taken.error().remedy.empty());
    return taken.error().reason;
  };
  CHECK(reason("meta", message("", whatsapp_number, ana, "oi")) == "no_id");
  CHECK(reason("meta", message("", whatsapp_number, ana, "sou eu")) == "no_id");
  CallEvent call = call_event(CallEventKind::incoming, "c1");
  call.to = line_number;
  CHECK(reason("pbx", call) == "no_id");
  CHECK(reason("meta", UnsupportedEvent{{}, {}, {}, whatsapp_number, "reaction", false}) ==
        "no_id");
  CHECK(reason("meta", Receipt{}) == "no_id");
  Receipt by_effect;
  by_effect.effect = EffectId(7);
  by_effect.status = DeliveryStatus::read;
  CHECK(desk.host.event("meta", by_effect));
  CHECK(desk.host.query().conversations({}, 10)->empty());
}

TEST_CASE("a message does not come to a telephone line, nor a call to a written channel") {
  Desk desk;
  const auto written = desk.host.event("pbx", message("m1", line_number, ana, "oi"));
  REQUIRE_FALSE(written);
  CHECK(written.error().code == ErrorCode::invalid);
  CHECK(written.error().reason == "wrong_channel");
  CallEvent call = call_event(CallEventKind::incoming, "c1");
  call.id = "e1";
  call.to = whatsapp_number;
  const auto called = desk.host.event("meta", call);
  REQUIRE_FALSE(called);
  CHECK(called.error().reason == "wrong_channel");
  CHECK(called.error().subject == "entry point whatsapp");
  const UnsupportedEvent said{"u1",        {},  {{AddressKind::phone, ana}, {}, {}},
                              line_number, "x", true};
  CHECK(desk.host.event("pbx", said).error().reason == "wrong_channel");
  CHECK(desk.host.query().conversations({}, 10)->empty());
}

TEST_CASE("what was understood only in part says so on the timeline") {
  Desk desk;
  InboundMessage cut = message("w1", whatsapp_number, ana, "oi");
  cut.warnings = {"The advertisement's referral is left out."};
  const Outcome taken = desk.host.event("meta", cut).value();
  const Value expected(Value::List{Value(cut.warnings.front())});
  CHECK(desk.host.timeline(taken.conversation).at(taken.entry - 1).details.at("warnings") ==
        expected);
  CallEvent call = call_event(CallEventKind::incoming, "c1");
  call.from.address = {AddressKind::withheld, "c1"};
  call.to = line_number;
  call.warnings = cut.warnings;
  const Outcome called = desk.host.told(call);
  CHECK(desk.host.timeline(called.conversation).at(called.entry - 1).details.at("warnings") ==
        expected);
  const Outcome plain = desk.host.whatsapp(ana, "oi");
  CHECK_FALSE(
      desk.host.timeline(plain.conversation).at(plain.entry - 1).details.contains("warnings"));
}

TEST_CASE("a wrong signature, an unknown path and an oversized body are refused unread") {
  EngineOptions how = options();
  how.limits.request_bytes = 10'000;
  Desk desk(how);
  const StoreRows before = content_of(desk.store);
  Request forged = desk.host.webhook("meta", whatsapp_body("wamid.1", "oi"));
  forged.body += " ";
  CHECK(desk.host.engine().receive(forged, morning()).error().code == ErrorCode::unauthentic);
  Request lost = desk.host.webhook("meta", "{}");
  lost.url = "https://desk.aurora.example/hooks/nothing";
  CHECK(desk.host.engine().receive(lost, morning()).error().code == ErrorCode::not_found);
  const Request large = desk.host.webhook("meta", std::string(10'001, ' '));
  CHECK(desk.host.engine().receive(large, morning()).error().code == ErrorCode::limit);
  CHECK(difference(before, content_of(desk.store)).empty());
  CHECK(desk.host.query().quarantine({}, 10)->empty());
}

TEST_CASE("an unreadable payload is kept where it can be looked at") {
  EngineOptions how = options();
  how.limits.quarantine_rows = 2;
  Desk desk(how);
  const auto failed = desk.host.engine().receive(desk.host.webhook("meta", "{nonsense"), morning());
  REQUIRE_FALSE(failed);
  auto kept = desk.host.query().quarantine({}, 10).value();
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].connection == ConnectionName("meta"));
  CHECK(kept[0].request.body == "{nonsense");
  CHECK(kept[0].request.path() == "/hooks/whatsapp");
  CHECK(kept[0].request.header("X-Hub-Signature-256").size() > 0);
  CHECK(kept[0].error.code == failed.error().code);
  CHECK(kept[0].at == morning());

  const auto lost = desk.host.engine().receive(
      desk.host.webhook("meta", whatsapp_body("wamid.9", "oi", "1")), morning());
  CHECK(lost.error().reason == "unknown_entry_point");
  desk.host.reopen();
  CHECK(desk.host.query().quarantine({}, 10)->size() == 2);
  CHECK_FALSE(desk.host.engine().receive(desk.host.webhook("meta", "[]"), morning()));
  kept = desk.host.query().quarantine({}, 10).value();
  REQUIRE(kept.size() == 2);  // the oldest has made room
  CHECK(kept[1].request.body == "[]");
  CHECK(desk.host.query().quarantine(kept[0].id, 10)->size() == 1);
}

TEST_CASE("an unreadable payload is kept once, however often it comes, and counted") {
  MemoryStore memory;
  WatchedStore store(memory);
  EngineOptions how = options();
  how.limits.quarantine_rows = 2;
  Host host(store, how);
  host.configure();
  const auto receive = [&](const std::string& body) {
    const std::size_t before = store.commits();
    const auto answer = host.engine().receive(host.webhook("meta", body), host.now());
    CHECK(store.commits() == before + 1);
    return answer;
  };
  for (int times = 1; times <= 3; ++times) {
    CHECK_FALSE(receive("{nonsense"));
    host.wait(1min);
    host.reopen();
  }
  auto kept = host.query().quarantine({}, 10).value();
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].times == 3);
  CHECK(kept[0].at == morning());
  CHECK(kept[0].last_at == morning() + 2min);

  CHECK_FALSE(receive("[]"));
  CHECK_FALSE(receive("[1]"));  // the oldest has made room, and comes as new again
  CHECK_FALSE(receive("{nonsense"));
  kept = host.query().quarantine({}, 10).value();
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].request.body == "[1]");
  CHECK(kept[1].request.body == "{nonsense");
  CHECK(kept[1].times == 1);
}

TEST_CASE("what was refused inside a request costs no commit of its own") {
  MemoryStore memory;
  WatchedStore store(memory);
  Host host(store);
  host.configure();
  nlohmann::json both = nlohmann::json::parse(whatsapp_body("wamid.1", "oi"));
  const nlohmann::json lost = nlohmann::json::parse(whatsapp_body("wamid.2", "oi", "1"));
  both["entry"].push_back(lost["entry"][0]);
  both["entry"].push_back(nlohmann::json::parse(whatsapp_body("wamid.3", "e?"))["entry"][0]);
  const std::size_t before = store.commits();
  const auto answer = host.engine().receive(host.webhook("meta", both.dump()), morning());
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(store.commits() == before + 1);
  const auto conversations = host.query().conversations({}, 10).value();
  REQUIRE(conversations.size() == 1);
  std::size_t messages = 0;
  for (const Entry& entry : host.timeline(conversations[0].id)) {
    if (entry.type == EntryType::message) ++messages;
  }
  CHECK(messages == 2);
  CHECK(host.query().quarantine({}, 10)->size() == 1);

  // Refused alone it costs one too, and is not answered.
  const std::size_t then = store.commits();
  CHECK(host.engine().receive(host.webhook("meta", lost.dump()), morning()).error().reason ==
        "unknown_entry_point");
  CHECK(store.commits() == then + 1);

  // Nothing of it is there when the commit fails.
  store.fail_commit(0, ErrorCode::storage, false);
  nlohmann::json third = lost;
  third["entry"][0]["id"] = "2";
  CHECK_FALSE(host.engine().receive(host.webhook("meta", third.dump()), morning()));
  host.reopen();
  CHECK(host.query().quarantine({}, 10)->size() == 2);
}

// --- commits and signals -------------------------------------------------------------------------

TEST_CASE("one feed costs exactly one commit, however many inputs it has") {
  MemoryStore memory;
  WatchedStore store(memory);
  Host host(store);
  host.configure();
  std::size_t before = store.commits();
  host.whatsapp(ana, "oi");
  CHECK(store.commits() == before + 1);
  std::vector<Input> inputs;
  for (int i = 0; i < 50; ++i) {
    const std::string number = "55419888800" + std::to_string(10 + i);
    inputs.emplace_back(DecodedEvent{
        ConnectionName("meta"), message("b" + std::to_string(i), whatsapp_number, number, "oi")});
  }
  inputs.emplace_back(Command{"bad", {}, ViewConversation{ConversationId(1)}});
  before = store.commits();
  const auto results = host.engine().feed(inputs, host.now()).value();
  CHECK(store.commits() == before + 1);
  CHECK(results.size() == 51);
  CHECK_FALSE(results.back());
  CHECK(std::all_of(results.begin(), results.end() - 1,
                    [](const auto& one) { return one.has_value(); }));
  before = store.commits();
  host.engine().feed(inputs, host.now()).value();  // all of them duplicates
  CHECK(store.commits() == before);
  const std::vector<Handout> out = host.poll();
  CHECK(store.commits() == before);
  REQUIRE_FALSE(host.engine().feed(std::vector<Input>(10'001), host.now()));
}

TEST_CASE("signals are shown after the commit, once, and not after a failed one") {
  MemoryStore memory;
  WatchedStore store(memory);
  Host host(store);
  host.configure();
  host.whatsapp(ana, "oi");
  const std::vector<Signal> signals = host.engine().take_signals();
  REQUIRE_FALSE(signals.empty());
  CHECK(signals.front().name == "waiting");
  CHECK(host.engine().take_signals().empty());
  store.fail_commit(0, ErrorCode::storage, false);
  CHECK_FALSE(host.event("meta", message("x", whatsapp_number, "5541988881111", "oi")));
  CHECK(host.engine().take_signals().empty());
}

TEST_CASE("a question that the store cannot answer now harms nothing") {
  MemoryStore memory;
  WatchedStore store(memory);
  EngineOptions how = options();
  how.limits.cached_records = 0;
  Host host(store, how);
  host.configure();
  const ConversationId id = host.whatsapp(ana, "oi").conversation;
  store.fail_read();
  CHECK(host.query().conversation(id).error().code == ErrorCode::storage);
  CHECK(host.query().conversation(id)->id == id);
  store.fail_read();
  CHECK_FALSE(host.query().conversation(id));
  CHECK(host.whatsapp(ana, "ainda aí?").conversation == id);
  CHECK_FALSE(host.engine().faulted());
}

TEST_CASE("an engine whose tenant another one serves hands nothing out, and says why") {
  MemoryStore store;
  Host first(store);
  first.configure();
  first.sign_in("joao");
  first.whatsapp(ana, "oi");
  Host second(store);
  const Error fenced = first.engine().poll(first.now(), 10).error();
  CHECK(fenced.code == ErrorCode::unknown);
  CHECK(fenced.reason == "fenced");
  CHECK(fenced.remedy == "close this one: another engine serves the tenant now");
  CHECK(first.engine().faulted());
  CHECK_FALSE(second.poll().empty());
}

TEST_CASE("a faulted engine says what the store said") {
  MemoryStore memory;
  WatchedStore store(memory);
  Host host(store);
  host.configure();
  store.fail_commit(0, ErrorCode::storage, false);
  for (int times = 0; times < 2; ++times) {
    const Error error = host.event("meta", message("m2", whatsapp_number, ana, "dois")).error();
    CHECK(error.code == ErrorCode::unknown);
    CHECK(error.reason == "test");
    CHECK(error.message == "the engine is faulted (storage): the test makes this commit fail");
    CHECK(error.remedy == "open a new engine on the same store");
  }
}

TEST_CASE("an engine whose commit failed is faulted, and reopening goes on") {
  struct Case {
    ErrorCode code;
    bool applied;
  };
  for (const Case& how : {Case{ErrorCode::storage, false}, Case{ErrorCode::unknown, false},
                          Case{ErrorCode::unknown, true}}) {
    MemoryStore memory;
    WatchedStore store(memory);
    int told = 0;
    Engine* engine = nullptr;
    std::optional<ErrorCode> inside;
    EngineOptions with = options();
    with.on_fault = [&](const Error&) {
      ++told;
      inside = engine->feed_time(morning()).error().code;
    };
    Host host(store, with);
    engine = &host.engine();
    host.configure();
    const Outcome first = host.whatsapp(ana, "um");
    store.fail_commit(0, how.code, how.applied);
    const auto second = message("m2", whatsapp_number, ana, "dois");
    CHECK(host.event("meta", second).error().code == ErrorCode::unknown);
    CHECK(told == 1);
    CHECK(inside == ErrorCode::reentrant);
    CHECK(host.engine().faulted());
    CHECK(host.event("meta", second).error().code == ErrorCode::unknown);
    CHECK(host.engine().poll(host.now(), 10).error().code == ErrorCode::unknown);
    CHECK(host.query().conversation(first.conversation).error().code == ErrorCode::unknown);
    CHECK(host.engine().receive(host.webhook("meta", "{}"), host.now()).error().code ==
          ErrorCode::unknown);
    CHECK_FALSE(host.engine().next_deadline());
    CHECK(host.engine().fallback_route(EntryPointName("line")) == "queue-9000");
    CHECK(told == 1);

    host.reopen();
    const auto again = host.event("meta", second);
    REQUIRE(again);
    CHECK(again->repeated == how.applied);
    std::size_t messages = 0;
    for (const Entry& entry : host.timeline(first.conversation)) {
      if (entry.type == EntryType::message) ++messages;
    }
    CHECK(messages == 2);
  }
}

TEST_CASE("whatever call makes the engine faulted, its handler cannot call it back") {
  using Act = std::function<void(Host&, WatchedStore&)>;
  const std::vector<Act> acts{
      [](Host& host, WatchedStore& store) {
        store.fail_read();
        CHECK(host.engine().poll(host.now(), 10).error().code == ErrorCode::unknown);
      },
      [](Host& host, WatchedStore& store) {
        const Request request = host.webhook("meta", "{nonsense");
        store.fail_read();
        CHECK(host.engine().receive(request, host.now()).error().code == ErrorCode::unknown);
      },
      [](Host& host, WatchedStore& store) {
        store.fail_read();
        CHECK(host.engine().settle(EffectId(1), Done{}, host.now()).error().code ==
              ErrorCode::unknown);
      }};
  for (std::size_t i = 0; i < acts.size(); ++i) {
    INFO("act ", i);
    MemoryStore memory;
    WatchedStore store(memory);
    Host* host = nullptr;
    std::vector<ErrorCode> inside;
    EngineOptions how = options();
    how.limits.cached_records = 0;
    how.on_fault = [&](const Error&) {
      Engine& engine = host->engine();
      inside.push_back(engine.poll(morning(), 1).error().code);
      inside.push_back(engine.feed_time(morning()).error().code);
      inside.push_back(engine.receive(host->webhook("meta", "{}"), morning()).error().code);
      inside.push_back(engine.feed({"x", {}, ConfirmTime{}}, morning()).error().code);
      inside.push_back(engine.settle(EffectId(1), Done{}, morning()).error().code);
      inside.push_back(host->query().conversation(ConversationId(1)).error().code);
    };
    Host desk(store, how);
    host = &desk;
    desk.configure();
    desk.sign_in("joao");
    desk.whatsapp(ana, "oi");
    acts[i](desk, store);
    CHECK(inside == std::vector(6, ErrorCode::reentrant));
    CHECK(desk.engine().faulted());
    CHECK(desk.engine().feed_time(desk.now()).error().code == ErrorCode::unknown);
  }
}

TEST_CASE("an engine whose tenant was taken over is faulted") {
  Desk desk;
  Host successor(desk.store);
  const auto late = desk.host.event("meta", message("m", whatsapp_number, ana, "oi"));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::unknown);
  CHECK(late.error().reason == "fenced");
  CHECK(successor.whatsapp(ana, "oi").entry > 0);
}

// --- time ----------------------------------------------------------------------------------------

TEST_CASE("time never goes back, and a wild jump forward needs a word") {
  Desk desk;
  desk.host.wait(1h);
  const Outcome first = desk.host.whatsapp(ana, "oi");
  desk.host.wait(-2h);
  desk.host.whatsapp(ana, "e então?");
  const std::vector<Entry> entries = desk.host.timeline(first.conversation);
  for (const Entry& entry : entries) CHECK(entry.at == morning() + 1h);

  const Timestamp far = morning() + 24h * 500;
  CHECK(desk.host.engine().feed_time(far).error().reason == "time_jump");
  CHECK(desk.host.engine()
            .receive(desk.host.webhook("meta", whatsapp_body("w", "oi")), far)
            .error()
            .reason == "time_jump");
  CHECK_FALSE(desk.host.engine().faulted());
  REQUIRE(desk.host.engine().feed({"yes", {}, ConfirmTime{}}, far));
  CHECK(desk.host.engine().feed_time(far + 1s));
}

TEST_CASE("a wild jump while the engine was closed needs the same word") {
  Desk desk;
  desk.host.whatsapp(ana, "oi");
  desk.host.wait(24h * 500);
  desk.host.reopen();
  CHECK(desk.host.engine().feed_time(desk.host.now()).error().reason == "time_jump");
  REQUIRE(desk.host.engine().feed({"yes", {}, ConfirmTime{}}, desk.host.now()));
  CHECK(desk.host.engine().feed_time(desk.host.now()));
}

// --- effects -------------------------------------------------------------------------------------

TEST_CASE("poll writes nothing and hands out once") {
  MemoryStore memory;
  WatchedStore store(memory);
  Host host(store);
  host.configure();
  host.sign_in("joao");
  const Outcome oi = host.whatsapp(ana, "oi");
  const StoreRows before = content_of(store);
  const std::size_t commits = store.commits();
  const auto first = host.engine().poll(host.now(), 0).value();
  CHECK(first.empty());
  CHECK(host.poll().size() == 1);
  CHECK(host.poll().empty());
  CHECK(store.commits() == commits);
  CHECK(difference(before, content_of(store)).empty());
  host.reopen();
  const std::vector<Handout> again = host.poll();
  REQUIRE(again.size() == 1);
  CHECK(again[0].maybe_done);
  host.settle(again[0]);
  host.reopen();
  CHECK(host.poll().empty());
  CHECK(host.query().conversation(oi.conversation));
}

TEST_CASE("what cannot be handed out does not keep back what can") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  desk.host.wait(24h - 1s);
  const EffectId late = desk.host.must(text_from("whatsapp", oi.conversation, "um"), "joao").effect;
  const EffectId sms = desk.host.must(text_from("sms", oi.conversation, "dois"), "joao").effect;
  desk.host.wait(1s);  // the window has closed, and time was not fed
  CHECK(late < sms);
  const auto out = desk.host.engine().poll(desk.host.now(), 1).value();
  CHECK(ids_of(out, EffectKind::send) == std::vector{sms});
}

TEST_CASE("messages of a lane go out one unsettled at a time and in order") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  const auto send = [&](const char* from, const char* text) {
    return desk.host.must(text_from(from, oi.conversation, text), "joao").effect;
  };
  const EffectId one = send("whatsapp", "um");
  const EffectId two = send("whatsapp", "dois");
  const EffectId other = send("sms", "por SMS");
  std::vector<Handout> out = desk.host.poll();
  CHECK(ids_of(out, EffectKind::send) == std::vector{one, other});
  CHECK(desk.host.poll().empty());
  desk.host.settle(out.front());
  out = desk.host.poll();
  CHECK(ids_of(out, EffectKind::send) == std::vector{two});
  CHECK_FALSE(out.front().maybe_done);
}

TEST_CASE("verbs of a call are pipelined, and go with the call") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome first = desk.host.call("c1", "041988887777");
  desk.host.accept("joao");
  CallEvent bridged = call_event(CallEventKind::bridged, "c1");
  desk.host.told(bridged);
  desk.host.call("c2", "041988887777");  // joao is busy: the alternatives
  const std::vector<Handout> out = desk.host.poll();
  CHECK(ids_of(out, EffectKind::call).size() == 2);  // answer and gather, neither settled
  desk.host.hung_up("c2");
  CHECK(desk.host.poll().empty());
  const auto left = desk.host.query().unsettled({}, 100).value();
  CHECK(std::none_of(left.begin(), left.end(),
                     [](const Effect& effect) { return effect.kind == EffectKind::call; }));
  CHECK(desk.host.settle(out.front()).repeated);
  CHECK(first.conversation);
}

TEST_CASE("settling twice is a success that changes nothing") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.host.whatsapp(ana, "oi");
  const std::vector<Handout> out = desk.host.poll();
  REQUIRE(out.size() == 1);
  CHECK_FALSE(desk.host.settle(out[0]).repeated);
  const StoreRows before = content_of(desk.store);
  CHECK(desk.host.settle(out[0]).repeated);
  CHECK(difference(before, content_of(desk.store)).empty());
  CHECK(desk.host.poll().empty());
}

TEST_CASE("a transport's reply does not settle a notification") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.host.whatsapp(ana, "oi");
  const std::vector<Handout> out = desk.host.poll();
  CHECK(desk.host.engine().settle(out[0].id, reply(200), desk.host.now()).error().reason ==
        "wrong_settlement");
  CHECK_FALSE(desk.host.settle(out[0]).repeated);
}

TEST_CASE("a passing fault is tried again, each time later, and in the end fails visibly") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  const Outcome sent = desk.host.must(text_from("whatsapp", oi.conversation, "olá"), "joao");
  std::vector<Duration> waits;
  for (std::uint32_t attempt = 1;; ++attempt) {
    const std::vector<Handout> out = desk.host.poll();
    REQUIRE(ids_of(out, EffectKind::send) == std::vector{sent.effect});
    CHECK(out[0].attempt == attempt);
    REQUIRE(desk.host.engine().settle(sent.effect, reply(503), desk.host.now()));
    CHECK(ids_of(desk.host.poll(), EffectKind::send).empty());
    const auto next = desk.host.engine().next_deadline();
    if (!desk.host.query().unsettled(EffectId(sent.effect.value() - 1), 1)->size() || attempt > 9 ||
        desk.host.query().unsettled(EffectId(sent.effect.value() - 1), 1)->front().id !=
            sent.effect) {
      break;
    }
    REQUIRE(next);
    waits.push_back(*next - desk.host.now());
    desk.host.wait(waits.back() - 1s);
    CHECK(ids_of(desk.host.poll(), EffectKind::send).empty());
    desk.host.wait(1s);
  }
  CHECK(waits == std::vector<Duration>{5s, 20s, 80s, 320s});
  const Entry failed = desk.host.timeline(oi.conversation).at(sent.entry - 1);
  CHECK(failed.status == DeliveryStatus::failed);
  CHECK(desk.host.count(oi.conversation, EventKind::send_failed) == 1);
}

TEST_CASE("a message behind one that failed for good goes out all the same") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  const EffectId one = desk.host.must(text_from("whatsapp", oi.conversation, "um"), "joao").effect;
  const EffectId two =
      desk.host.must(text_from("whatsapp", oi.conversation, "dois"), "joao").effect;
  desk.host.poll();
  REQUIRE(desk.host.engine().settle(one, Failed{"gone", "The number is gone.", false}, morning()));
  const std::vector<Handout> out = desk.host.poll();
  CHECK(ids_of(out, EffectKind::send) == std::vector{two});
  CHECK(ids_of(out, EffectKind::notify).size() == 1);  // its owner is told
}

TEST_CASE("after a restart an unsettled send goes again or is held, as its entry point says") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  const EffectId chat = desk.host.must(text_from("whatsapp", oi.conversation, "oi"), "joao").effect;
  const EffectId held = desk.host.must(text_from("sms", oi.conversation, "oi"), "joao").effect;
  const EffectId behind = desk.host.must(text_from("sms", oi.conversation, "?"), "joao").effect;
  desk.host.poll();
  desk.host.reopen();
  const std::vector<Handout> out = desk.host.poll();
  REQUIRE(ids_of(out, EffectKind::send) == std::vector{chat});
  CHECK(out[0].maybe_done);
  CHECK_FALSE(out[0].request->idempotency_key.empty());
  for (const Handout& one : out) desk.host.settle(one);

  // A person has seen that it never arrived: once more.
  REQUIRE(desk.host.engine().settle(held, Failed{"not_there", "Not sent.", true}, desk.host.now()));
  desk.host.pass(5s);
  desk.host.settle_all();
  CHECK(desk.host.query().unsettled({}, 10)->empty());
  CHECK(behind > held);
}

TEST_CASE("however many effects are unsettled, an engine that is opened offers them all again") {
  EngineOptions how = options();
  how.limits.unsettled_effects = 5;
  Desk desk(how);
  desk.host.sign_in("joao");
  desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  for (int i = 0; i < 9; ++i) desk.host.whatsapp(ana, "ainda aí?");
  desk.host.reopen();
  CHECK(ids_of(desk.host.poll(), EffectKind::notify).size() == 9);
}

TEST_CASE("a send that nobody can encode any more fails visibly") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  const Outcome sent = desk.host.must(text_from("sms", oi.conversation, "oi"), "joao");
  nlohmann::json without_sms = configuration();
  without_sms["entry_points"].erase(1);
  without_sms["surveys"].clear();
  desk.host.must(LoadConfiguration{without_sms.dump()});
  CHECK(ids_of(desk.host.poll(), EffectKind::send).empty());
  REQUIRE(desk.host.engine().next_deadline());
  REQUIRE(desk.host.engine().feed_time(desk.host.now()));
  CHECK(desk.host.timeline(oi.conversation).at(sent.entry - 1).status == DeliveryStatus::failed);
}

TEST_CASE("at the ceiling of unsettled effects sends are busy and arrivals are not") {
  EngineOptions how = options();
  how.limits.unsettled_effects = 3;
  Desk desk(how);
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  for (int i = 0; i < 3; ++i) desk.host.must(text_from("whatsapp", oi.conversation, "a"), "joao");
  const Error busy = desk.host.refusal(text_from("whatsapp", oi.conversation, "b"), "joao");
  CHECK(busy.code == ErrorCode::busy);
  CHECK(desk.host.whatsapp(ana, "ainda aí?").entry > 0);
}

TEST_CASE("a flow that ends with a promise open does not close the conversation") {
  MemoryStore store;
  Host host(store);
  nlohmann::json json = configuration();
  json["entry_points"][1]["flow"] = "busy_adviser";
  host.must(LoadConfiguration{json.dump()});
  const Outcome oi = host.sms("+5541988887777", "oi");
  CreateCallback create;
  create.conversation = oi.conversation;
  const CallbackId callback = host.must(create).callback;
  host.sms("+5541988887777", "Seguir no WhatsApp");
  CHECK(host.query().interaction(oi.interaction)->state == InteractionState::ended);
  const ConversationRecord after = host.query().conversation(oi.conversation).value();
  CHECK(after.status == ConversationStatus::open);
  CHECK(after.kept_place);
  host.must(CancelCallback{callback});
  host.must(CloseConversation{oi.conversation, {}, {}, {}}, "joao");
  CHECK(host.refusal(create).reason == "closed");
}

// --- what is private, what is allowed ------------------------------------------------------------

TEST_CASE("notes reach no handout and no customer") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  const std::string secret = "SECRETO: cliente difícil";
  desk.host.must(AddNote{oi.conversation, secret}, "joao");
  desk.host.must(text_from("whatsapp", oi.conversation, "olá"), "joao");
  desk.host.must(ReassignConversation{oi.conversation, AgentName("marta")}, "joao");
  for (const Handout& out : desk.host.settle_all()) {
    CHECK(Value(out.body).to_text().find("SECRETO") == std::string::npos);
    if (out.request) CHECK(out.request->body.find("SECRETO") == std::string::npos);
  }
  const auto view = desk.host.query().customer_view(oi.conversation, 0, 100).value();
  REQUIRE(view.size() == 2);
  CHECK(view[0].sequence == 1);
  CHECK(view[1].sequence == 2);
  for (const Entry& entry : desk.host.timeline(oi.conversation)) {
    CHECK(entry.content.text != secret);
  }
  const auto notes = desk.host.query().notes(oi.conversation, NoteId(), 10).value();
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].text == secret);
}

TEST_CASE("[S2.20][S2.23] free text is closed exactly 24 hours after the last message") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}}, {}});
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  desk.host.wait(24h - 1us);
  const Outcome last = desk.host.must(text_from("whatsapp", oi.conversation, "ainda"), "joao");
  desk.host.wait(1us);
  const Error closed = desk.host.refusal(text_from("whatsapp", oi.conversation, "tarde"), "joao");
  CHECK(closed.code == ErrorCode::refused);
  CHECK(closed.reason == "template_required");
  CHECK_FALSE(closed.remedy.empty());
  // What was decided in time and not handed out in time is not sent any more.
  CHECK(ids_of(desk.host.poll(), EffectKind::send).empty());
  REQUIRE(desk.host.engine().feed_time(desk.host.now()));
  CHECK(desk.host.timeline(oi.conversation).at(last.entry - 1).status == DeliveryStatus::refused);

  SendMessage with_template = text_from("whatsapp", oi.conversation, "");
  with_template.template_name = TemplateName("reminder");
  const Outcome sent = desk.host.must(with_template, "joao");
  CHECK(ids_of(desk.host.poll(), EffectKind::send) == std::vector{sent.effect});
  CHECK(desk.host.refusal(text_from("whatsapp", oi.conversation, "e agora?"), "joao").reason ==
        "template_required");
  desk.host.whatsapp(ana, "sim");
  desk.host.must(text_from("whatsapp", oi.conversation, "bom dia"), "joao");
}

TEST_CASE("a send that the provider took just before its window closed is not called refused") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  desk.host.wait(24h - 1s);
  const Outcome sent = desk.host.must(text_from("whatsapp", oi.conversation, "ainda"), "joao");
  const std::vector<Handout> out = desk.host.poll();
  REQUIRE(ids_of(out, EffectKind::send) == std::vector{sent.effect});
  desk.host.wait(2s);
  desk.host.settle(out.front());
  CHECK(desk.host.timeline(oi.conversation).at(sent.entry - 1).status == DeliveryStatus::accepted);
}

TEST_CASE("the desk survives on disk what it survives in memory") {
  const store_support::TempFolder folder;
  auto store = store_support::open_sqlite(folder.file());
  ConversationId conversation;
  {
    Host host(*store);
    host.configure();
    host.sign_in("joao");
    conversation = host.whatsapp(ana, "oi").conversation;
    host.accept("joao");
    host.must(text_from("whatsapp", conversation, "olá"), "joao");
    host.poll();
  }
  store.reset();
  store = store_support::open_sqlite(folder.file());
  Host host(*store);
  const std::vector<Handout> out = host.poll();
  REQUIRE(ids_of(out, EffectKind::send).size() == 1);
  CHECK(out[0].maybe_done);
  host.settle_all();
  CHECK(host.query().conversation(conversation)->owner == AgentName("joao"));
  CHECK(host.query().works_of(AgentName("joao"))->size() == 1);
}
