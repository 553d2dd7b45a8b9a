// Cases: their fields, their end, the mails that are out and the replies to them.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;

namespace {

constexpr const char* ana_mail = "ana@correio.example";
constexpr const char* new_date = "2026-03-12T10:30:00-03:00";

// João with a case of Ana's at hand.
struct Desk {
  MemoryStore store;
  Host host;
  ContactId contact;
  ConversationId conversation;
  CaseId id;

  explicit Desk(EngineOptions how = options(), nlohmann::json json = configuration_with_mail())
      : host(store, std::move(how)) {
    host.must(LoadConfiguration{json.dump()});
    const Address phone{AddressKind::phone, ana};
    const Address mail{AddressKind::email, ana_mail};
    contact = host.must(UpsertContact{"Ana", {}, {phone, mail}, {}}).contact;
    host.sign_in("joao");
    conversation = host.whatsapp(ana, "oi").conversation;
    host.accept("joao");
    id = open({{"date", Value(new_date)}});
  }

  CaseId open(Value::Map fields) {
    return host
        .must(OpenCase{conversation, CaseTypeName("visit"), {}, std::move(fields), {}}, "joao")
        .case_id;
  }
  CaseRecord matter() { return host.query().case_of(id).value(); }
  SetCaseStatus to(const char* status, bool override_checks = false) const {
    return {id, CaseStatusName(status), override_checks};
  }
  // Sends the mail to be confirmed.
  CaseMail ask() {
    host.must(to("pending"), "joao");
    host.settle_all();
    return matter().mails.back();
  }
  // The signed address that the mail is answered to.
  std::string address_of(const CaseMail& mail) {
    for (const Entry& entry : host.timeline(conversation)) {
      if (entry.effect == mail.effect) return entry.content.mail->to.at(0);
    }
    return {};
  }
  // What another system answers to "move".
  void move_to(Value answer) {
    const Outcome asked = host.must(RunAction{id, "move", {{"date", Value(new_date)}}}, "joao");
    host.poll();
    REQUIRE(host.engine().settle(asked.effect, Done{std::move(answer)}, host.now()));
  }
  std::vector<bool> superseded() {
    std::vector<bool> all;
    for (const CaseReply& reply : matter().replies) all.push_back(reply.superseded);
    return all;
  }
};

std::string reason_of(Desk& desk, const char* field, Value value) {
  const Error error = desk.host.refusal(SetCaseFields{desk.id, {{field, std::move(value)}}});
  CHECK(error.code == ErrorCode::invalid);
  CHECK(error.subject == std::string("fields.") + field);
  CHECK_FALSE(error.remedy.empty());
  return error.reason;
}

}  // namespace

TEST_CASE("every field takes what its type says") {
  Desk desk;
  CHECK(reason_of(desk, "price", Value("12.5")) == "wrong_type");
  CHECK(reason_of(desk, "price", Value("")) == "wrong_type");
  CHECK(reason_of(desk, "price", Value(true)) == "wrong_type");
  CHECK(reason_of(desk, "paid", Value("yes")) == "wrong_type");
  CHECK(reason_of(desk, "paid", Value(1)) == "wrong_type");
  CHECK(reason_of(desk, "about", Value(7)) == "wrong_type");
  CHECK(reason_of(desk, "about", Value(Value::List{Value("a")})) == "wrong_type");
  CHECK(reason_of(desk, "date", Value(20260312)) == "wrong_type");
  CHECK(reason_of(desk, "date", Value("tomorrow")) == "bad_date");
  CHECK(reason_of(desk, "cpf", Value("529.982.247-26")) == "bad_cpf");
  CHECK(reason_of(desk, "hour", Value(1)) == "unknown_field");

  desk.host.must(SetCaseFields{desk.id,
                               {{"price", Value(12.5)},
                                {"paid", Value(false)},
                                {"about", Value("")},
                                {"cpf", Value("529.982.247-25")}}});
  desk.host.must(SetCaseFields{desk.id, {{"price", Value(12)}, {"paid", Value()}}});
  CHECK(desk.matter().fields.at("price") == Value(12));
  CHECK(desk.matter().fields.count("paid") == 0);
}

TEST_CASE("what another system answers is held to the fields' types, and said when it is not") {
  Desk desk;
  desk.move_to(Value(
      Value::Map{{"date", Value("2026-03-20T08:00:00-03:00")}, {"price", Value("expensive")}}));
  CHECK(desk.matter().fields.at("date") == Value("2026-03-20T08:00:00-03:00"));
  CHECK(desk.matter().fields.count("price") == 0);
  const Entry entry = desk.host.timeline(desk.conversation).back();
  CHECK(entry.event == EventKind::case_fields);
  CHECK(entry.details.at("not_set") == Value(Value::Map{{"price", Value("wrong_type")}}));
  const std::vector<Handout> told = desk.host.poll();
  REQUIRE(told.size() == 1);
  CHECK(told[0].agent == AgentName("joao"));
  CHECK(told[0].body.at("type") == Value("fields_not_set"));
}

TEST_CASE("the first answer of another system counts, and a second changes nothing") {
  Desk desk;
  const EffectId asked =
      desk.host.must(RunAction{desk.id, "move", {{"date", Value(new_date)}}}, "joao").effect;
  desk.host.poll();
  const auto answer = [&](const char* date) {
    const Value says(Value::Map{{"date", Value(date)}});
    return desk.host.engine().settle(asked, Done{says}, desk.host.now());
  };
  CHECK_FALSE(answer("2026-03-20T08:00:00-03:00")->repeated);
  const StoreRows before = content_of(desk.store);
  CHECK(answer("2026-03-21T08:00:00-03:00")->repeated);
  CHECK(desk.host.engine()
            .settle(asked, Failed{"down", "It is down.", true}, desk.host.now())
            ->repeated);
  CHECK(difference(before, content_of(desk.store)).empty());
  CHECK(desk.matter().fields.at("date") == Value("2026-03-20T08:00:00-03:00"));
}

TEST_CASE("a case is not over without the fields that it must have then") {
  nlohmann::json json = configuration_with_mail();
  json["case_types"][1]["fields"][1]["required"] = true;
  Desk desk(options(), json);
  const Error missing = desk.host.refusal(desk.to("done"), "joao");
  CHECK(missing.reason == "need_not_met");
  CHECK(missing.remedy == "set the field price");
  CHECK(desk.host.refusal(desk.to("closed"), "joao").reason == "need_not_met");
  desk.host.must(desk.to("pending"), "joao");
  desk.host.must(SetCaseFields{desk.id, {{"price", Value(0)}}});
  desk.host.must(desk.to("done"), "joao");
}

TEST_CASE("an answer that says nothing of a field leaves it as it was") {
  Desk desk;
  desk.host.must(SetCaseFields{desk.id, {{"price", Value(90)}}});
  const char* later = "2026-03-20T08:00:00-03:00";
  desk.move_to(Value(Value::Map{{"date", Value(later)}}));
  CHECK(desk.matter().fields.at("date") == Value(later));
  CHECK(desk.matter().fields.at("price") == Value(90));
}

TEST_CASE("a final case is final") {
  Desk desk;
  const EffectId late =
      desk.host.must(RunAction{desk.id, "move", {{"date", Value(new_date)}}}, "joao").effect;
  desk.host.must(desk.to("closed"), "joao");
  for (const CommandBody& body : std::vector<CommandBody>{
           SetCaseFields{desk.id, {{"price", Value(1)}}}, desk.to("open"), desk.to("open", true),
           desk.to("closed"), RunAction{desk.id, "move", {{"date", Value(new_date)}}}}) {
    const Error error = desk.host.refusal(body, "joao");
    CHECK(error.code == ErrorCode::refused);
    CHECK(error.reason == "case_final");
    CHECK(error.remedy == "open a case that follows it");
  }
  desk.host.poll();
  const Value answer(Value::Map{{"date", Value("2026-03-20T08:00:00-03:00")}});
  REQUIRE(desk.host.engine().settle(late, Done{answer}, desk.host.now()));
  CHECK(desk.matter().fields.at("date") == Value(new_date));
  CHECK(desk.matter().status == CaseStatusName("closed"));
  CHECK(desk.host.timeline(desk.conversation).back().details.at("not_set")["date"] ==
        Value("case_final"));
  desk.open({});  // the one that follows
}

TEST_CASE("[S0.30] a reply to a signed address answers the mail that had it") {
  Desk desk;
  const CaseMail first = desk.ask();
  const std::string old_address = desk.address_of(first);
  const CaseMail second = desk.ask();
  const std::string address = desk.address_of(second);
  CHECK(old_address != address);
  const Outcome late = desk.host.mail(ana_mail, old_address);
  CHECK(late.case_id == desk.id);
  CHECK(desk.superseded() == std::vector{true});
  CHECK(desk.host.refusal(VerifyReply{desk.id}, "joao").reason == "superseded");
  desk.host.mail(ana_mail, address);
  CHECK(desk.superseded() == std::vector{true, false});
  desk.host.must(VerifyReply{desk.id}, "joao");
  desk.host.must(desk.to("approved"), "joao");
}

TEST_CASE("[S0.30] without a valid mail out every reply is superseded") {
  Desk desk;
  const CaseMail mail = desk.ask();
  desk.move_to(Value(Value::Map{{"date", Value("2026-03-20T08:00:00-03:00")}}));
  desk.host.mail(ana_mail, desk.address_of(mail));
  desk.host.mail(ana_mail, mailbox, mail.message_id);
  CHECK(desk.superseded() == std::vector{true, true});
  CHECK(desk.host.refusal(VerifyReply{desk.id}, "joao").reason == "superseded");
}

TEST_CASE("[S0.30] a mail of the agent's own is answered beside the valid one, not instead of it") {
  Desk desk;
  const CaseMail before = desk.ask();
  const CaseMail valid = desk.ask();
  SendMessage note;
  note.conversation = desk.conversation;
  note.entry_point = EntryPointName("mailbox");
  note.content.text = "Lembre-se de vir em jejum.";
  note.content.mail.emplace();
  note.content.mail->subject = "Jejum";
  note.case_id = desk.id;
  const Outcome sent = desk.host.must(note, "joao");
  const Entry entry = desk.host.timeline(desk.conversation).at(sent.entry - 1);
  desk.host.mail(ana_mail, mailbox, entry.content.mail->message_id);
  desk.host.mail(ana_mail, mailbox, before.message_id);
  desk.host.mail(ana_mail, desk.address_of(before), valid.message_id);  // what is answered counts
  CHECK(desk.superseded() == std::vector{false, true, false});
}

TEST_CASE("[S0.30] a late reply to an old mail does not hide the valid one") {
  Desk desk;
  const CaseMail old = desk.ask();
  const CaseMail valid = desk.ask();
  desk.host.mail(ana_mail, mailbox, valid.message_id);
  desk.host.mail(ana_mail, mailbox, old.message_id);
  REQUIRE(desk.superseded() == std::vector{false, true});
  desk.host.must(VerifyReply{desk.id}, "joao");
  CHECK(desk.matter().replies.at(0).verified);
  CHECK_FALSE(desk.matter().replies.at(1).verified);
  desk.host.must(desk.to("approved"), "joao");
}

TEST_CASE("[S0.21][S0.34] the reply finds a person although the case's owner has left") {
  Desk desk;
  const CaseMail mail = desk.ask();
  const ConversationRecord served = desk.host.query().conversation(desk.conversation).value();
  for (const InteractionId live : served.live) desk.host.must(FinishInteraction{live}, "joao");
  desk.host.must(SetPresence{AgentName("joao"), Presence::offline, {}}, "joao");
  nlohmann::json without = configuration_with_mail();
  without["agents"].erase(0);
  desk.host.must(LoadConfiguration{without.dump()});
  desk.host.sign_in("marta");
  desk.host.settle_all();

  desk.host.mail(ana_mail, desk.address_of(mail));
  const WorkId item = desk.matter().verification;
  REQUIRE(desk.host.query().work(item));
  CHECK(desk.host.query().work(item)->agent == AgentName("marta"));
  desk.host.mail(ana_mail, desk.address_of(mail));  // a further one tells nobody who has left
  for (const Handout& out : desk.host.settle_all()) CHECK(out.agent != AgentName("joao"));
}

TEST_CASE("a case lets the oldest superseded replies and mails go") {
  EngineOptions how = options();
  how.limits.replies_per_case = 3;
  how.limits.mails_per_case = 2;
  Desk desk(how);
  const CaseMail first = desk.ask();
  desk.ask();
  const CaseMail last = desk.ask();
  CHECK(desk.matter().mails.size() == 2);
  CHECK(desk.matter().mails.back() == last);
  const std::uint64_t valid = desk.host.mail(ana_mail, desk.address_of(last)).entry;
  for (int i = 0; i < 5; ++i) desk.host.mail("x@evil.example", desk.address_of(first));
  REQUIRE(desk.matter().replies.size() == 3);
  CHECK(desk.superseded() == std::vector{false, true, true});
  CHECK(desk.matter().replies.front().entry == valid);
  for (int i = 0; i < 5; ++i) desk.host.mail(ana_mail, desk.address_of(last));
  CHECK(desk.superseded() == std::vector{false, false, false});
}

TEST_CASE("a case, and the cases of a conversation, have their ceilings") {
  EngineOptions how = options();
  how.limits.words_per_case = 1;
  how.limits.cases_per_conversation = 2;
  how.limits.fields_bytes = 1000;
  Desk desk(how);
  desk.host.must(MarkInformed{desk.id, "protocol"}, "joao");
  desk.host.must(MarkInformed{desk.id, "protocol"}, "joao");
  CHECK(desk.host.refusal(MarkInformed{desk.id, "price"}, "joao").code == ErrorCode::limit);
  const Value about(std::string(990, 'a'));
  const Error fields = desk.host.refusal(SetCaseFields{desk.id, {{"about", about}}});
  CHECK(fields.code == ErrorCode::limit);
  CHECK(fields.subject == "fields.date");
  desk.open({});
  const OpenCase third{desk.conversation, CaseTypeName("visit"), {}, {}, {}};
  CHECK(desk.host.refusal(third, "joao").reason == "too_many_cases");
}
