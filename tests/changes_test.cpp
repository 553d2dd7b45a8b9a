// Changes: a desktop that is fed by changes_since alone shows what the queries say.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

std::string number_of(int contact) {
  return "55419000" + std::to_string(10000 + contact);
}

// What a desktop keeps: records by id, read again only when a change names them.
class Desktop {
 public:
  explicit Desktop(Host& host) : host_(&host) {}

  void look(std::size_t limit = 1000) {
    for (;;) {
      const Changes news = host_->query().changes_since(seen_, limit).value();
      if (news.start_over) {
        ++started_over;
        read_everything();
      }
      for (const Change& change : news.changes) take(change);
      seen_ = news.next;
      if (!news.more) return;
    }
  }

  std::map<std::uint64_t, ConversationRecord> conversations;
  std::map<std::pair<ConversationId, std::uint64_t>, Entry> entries;
  std::map<std::uint64_t, WorkRecord> works;
  std::map<AgentName, AgentRecord> agents;
  std::map<std::uint64_t, Effect> effects;
  std::map<std::uint64_t, std::uint64_t> quarantine;  // how often each came
  std::map<std::uint64_t, Note> notes;
  std::map<std::uint64_t, ContactRecord> contacts;
  int started_over = 0;

 private:
  void read_everything() {
    const Query query = host_->query();
    conversations.clear();
    entries.clear();
    works.clear();
    effects.clear();
    agents.clear();
    quarantine.clear();
    notes.clear();
    contacts.clear();
    const auto records = query.conversations({}, 1000).value();
    for (const ConversationRecord& record : records) {
      conversations[record.id.value()] = record;
      const auto timeline = query.timeline(record.id, 0, 1000).value();
      for (const Entry& entry : timeline) entries[{record.id, entry.sequence}] = entry;
      contacts[record.contact.value()] = query.contact(record.contact).value();
      const auto written = query.notes(record.id, {}, 1000).value();
      for (const Note& note : written) notes[note.id.value()] = note;
      for (const InteractionId id : record.live) {
        const WorkId work = query.interaction(id)->work;
        if (work) works[work.value()] = query.work(work).value();
      }
    }
    const auto everybody = query.agents({}, 1000).value();
    for (const AgentRecord& agent : everybody) agents[agent.name] = agent;
    const auto unsettled = query.unsettled({}, 1000).value();
    for (const Effect& effect : unsettled) effects[effect.id.value()] = effect;
    const auto kept = query.quarantine({}, 1000).value();
    for (const Quarantined& row : kept) quarantine[row.id.value()] = row.times;
  }

  void take(const Change& change) {
    const Query query = host_->query();
    const std::uint64_t id = change.id.value();
    switch (change.kind) {
      case ThingKind::conversation:
        conversations[id] = query.conversation(ConversationId(id)).value();
        break;
      case ThingKind::entry:
        entries[{change.conversation, change.number}] =
            query.timeline(change.conversation, change.number - 1, 1)->front();
        break;
      case ThingKind::work:
        works.erase(id);
        if (const auto work = query.work(WorkId(id))) works[id] = *work;
        break;
      case ThingKind::agent:
        agents.erase(change.agent);
        if (const auto agent = query.agent(change.agent)) agents[change.agent] = *agent;
        break;
      case ThingKind::quarantine:
        quarantine.erase(id);
        if (const auto rows = query.quarantine(QuarantineId(id - 1), 1).value();
            !rows.empty() && rows.front().id.value() == id) {
          quarantine[id] = rows.front().times;
        }
        break;
      case ThingKind::note:
        notes.erase(id);
        if (const auto rows = query.notes(change.conversation, NoteId(id - 1), 1).value();
            !rows.empty() && rows.front().id.value() == id) {
          notes[id] = rows.front();
        }
        break;
      case ThingKind::contact: contacts[id] = query.contact(ContactId(id)).value(); break;
      case ThingKind::effect:
        effects.erase(id);
        if (const auto found = query.unsettled(EffectId(id - 1), 1).value();
            !found.empty() && found.front().id.value() == id) {
          effects[id] = found.front();
        }
        break;
      default: break;
    }
  }

  Host* host_;
  ChangeCursor seen_;
};

// What the queries say.
void check_same(Host& host, const Desktop& desktop) {
  Desktop fresh(host);
  fresh.look();
  RC_ASSERT(desktop.conversations == fresh.conversations);
  RC_ASSERT(desktop.entries == fresh.entries);
  RC_ASSERT(desktop.works == fresh.works);
  RC_ASSERT(desktop.effects == fresh.effects);
  RC_ASSERT(desktop.agents == fresh.agents);
  RC_ASSERT(desktop.quarantine == fresh.quarantine);
  RC_ASSERT(desktop.notes == fresh.notes);
  for (const auto& [id, contact] : fresh.contacts) RC_ASSERT(desktop.contacts.at(id) == contact);
}

// With one more agent, or without.
void load(Host& host, bool with_rita) {
  nlohmann::json json = configuration();
  if (with_rita) json["agents"].push_back({{"name", "rita"}});
  host.command(LoadConfiguration{json.dump()});
}

void send_unreadable(Host& host, int which) {
  Request request{"POST", "/hooks/pbx", {}, "{" + std::to_string(which)};
  host.engine().receive(request, host.now());
}

void act(Host& host, std::vector<ConversationId>& known) {
  const auto pick = [&] { return known[*rc::gen::inRange<std::size_t>(0, known.size())]; };
  switch (*rc::gen::inRange(0, 12)) {
    case 0:
    case 1:
      known.push_back(host.whatsapp(number_of(*rc::gen::inRange(0, 6)), "oi").conversation);
      break;
    case 2: host.pass(30s); break;
    case 3: host.settle_all(); break;
    case 4: host.sign_in(*rc::gen::arbitrary<bool>() ? "joao" : "marta"); break;
    case 5: host.command(SetPresence{joao, Presence::offline, {}}, "joao"); break;
    case 6: host.command(ReassignConversation{pick(), marta}, "marta"); break;
    case 7: host.command(AddNote{pick(), "liga depois"}, "joao"); break;
    case 8: load(host, *rc::gen::arbitrary<bool>()); break;
    case 9: send_unreadable(host, *rc::gen::inRange(0, 6)); break;
    default: {
      const ConversationRecord record = host.conversation(pick());
      for (const InteractionId id : record.live) host.command(FinishInteraction{id}, "marta");
      host.command(CloseConversation{record.id, {}, {}, {}}, "marta");
    }
  }
}

}  // namespace

TEST_CASE("a desktop that follows the changes shows what the queries say") {
  CHECK(rc::check([] {
    MemoryStore store;
    EngineOptions how = options();
    how.limits.quarantine_rows = 3;
    Host host(store, std::move(how));
    host.must(LoadConfiguration{configuration().dump()});
    std::vector<ConversationId> known{host.whatsapp(number_of(0), "oi").conversation};
    Desktop eager(host);
    Desktop lazy(host);
    eager.look();
    lazy.look();
    const int steps = *rc::gen::inRange(1, 40);
    for (int i = 0; i < steps; ++i) {
      act(host, known);
      eager.look(*rc::gen::inRange<std::size_t>(1, 9));
      if (*rc::gen::inRange(0, 12) == 0) host.reopen();
    }
    eager.look();
    lazy.look(3);
    check_same(host, eager);
    check_same(host, lazy);
  }));
}

TEST_CASE("who looks for the first time, or after a restart, is told to start over") {
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{configuration().dump()});
  const Changes first = host.query().changes_since({}, 10).value();
  CHECK(first.start_over);
  CHECK(first.changes.empty());
  CHECK(!host.query().changes_since(first.next, 10)->start_over);
  CHECK(host.query().changes_since(first.next, 10)->changes.empty());
  host.reopen();
  CHECK(host.query().changes_since(first.next, 10)->start_over);
}

TEST_CASE("a thing that changed often is named once, after what changed before its last change") {
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{configuration().dump()});
  const ConversationId one = host.whatsapp(number_of(1), "oi").conversation;
  const ChangeCursor seen = host.query().changes_since({}, 1)->next;
  host.whatsapp(number_of(1), "a");
  const ConversationId other = host.whatsapp(number_of(2), "oi").conversation;
  host.whatsapp(number_of(1), "b");
  const Changes news = host.query().changes_since(seen, 1000).value();
  std::vector<ConversationId> conversations;
  for (const Change& change : news.changes) {
    if (change.kind == ThingKind::conversation) conversations.push_back(change.conversation);
  }
  CHECK(conversations == std::vector{other, one});
  CHECK(host.query().changes_since(seen, 0).error().reason == "bad_limit");
}

TEST_CASE("signals are shown to each desktop, and still taken once by the host") {
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{configuration().dump()});
  host.sign_in("joao");
  const ConversationId conversation = host.whatsapp(ana, "oi").conversation;
  host.accept("joao");
  const ChangeCursor seen = host.query().changes_since({}, 1)->next;
  host.engine().take_signals();
  SendMessage reply;
  reply.conversation = conversation;
  reply.entry_point = EntryPointName("whatsapp");
  reply.content.text = "oi";
  host.must(reply, "joao");
  host.settle_all();  // the message is accepted
  const std::vector<Signal> shown = host.query().changes_since(seen, 1000)->signals;
  REQUIRE(!shown.empty());
  CHECK(host.query().changes_since(seen, 1000)->signals == shown);
  CHECK(host.engine().take_signals() == shown);
  CHECK(host.engine().take_signals().empty());
}

TEST_CASE("changes are remembered up to their ceiling; who missed some starts over") {
  MemoryStore store;
  EngineOptions how = options();
  how.limits.changes = 8;
  Host host(store, how);
  host.must(LoadConfiguration{configuration().dump()});
  const ChangeCursor seen = host.query().changes_since({}, 1)->next;
  for (int i = 0; i < 5; ++i) host.whatsapp(number_of(i), "oi");
  const Changes news = host.query().changes_since(seen, 1000).value();
  CHECK(news.start_over);
  CHECK(!host.query().changes_since(news.next, 1000)->start_over);
}

TEST_CASE("a refused input is no change") {
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{configuration().dump()});
  const ChangeCursor seen = host.query().changes_since({}, 1)->next;
  host.refusal(CloseConversation{ConversationId(99), {}, {}, {}});
  const Changes news = host.query().changes_since(seen, 10).value();
  CHECK(news.changes.empty());
  CHECK(news.next == seen);
}
