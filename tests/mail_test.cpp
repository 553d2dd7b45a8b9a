// Mail in the engine: threads, and cases that come back with their mail.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "novelo/stores/memory.hpp"
#include "novelo/testing/provider.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

constexpr const char* ana_mail = "ana@correio.example";

// Ana has written a mail, and João answers her.
struct MailDesk {
  MemoryStore store;
  Host host;
  ConversationId conversation;

  explicit MailDesk(EngineOptions how = options()) : host(store, std::move(how)) {
    host.must(LoadConfiguration{configuration_with_mail().dump()});
    host.must(
        UpsertContact{"Ana", {}, {{AddressKind::phone, ana}, {AddressKind::email, ana_mail}}, {}});
    host.sign_in("joao");
  }

  Outcome take(InboundMessage mail) {
    const auto taken = host.event("mail", std::move(mail));
    if (!taken) FAIL(to_string(taken.error()));
    if (!conversation) conversation = taken->conversation;
    return *taken;
  }
  void begin() {
    InboundMessage first = letter("m1@correio.example", ana_mail, "Exame");
    first.content.mail->references = {"r0@correio.example", "r1@correio.example"};
    take(std::move(first));
    host.accept("joao");
  }

  SendMessage answer(std::string subject = {}) {
    SendMessage send;
    send.conversation = conversation;
    send.entry_point = EntryPointName("mailbox");
    send.content.text = "Boa tarde!";
    if (!subject.empty()) send.content.mail = Mail{std::move(subject), {}, {}, {}, {}, {}, {}};
    return send;
  }
  Entry entry(const Outcome& sent) { return host.timeline(conversation).at(sent.entry - 1); }
  Mail sent(const SendMessage& send) {
    const Outcome outcome = host.must(send, "joao");
    host.settle_all();
    return *entry(outcome).content.mail;
  }

  CaseId open_case() {
    const CaseId id =
        host.must(OpenCase{conversation, CaseTypeName("appointment"), {}, {}, {}}, "joao").case_id;
    host.must(SetCaseFields{id, {{"new_date", Value("2026-03-17T10:00:00Z")}}}, "joao");
    return id;
  }
  void set(CaseId id, const char* status) {
    host.must(SetCaseStatus{id, CaseStatusName(status), false}, "joao");
    host.settle_all();
  }
  CaseRecord the_case(CaseId id) { return host.query().case_of(id).value(); }
  std::string status(CaseId id) { return the_case(id).status.text(); }
  // The signed address that answers the case's newest mail.
  std::string address_of(CaseId id) {
    const EffectId newest = the_case(id).mails.back().effect;
    for (const Entry& entry : host.timeline(the_case(id).conversation)) {
      if (entry.effect == newest) return entry.content.mail->to.front();
    }
    return {};
  }

  // A case with one mail of ours, resolved or finalised, and Ana's reply to that mail.
  CaseId case_in(const char* status) {
    begin();
    const CaseId id = open_case();
    set(id, "confirming");
    set(id, status);
    return id;
  }
  InboundMessage reply_to(CaseId id, std::string message_id) {
    InboundMessage reply = letter(std::move(message_id), ana_mail, "Re: Confirme");
    reply.content.mail->in_reply_to = {the_case(id).mails.back().message_id};
    return reply;
  }
};

std::vector<std::string> told(const std::vector<Handout>& handouts, const char* agent) {
  std::vector<std::string> types;
  for (const Handout& out : handouts) {
    if (out.kind == EffectKind::notify && out.agent == AgentName(agent)) {
      types.push_back(out.body.at("type").to_text());
    }
  }
  return types;
}

bool has(const std::vector<std::string>& words, const char* word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

// --- what arrives --------------------------------------------------------------------------------

TEST_CASE("a mail from nobody is kept where somebody can look at it, what it reports is taken") {
  MailDesk desk;
  const auto receive = [&](const std::string& body) {
    return desk.host.engine().receive(desk.host.webhook("mail", body), desk.host.now());
  };
  const std::string nobody = "To: care@aurora.example\r\nSubject: Oi\r\n\r\nQuem sou?\r\n";
  const auto refused = receive(nobody);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "no_sender");
  auto kept = desk.host.query().quarantine({}, 10).value();
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].error.reason == "no_sender");
  CHECK_FALSE(kept[0].error.remedy.empty());
  CHECK(kept[0].request.body == nobody);
  const auto report = receive(
      "To: care@aurora.example\r\nContent-Type: multipart/report; report-type=delivery-status; "
      "boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\n"
      "Status: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
      "Message-ID: <m9@aurora.example>\r\n\r\n--b--\r\n");
  CHECK(report);
  CHECK(desk.host.query().quarantine({}, 10)->size() == 2);
}

TEST_CASE("a mail that was read only in part says so on its entry") {
  MailDesk desk;
  const std::string body =
      "From: ana@correio.example\r\nTo: care@aurora.example\r\n"
      "Date: Mon, 02 Mar 2026 09:00:00 -0300\r\nMessage-ID: <p1@correio.example>\r\n\r\n"
      "amanh\xe3\r\n";
  REQUIRE(desk.host.engine().receive(desk.host.webhook("mail", body), desk.host.now()));
  const auto conversations = desk.host.query().conversations({}, 10).value();
  REQUIRE(conversations.size() == 1);
  for (const Entry& entry : desk.host.timeline(conversations[0].id)) {
    if (entry.type != EntryType::message) continue;
    CHECK(entry.content.text == "amanhã");
    CHECK(entry.details.at("warnings").to_text().find("charset was guessed") != std::string::npos);
  }
}

// --- threads -------------------------------------------------------------------------------------

TEST_CASE("[S0.19] an answer by mail goes into the thread of the contact's newest mail") {
  MailDesk desk;
  desk.begin();
  const Outcome sent = desk.host.must(desk.answer(), "joao");
  const Mail mail = *desk.entry(sent).content.mail;
  CHECK(mail.subject == "Re: Exame");
  CHECK(mail.in_reply_to == std::vector<std::string>{"m1@correio.example"});
  CHECK(mail.references ==
        std::vector<std::string>{"r0@correio.example", "r1@correio.example", "m1@correio.example"});
  const std::vector<Handout> out = desk.host.settle_all();
  const auto by_mail = std::find_if(out.begin(), out.end(),
                                    [](const Handout& one) { return one.request.has_value(); });
  REQUIRE(by_mail != out.end());
  CHECK(by_mail->warnings.empty());
  const std::string& bytes = by_mail->request->body;
  CHECK(bytes.find("Subject: Re: Exame\r\n") != std::string::npos);
  CHECK(bytes.find("In-Reply-To: <m1@correio.example>\r\n") != std::string::npos);

  InboundMessage second = letter("m2@correio.example", ana_mail, "RE: Exame");
  second.content.mail->in_reply_to = {mail.message_id};
  second.content.mail->references = {"m1@correio.example", mail.message_id};
  desk.take(second);  // João has the mail that it joins
  const Mail next = desk.sent(desk.answer());
  CHECK(next.subject == "RE: Exame");
  CHECK(next.in_reply_to == std::vector<std::string>{"m2@correio.example"});
  CHECK(next.references ==
        std::vector<std::string>{"m1@correio.example", mail.message_id, "m2@correio.example"});
}

TEST_CASE("a mail without references stands for the thread by what it answers") {
  MailDesk desk;
  InboundMessage mail = letter("m1@correio.example", ana_mail, "");
  mail.content.mail->in_reply_to = {"r9@correio.example"};
  desk.take(mail);
  desk.host.accept("joao");
  const Mail answer = desk.sent(desk.answer());
  CHECK(answer.subject.empty());
  CHECK(answer.references == std::vector<std::string>{"r9@correio.example", "m1@correio.example"});
}

TEST_CASE("of a long thread an answer names the first mail and the newest ones") {
  EngineOptions how = options();
  how.limits.mail_references = 4;
  MailDesk desk(how);
  InboundMessage mail = letter("m1@correio.example", ana_mail, "Exame");
  for (int i = 0; i < 50; ++i) {
    mail.content.mail->references.push_back("r" + std::to_string(i) + "@correio.example");
  }
  desk.take(mail);
  desk.host.accept("joao");
  CHECK(desk.sent(desk.answer()).references ==
        std::vector<std::string>{"r0@correio.example", "r48@correio.example", "r49@correio.example",
                                 "m1@correio.example"});
}

TEST_CASE("what an agent says about subject and thread stands") {
  MailDesk desk;
  desk.begin();
  CHECK(desk.sent(desk.answer("Outro assunto")).subject == "Outro assunto");
  SendMessage other = desk.answer();
  other.content.reply_to = "m0@correio.example";
  CHECK(desk.sent(other).in_reply_to.empty());  // the adapter takes reply_to
  CHECK(desk.sent(other).references.empty());
  other.content.reply_to = "m1@correio.example";
  CHECK(desk.sent(other).references.size() == 3);
}

TEST_CASE("an answer names no mail that did not come from where it goes to") {
  MailDesk desk;
  desk.begin();
  const CaseId id = desk.open_case();
  desk.set(id, "confirming");
  InboundMessage stranger = letter("s1@outro.example", "eu@outro.example", "Sou eu");
  stranger.content.mail->in_reply_to = {desk.the_case(id).mails.back().message_id};
  // To the signed address, from one that nobody knows: claimed.
  for (const Entry& entry : desk.host.timeline(desk.conversation)) {
    if (entry.case_id == id && entry.content.mail)
      stranger.content.mail->to = entry.content.mail->to;
  }
  CHECK(desk.take(stranger).case_id == id);
  desk.host.settle_all();
  CHECK(desk.sent(desk.answer()).in_reply_to == std::vector<std::string>{"m1@correio.example"});
}

TEST_CASE("a mail that came by itself is not answered") {
  MailDesk desk;
  desk.begin();
  InboundMessage away = letter("a1@correio.example", ana_mail, "Automatic reply");
  away.content.mail->automatic = AutoMail::reply;
  desk.take(away);
  CHECK(desk.sent(desk.answer()).in_reply_to == std::vector<std::string>{"m1@correio.example"});
}

TEST_CASE("a mail that nobody wrote by hand says so to whatever answers by itself") {
  MailDesk desk;
  desk.begin();
  const CaseId id = desk.open_case();
  const auto sent = [&](const CommandBody& body, const std::string& actor) {
    desk.host.settle_all();
    desk.host.must(body, actor);
    for (const Handout& out : desk.host.settle_all()) {
      if (out.kind == EffectKind::send) return out.request->body;
    }
    return std::string();
  };
  const std::string by_system = sent(SetCaseStatus{id, CaseStatusName("confirming"), false}, {});
  CHECK(by_system.find("\r\nAuto-Submitted: auto-generated\r\n") != std::string::npos);
  const std::string by_hand = sent(desk.answer(), "joao");
  CHECK(by_hand.find("\r\nSubject: Re: Exame\r\n") != std::string::npos);
  CHECK(by_hand.find("Auto-Submitted") == std::string::npos);
}

TEST_CASE("a new conversation begins a thread of its own") {
  MailDesk desk;
  desk.begin();
  desk.host.must(CloseConversation{desk.conversation, {}, {}, {}}, "joao");
  desk.host.wait(25h);
  const Outcome again = desk.host.whatsapp(ana, "oi");
  REQUIRE(again.conversation != desk.conversation);
  desk.conversation = again.conversation;
  desk.host.accept("joao");
  const Mail mail = desk.sent(desk.answer("Exame"));
  CHECK(mail.in_reply_to.empty());
  CHECK(mail.references.empty());
}

TEST_CASE("[S0.19] the mail of a status goes into the contact's thread, under its own subject") {
  MailDesk desk;
  desk.begin();
  const CaseId id = desk.open_case();
  desk.set(id, "confirming");
  const CaseMail ours = desk.the_case(id).mails.back();
  for (const Entry& entry : desk.host.timeline(desk.conversation)) {
    if (entry.provider_id != ours.message_id) continue;
    CHECK(entry.content.mail->subject.starts_with("Confirme, protocolo"));
    CHECK(entry.content.mail->in_reply_to == std::vector<std::string>{"m1@correio.example"});
    return;
  }
  FAIL("the mail is not on the timeline");
}

TEST_CASE("a mail with more references than are looked at is placed by the newest of them") {
  EngineOptions how = options();
  how.limits.mail_references = 3;
  MailDesk desk(how);
  desk.begin();
  const CaseId id = desk.open_case();
  desk.set(id, "confirming");
  InboundMessage reply = letter("m9@correio.example", ana_mail, "Re: Confirme");
  for (int i = 0; i < 2000; ++i) {
    reply.content.mail->references.push_back("r" + std::to_string(i) + "@correio.example");
  }
  reply.content.mail->references.push_back(desk.the_case(id).mails.back().message_id);
  CHECK(desk.take(reply).case_id == id);
}

TEST_CASE("[S0.20] a mail that names none of ours belongs to the only case that waits for one") {
  MailDesk desk;
  desk.begin();
  const CaseId id = desk.open_case();
  desk.set(id, "confirming");
  const Outcome linked = desk.take(letter("m5@correio.example", ana_mail, "Confirmação"));
  CHECK(linked.case_id == id);
  CHECK(desk.the_case(id).replies.size() == 1);

  const CaseId second = desk.open_case();
  desk.set(second, "confirming");
  CHECK_FALSE(desk.take(letter("m6@correio.example", ana_mail, "Confirmação")).case_id);
  const std::string subject = "Sobre o protocolo (" + desk.the_case(second).protocol + ")";
  CHECK(desk.take(letter("m7@correio.example", ana_mail, subject)).case_id == second);
  CHECK_FALSE(desk.take(letter("m8@correio.example", "x@correio.example", subject)).case_id);
}

// --- cases that come back ------------------------------------------------------------------------

TEST_CASE("[S0.20] a resolved case is reopened by its own mail, and its owner is told") {
  MailDesk desk;
  const CaseId id = desk.case_in("done");
  CHECK(desk.the_case(id).resolved_at);
  const Outcome reply = desk.take(desk.reply_to(id, "m2@correio.example"));
  CHECK(reply.case_id == id);
  CHECK(desk.status(id) == "open");
  CHECK_FALSE(desk.the_case(id).resolved_at);
  CHECK(reply.interaction);  // João has it, and is told
  const std::vector<std::string> types = told(desk.host.settle_all(), "joao");
  CHECK(has(types, "case_reopened"));
  CHECK(has(types, "message"));
  const std::vector<Entry> entries = desk.host.timeline(desk.conversation);
  const auto reopened = std::find_if(entries.begin(), entries.end(), [](const Entry& entry) {
    return entry.event == EventKind::case_status && entry.details.contains("by");
  });
  REQUIRE(reopened != entries.end());
  CHECK(reopened->details.at("from") == Value("done"));
  CHECK(reopened->details.at("to") == Value("open"));
  CHECK(reopened->author.role == AuthorRole::customer);
}

TEST_CASE("[S0.20] a resolved case goes back to where its status says, and nothing is sent again") {
  MailDesk desk;
  const CaseId id = desk.case_in("approved");
  const std::size_t mails = desk.the_case(id).mails.size();
  desk.take(desk.reply_to(id, "m2@correio.example"));
  CHECK(desk.status(id) == "confirming");
  CHECK(desk.the_case(id).verification);  // that status waits for a reply: somebody looks at it
  CHECK(desk.the_case(id).mails.size() == mails);
}

TEST_CASE("mail that comes by itself reopens nothing") {
  for (const AutoMail kind : {AutoMail::reply, AutoMail::bounce, AutoMail::generated}) {
    MailDesk desk;
    const CaseId id = desk.case_in("done");
    InboundMessage away = desk.reply_to(id, "a1@correio.example");
    away.content.mail->automatic = kind;
    desk.take(away);
    CHECK(desk.status(id) == "done");
    CHECK(desk.the_case(id).replies.empty());
  }
}

TEST_CASE("[S0.20] a mail that is passed on is no reply, though it names ours") {
  MailDesk desk;
  const CaseId id = desk.case_in("done");
  InboundMessage forward = desk.reply_to(id, "f1@correio.example");
  forward.content.mail->subject = "Fwd: Confirme";
  forward.content.mail->forward = true;
  const Outcome taken = desk.take(forward);
  CHECK(taken.conversation == desk.conversation);  // somebody reads it
  CHECK_FALSE(taken.case_id);
  CHECK(desk.status(id) == "done");
  CHECK(desk.the_case(id).replies.empty());
}

TEST_CASE("another mail of the contact's reopens no case") {
  MailDesk desk;
  const CaseId id = desk.case_in("done");
  desk.take(letter("m2@correio.example", ana_mail, "Outra coisa"));
  CHECK(desk.status(id) == "done");
}

TEST_CASE("a finalised case stays so, whoever writes or asks") {
  MailDesk desk;
  const CaseId id = desk.case_in("over");
  const Error refused = desk.host.refusal(SetCaseStatus{id, CaseStatusName("open"), true}, "marta");
  CHECK(refused.reason == "case_final");
  CHECK_FALSE(refused.remedy.empty());
  desk.host.settle_all();
  const Outcome reply = desk.take(desk.reply_to(id, "m2@correio.example"));
  CHECK(desk.status(id) == "over");
  CHECK(desk.the_case(id).replies.empty());
  CHECK(desk.entry(reply).case_id == id);
  const std::vector<Entry> entries = desk.host.timeline(desk.conversation);
  const auto linked = std::find_if(entries.begin(), entries.end(), [](const Entry& entry) {
    return entry.event == EventKind::reply_linked;
  });
  REQUIRE(linked != entries.end());
  CHECK(linked->details.at("final") == Value(true));
  CHECK(has(told(desk.host.settle_all(), "joao"), "message"));  // it is answered by a person
}

TEST_CASE("a finalised case is taken up by one that follows it, and its mail goes there") {
  MailDesk desk;
  const CaseId first = desk.case_in("over");
  const auto follow = [&](CaseId id) {
    return OpenCase{desk.conversation, CaseTypeName("appointment"), {}, {}, id};
  };
  const CaseId second = desk.host.must(follow(first), "joao").case_id;
  CHECK(desk.the_case(second).follows == first);
  CHECK(desk.the_case(first).followed_by == second);
  CHECK(desk.the_case(second).protocol != desk.the_case(first).protocol);
  CHECK(desk.take(desk.reply_to(first, "m2@correio.example")).case_id == second);
  CHECK(desk.the_case(second).replies.size() == 1);
  CHECK(desk.status(first) == "over");

  CHECK(desk.host.refusal(follow(first), "joao").reason == "case_not_final");
  CHECK(desk.host.refusal(follow(CaseId(999)), "joao").code == ErrorCode::not_found);
  desk.set(second, "over");
  const CaseId third = desk.host.must(follow(first), "joao").case_id;
  CHECK(desk.the_case(third).follows == second);
  CHECK(desk.take(desk.reply_to(first, "m3@correio.example")).case_id == third);

  const Outcome stranger = desk.host.whatsapp("5541977776666", "oi");
  OpenCase other = follow(first);
  other.conversation = stranger.conversation;
  CHECK(desk.host.refusal(other, "joao").reason == "other_contact");
}

TEST_CASE("what a case keeps has ceilings") {
  EngineOptions how = options();
  how.limits.replies_per_case = 2;
  how.limits.mails_per_case = 2;
  how.limits.words_per_case = 1;
  how.limits.cases_per_conversation = 1;
  how.limits.follow_ups = 1;
  MailDesk desk(how);
  const CaseId id = desk.case_in("done");
  desk.set(id, "confirming");
  desk.set(id, "confirming");
  CHECK(desk.the_case(id).mails.size() == 2);
  std::uint64_t last = 0;
  for (int i = 2; i < 6; ++i) {
    last = desk.take(desk.reply_to(id, "m" + std::to_string(i) + "@correio.example")).entry;
  }
  CHECK(desk.the_case(id).replies.size() == 2);
  CHECK(desk.the_case(id).replies.back().entry == last);
  desk.host.must(MarkInformed{id, "protocol"}, "joao");
  desk.host.must(MarkInformed{id, "protocol"}, "joao");
  CHECK(desk.host.refusal(MarkInformed{id, "deadline"}, "joao").reason == "too_many_words");
  CHECK(desk.host
            .refusal(OpenCase{desk.conversation, CaseTypeName("appointment"), {}, {}, {}}, "joao")
            .reason == "too_many_cases");
}

// --- who may write for a case --------------------------------------------------------------------

namespace {

constexpr const char* bruno_mail = "bruno@correio.example";
constexpr const char* shared_mail = "familia@correio.example";

// Where a mail went, in a word: "case", "claimed", or "own", without the case.
std::string went(MailDesk& desk, CaseId id, InboundMessage mail) {
  const auto replies = desk.the_case(id).replies.size();
  const Outcome taken = desk.take(std::move(mail));
  const ConversationRecord there = desk.host.conversation(taken.conversation);
  const bool linked = desk.the_case(id).replies.size() == replies + 1;
  CHECK(linked == (taken.case_id == id));
  if (!linked) return there.contact == desk.the_case(id).contact ? "ana's" : "own";
  CHECK(there.contact == desk.the_case(id).contact);
  for (const Entry& entry : desk.host.timeline(there.id)) {
    const bool its = entry.event == EventKind::reply_linked &&
                     entry.details.at("entry") == Value(std::to_string(taken.entry));
    if (its && entry.details.at("trust") == Value("token")) return "claimed";
  }
  return "case";
}

}  // namespace

TEST_CASE("[S0.20] [S0.29] a mail comes to a case from its contact, or to its signed address") {
  MailDesk desk;
  const Address family{AddressKind::email, shared_mail};
  desk.host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}, family}, {}});
  desk.host.must(UpsertContact{"Bruno", {}, {{AddressKind::email, bruno_mail}, family}, {}});
  desk.begin();
  const CaseId id = desk.open_case();
  desk.set(id, "confirming");
  const std::string ours = desk.the_case(id).mails.back().message_id;
  const std::string address = desk.address_of(id);
  const std::string damaged = "care+" + std::string(address).substr(6);
  const std::string subject = "Re: protocolo " + desk.the_case(id).protocol;
  const ConversationRecord before = desk.host.conversation(desk.conversation);
  int mails = 0;
  const auto to = [&](const char* from, const std::string& where, const std::string& answers = {}) {
    return letter("w" + std::to_string(++mails) + "@correio.example", from, "Oi", where, answers);
  };
  // The contact's own; of that only what is signed, answers ours, or says the number.
  CHECK(went(desk, id, to(ana_mail, address)) == "case");
  CHECK(went(desk, id, to(ana_mail, damaged, ours)) == "case");
  for (const char* from : {bruno_mail, "stranger@outro.example", shared_mail}) {
    CAPTURE(from);
    CHECK(went(desk, id, to(from, address)) == "claimed");
    CHECK(went(desk, id, to(from, address, ours)) == "claimed");
    CHECK(went(desk, id, to(from, mailbox, ours)) == "own");
    CHECK(went(desk, id, to(from, damaged)) == "own");
    InboundMessage numbered = to(from, mailbox);
    numbered.content.mail->subject = subject;
    CHECK(went(desk, id, numbered) == "own");
    InboundMessage passed_on = to(from, address, ours);
    passed_on.content.mail->forward = true;
    CHECK(went(desk, id, passed_on) == "own");
    InboundMessage renamed = to(from, mailbox, ours);
    renamed.from.display_name = "Ana";
    CHECK(went(desk, id, renamed) == "own");
  }
  // Nobody was let in by it: what is written goes where it went before.
  const ConversationRecord after = desk.host.conversation(desk.conversation);
  REQUIRE(after.reaches.size() == before.reaches.size());
  CHECK(after.reaches.front().address == Address{AddressKind::email, ana_mail});
  const auto known = desk.host.query().contact(before.contact);
  CHECK(known->identities.size() == 3);
  CHECK_FALSE(desk.the_case(id).replies.front().verified);
}

TEST_CASE("[S0.20] a mail to a case is the case's contact's, whoever had its first conversation") {
  MailDesk desk;
  const ContactId bruno =
      desk.host.must(UpsertContact{"Bruno", {}, {{AddressKind::email, bruno_mail}}, {}}).contact;
  desk.begin();
  const CaseId id = desk.open_case();
  desk.set(id, "confirming");
  const std::string address = desk.address_of(id);
  CloseConversation close;
  close.conversation = desk.conversation;
  desk.host.must(close, "joao");
  desk.host.pass(30h);
  // It goes on in another conversation, and that turns out to be somebody else's.
  const Outcome later = desk.take(letter("w1@correio.example", ana_mail, "Oi", address));
  REQUIRE(later.conversation != desk.conversation);
  desk.host.must(ChooseContact{later.conversation, bruno}, "joao");
  // The case stays with whom it is for.
  const ContactId whose = desk.the_case(id).contact;
  REQUIRE(whose != bruno);
  const Outcome his = desk.take(letter("w2@correio.example", bruno_mail, "Oi", address));
  CHECK(his.case_id == id);
  CHECK(desk.host.conversation(his.conversation).contact == whose);
}

// --- reports of delivery -------------------------------------------------------------------------

TEST_CASE("a report that names an effect and not its Message-ID is nobody's word") {
  MailDesk desk;
  desk.begin();
  const Outcome by_mail = desk.host.must(desk.answer(), "joao");
  SendMessage sms = desk.answer();
  sms.entry_point = EntryPointName("sms");
  const Outcome by_sms = desk.host.must(sms, "joao");
  desk.host.poll();
  const auto status_of = [&](const Outcome& sent) { return desk.entry(sent).status; };
  Receipt forged;
  forged.status = DeliveryStatus::failed;
  for (const Outcome& sent : {by_mail, by_sms}) {
    forged.effect = sent.effect;
    forged.message_id = "novelo-" + std::to_string(sent.effect.value()) + "@aurora.example";
    REQUIRE(desk.host.event("mail", forged));
    CHECK(status_of(sent) == DeliveryStatus::pending);
  }
  desk.host.settle_all();
  for (const Outcome& sent : {by_mail, by_sms}) {  // settled, and still not by this
    REQUIRE(desk.host.engine().settle(sent.effect, Done{}, desk.host.now()));
    forged.effect = sent.effect;
    REQUIRE(desk.host.event("mail", forged));
    CHECK(status_of(sent) == DeliveryStatus::accepted);
  }
  forged.effect = by_mail.effect;
  forged.message_id = desk.entry(by_mail).content.mail->message_id;
  REQUIRE(desk.host.event("mail", forged));
  CHECK(status_of(by_mail) == DeliveryStatus::failed);
}

TEST_CASE("an automatic mail about nobody who is known is put aside, not dropped") {
  MailDesk desk;
  InboundMessage news = letter("n1@lists.example", "news@lists.example", "Novidades");
  news.content.mail->automatic = AutoMail::list;
  const auto refused = desk.host.event("mail", news);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "automatic_mail");

  const std::string raw =
      "From: news@lists.example\r\nTo: care@aurora.example\r\nMessage-ID: <n2@lists.example>\r\n"
      "List-Id: <news.lists.example>\r\nSubject: Novidades\r\n\r\nLeia.\r\n";
  CHECK_FALSE(desk.host.engine().receive(desk.host.webhook("mail", raw), desk.host.now()));
  const auto kept = desk.host.query().quarantine({}, 10).value();
  REQUIRE(kept.size() == 1);
  CHECK(kept.front().error.reason == "automatic_mail");
  CHECK(kept.front().request.body == raw);
}
