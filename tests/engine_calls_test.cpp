// Calls that do not go as they should: nobody may be left where nobody looks.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

const AgentName joao("joao");
const AgentName marta("marta");

// A clinic whose João is there.
struct Desk {
  MemoryStore store;
  Host host;
  std::vector<Handout> carried;  // by the last `carry`

  explicit Desk(const nlohmann::json& json = configuration()) : host(store) {
    host.must(LoadConfiguration{json.dump()});
    host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}}, {}});
    host.sign_in("joao");
  }

  void carry() { carried = host.settle_all(); }
  void tell(CallEventKind kind, const std::string& call) {
    host.told(call_event(kind, call));
    carry();
  }
  Interaction interaction(const Outcome& outcome) {
    return host.query().interaction(outcome.interaction).value();
  }
  std::size_t works(const AgentName& agent) { return host.query().works_of(agent)->size(); }
  // The verbs of this kind among what was carried.
  std::size_t verbs(const std::string& kind) const {
    return static_cast<std::size_t>(
        std::count_if(carried.begin(), carried.end(), [&](const Handout& out) {
          return out.kind == EffectKind::call &&
                 out.request->body.find("\"verb\":\"" + kind + "\"") != std::string::npos;
        }));
  }
  // The newest event of this kind; nothing of it has the sequence 0.
  Entry latest(ConversationId conversation, EventKind kind) {
    Entry found;
    for (const Entry& entry : host.timeline(conversation)) {
      if (entry.type == EntryType::event && entry.event == kind) found = entry;
    }
    return found;
  }
};

}  // namespace

// --- hanging up too early ------------------------------------------------------------------------

TEST_CASE("[S1.22] who hangs up while the agent's telephone rings has given up waiting") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.host.wait(7s);
  desk.host.accept("joao");
  CHECK(desk.works(joao) == 1);
  desk.host.engine().take_signals();
  desk.host.wait(3s);
  desk.host.hung_up("k1");

  const Entry abandoned = desk.latest(call.conversation, EventKind::call_abandoned);
  REQUIRE(abandoned.sequence != 0);
  CHECK(abandoned.details.at("waited_seconds") == Value(10));
  CHECK(abandoned.details.at("agent") == Value("joao"));
  // The agent is told, and is free at once: there is nothing to wrap up.
  const std::vector<Signal> signals = desk.host.engine().take_signals();
  CHECK(std::any_of(signals.begin(), signals.end(), [](const Signal& signal) {
    return signal.name == "call_abandoned" && signal.agent == joao;
  }));
  CHECK(desk.works(joao) == 0);
  desk.host.call("k2", ana);
  desk.carry();
  CHECK(desk.host.query().work(desk.host.query().works_of(joao)->front())->state ==
        WorkState::offered);
}

TEST_CASE("a call that was spoken in is not abandoned, and has its wrap-up") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.host.accept("joao");
  desk.tell(CallEventKind::bridged, "k1");
  desk.host.hung_up("k1");
  CHECK(desk.host.count(call.conversation, EventKind::call_abandoned) == 0);
  CHECK(desk.host.query().work(desk.host.query().works_of(joao)->front())->state ==
        WorkState::wrap_up);
}
