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

TEST_CASE("where a lost answer means holding, it is held until a person decides") {
  Sent sent;
  sent.settle();
  SendMessage send;
  send.conversation = sent.conversation;
  send.entry_point = EntryPointName("sms");
  send.content.text = "olá";
  const EffectId effect = sent.host.must(send, "joao").effect;
  REQUIRE(sent.host.poll().size() == 1);
  REQUIRE(sent.host.engine().settle(effect, TransportReply{0, {}, {}}, sent.host.now()));
  sent.host.pass(1h);
  CHECK(sent.host.poll().empty());
  sent.host.reopen();
  CHECK(sent.host.poll().empty());
  REQUIRE(sent.host.query().unsettled({}, 10)->size() == 1);
  REQUIRE(sent.host.engine().settle(effect, Done{}, sent.host.now()));
  CHECK(sent.host.query().unsettled({}, 10)->empty());
}
