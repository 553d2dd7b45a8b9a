// A message arrives, an agent is offered it, takes it, and answers. Nothing here talks to a
// network: what would be sent is printed.
#include <iostream>

#include "novelo/adapters/whatsapp.hpp"
#include "novelo/engine.hpp"
#include "novelo/stores/memory.hpp"

using namespace novelo;

constexpr auto configuration = R"({
  "tenant": {"company": "Aurora", "locale": "en", "zone": "UTC"},
  "connections": [{"name": "meta", "adapter": "whatsapp"}],
  "entry_points": [{"name": "whatsapp", "channel": "whatsapp", "connection": "meta",
                    "address": "106540352242922", "desk": "care", "queue": "front"}],
  "desks": [{"name": "care"}],
  "queues": [{"name": "front"}],
  "agents": [{"name": "joao", "queues": ["front"]}]
})";

int main() {
  MemoryStore store;
  const WhatsAppAdapter whatsapp;
  EngineOptions options;
  options.tenant_secret = Secret("at least sixteen bytes that nobody knows");
  const Timestamp now = parse_timestamp("2026-03-12T09:00:00Z").value();

  auto engine = Engine::open(store, {&whatsapp}, options, now).value();
  engine.feed({"1", {}, LoadConfiguration{configuration}}, now).value();
  const AgentName joao("joao");
  engine.feed({"2", joao, SetPresence{joao, Presence::available, {}}}, now).value();

  InboundMessage hello{
      "wamid.1", now, {{AddressKind::phone, "5541988887777"}, {}, "Ana"}, "106540352242922", {}};
  hello.content.text = "Hello!";
  const Input input = DecodedEvent{ConnectionName("meta"), hello};
  const Outcome arrived = engine.feed(std::span(&input, 1), now).value().front().value();

  const auto offers = engine.poll(now, 10).value();
  for (const Handout& out : offers) {
    std::cout << "to " << out.agent.text() << ": " << out.body.at("type").to_text() << '\n';
    const OfferId offer(std::stoull(out.body.at("offer").to_text()));
    engine.feed({"3", joao, AcceptOffer{offer}}, now).value();
    engine.settle(out.id, Done{}, now).value();
  }
  SendMessage answer{arrived.conversation, EntryPointName("whatsapp"), {}, {}, {}, {}};
  answer.content.text = "Good morning, Ana. How can I help?";
  engine.feed({"4", joao, answer}, now).value();

  const auto answers = engine.poll(now, 10).value();
  for (const Handout& out : answers) {
    std::cout << out.request->method << ' ' << out.request->url << '\n'
              << out.request->body << '\n';
    const TransportReply reply{200, {}, R"({"messages": [{"id": "wamid.2"}]})"};
    engine.settle(out.id, reply, now).value();
  }
}
