// What a contact writes after they were asked for a score.
#include <doctest/doctest.h>

#include <string>

#include "novelo/base/digest.hpp"
#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

struct Desk {
  MemoryStore store;
  Host host{store};
  Outcome chat;
  SurveyId survey;

  // Ana was served, asked, and the conversation is closed unless it is to stay open.
  explicit Desk(bool closed = true) {
    host.configure();
    host.sign_in("joao");
    chat = host.sms("+5541988887777", "Bom dia");
    host.accept("joao");
    survey = host.must(SendSurvey{chat.conversation, "nps"}, "joao").survey;
    if (closed) host.must(CloseConversation{chat.conversation, {}, {}, {}}, "joao");
    host.settle_all();
  }
  Survey asked() { return host.query().survey(survey).value(); }
  bool closed() {
    return host.query().conversation(chat.conversation)->status == ConversationStatus::closed;
  }
};

}  // namespace

TEST_CASE("[S0.32] a score with thanks is a score and reopens nothing") {
  Desk desk;
  desk.host.sms("+5541988887777", "Nota 9, obrigada!");
  CHECK(desk.asked().score == 9);
  CHECK(desk.asked().comment == "Nota 9, obrigada!");
  CHECK(desk.closed());
  desk.host.sms("+5541988887777", "10");
  CHECK(desk.asked().score == 9);
  CHECK(desk.asked().repeated == 1);
  CHECK(desk.closed());
}

TEST_CASE("[S0.32] a score that comes on another channel counts") {
  Desk desk;
  desk.host.whatsapp(ana, "10");
  CHECK(desk.asked().score == 10);
  CHECK(desk.asked().answered_on == Channel::whatsapp);
  CHECK(desk.closed());
}

TEST_CASE("[S0.32] a survey's link counts until its period ends, and a made-up one never") {
  Desk desk;
  const std::string token = make_token(options().tenant_secret, "survey", desk.survey.value());
  const auto refusal = [&](const std::string& said) {
    return desk.host.refusal(AnswerSurvey{said, 9, {}}).reason;
  };
  CHECK(refusal(make_token(Secret("a secret of somebody else"), "survey", desk.survey.value())) ==
        "bad_token");
  CHECK(refusal(make_token(options().tenant_secret, "reply", desk.survey.value())) == "bad_token");
  CHECK(refusal(make_token(options().tenant_secret, "survey", 1)) == "bad_token");
  CHECK(refusal(token + "0") == "bad_token");
  const Timestamp until = desk.asked().until;
  CHECK(until == desk.asked().sent_at + 72h);
  desk.host.pass(until - desk.host.now() - 1s);
  desk.host.must(AnswerSurvey{token, 9, {}});
  desk.host.pass(1s);
  CHECK(refusal(token) == "survey_over");
  CHECK(desk.asked().score == 9);
  CHECK(desk.asked().repeated == 0);
}

TEST_CASE("[S0.25] what is no score reopens the conversation") {
  Desk desk;
  desk.host.sms("+5541988887777", "Posso ir às 10?");
  CHECK_FALSE(desk.asked().score);
  CHECK_FALSE(desk.closed());
}

TEST_CASE("[S0.32] a number that answers a person is no score, one that says it is one is") {
  Desk desk(false);
  SendMessage question;
  question.conversation = desk.chat.conversation;
  question.entry_point = EntryPointName("sms");
  question.content.text = "Para quantas pessoas?";
  desk.host.must(question, "joao");
  desk.host.settle_all();
  desk.host.sms("+5541988887777", "2");
  CHECK_FALSE(desk.asked().score);
  desk.host.sms("+5541988887777", "nota 8");
  CHECK(desk.asked().score == 8);
}

TEST_CASE(
    "what a contact says in a form of its own is taken as a message, news of an account is not") {
  Desk desk;
  UnsupportedEvent order;
  order.id = "wamid.order";
  order.from.address = {AddressKind::phone, "5541977776666"};
  order.to = whatsapp_number;
  order.what = "order";
  order.said = true;
  const auto taken = desk.host.event("meta", order);
  REQUIRE(taken);
  const Entry entry = desk.host.timeline(taken->conversation).at(taken->entry - 1);
  CHECK(entry.type == EntryType::message);
  CHECK(entry.details.at("unsupported") == Value("order"));
  CHECK(desk.host.query().interaction(taken->interaction)->state == InteractionState::waiting);

  UnsupportedEvent news;
  news.id = "sha256:1";
  news.what = "field account_update";
  desk.host.engine().take_signals();
  REQUIRE(desk.host.event("meta", news));
  const auto signals = desk.host.engine().take_signals();
  REQUIRE(signals.size() == 1);
  CHECK(signals.front().name == "unsupported");
}
