// What was said goes: by age, and of one contact on request; that something was said stays.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "novelo/json.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/provider.hpp"
#include "store_support.hpp"
#include "support/clinic.hpp"
#include "support/payloads.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

constexpr const char* zulmira = "5541977776666";
constexpr const char* zulmira_mail = "zulmira@segredo.example";
constexpr const char* stranger = "5541955443322";

// SMS begins with a flow that asks for what people say of themselves, and keeps it.
nlohmann::json configuration_with_intake() {
  nlohmann::json json = configuration_with_mail();
  json["flows"].push_back(nlohmann::json::parse(R"({
    "flow": "intake", "version": 1, "locales": ["pt-BR"], "start": "name",
    "steps": {
      "name": {"kind": "ask", "expects": "text", "save_as": "name", "text": "Qual é o seu nome?",
               "next": "keep"},
      "keep": {"kind": "record", "event": "intake", "value": {"from": "name"}, "next": "born"},
      "born": {"kind": "ask", "expects": "date", "save_as": "born", "text": "Quando nasceu?",
               "next": "over"},
      "over": {"kind": "hand_over"}
    }})"));
  json["entry_points"][1]["flow"] = "intake";
  return json;
}

struct House {
  MemoryStore memory;
  Host host;

  explicit House(EngineOptions how = options()) : host(memory, std::move(how)) {
    host.must(LoadConfiguration{configuration_with_intake().dump()});
    host.sign_in("joao");
  }

  // Whoever writes is served in full, and the conversation is closed.
  ConversationId served(const std::string& from, int messages = 1) {
    const ConversationId id = host.whatsapp(from, "segredo").conversation;
    for (int i = 1; i < messages; ++i) host.whatsapp(from, "segredo " + std::to_string(i));
    host.settle_all();
    close(id);
    return id;
  }
  void close(ConversationId id, const CloseConversation& how = {}) {
    const ConversationRecord record = host.conversation(id);
    for (const InteractionId live : record.live) host.command(FinishInteraction{live}, "joao");
    CloseConversation close = how;
    close.conversation = id;
    host.must(close, "joao");
    host.settle_all();
  }
  // Purges until the end, a command at a time.
  std::vector<Outcome> purge_all(Timestamp before) {
    std::vector<Outcome> outcomes;
    for (ConversationId after;;) {
      outcomes.push_back(host.must(Purge{before, after}));
      const auto& details = outcomes.back().details;
      if (!details.contains("next")) return outcomes;
      after = ConversationId(std::stoull(details.at("next").to_text()));
      REQUIRE(outcomes.size() < 1000);
    }
  }
  std::vector<Outcome> erase_all(ContactId contact) {
    std::vector<Outcome> outcomes;
    do {
      outcomes.push_back(host.must(EraseContact{contact}));
      REQUIRE(outcomes.size() < 1000);
    } while (outcomes.back().details.at("done") == Value(false));
    return outcomes;
  }
  std::size_t rows_of(Table table) {
    const StoreRows rows = content_of(memory);
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const auto& row) { return std::get<Table>(row) == table; }));
  }
};

std::int64_t sum(const std::vector<Outcome>& outcomes, const char* what) {
  std::int64_t all = 0;
  for (const Outcome& outcome : outcomes) all += *outcome.details.at(what).as_int();
  return all;
}

// Where one of these words stands in a store, beside what is quarantined: "entry: word".
std::vector<std::string> found_in(Store& store, const std::vector<std::string>& words) {
  std::vector<std::string> found;
  const StoreRows rows = content_of(store);
  for (const auto& [table, key, value] : rows) {
    if (table == Table::configuration) continue;
    for (const std::string& word : words) {
      if (key.find(word) == std::string::npos && value.find(word) == std::string::npos) continue;
      found.push_back(std::string(to_string(table)) + ": " + word);
    }
  }
  return found;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += "\n  " + word;
  return text;
}

// A day of Zulmira's, on every channel, with a word of its own in every place that takes one.
struct Life : House {
  ContactId contact;
  ConversationId conversation;
  CaseId matter;
  CallbackId callback;
  SurveyId survey;
  std::string link;

  const std::vector<std::string> canaries{
      "Zulmira",        "977776666",     "segredo.example", "dado-interno", "nome-do-fluxo",
      "1980-05-17",     "dito-no-zap",   "resposta-dada",   "wamid.",       "carta-dela",
      "assunto-dela",   "carta-nossa",   "campo-do-caso",   "ramo-do-caso", "palavra-dita",
      "nota-interna",   "fala-gravada",  "gravacao-1",      "966665555",    "motivo-dito",
      "descricao-dita", "desfecho-dito", "comentario-dado", "955443322",    "dito-estranho"};

  explicit Life(EngineOptions how = options()) : House(std::move(how)) {
    contact =
        host.must(UpsertContact{"Zulmira",
                                {},
                                {{AddressKind::phone, zulmira}, {AddressKind::email, zulmira_mail}},
                                {{"plano", Value("dado-interno")}}})
            .contact;
    conversation = host.sms(std::string("+") + zulmira, "oi").conversation;
    host.settle_all();
    host.sms(std::string("+") + zulmira, "nome-do-fluxo");
    host.settle_all();
    host.sms(std::string("+") + zulmira, "17/05/1980");
    host.settle_all();
    host.must(ClaimConversation{conversation}, "joao");
    write();
    open_case();
    talk();
    be_a_stranger();
    ask();
    close(conversation, {{}, "motivo-dito", "descricao-dita", "desfecho-dito"});
    host.must(AnswerSurvey{link, 9, "comentario-dado"});
    host.pass(1min);
    host.settle_all();
  }

  Outcome send(const char* entry_point, const char* text, CaseId about = {}) {
    SendMessage send;
    send.conversation = conversation;
    send.entry_point = EntryPointName(entry_point);
    send.content.text = text;
    send.case_id = about;
    const Outcome sent = host.must(send, "joao");
    host.settle_all();
    return sent;
  }
  void write() {
    host.whatsapp(zulmira, "dito-no-zap");
    host.settle_all();
    send("whatsapp", "resposta-dada");
    host.must(AddNote{conversation, "nota-interna"}, "joao");
    InboundMessage mail = letter("m1@correio.example", zulmira_mail, "assunto-dela");
    mail.content.text = "carta-dela";
    REQUIRE(host.event("mail", mail));
    host.settle_all();
    send("mailbox", "carta-nossa");
  }
  void open_case() {
    matter = host.must(OpenCase{conversation,
                                CaseTypeName("visit"),
                                "ramo-do-caso",
                                {{"date", Value("2026-03-12T10:30:00-03:00")},
                                 {"about", Value("campo-do-caso")}},
                                {}},
                       "joao")
                 .case_id;
    host.must(MarkInformed{matter, "palavra-dita"}, "joao");
    host.must(SetCaseStatus{matter, CaseStatusName("pending"), false}, "joao");
    host.settle_all();
    InboundMessage reply = letter("m2@correio.example", zulmira_mail, "Re: assunto-dela");
    reply.content.mail->in_reply_to = {host.query().case_of(matter)->mails.back().message_id};
    REQUIRE(host.event("mail", reply));
    host.settle_all();
    host.must(VerifyReply{matter, false}, "joao");
    host.must(SetCaseStatus{matter, CaseStatusName("done"), false}, "joao");
    host.settle_all();
  }
  void talk() {
    host.call("k1", zulmira);
    CallEvent left = call_event(CallEventKind::recorded, "k1");
    left.media = Media{MediaKind::voice, "audio/ogg", {}, 0, "gravacao-1", "fala-gravada"};
    host.told(left);
    host.hung_up("k1");
    host.settle_all();
    CreateCallback create;
    create.conversation = conversation;
    create.number = {AddressKind::phone, "5541966665555"};
    create.not_before = host.now() + 24h;
    callback = host.must(create, "joao").callback;
    host.must(CancelCallback{callback}, "joao");
  }
  // She writes from a number that nobody knew, and turns out to be who she is: what she was called
  // there goes with the stranger.
  void be_a_stranger() {
    InboundMessage unknown = message("wamid.x", whatsapp_number, stranger, "dito-estranho");
    unknown.from.display_name = "apelido-dela";
    const auto came = host.event("meta", unknown);
    REQUIRE(came);
    host.settle_all();
    REQUIRE(came->contact != contact);
    REQUIRE_FALSE(found_in(memory, {"apelido-dela"}).empty());
    host.must(ChooseContact{came->conversation, contact}, "joao");
    host.settle_all();
    REQUIRE(found_in(memory, {"apelido-dela"}).empty());
  }
  void ask() {
    survey = host.must(SendSurvey{conversation, "nps"}, "joao").survey;
    host.settle_all();
    for (const Entry& entry : host.timeline(conversation)) {
      const std::size_t at = entry.content.text.find("/s/");
      if (at != std::string::npos) link = entry.content.text.substr(at + 3);
    }
    REQUIRE_FALSE(link.empty());
  }
};

EngineOptions with_purge_entries(std::size_t most) {
  EngineOptions how = options();
  how.limits.purge_entries = most;
  return how;
}

}  // namespace

// --- one contact's data --------------------------------------------------------------------------

TEST_CASE("an erased contact's data stands nowhere in the store") {
  for (const std::size_t most : {std::size_t{10'000}, std::size_t{3}}) {
    CAPTURE(most);
    Life life(with_purge_entries(most));
    const std::vector<std::string> planted = found_in(life.memory, life.canaries);
    for (const std::string& canary : life.canaries) {
      CAPTURE(canary);
      CHECK(std::any_of(planted.begin(), planted.end(),
                        [&](const std::string& where) { return where.ends_with(canary); }));
    }
    const CaseRecord before = life.host.query().case_of(life.matter).value();
    const std::vector<Outcome> erased = life.erase_all(life.contact);
    CHECK((erased.size() == 1) == (most > 1000));
    const std::vector<std::string> left = found_in(life.memory, life.canaries);
    INFO(listed(left));
    CHECK(left.empty());

    // What stays: that there was somebody, who was served, in a matter that has a number.
    const ContactRecord contact = life.host.query().contact(life.contact).value();
    CHECK(contact.name.empty());
    CHECK(contact.identities.empty());
    CHECK(contact.attributes.empty());
    CHECK(contact.erased_at.has_value());
    const ConversationRecord record = life.host.conversation(life.conversation);
    CHECK(record.purged == record.entries);
    CHECK(record.entries > 30);
    CHECK(record.closures == 1);
    CHECK(life.host.query().closures(life.conversation, 0, 10)->size() == 1);
    const CaseRecord matter = life.host.query().case_of(life.matter).value();
    CHECK(matter.protocol == before.protocol);
    CHECK(matter.status == before.status);
    CHECK(matter.resolved_at == before.resolved_at);
    CHECK(life.host.query().case_by_protocol(matter.protocol).value() == life.matter);
    CHECK(life.host.query().survey(life.survey)->score == 9);
    CHECK(life.host.query().callback(life.callback)->state == CallbackState::cancelled);
    CHECK(life.host.timeline(life.conversation).empty());
    CHECK(life.rows_of(Table::note) == 0);
    CHECK_FALSE(life.host.engine().faulted());

    const Outcome again = life.host.must(EraseContact{life.contact});
    CHECK(again.details.at("done") == Value(true));
    CHECK(again.details.at("entries") == Value(0));
    CHECK(again.details.at("conversations") == Value(0));
    life.host.reopen();
    CHECK(found_in(life.memory, life.canaries).empty());
  }
}

TEST_CASE("an erased contact's addresses are a stranger's") {
  Life life;
  life.erase_all(life.contact);
  const ContactId writes = life.host.whatsapp(zulmira, "oi").contact;
  CHECK(writes != life.contact);
  CHECK(life.host.call("k9", zulmira).contact == writes);
  CHECK(life.host.mail(zulmira_mail, mailbox).contact != life.contact);
  life.host.settle_all();
  CHECK(life.host.query().conversations_of(writes, {}, 10)->size() == 1);
  CHECK_FALSE(life.host.engine().faulted());
}

TEST_CASE("nothing of an erased contact's is taken up again") {
  Life life;
  life.erase_all(life.contact);
  const auto conversations = life.host.query().conversations_of(life.contact, {}, 10).value();
  REQUIRE_FALSE(conversations.empty());
  const ConversationId id = conversations.front().id;
  CHECK(life.host.refusal(ReopenConversation{id}, "joao").reason == "erased");
  CHECK(life.host.refusal(AddNote{id, "Zulmira ligou outra vez."}, "joao").reason == "erased");
  OpenCase matter;
  matter.conversation = id;
  matter.type = CaseTypeName("visit");
  CHECK(life.host.refusal(matter, "joao").reason == "erased");
}

TEST_CASE("what comes late to an erased contact's brings nothing back") {
  Life life;
  const auto mails = life.host.query().case_of(life.matter)->mails;
  std::string signed_address;
  for (const Entry& entry : life.host.timeline(life.conversation)) {
    if (entry.effect == mails.back().effect) signed_address = entry.content.mail->to.at(0);
  }
  life.erase_all(life.contact);

  // The same messages again are known, whoever asks for them.
  const InboundMessage again = letter("m1@correio.example", zulmira_mail, "assunto-dela");
  CHECK(life.host.event("mail", again)->repeated);
  CHECK(life.host.event("meta", message("wamid.x", whatsapp_number, stranger, "dito-estranho"))
            ->repeated);
  // The survey's link leads nowhere, the contact cannot be named again.
  CHECK(life.host.refusal(AnswerSurvey{life.link, 3, "comentario-dado"}).reason == "survey_over");
  CHECK(life.host.refusal(UpsertContact{"Zulmira", {}, {}, {}, life.contact}).reason == "erased");
  CHECK(found_in(life.memory, {"dito-estranho", "comentario-dado", "Zulmira"}).empty());
  // Receipts of messages that are gone, and answers to effects that were settled.
  Receipt receipt;
  receipt.effect = mails.back().effect;
  receipt.message_id = mails.back().message_id;
  receipt.status = DeliveryStatus::read;
  CHECK(life.host.event("mail", receipt));
  CHECK(life.host.engine()
            .settle(mails.back().effect, TransportReply{200, {}, "{}"}, life.host.now())
            ->repeated);
  CHECK(life.host.timeline(life.conversation).empty());
  // A mail to the signed address, and one that answers ours, are strangers'.
  for (const std::string& to : {signed_address, std::string(mailbox)}) {
    const Outcome came = life.host.mail(zulmira_mail, to, mails.back().message_id);
    CHECK(came.contact != life.contact);
    CHECK(came.conversation != life.conversation);
  }
  CHECK(life.host.query().case_of(life.matter)->replies.size() == 1);
  CHECK_FALSE(life.host.engine().faulted());
}

TEST_CASE("a mail that comes while an erasure goes on is a stranger's") {
  Life life(with_purge_entries(3));
  const auto mails = life.host.query().case_of(life.matter)->mails;
  std::string signed_address;
  for (const Entry& entry : life.host.timeline(life.conversation)) {
    if (entry.effect == mails.back().effect) signed_address = entry.content.mail->to.at(0);
  }
  REQUIRE(life.host.must(EraseContact{life.contact}).details.at("done") == Value(false));
  for (const std::string& to : {signed_address, std::string(mailbox)}) {
    const Outcome came = life.host.mail(zulmira_mail, to, mails.back().message_id);
    CHECK(came.contact != life.contact);
    CHECK(came.conversation != life.conversation);
  }
  CHECK(life.host.conversation(life.conversation).status == ConversationStatus::closed);
  life.host.settle_all();
  life.erase_all(life.contact);
  CHECK_FALSE(life.host.engine().faulted());
}

TEST_CASE("a link into an erased contact's conversation names nobody") {
  House house;
  const ConversationId id = house.served(zulmira);
  house.host.must(ReopenConversation{id}, "joao");
  SendMessage link;
  link.conversation = id;
  link.entry_point = EntryPointName("sms");
  link.template_name = TemplateName("continue_on_whatsapp");
  const Outcome sent = house.host.must(link, "joao");
  const std::string text = house.host.timeline(id).at(sent.entry - 1).content.text;
  const std::string token = "#" + text.substr(text.find("?text=%23") + 9);
  house.host.settle_all();
  house.close(id);
  const ContactId contact = house.host.conversation(id).contact;
  house.erase_all(contact);
  const Outcome came = house.host.whatsapp(stranger, token);
  CHECK(came.contact != contact);
  CHECK(came.conversation != id);
}

TEST_CASE("what a caller without a number was called goes when it is known who they are") {
  House house;
  CallEvent incoming = call_event(CallEventKind::incoming, "k1");
  incoming.from.address = {AddressKind::withheld, "k1"};
  incoming.from.display_name = "apelido-dela";
  incoming.to = line_number;
  const Outcome call = house.host.told(incoming);
  CHECK_FALSE(found_in(house.memory, {"apelido-dela"}).empty());
  const Address phone{AddressKind::phone, zulmira};
  const ContactId contact = house.host.must(UpsertContact{"Zulmira", {}, {phone}, {}}).contact;
  house.host.must(ChooseContact{call.conversation, contact}, "joao");
  CHECK(found_in(house.memory, {"apelido-dela"}).empty());
}

TEST_CASE("a contact whom something is still owed is not erased") {
  House house;
  Host& host = house.host;
  const Outcome written = host.whatsapp(zulmira, "oi");
  const EraseContact erase{written.contact};
  const auto refused_for = [&](const char* reason) {
    const Error error = host.refusal(erase);
    CHECK(error.reason == reason);
    CHECK_FALSE(error.remedy.empty());
    CHECK(host.timeline(written.conversation).size() > 0);
    CHECK_FALSE(host.query().contact(written.contact)->identities.empty());
  };
  refused_for("conversation_open");
  host.settle_all();
  CreateCallback create;
  create.conversation = written.conversation;
  create.not_before = host.now() + 24h;
  const CallbackId promised = host.must(create, "joao").callback;
  refused_for("callback_open");
  host.must(CancelCallback{promised}, "joao");
  const CaseId matter =
      host.must(OpenCase{written.conversation, CaseTypeName("visit"), {}, {}, {}}, "joao").case_id;
  SendMessage send;
  send.conversation = written.conversation;
  send.entry_point = EntryPointName("whatsapp");
  send.content.text = "até logo";
  host.must(send, "joao");
  const ConversationRecord record = host.conversation(written.conversation);
  for (const InteractionId live : record.live) host.command(FinishInteraction{live}, "joao");
  host.must(CloseConversation{written.conversation, {}, {}, {}}, "joao");
  refused_for("effect_unsettled");
  host.settle_all();
  refused_for("case_open");
  host.must(SetCaseStatus{matter, CaseStatusName("done"), false}, "joao");
  CHECK(house.erase_all(written.contact).back().details.at("done") == Value(true));
}

TEST_CASE("who may take data away, and from when") {
  House house;
  const ConversationId id = house.served(zulmira);
  const ContactId contact = house.host.conversation(id).contact;
  CHECK(house.host.refusal(Purge{house.host.now()}, "marta").reason == "not_an_agents");
  CHECK(house.host.refusal(EraseContact{contact}, "marta").reason == "not_an_agents");
  CHECK(house.host.refusal(EraseContact{ContactId(99'999)}).code == ErrorCode::not_found);
  CHECK(house.host.refusal(Purge{house.host.now() + 1s}).reason == "bad_time");
}

TEST_CASE("whoever shares an address with an erased contact keeps it") {
  House house;
  Host& host = house.host;
  const Address shared{AddressKind::phone, zulmira};
  const ContactId first = host.must(UpsertContact{"Zulmira", {}, {shared}, {}}).contact;
  const ContactId second = host.must(UpsertContact{"Bento", {}, {shared}, {}}).contact;
  REQUIRE(first != second);
  const Outcome somebody = host.whatsapp(zulmira, "oi");
  host.settle_all();
  house.close(somebody.conversation);
  const Outcome erased = house.erase_all(first).back();
  CHECK_FALSE(erased.details.contains("unresolved"));
  CHECK(host.query().contacts_at(shared, {}).value() == std::vector{second});
  CHECK(host.refusal(ChooseContact{somebody.conversation, first}).reason == "erased");
  // With the last of them goes the address; who wrote from it was one of them.
  const Outcome last = house.erase_all(second).back();
  REQUIRE(last.details.contains("unresolved"));
  CHECK(last.details.at("unresolved") ==
        Value(Value::List{Value(std::to_string(somebody.contact.value()))}));
  CHECK(host.query().contacts_at(shared, {})->empty());
  house.erase_all(somebody.contact);
  CHECK(found_in(house.memory, {"977776666", "Zulmira", "Bento"}).empty());
  const Outcome fresh = host.whatsapp(zulmira, "oi");
  CHECK(fresh.contact.value() > somebody.contact.value());
}

TEST_CASE("addresses beside a list that is full are erased with the contact") {
  EngineOptions how = options();
  how.limits.identities_per_contact = 1;
  House house(how);
  InboundMessage many = message("wamid.1", whatsapp_number, zulmira, "oi");
  many.from.aliases = {{AddressKind::whatsapp, "apelido-1"}, {AddressKind::whatsapp, "apelido-2"}};
  const auto came = house.host.event("meta", many);
  REQUIRE(came);
  house.host.settle_all();
  house.close(came->conversation);
  CHECK(house.host.query().contact(came->contact)->identities.size() == 1);
  // By age first: what is recognised does not hang on what was said.
  house.host.wait(1h);
  house.purge_all(house.host.now());
  CHECK(house.host.query().contacts_at(many.from.aliases[1], {}).value() ==
        std::vector{came->contact});
  house.erase_all(came->contact);
  CHECK(found_in(house.memory, {"apelido-", "977776666"}).empty());
}

// --- by age --------------------------------------------------------------------------------------

TEST_CASE("what was closed before a time goes, with a cursor and a ceiling") {
  for (const std::size_t most : {std::size_t{1}, std::size_t{5}, std::size_t{10'000}}) {
    CAPTURE(most);
    House house(with_purge_entries(most));
    std::vector<ConversationId> old;
    for (int i = 0; i < 6; ++i) old.push_back(house.served("55419000000" + std::to_string(10 + i)));
    house.host.pass(24h);
    const Timestamp before = house.host.now();
    const ConversationId young = house.served("5541900000099");
    const ConversationId open = house.host.whatsapp("5541900000098", "segredo").conversation;
    house.host.settle_all();
    house.host.pass(1h);
    std::uint64_t entries = 0;
    for (const ConversationId id : old) entries += house.host.conversation(id).entries;
    const std::vector<Outcome> outcomes = house.purge_all(before);
    CHECK((outcomes.size() == 1) == (most == 10'000));
    CHECK(sum(outcomes, "conversations") == 6);
    CHECK(sum(outcomes, "entries") == static_cast<std::int64_t>(entries));
    for (const Outcome& outcome : outcomes) {
      CHECK(*outcome.details.at("entries").as_int() <= static_cast<std::int64_t>(most));
    }
    for (const ConversationId id : old) {
      CHECK(house.host.timeline(id).empty());
      const ConversationRecord record = house.host.conversation(id);
      CHECK(record.purged == record.entries);
      CHECK(record.reaches.empty());
    }
    CHECK(house.host.conversation(young).purged == 0);
    CHECK(house.host.conversation(open).purged == 0);
    CHECK(sum(house.purge_all(before), "entries") == 0);
    CHECK(sum(house.purge_all(before), "conversations") == 0);
  }
}

TEST_CASE("a row is gone with everything by which it was found") {
  House house;
  const std::size_t before = house.rows_of(Table::correlation);
  house.served(zulmira, 5);
  CHECK(house.rows_of(Table::correlation) > before);
  house.host.pass(1h);
  house.purge_all(house.host.now());
  CHECK(house.rows_of(Table::correlation) == before);
  CHECK(house.rows_of(Table::entry) == 0);
  // The contact is the contact still.
  const ContactId known = house.host.query().contacts_at({AddressKind::phone, zulmira}, {})->at(0);
  CHECK(house.host.whatsapp(zulmira, "oi").contact == known);
}

TEST_CASE("what is not over is passed by") {
  Life life;
  const Timestamp closed = *life.host.conversation(life.conversation).closed_at;
  life.host.pass(1h);
  CHECK(sum(life.purge_all(closed), "entries") == 0);  // closed then, not before
  life.purge_all(life.host.now());
  CHECK(life.host.conversation(life.conversation).purged == 0);  // the survey may be answered
  life.host.pass(72h);
  life.host.must(SetCaseStatus{life.matter, CaseStatusName("open"), true}, "joao");
  life.purge_all(life.host.now());
  CHECK(life.host.conversation(life.conversation).purged == 0);  // the case goes on
  life.host.must(SetCaseStatus{life.matter, CaseStatusName("closed"), true}, "joao");
  life.host.settle_all();
  const Timestamp resolved = life.host.now();
  life.purge_all(resolved);
  CHECK(life.host.conversation(life.conversation).purged == 0);  // it was resolved too late
  life.host.pass(1h);
  life.purge_all(life.host.now());
  CHECK(life.host.timeline(life.conversation).empty());
  CHECK(life.host.query().case_of(life.matter)->fields.empty());
  CHECK_FALSE(life.host.query().contact(life.contact)->name.empty());
  CHECK(found_in(life.memory, {"campo-do-caso", "comentario-dado", "descricao-dita", "1980-05-17",
                               "nota-interna", "carta-dela", "dito-no-zap", "fala-gravada"})
            .empty());
}

TEST_CASE("a purged conversation is reopened, goes on and is read as what it is") {
  House house;
  Host& host = house.host;
  const ConversationId id = house.served(zulmira, 3);
  host.wait(1h);
  house.purge_all(host.now());
  const ConversationRecord purged = host.conversation(id);
  REQUIRE(purged.purged > 3);
  CHECK(host.query().timeline(id, 0, 10)->empty());
  CHECK(host.query().timeline_before(id, 0, 10)->empty());
  CHECK(host.query().customer_view(id, 0, 10)->empty());

  const Outcome back = host.whatsapp(zulmira, "voltei");
  CHECK(back.conversation == id);
  CHECK(back.entry > purged.entries);
  host.settle_all();
  host.whatsapp(zulmira, "estou aqui");
  host.settle_all();
  const auto entries = host.timeline(id);
  CHECK(entries.front().sequence == purged.purged + 1);
  CHECK(entries.back().sequence == host.conversation(id).entries);
  for (const std::uint64_t after : {std::uint64_t{0}, std::uint64_t{1}, purged.customer_entries}) {
    CAPTURE(after);
    const auto view = host.query().customer_view(id, after, 10).value();
    REQUIRE(view.size() == 2);
    CHECK(view[0].sequence == purged.customer_entries + 1);
    CHECK(view[0].content.text == "voltei");
  }
  CHECK(host.query().customer_view(id, purged.customer_entries + 1, 10)->size() == 1);
  CHECK(host.query().timeline_before(id, 0, 1)->at(0).sequence == entries.back().sequence);
  CHECK(host.query().timeline_before(id, purged.purged + 1, 10)->empty());
  CHECK(host.query().timeline_before(id, purged.purged + 3, 100)->size() == 2);

  house.close(id);
  host.wait(1h);
  house.purge_all(host.now());
  CHECK(host.timeline(id).empty());
  CHECK(host.conversation(id).closures == 2);
}

// Events alone behind what is gone: nothing of the contact's view is left, however often it is
// asked.
TEST_CASE("a purged conversation with events alone shows the contact nothing") {
  House house;
  const ConversationId id = house.served(zulmira);
  house.host.wait(1h);
  house.purge_all(house.host.now());
  house.host.must(ViewConversation{id}, "joao");
  CHECK(house.host.timeline(id).size() == 1);
  CHECK(house.host.query().customer_view(id, 0, 10)->empty());
}

TEST_CASE("a note on a conversation that was purged goes with the next purge") {
  House house;
  const ConversationId id = house.served(zulmira);
  house.host.wait(1h);
  house.purge_all(house.host.now());
  house.host.must(AddNote{id, "nota-interna"}, "joao");
  CHECK(found_in(house.memory, {"nota-interna"}).size() == 1);
  house.purge_all(house.host.now());
  CHECK(found_in(house.memory, {"nota-interna"}).empty());
}

// --- the file ------------------------------------------------------------------------------------

TEST_CASE("what was erased is not to be read in the file of the store") {
  const store_support::TempFolder folder;
  const std::string word = "palavra-que-vai-embora";
  const auto bytes = [&] {
    std::ifstream file(folder.file(), std::ios::binary);
    std::stringstream all;
    all << file.rdbuf();
    return all.str();
  };
  std::vector<Write> writes;
  std::vector<Write> erasures;
  for (int i = 0; i < 200; ++i) {
    const std::string key = "k" + std::to_string(i);
    writes.push_back(store_support::insert(Table::entry, key, word + std::string(100, 'x')));
    if (i % 2 == 0) {
      erasures.push_back(store_support::erase(Table::entry, key));
    } else {
      erasures.push_back(store_support::put(Table::entry, key, "nada"));
    }
  }
  for (const auto& batch : {writes, erasures}) {
    {  // closing it checkpoints
      const auto store = store_support::open_sqlite(folder.file());
      store_support::commit(*store, store_support::fence_of(*store), batch);
    }
    CHECK((bytes().find(word) != std::string::npos) == (batch == writes));
  }
}

// --- the manual ----------------------------------------------------------------------------------

namespace {

// Gives purges until the end is reached; each has an id of its own.
Status purge_before(Engine& engine, Timestamp before, Timestamp now, const std::string& job) {
  Purge purge{before};
  for (int part = 1;; ++part) {
    const auto outcome = engine.feed({job + "-" + std::to_string(part), {}, purge}, now);
    if (!outcome) return tl::unexpected(outcome.error());
    const auto next = outcome->details.find("next");
    if (next == outcome->details.end()) return {};
    purge.after = ConversationId(std::stoull(next->second.to_text()));
  }
}

// The manual's examples in a language.
std::vector<std::string> examples(const std::string& language) {
  const std::string page = testing_support::read_source("docs/retention.md");
  const std::string begin = "```" + language + "\n";
  std::vector<std::string> found;
  for (std::size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at)) {
    at += begin.size();
    found.push_back(page.substr(at, page.find("```", at) - at));
  }
  return found;
}

}  // namespace

TEST_CASE("the manual's nightly job is the one that is run here") {
  const std::vector<std::string> jobs = examples("cpp");
  REQUIRE(jobs.size() == 1);
  CHECK(testing_support::read_source("tests/purge_test.cpp").find(jobs[0]) != std::string::npos);
  House house(with_purge_entries(4));
  const ConversationId first = house.served(zulmira);
  const ConversationId second = house.served(stranger);
  house.host.wait(1h);
  const Timestamp now = house.host.now();
  for (int times = 0; times < 2; ++times) {  // the second is the first come again
    CHECK(purge_before(house.host.engine(), now, now, "night"));
    CHECK(house.host.timeline(first).empty());
    CHECK(house.host.timeline(second).empty());
  }
}

TEST_CASE("the manual's commands are taken") {
  const std::vector<std::string> commands = examples("json");
  REQUIRE(commands.size() == 2);
  const auto purge = command_from_json(nlohmann::json::parse(commands[0]));
  REQUIRE(purge);
  CHECK(std::get<Purge>(purge->body).before == parse_timestamp("2024-03-01T00:00:00Z").value());
  const auto erase = command_from_json(nlohmann::json::parse(commands[1]));
  REQUIRE(erase);
  CHECK(std::get<EraseContact>(erase->body).contact == ContactId(4711));
}
