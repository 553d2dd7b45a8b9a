// What came of sends: settlements by the host and receipts by providers, in whatever order.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "novelo/stores/memory.hpp"
#include "novelo/testing/provider.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

// One message of João's to Ana, on its way.
struct Sent {
  MemoryStore store;
  Host host{store};
  ConversationId conversation;
  std::uint64_t entry = 0;
  EffectId effect;
  std::string provider_id;

  Sent() {
    host.configure();
    host.sign_in("joao");
    conversation = host.whatsapp(ana, "oi").conversation;
    host.accept("joao");
    SendMessage send;
    send.conversation = conversation;
    send.entry_point = EntryPointName("whatsapp");
    send.content.text = "olá";
    const Outcome outcome = host.must(send, "joao");
    entry = outcome.entry;
    effect = outcome.effect;
    provider_id = novelo::testing::provider_id("whatsapp", effect);
    REQUIRE(host.poll().size() == 1);
  }

  Entry message() { return host.timeline(conversation).at(entry - 1); }
  DeliveryStatus status() { return message().status; }

  SendMessage another(const char* entry_point) const {
    SendMessage more;
    more.conversation = conversation;
    more.entry_point = EntryPointName(entry_point);
    more.content.text = "tudo bem?";
    return more;
  }
  void settle() {
    const Settlement reply = novelo::testing::friendly_reply("whatsapp", effect);
    REQUIRE(host.engine().settle(effect, reply, host.now()));
  }
  void receipt(DeliveryStatus status, std::string id, EffectId named = {}) {
    Receipt receipt;
    receipt.message_id = std::move(id);
    receipt.effect = named;
    receipt.status = status;
    if (status == DeliveryStatus::failed) {
      receipt.error = SendError{SendErrorClass::bad_address, "131026", "undeliverable"};
    }
    REQUIRE(host.event("meta", receipt));
  }
};

using Status4 = std::vector<DeliveryStatus>;

// Everything that every order of the same news leads to, as text.
std::set<std::string> ends_of(Status4 news, bool settle_first) {
  std::set<std::string> ends;
  std::sort(news.begin(), news.end());
  do {
    Sent sent;
    if (settle_first) sent.settle();
    for (const DeliveryStatus status : news) sent.receipt(status, sent.provider_id);
    if (!settle_first) sent.settle();
    const Entry end = sent.message();
    ends.insert(std::string(to_string(end.status)) + " " + end.error.code + " " + end.provider_id);
  } while (std::next_permutation(news.begin(), news.end()));
  return ends;
}

}  // namespace

TEST_CASE("[B3] receipts in any order come to the same end") {
  using enum DeliveryStatus;
  const std::string id = Sent().provider_id;
  for (const bool settle_first : {true, false}) {
    INFO("settled first: ", settle_first);
    CHECK(ends_of({sent, delivered, read}, settle_first) == std::set{"read  " + id});
    CHECK(ends_of({sent, delivered, failed}, settle_first) == std::set{"delivered  " + id});
    CHECK(ends_of({accepted, sent, failed}, settle_first) == std::set{"failed 131026 " + id});
    CHECK(ends_of({sent, failed, delivered, played}, settle_first) == std::set{"played  " + id});
  }
}

TEST_CASE("[B3] a receipt that comes again changes nothing") {
  Sent sent;
  sent.settle();
  sent.receipt(DeliveryStatus::delivered, sent.provider_id);
  const StoreRows before = content_of(sent.store);
  sent.receipt(DeliveryStatus::delivered, sent.provider_id);
  sent.receipt(DeliveryStatus::sent, sent.provider_id);
  CHECK(difference(before, content_of(sent.store)).empty());
}

TEST_CASE("a receipt that comes before the settlement is parked and joined") {
  Sent sent;
  sent.receipt(DeliveryStatus::delivered, sent.provider_id);
  CHECK(sent.status() == DeliveryStatus::pending);
  sent.host.reopen();
  sent.settle();
  CHECK(sent.status() == DeliveryStatus::delivered);
  CHECK(sent.message().provider_id == sent.provider_id);
  for (const auto& row : content_of(sent.store)) {
    CHECK(std::get<Table>(row) != Table::parked_receipt);
  }
}

namespace {

std::size_t rows_of(Store& store, Table table) {
  const StoreRows rows = content_of(store);
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [&](const auto& row) { return std::get<Table>(row) == table; }));
}

// João's messages to many people, all on their way, with room for few early receipts.
struct ManySent {
  MemoryStore store;
  Host host;
  std::vector<Outcome> sent;

  static EngineOptions small() {
    EngineOptions how = options();
    how.limits.parked_receipts = 3;
    return how;
  }
  explicit ManySent(int count) : host(store, small()) {
    host.configure();
    host.sign_in("joao");
    for (int i = 0; i < count; ++i) {
      const Outcome oi = host.whatsapp("554198888000" + std::to_string(i), "oi");
      SendMessage send;
      send.conversation = oi.conversation;
      send.entry_point = EntryPointName("whatsapp");
      send.content.text = "olá";
      sent.push_back(host.must(send, "joao"));
    }
    host.poll();
  }
  // A receipt by the provider's id, before the provider's answer.
  void early(std::size_t which) {
    early(novelo::testing::provider_id("whatsapp", sent.at(which).effect));
  }
  void early(const std::string& id) {
    Receipt receipt;
    receipt.message_id = id;
    receipt.status = DeliveryStatus::delivered;
    REQUIRE(host.event("meta", receipt));
    CHECK(rows_of(store, Table::parked_receipt) <= 3);
    CHECK(rows_of(store, Table::parked_order) == rows_of(store, Table::parked_receipt));
  }
  // What the answer leads to: `delivered` when the early receipt was still there.
  DeliveryStatus settle(std::size_t which) {
    const Outcome& one = sent.at(which);
    REQUIRE(host.engine().settle(
        one.effect, novelo::testing::friendly_reply("whatsapp", one.effect), host.now()));
    CHECK(rows_of(store, Table::parked_order) == rows_of(store, Table::parked_receipt));
    return host.timeline(one.conversation).at(one.entry - 1).status;
  }
};

}  // namespace

TEST_CASE("[B3] early receipts have a ceiling, and the oldest goes first") {
  using enum DeliveryStatus;
  ManySent desk(5);
  for (const std::size_t which : {0U, 1U, 2U}) desk.early(which);
  desk.early("of somebody else");
  CHECK(desk.settle(0) == accepted);
  CHECK(desk.settle(1) == delivered);
  desk.early(3);
  desk.host.reopen();
  desk.early(2);  // again: it keeps its place, and is the oldest
  desk.early(4);
  CHECK(desk.settle(2) == accepted);
  CHECK(desk.settle(3) == delivered);
  CHECK(desk.settle(4) == delivered);
  CHECK(rows_of(desk.store, Table::parked_receipt) == 1);
}

TEST_CASE("[B3] whatever is joined, the others keep their order") {
  // Which of three is joined, and then two more come: the older of those that are left goes.
  for (const std::size_t joined : {0U, 1U, 2U}) {
    ManySent desk(3);
    for (const std::size_t which : {0U, 1U, 2U}) desk.early(which);
    CHECK(desk.settle(joined) == DeliveryStatus::delivered);
    desk.early("x1");
    desk.early("x2");
    const std::size_t older = joined == 0 ? 1 : 0;
    const std::size_t younger = joined == 2 ? 1 : 2;
    CHECK(desk.settle(older) == DeliveryStatus::accepted);
    CHECK(desk.settle(younger) == DeliveryStatus::delivered);
    for (int i = 0; i < 10; ++i) desk.early("y" + std::to_string(i));
    CHECK(rows_of(desk.store, Table::parked_receipt) == 3);
  }
}

TEST_CASE("a receipt that names nothing is refused, and kept nowhere") {
  ManySent desk(0);
  Receipt receipt;
  receipt.status = DeliveryStatus::read;
  const StoreRows before = content_of(desk.store);
  const auto taken = desk.host.event("meta", receipt);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().reason == "no_id");
  CHECK(difference(before, content_of(desk.store)).empty());
}

TEST_CASE("a receipt that names the effect settles it") {
  Sent sent;
  sent.receipt(DeliveryStatus::delivered, sent.provider_id, sent.effect);
  CHECK(sent.status() == DeliveryStatus::delivered);
  CHECK(sent.host.query().unsettled({}, 10)->empty());
  sent.host.reopen();
  CHECK(sent.host.poll().empty());
  const auto late = sent.host.engine().settle(
      sent.effect, novelo::testing::friendly_reply("whatsapp", sent.effect), sent.host.now());
  REQUIRE(late);
  CHECK(late->repeated);
  sent.receipt(DeliveryStatus::read, sent.provider_id);  // from now on by the provider's id
  CHECK(sent.status() == DeliveryStatus::read);
}

TEST_CASE("a receipt that names a settled effect finds its message without the provider's id") {
  Sent sent;
  REQUIRE(sent.host.engine().settle(sent.effect, Done{}, sent.host.now()));
  CHECK(sent.status() == DeliveryStatus::accepted);
  sent.receipt(DeliveryStatus::delivered, "wamid.unheard.of", sent.effect);
  CHECK(sent.status() == DeliveryStatus::delivered);
}

TEST_CASE("the first word about an effect counts, whatever is said later") {
  Sent sent;
  sent.settle();
  sent.host.settle_all();
  const StoreRows before = content_of(sent.store);
  const TransportReply other{200, {}, R"({"messages": [{"id": "wamid.other"}]})"};
  const std::vector<Settlement> words{novelo::testing::friendly_reply("whatsapp", sent.effect),
                                      other,
                                      TransportReply{400, {}, "{}"},
                                      TransportReply{503, {}, {}},
                                      TransportReply{0, {}, {}},
                                      Done{},
                                      Failed{"gone", "Never.", false},
                                      Failed{"later", "Later.", true}};
  for (const bool restarted : {false, true}) {
    if (restarted) sent.host.reopen();
    for (const Settlement& word : words) {
      const auto again = sent.host.engine().settle(sent.effect, word, sent.host.now());
      REQUIRE(again);
      CHECK(again->repeated);
      CHECK(difference(before, content_of(sent.store)).empty());
    }
  }
  CHECK(sent.message().provider_id == sent.provider_id);
  CHECK(sent.host.poll().empty());
}

TEST_CASE("what was settled without the provider's id is found by it once the provider gives it") {
  for (const Settlement& first :
       std::vector<Settlement>{Done{}, Failed{"timeout", "No answer.", false}}) {
    Sent sent;
    REQUIRE(sent.host.engine().settle(sent.effect, first, sent.host.now()));
    const DeliveryStatus shown = sent.status();
    const Settlement taken = novelo::testing::friendly_reply("whatsapp", sent.effect);
    const auto late = sent.host.engine().settle(sent.effect, taken, sent.host.now());
    REQUIRE(late);
    CHECK_FALSE(late->repeated);
    CHECK(late->entry == sent.entry);
    CHECK(sent.status() == shown);
    const StoreRows before = content_of(sent.store);
    CHECK(sent.host.engine().settle(sent.effect, taken, sent.host.now())->repeated);
    CHECK(difference(before, content_of(sent.store)).empty());
    sent.receipt(DeliveryStatus::delivered, sent.provider_id);
    CHECK(sent.status() == DeliveryStatus::delivered);
  }
}

TEST_CASE("a receipt that came early is joined by an answer that came late") {
  Sent sent;
  sent.receipt(DeliveryStatus::read, sent.provider_id);
  REQUIRE(sent.host.engine().settle(sent.effect, Done{}, sent.host.now()));
  CHECK(sent.status() == DeliveryStatus::accepted);
  sent.settle();
  CHECK(sent.status() == DeliveryStatus::read);
}

TEST_CASE("a message given up for lost may still arrive") {
  Sent sent;
  REQUIRE(sent.host.engine().settle(sent.effect, Failed{"timeout", "No answer.", false},
                                    sent.host.now()));
  CHECK(sent.status() == DeliveryStatus::failed);
  CHECK(sent.host.count(sent.conversation, EventKind::send_failed) == 1);
  sent.receipt(DeliveryStatus::delivered, sent.provider_id, sent.effect);
  CHECK(sent.status() == DeliveryStatus::delivered);
  CHECK(sent.message().error == SendError{});
}

TEST_CASE("a provider that says no is believed at once, and the owner is told") {
  Sent sent;
  const TransportReply refusal{
      400,
      {},
      R"({"error":{"message":"x","type":"OAuthException","code":131026,"fbtrace_id":"A"}})"};
  REQUIRE(sent.host.engine().settle(sent.effect, refusal, sent.host.now()));
  CHECK(sent.status() == DeliveryStatus::failed);
  CHECK(sent.message().error.code == "131026");
  const std::vector<Handout> told = sent.host.poll();
  REQUIRE(told.size() == 1);
  CHECK(told[0].agent == AgentName("joao"));
  CHECK(told[0].body.at("type").to_text() == "send_failed");
  CHECK(sent.host.count(sent.conversation, EventKind::send_failed) == 1);
}

TEST_CASE("a failure told by a receipt is shown, and the owner is told once") {
  Sent sent;
  sent.settle();
  sent.receipt(DeliveryStatus::failed, sent.provider_id);
  sent.receipt(DeliveryStatus::failed, sent.provider_id);
  CHECK(sent.status() == DeliveryStatus::failed);
  CHECK(sent.host.count(sent.conversation, EventKind::send_failed) == 1);
  const std::vector<Handout> told = sent.host.poll();
  REQUIRE(told.size() == 1);
  CHECK(told[0].body.at("type").to_text() == "send_failed");
}

TEST_CASE("an answer that asks for another attempt counts once for each attempt") {
  Sent sent;
  const TransportReply later{429, {}, {}};
  REQUIRE(sent.host.engine().settle(sent.effect, later, sent.host.now()));
  const StoreRows before = content_of(sent.store);
  const auto again = sent.host.engine().settle(sent.effect, later, sent.host.now());
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(difference(before, content_of(sent.store)).empty());
  sent.host.wait(5s);
  const std::vector<Handout> second = sent.host.poll();
  REQUIRE(second.size() == 1);
  CHECK(second[0].attempt == 2);
  // One that is late to say so is believed.
  REQUIRE(sent.host.engine().settle(sent.effect, later, sent.host.now()));
  const TransportReply taken{200, {}, R"({"messages": [{"id": "wamid.9"}]})"};
  CHECK_FALSE(sent.host.engine().settle(sent.effect, taken, sent.host.now())->repeated);
  CHECK(sent.status() == DeliveryStatus::accepted);
}

TEST_CASE("an answer that tells nothing is tried again under the same key") {
  Sent sent;
  REQUIRE(sent.host.engine().settle(sent.effect, TransportReply{0, {}, {}}, sent.host.now()));
  CHECK(sent.status() == DeliveryStatus::pending);
  REQUIRE(sent.host.engine().next_deadline());
  CHECK(*sent.host.engine().next_deadline() == sent.host.now() + 5s);
  sent.host.wait(5s);
  const std::vector<Handout> again = sent.host.poll();
  REQUIRE(again.size() == 1);
  CHECK(again[0].id == sent.effect);
  CHECK(again[0].attempt == 2);
}

// --- held ----------------------------------------------------------------------------------------

namespace {

// Two SMS of João's to Ana, of which nobody knows whether the first is out.
struct Held : Sent {
  Outcome first;
  Outcome second;

  Held() {
    settle();
    first = sms("um");
    second = sms("dois");
    REQUIRE(host.poll().size() == 1);
  }

  Outcome sms(const char* text) {
    SendMessage send;
    send.conversation = conversation;
    send.entry_point = EntryPointName("sms");
    send.content.text = text;
    return host.must(send, "joao");
  }

  void lose_answer() {
    REQUIRE(host.engine().settle(first.effect, TransportReply{0, {}, {}}, host.now()));
  }
  Outcome resolve(SendResolution resolution, const std::string& actor = "joao") {
    return host.must(ResolveSend{first.effect, resolution}, actor);
  }
  Error refusal(SendResolution resolution, const std::string& actor = "joao") {
    return host.refusal(ResolveSend{first.effect, resolution}, actor);
  }
  std::vector<HeldSend> held() { return host.query().held({}, 10).value(); }
  DeliveryStatus status_of(const Outcome& sent) {
    return host.timeline(conversation).at(sent.entry - 1).status;
  }
  std::vector<EffectId> sends(const std::vector<Handout>& handouts) {
    std::vector<EffectId> ids;
    for (const Handout& out : handouts) {
      if (out.kind == EffectKind::send) ids.push_back(out.id);
    }
    return ids;
  }
};

}  // namespace

TEST_CASE("where a lost answer means holding, it is held until a person decides") {
  Held desk;
  desk.lose_answer();
  CHECK(desk.status_of(desk.first) == DeliveryStatus::held);
  CHECK(desk.status_of(desk.second) == DeliveryStatus::pending);
  CHECK(desk.host.count(desk.conversation, EventKind::send_held) == 1);
  const std::vector<Handout> told = desk.host.poll();
  REQUIRE(told.size() == 1);
  CHECK(told[0].agent == AgentName("joao"));
  CHECK(told[0].body.at("type").to_text() == "send_held");
  CHECK(told[0].body.at("effect") == Value(std::to_string(desk.first.effect.value())));
  desk.host.settle(told[0]);

  const StoreRows before = content_of(desk.store);
  for (int times = 0; times < 3; ++times) {
    REQUIRE(desk.held().size() == 1);
    CHECK(desk.held()[0].effect.id == desk.first.effect);
    CHECK(desk.held()[0].behind == 1);
    desk.host.pass(1h);
    CHECK(desk.host.poll().empty());
    desk.host.reopen();
  }
  CHECK(difference(before, content_of(desk.store)).empty());
}

TEST_CASE("a held send that is let go goes out again under the same key, and its lane goes on") {
  Held desk;
  desk.lose_answer();
  desk.host.settle_all();
  const Outcome decided = desk.resolve(SendResolution::send_again);
  CHECK(decided.effect == desk.first.effect);
  CHECK(decided.entry == desk.first.entry);
  CHECK(desk.held().empty());
  CHECK(desk.status_of(desk.first) == DeliveryStatus::pending);
  const std::vector<Handout> out = desk.host.poll();
  REQUIRE(desk.sends(out) == std::vector{desk.first.effect});
  CHECK(out[0].attempt == 2);
  CHECK(out[0].maybe_done);
  CHECK(out[0].request->idempotency_key == std::to_string(desk.first.effect.value()));
  desk.host.settle(out[0]);
  CHECK(desk.status_of(desk.first) == DeliveryStatus::accepted);
  CHECK(desk.sends(desk.host.settle_all()) == std::vector{desk.second.effect});
  CHECK(desk.host.count(desk.conversation, EventKind::send_resolved) == 1);
}

TEST_CASE("a held send that is given up is shown as failed, and its lane goes on") {
  Held desk;
  desk.lose_answer();
  desk.host.settle_all();
  desk.resolve(SendResolution::give_up, "marta");
  CHECK(desk.held().empty());
  const Entry failed = desk.host.timeline(desk.conversation).at(desk.first.entry - 1);
  CHECK(failed.status == DeliveryStatus::failed);
  CHECK(failed.error.code == "given_up");
  const std::vector<Handout> out = desk.host.poll();
  CHECK(desk.sends(out) == std::vector{desk.second.effect});
  REQUIRE(out.size() == 2);
  const Handout& told = out[0].kind == EffectKind::notify ? out[0] : out[1];
  CHECK(told.agent == AgentName("joao"));
  CHECK(told.body.at("type").to_text() == "send_failed");
  // It went out after all.
  Receipt receipt;
  receipt.message_id = "SMlate";
  receipt.effect = desk.first.effect;
  receipt.status = DeliveryStatus::delivered;
  REQUIRE(desk.host.event("twilio", receipt));
  CHECK(desk.status_of(desk.first) == DeliveryStatus::delivered);
}

TEST_CASE("a held send that a person knows to be out counts as sent") {
  Held desk;
  desk.lose_answer();
  desk.host.settle_all();
  desk.resolve(SendResolution::was_sent);
  CHECK(desk.status_of(desk.first) == DeliveryStatus::accepted);
  CHECK(desk.sends(desk.host.poll()) == std::vector{desk.second.effect});
}

TEST_CASE("a receipt or a late answer decides about a held send by itself") {
  for (const bool by_receipt : {true, false}) {
    Held desk;
    desk.lose_answer();
    desk.host.settle_all();
    if (by_receipt) {
      Receipt receipt;
      receipt.message_id = "SM1";
      receipt.effect = desk.first.effect;
      receipt.status = DeliveryStatus::sent;
      REQUIRE(desk.host.event("twilio", receipt));
    } else {
      REQUIRE(desk.host.engine().settle(desk.first.effect,
                                        novelo::testing::friendly_reply("sms", desk.first.effect),
                                        desk.host.now()));
    }
    CHECK(desk.held().empty());
    CHECK(desk.sends(desk.host.poll()) == std::vector{desk.second.effect});
    CHECK(desk.refusal(SendResolution::send_again).reason == "not_held");
  }
}

TEST_CASE("an answer that says it was not taken lets a held send go by itself") {
  Held desk;
  desk.lose_answer();
  desk.host.settle_all();
  REQUIRE(
      desk.host.engine().settle(desk.first.effect, TransportReply{503, {}, "{}"}, desk.host.now()));
  CHECK(desk.held().empty());
  CHECK(desk.status_of(desk.first) == DeliveryStatus::pending);
  CHECK(desk.refusal(SendResolution::send_again).reason == "not_held");
  desk.host.wait(10s);
  CHECK(desk.sends(desk.host.poll()) == std::vector{desk.first.effect});
}

TEST_CASE("what is not held, not one's own or not allowed any more is not decided about") {
  Held desk;
  CHECK(desk.refusal(SendResolution::give_up).reason == "not_held");  // on its way
  desk.lose_answer();
  desk.host.settle_all();
  const StoreRows before = content_of(desk.store);
  CHECK(desk.refusal(SendResolution::none).reason == "no_resolution");
  CHECK(
      desk.host.refusal(ResolveSend{desk.second.effect, SendResolution::give_up}, "joao").reason ==
      "not_held");
  CHECK(desk.host.refusal(ResolveSend{EffectId(), SendResolution::give_up}).code ==
        ErrorCode::not_found);
  CHECK(desk.host.refusal(ResolveSend{EffectId(9999), SendResolution::give_up}).code ==
        ErrorCode::not_found);
  CHECK(desk.refusal(SendResolution::give_up, "nobody").reason == "unknown_agent");
  CHECK(desk.host.refusal(ResolveSend{desk.effect, SendResolution::give_up}).reason == "not_held");
  CHECK(difference(before, content_of(desk.store)).empty());

  desk.host.must(ReassignConversation{desk.conversation, AgentName("marta")}, "joao");
  const Error not_yours = desk.refusal(SendResolution::give_up);
  CHECK(not_yours.reason == "not_yours");
  CHECK_FALSE(not_yours.remedy.empty());
  desk.host.must(CloseConversation{desk.conversation, {}, {}, {}}, "marta");
  CHECK(desk.refusal(SendResolution::send_again, "marta").reason == "closed");
  CHECK(desk.held().size() == 1);
  desk.resolve(SendResolution::give_up, "marta");
  CHECK(desk.host.count(desk.conversation, EventKind::send_failed) == 1);
}

TEST_CASE("a send whose window closes while it is held is taken back") {
  MemoryStore store;
  Host host(store);
  nlohmann::json json = configuration();
  json["entry_points"][2]["unknown_send"] = "hold";
  host.must(LoadConfiguration{json.dump()});
  host.sign_in("joao");
  const ConversationId conversation = host.whatsapp(ana, "oi").conversation;
  host.accept("joao");
  SendMessage send;
  send.conversation = conversation;
  send.entry_point = EntryPointName("whatsapp");
  send.content.text = "olá";
  const Outcome sent = host.must(send, "joao");
  host.poll();
  REQUIRE(host.engine().settle(sent.effect, TransportReply{0, {}, {}}, host.now()));
  host.settle_all();
  REQUIRE(host.query().held({}, 10)->size() == 1);
  host.wait(24h);
  CHECK(host.refusal(ResolveSend{sent.effect, SendResolution::send_again}, "joao").reason ==
        "not_held");
  CHECK(host.query().held({}, 10)->empty());
  CHECK(host.timeline(conversation).at(sent.entry - 1).status == DeliveryStatus::refused);
}

TEST_CASE(
    "a send that was in somebody's hands when the process died is held, and people are told") {
  Held desk;
  desk.host.reopen();
  REQUIRE(desk.held().size() == 1);
  CHECK(desk.held()[0].effect.id == desk.first.effect);
  CHECK(desk.held()[0].behind == 1);
  CHECK(desk.status_of(desk.first) == DeliveryStatus::held);
  CHECK(desk.host.count(desk.conversation, EventKind::send_held) == 1);
  const StoreRows before = content_of(desk.store);
  desk.host.reopen();  // told once, however often it is opened
  CHECK(difference(before, content_of(desk.store)).empty());
  const std::vector<Handout> told = desk.host.poll();
  REQUIRE(told.size() == 1);
  CHECK(told[0].body.at("type").to_text() == "send_held");
  desk.host.settle(told[0]);
  desk.resolve(SendResolution::send_again);
  CHECK(desk.sends(desk.host.settle_all()) == std::vector{desk.first.effect, desk.second.effect});
}

TEST_CASE("a send that waits for its next attempt is in nobody's hands, and is not held") {
  Held desk;
  REQUIRE(
      desk.host.engine().settle(desk.first.effect, TransportReply{503, {}, "{}"}, desk.host.now()));
  desk.host.reopen();
  CHECK(desk.held().empty());
  desk.host.wait(10s);
  CHECK(desk.sends(desk.host.poll()) == std::vector{desk.first.effect});
  desk.host.reopen();
  CHECK(desk.held().size() == 1);
}

TEST_CASE("an answer that tells nothing is remembered when the send goes again") {
  Sent sent;  // by WhatsApp, which sends again
  REQUIRE(sent.host.engine().settle(sent.effect, TransportReply{0, {}, {}}, sent.host.now()));
  sent.host.reopen();
  sent.host.wait(5s);
  const std::vector<Handout> again = sent.host.poll();
  REQUIRE(again.size() == 1);
  CHECK(again[0].maybe_done);
}

TEST_CASE("an engine that cannot write down what it holds does not open") {
  Held desk;
  WatchedStore store(desk.store);
  int told = 0;
  EngineOptions how = options();
  how.on_fault = [&](const Error&) { ++told; };
  store.fail_commit(0, ErrorCode::storage, false);
  const auto engine = Engine::open(store, adapters(), how, desk.host.now());
  REQUIRE_FALSE(engine);
  CHECK(engine.error().code == ErrorCode::storage);
  CHECK(told == 0);
  CHECK(Engine::open(store, adapters(), how, desk.host.now()));
}

TEST_CASE("settling what waits in its lane does not let it overtake") {
  Held desk;
  REQUIRE(desk.host.engine().settle(desk.second.effect, Failed{"early", "Not yet.", true},
                                    desk.host.now()));
  desk.host.wait(1min);
  CHECK(desk.host.poll().empty());
}

// --- what the host could not do ------------------------------------------------------------------

TEST_CASE("a notification that reaches nobody is shown") {
  MemoryStore store;
  Host host(store);
  host.configure();
  host.sign_in("joao");
  const Outcome oi = host.whatsapp(ana, "oi");
  const std::vector<Handout> offer = host.poll();
  REQUIRE(offer.size() == 1);
  REQUIRE(host.engine().settle(offer[0].id, Failed{"no_desktop", "Nobody is signed in.", false},
                               host.now()));
  const Entry last = host.timeline(oi.conversation).back();
  CHECK(last.event == EventKind::effect_failed);
  CHECK(last.details.at("kind") == Value("notify"));
  CHECK(last.details.at("what") == Value("offer"));
  CHECK(last.details.at("reason") == Value("no_desktop"));
}

TEST_CASE("a call verb that the telephone system refuses is shown on the call") {
  MemoryStore store;
  Host host(store);
  host.configure();
  host.sign_in("joao");
  const Outcome call = host.call("c1", "041988887777");
  host.settle_all();
  host.must(AcceptOffer{host.offer_to("joao")}, "joao");
  for (const Handout& out : host.poll()) {
    if (out.kind != EffectKind::call) continue;
    REQUIRE(host.engine().settle(out.id, Failed{"no_such_call", "It is gone.", false}, host.now()));
  }
  const std::vector<Entry> entries = host.timeline(call.conversation);
  const auto failed = std::find_if(entries.begin(), entries.end(), [](const Entry& entry) {
    return entry.event == EventKind::offer_ended;
  });
  REQUIRE(failed != entries.end());
  CHECK(failed->details.at("end") == Value("device_failed"));
  CHECK(failed->interaction == call.interaction);
}

TEST_CASE("a send whose entry point is gone when the answer comes is not pending for ever") {
  Sent sent;
  SendMessage sms;
  sms.conversation = sent.conversation;
  sms.entry_point = EntryPointName("sms");
  sms.content.text = "olá";
  const Outcome outcome = sent.host.must(sms, "joao");
  sent.host.poll();
  nlohmann::json without_sms = configuration();
  without_sms["entry_points"].erase(1);
  without_sms["surveys"].clear();
  sent.host.must(LoadConfiguration{without_sms.dump()});
  REQUIRE(
      sent.host.engine().settle(outcome.effect, TransportReply{201, {}, "{}"}, sent.host.now()));
  const Entry entry = sent.host.timeline(sent.conversation).at(outcome.entry - 1);
  CHECK(entry.status == DeliveryStatus::failed);
  CHECK(entry.error.code == "unknown_entry_point");
}

TEST_CASE("a message that its provider wants again only tomorrow holds nothing up") {
  Sent sent;
  const EffectId behind = sent.host.must(sent.another("whatsapp"), "joao").effect;
  CHECK(sent.host.poll().empty());
  const TransportReply tomorrow{429, {{"Retry-After", "86400"}}, {}};
  REQUIRE(sent.host.engine().settle(sent.effect, tomorrow, sent.host.now()));
  CHECK(sent.status() == DeliveryStatus::failed);
  CHECK(sent.message().error.error == SendErrorClass::throttled);
  const std::vector<Handout> next = sent.host.poll();
  CHECK(
      std::any_of(next.begin(), next.end(), [&](const Handout& out) { return out.id == behind; }));
}

TEST_CASE("a message that failed is told to whoever wrote it, and of nobody's to the supervisors") {
  Sent sent;
  SendMessage more = sent.another("sms");
  const EffectId martas = sent.host.must(more, "marta").effect;
  const auto told = [](Host& host, EffectId effect) {
    const Failed failed{"no_route", "x", false};
    REQUIRE(host.engine().settle(effect, failed, host.now()));
    std::vector<std::string> names;
    for (const Handout& out : host.poll()) {
      if (out.body.at("type") == Value("send_failed")) names.push_back(out.agent.text());
    }
    return names;
  };
  CHECK(told(sent.host, martas) == std::vector<std::string>{"joao", "marta"});

  MemoryStore store;
  Host nobody(store);
  nobody.configure();
  more.conversation = nobody.whatsapp(ana, "oi").conversation;
  CHECK(told(nobody, nobody.must(more).effect) == std::vector<std::string>{"marta"});
}

TEST_CASE("where nobody settles anything, nobody is notified without end, and it shows") {
  MemoryStore store;
  EngineOptions how = options();
  how.limits.unsettled_effects = 4;
  Host host(store, how);
  host.configure();
  host.sign_in("joao");
  const ConversationId chat = host.whatsapp(ana, "oi").conversation;
  host.accept("joao");
  for (int i = 0; i < 20; ++i) host.whatsapp(ana, "ainda aí?");
  CHECK(host.query().unsettled({}, 100)->size() == 2 * how.limits.unsettled_effects);
  CHECK(host.count(chat, EventKind::effect_failed) == 20 - 2 * how.limits.unsettled_effects);
  CHECK(host.timeline(chat).back().details.at("reason") == Value("outbox_full"));

  host.settle_all();
  host.whatsapp(ana, "e agora?");
  CHECK(host.query().unsettled({}, 100)->size() == 1);
}
