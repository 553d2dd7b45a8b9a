// How much of anything may be handed to an engine: what is too much is refused before it is
// decided, and what was taken can always be read again.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "codec/binary.hpp"
#include "novelo/stores/memory.hpp"
#include "store_support.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;

namespace {

struct Desk {
  MemoryStore store;
  Host host;

  explicit Desk(EngineOptions how = options()) : host(store, std::move(how)) { host.configure(); }
};

Value nested(std::size_t levels) {
  Value value("x");
  for (std::size_t i = 0; i < levels; ++i) value = Value(Value::List{std::move(value)});
  return value;
}

UpsertContact ana_with(Value value) {
  UpsertContact contact;
  contact.name = "Ana";
  contact.addresses = {{AddressKind::phone, ana}};
  contact.attributes["k"] = std::move(value);
  return contact;
}

EffectId action_of(Host& host, Value parameter) {
  const ConversationId conversation = host.whatsapp(ana, "oi").conversation;
  const Outcome opened =
      host.must(OpenCase{conversation, CaseTypeName("appointment"), {}, {}, {}}, "joao");
  const Value::Map parameters{{"date", std::move(parameter)}};
  return host.must(RunAction{opened.case_id, "reschedule", parameters}, "joao").effect;
}

nlohmann::json with_action() {
  nlohmann::json json = configuration();
  json["actions"] = nlohmann::json::parse(
      R"([{"name": "reschedule", "parameters": ["date"], "sets": {"new_date": "answer.date"}}])");
  return json;
}

}  // namespace

TEST_CASE("[B3] a value that goes too deep is refused with its path, and stops nothing") {
  const Limits limits;
  const store_support::TempFolder folder;
  const auto store = store_support::open_sqlite(folder.file());
  Host host(*store);
  host.must(LoadConfiguration{with_action().dump()});
  const Error refused = host.refusal(ana_with(nested(limits.value_depth + 1)));
  CHECK(refused.code == ErrorCode::limit);
  CHECK(refused.reason == "too_deep");
  CHECK(refused.subject.starts_with("attributes.k[0][0]"));
  CHECK_FALSE(refused.remedy.empty());
  const ContactId contact = host.must(ana_with(nested(limits.value_depth))).contact;

  const EffectId effect = action_of(host, nested(limits.value_depth));
  host.reopen();
  CHECK(host.query().contact(contact)->attributes.at("k") == nested(limits.value_depth));
  CHECK(host.query().unsettled(EffectId(effect.value() - 1), 1)->front().id == effect);
  const auto settled = host.engine().settle(
      effect, Done{Value(Value::Map{{"date", nested(limits.value_depth)}})}, host.now());
  REQUIRE_FALSE(settled);
  CHECK(settled.error().reason == "too_deep");
  CHECK(settled.error().subject.starts_with("answer.date[0]"));
  CHECK(host.engine().settle(effect, Failed{"no", "No.", false}, host.now()));
  host.reopen();
}

TEST_CASE("[B3] a text that no store would take is refused with its path") {
  const store_support::TempFolder folder;
  const auto store = store_support::open_sqlite(folder.file());
  Host host(*store);
  host.configure();
  const ConversationId conversation = host.whatsapp(ana, "oi").conversation;
  const Limits limits;
  const Error note = host.refusal(AddNote{conversation, std::string(65 * 1024 * 1024, 'a')});
  CHECK(note.code == ErrorCode::limit);
  CHECK(note.reason == "too_long");
  CHECK(note.subject == "text");
  CHECK(host.refusal(ana_with(Value(std::string(limits.text_bytes + 1, 'a')))).subject ==
        "attributes.k");
  const Value::List many(limits.input_bytes / 8, Value());
  CHECK(host.refusal(ana_with(Value(many))).reason == "too_large");
  InboundMessage message =
      clinic::message("w1", whatsapp_number, ana, std::string(limits.request_bytes + 1, 'a'));
  const auto arrived = host.event("meta", message);
  REQUIRE_FALSE(arrived);
  CHECK(arrived.error().subject == "content.text");
  host.must(AddNote{conversation, std::string(limits.text_bytes, 'a')});
  CHECK_FALSE(host.engine().faulted());
  host.reopen();
  CHECK(host.query().notes(conversation, NoteId(), 10)->size() == 1);
}

TEST_CASE("a flood of mails is one live interaction, and its agent hears of each") {
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{configuration_with_mail().dump()});
  host.sign_in("joao");
  const Outcome first = host.mail("x@evil.example", mailbox);
  host.accept("joao");
  host.settle_all();
  for (int i = 0; i < 20; ++i) {
    const Outcome further = host.mail("x@evil.example", mailbox);
    CHECK(further.conversation == first.conversation);
    CHECK(further.interaction == first.interaction);
    const std::vector<Handout> told = host.settle_all();
    REQUIRE(told.size() == 1);
    CHECK(told[0].body.at("entry") == Value(std::to_string(further.entry)));
  }
  const ConversationRecord flooded = host.query().conversation(first.conversation).value();
  CHECK(flooded.live.size() == 1);
  CHECK(flooded.customer_entries == 21);
}

TEST_CASE("a line that never hangs up is taken for a stranger's") {
  EngineOptions how = options();
  how.limits.live_per_conversation = 2;
  Desk desk(how);
  const Outcome first = desk.host.call("c1", ana);
  CHECK(desk.host.call("c2", ana).conversation == first.conversation);
  const Outcome third = desk.host.call("c3", ana);
  CHECK(third.conversation != first.conversation);
  CHECK(third.contact != first.contact);
  CHECK(desk.host.query().work(desk.host.query().interaction(third.interaction)->work));
  CHECK(desk.host.query().contact(third.contact)->identities.empty());
  desk.host.hung_up("c1");
  CHECK(desk.host.call("c4", ana).conversation == first.conversation);
}

TEST_CASE("a contact, and an address, have as many of each other as they may have") {
  EngineOptions how = options();
  how.limits.identities_per_contact = 3;
  how.limits.contacts_per_identity = 2;
  Desk desk(how);
  const auto phone = [](int number) {
    return Address{AddressKind::phone, "554133330" + std::to_string(100 + number)};
  };
  UpsertContact many{"Ana", {}, {phone(0), phone(1), phone(2), phone(3)}, {}};
  const Error addresses = desk.host.refusal(many);
  CHECK(addresses.code == ErrorCode::limit);
  CHECK(addresses.subject == "addresses[3]");
  many.addresses.pop_back();
  const ContactId contact = desk.host.must(many).contact;
  CHECK(desk.host.must(many).contact == contact);  // they are hers already

  // A provider names one more: she is known by it all the same.
  InboundMessage message = clinic::message("w1", whatsapp_number, phone(0).value, "oi");
  message.from.aliases = {{AddressKind::page_user, "psid-1"}};
  CHECK(desk.host.event("meta", message)->contact == contact);
  CHECK(desk.host.query().contact(contact)->identities.size() == 3);
  CHECK(desk.host.query().contacts_at({AddressKind::page_user, "psid-1"}, {}).value() ==
        std::vector{contact});
  message.id = "w2";
  const ConversationId talk = desk.host.event("meta", message)->conversation;
  CHECK(desk.host.count(talk, EventKind::ceiling_reached) == 1);  // the first time, and not again
  for (const Entry& entry : desk.host.timeline(talk)) {
    if (entry.event != EventKind::ceiling_reached) continue;
    CHECK(entry.details.at("which") == Value("identities_per_contact"));
    CHECK(entry.details.at("address") == Value("page_user:psid-1"));
  }

  desk.host.must(UpsertContact{"Bea", {}, {phone(7), phone(0)}, {}});
  const Error shared = desk.host.refusal(UpsertContact{"Caio", {}, {phone(8), phone(0)}, {}});
  CHECK(shared.code == ErrorCode::limit);
  CHECK(shared.reason == "too_many_contacts");
  CHECK(shared.subject == "addresses[1]");
}

TEST_CASE("what is too much of a message is left out, and its entry says so") {
  EngineOptions how = options();
  how.limits.text_scalars = 100;
  how.limits.media_per_message = 2;
  Desk desk(how);
  const auto kept = [&](InboundMessage message) {
    const auto taken = desk.host.event("meta", std::move(message));
    if (!taken) FAIL(to_string(taken.error()));
    return desk.host.timeline(taken->conversation).at(taken->entry - 1);
  };
  const auto warnings = [](const Entry& entry) {
    const auto found = entry.details.find("warnings");
    return found == entry.details.end() ? std::size_t(0) : found->second.as_list()->size();
  };
  const std::string fits = std::string(95, 'a') + "ação!";
  const std::string long_one = fits + "!";
  InboundMessage message = clinic::message("w1", whatsapp_number, ana, fits);
  message.content.media.resize(2);
  CHECK(warnings(kept(message)) == 0);
  message.id = "w2";
  message.content.text = long_one;
  message.content.media.resize(5);
  message.content.media[1].transcript = long_one;
  message.warnings = {"The adapter's own."};
  const Entry entry = kept(message);
  CHECK(entry.content.text == fits);
  CHECK(entry.content.media.size() == 2);
  CHECK(entry.content.media[1].transcript == fits);
  const Value::List said = *entry.details.at("warnings").as_list();
  REQUIRE(said.size() == 4);
  CHECK(said[0] == Value("The adapter's own."));
  CHECK(said[2] == Value("3 of 5 media were left out."));

  const Outcome call = desk.host.call("c1", ana);
  CallEvent recorded = call_event(CallEventKind::recorded, "c1");
  recorded.text = long_one;
  recorded.media = Media{MediaKind::voice, {}, {}, 0, "rec-1", recorded.text};
  const Outcome left = desk.host.told(std::move(recorded));
  const Entry voicemail = desk.host.timeline(call.conversation).at(left.entry - 1);
  CHECK(voicemail.content.text == fits);
  CHECK(warnings(voicemail) == 1);
}

TEST_CASE("a request is measured with its URL and its headers") {
  EngineOptions how = options();
  how.limits.request_bytes = 2000;
  Desk desk(how);
  const auto reason = [&](Request request) {
    const auto answer = desk.host.engine().receive(request, desk.host.now());
    REQUIRE_FALSE(answer);
    return answer.error().reason;
  };
  Request request = desk.host.webhook("meta", "{}");
  CHECK(reason(request) == "wrong_object");
  request.url += "?x=" + std::string(2000, 'x');
  CHECK(reason(request) == "too_large");
  request = desk.host.webhook("meta", "{}");
  request.headers.push_back({"X-Long", std::string(2000, 'x')});
  CHECK(reason(request) == "too_large");
  CHECK(desk.host.query().quarantine({}, 10)->size() == 1);
}

TEST_CASE("the quarantine is bounded by bytes: the oldest payloads make room, none is cut") {
  EngineOptions how = options();
  how.limits.quarantine_bytes = 3000;
  Desk desk(how);
  const auto receive = [&](char letter, std::size_t bytes) {
    const Request request = desk.host.webhook("meta", std::string(bytes, letter));
    CHECK_FALSE(desk.host.engine().receive(request, desk.host.now()));
  };
  const auto kept = [&] {
    std::string letters;
    std::size_t bytes = 0;
    const auto rows = desk.host.query().quarantine({}, 100).value();
    for (const Quarantined& row : rows) {
      letters += row.request.body.substr(0, 1);
      bytes += row.request.body.size();
      CHECK((row.request.body.empty() || row.left_out == 0));
    }
    CHECK(bytes <= 3000);
    return letters;
  };
  for (const char letter : {'a', 'b', 'c', 'd', 'e'}) receive(letter, 400);
  CHECK(kept() == "abcde");
  receive('f', 1000);
  CHECK(kept().ends_with("ef"));
  CHECK_FALSE(kept().starts_with("a"));
  desk.host.reopen();
  receive('g', 2500);
  CHECK(kept() == "g");
  receive('h', 4000);  // larger than all there is: why it was refused, and nothing of it
  const auto rows = desk.host.query().quarantine({}, 100).value();
  REQUIRE_FALSE(rows.empty());
  const Quarantined& large = rows.back();
  CHECK(large.request.body.empty());
  CHECK(large.request.headers.empty());
  CHECK(large.left_out > 4000);
  CHECK(large.error.reason == "bad_json");
  CHECK_FALSE(large.error.remedy.empty());
  receive('h', 4000);
  CHECK(desk.host.query().quarantine({}, 100)->back().times == 2);
}

TEST_CASE("a configuration in service is not held against ceilings that were lowered") {
  EngineOptions how = options();
  how.limits.callback_attempts = 40;
  nlohmann::json json = configuration();
  json["callbacks"]["attempts"] = 30;
  json["desks"][0]["text_limit"] = 1000;
  MemoryStore store;
  {
    Host host(store, how);
    host.must(LoadConfiguration{json.dump()});
    host.whatsapp(ana, "oi");
  }
  how.limits.callback_attempts = 20;
  how.limits.configuration_bytes = 100;
  how.limits.text_scalars = 500;
  how.limits.json_depth = 3;
  Host host(store, how);
  CHECK(host.sms(ana, "oi?").conversation);
  const Error next = host.refusal(LoadConfiguration{json.dump()});
  CHECK(next.code == ErrorCode::limit);  // what is loaded now is
}

TEST_CASE("attributes are measured together with those that are there") {
  EngineOptions how = options();
  how.limits.fields_bytes = 1000;
  Desk desk(how);
  UpsertContact contact = ana_with(Value(std::string(600, 'a')));
  desk.host.must(contact);
  desk.host.must(contact);
  contact.attributes = {{"other", Value(std::string(600, 'a'))}};
  const Error refused = desk.host.refusal(contact);
  CHECK(refused.code == ErrorCode::limit);
  CHECK(refused.subject == "attributes.other");
}

TEST_CASE("the entry point that was written to longest ago is forgotten first") {
  EngineOptions how = options();
  how.limits.reaches_per_conversation = 2;
  MemoryStore store;
  Host host(store, how);
  host.must(LoadConfiguration{configuration_with_mail().dump()});
  const Address phone{AddressKind::phone, ana};
  const Address mail{AddressKind::email, "ana@correio.example"};
  host.must(UpsertContact{"Ana", {}, {phone, mail}, {}});
  const auto reached = [&](const Outcome& outcome) {
    std::vector<std::string> names;
    const ConversationRecord at = host.query().conversation(outcome.conversation).value();
    for (const Reach& reach : at.reaches) names.push_back(reach.entry_point.text());
    return names;
  };
  host.whatsapp(ana, "oi");
  host.wait(1min);
  host.sms(ana, "oi");
  host.wait(1min);
  CHECK(reached(host.mail(mail.value, mailbox)) == std::vector<std::string>{"sms", "mailbox"});
  host.wait(1min);
  host.sms(ana, "oi");
  CHECK(reached(host.whatsapp(ana, "oi")) == std::vector<std::string>{"sms", "whatsapp"});
}

TEST_CASE("the largest configuration fits into a row of the store") {
  const Limits limits;
  const SqliteOptions sqlite;
  CHECK(limits.configuration_bytes + 1024 < sqlite.row_bytes);
}

TEST_CASE("what a writer takes every reader takes") {
  for (const std::size_t levels : {1U, 90U, 95U, 96U, 97U, 200U}) {
    Outcome outcome;
    outcome.details["deep"] = nested(levels);
    const auto row = codec::to_row(outcome);
    Outcome back;
    CHECK(row.has_value() == (levels < 96));
    CHECK(codec::from_bytes(codec::to_bytes(outcome), back) == row.has_value());
  }
}
