// What operators see: log lines without personal data, metrics, and traces.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "novelo/json.hpp"
#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

struct Watched {
  MemoryStore memory;
  WatchedStore store{memory};
  std::vector<LogLine> lines;
  Host host;

  explicit Watched(bool personal = false) : host(store, how(*this, personal)) {
    host.must(LoadConfiguration{configuration().dump()});
  }

  static EngineOptions how(Watched& watched, bool personal) {
    EngineOptions how = options();
    how.log = [&watched](const LogLine& line) { watched.lines.push_back(line); };
    how.log_personal = personal;
    return how;
  }

  std::string text() const {
    std::string all;
    for (const LogLine& line : lines)
      all += line.what + " " + to_json(Value(line.fields)).dump() + "\n";
    return all;
  }
  std::size_t count(const std::string& what) const {
    std::size_t found = 0;
    for (const LogLine& line : lines) found += line.what == what ? 1 : 0;
    return found;
  }
};

}  // namespace

TEST_CASE("the log tells of inputs, hand-outs and refusals by ids, never by what people said") {
  Watched watched;
  Host& host = watched.host;
  host.sign_in("joao");
  const Outcome written = host.whatsapp(ana, "meu segredo");
  host.settle_all();
  host.accept("joao");
  SendMessage reply;
  reply.conversation = written.conversation;
  reply.entry_point = EntryPointName("whatsapp");
  reply.content.text = "resposta secreta";
  host.command(reply, "joao");
  host.settle_all();
  host.refusal(CloseConversation{ConversationId(999), {}, {}, {}}, "joao");

  const std::string text = watched.text();
  CHECK(watched.count("opened") == 1);
  CHECK(watched.count("handout") >= 1);
  CHECK(text.find("segredo") == std::string::npos);
  CHECK(text.find("secreta") == std::string::npos);
  CHECK(text.find(ana) == std::string::npos);
  CHECK(text.find("\"from\":\"phone:*77\"") != std::string::npos);
  CHECK(text.find("\"reason\":\"unknown_conversation\"") != std::string::npos);
  const LogLine& last = watched.lines.back();
  CHECK(last.level == LogLevel::warning);
  CHECK(last.fields.at("input") == Value("close_conversation"));
}

TEST_CASE("an operator who asks for it sees addresses") {
  Watched watched(true);
  watched.host.whatsapp(ana, "oi");
  CHECK(watched.text().find(ana) != std::string::npos);
}

TEST_CASE("nothing is logged as done that was not committed, and a fault is") {
  Watched watched;
  watched.host.whatsapp(ana, "oi");
  const std::size_t before = watched.lines.size();
  watched.store.fail_commit(0, ErrorCode::unknown, false);
  CHECK(!watched.host.command(ConfirmTime{}));
  REQUIRE(watched.lines.size() == before + 1);
  CHECK(watched.lines.back().what == "fault");
  CHECK(watched.lines.back().level == LogLevel::error);
  CHECK(watched.host.engine().metrics(watched.host.now()).faulted);
}

TEST_CASE("metrics count what happened and say how it stands") {
  Watched watched;
  Host& host = watched.host;
  host.sign_in("joao");
  host.whatsapp(ana, "oi");
  host.refusal(CloseConversation{ConversationId(999), {}, {}, {}});
  const Metrics metrics = host.engine().metrics(host.now());
  CHECK(metrics.inputs.at("event") == 1);
  CHECK(metrics.inputs.at("command") >= 3);
  CHECK(metrics.refused.at("not_found") == 1);
  CHECK(metrics.entries >= 2);
  CHECK(metrics.effects.at("notify") >= 1);
  CHECK(metrics.unsettled >= 1);
  CHECK(metrics.places == 1);
  CHECK(metrics.agents.at("available") == 1);
  CHECK(metrics.agents.at("offline") == 1);
  CHECK(metrics.configuration == 1);
  host.settle_all();
  const Metrics later = host.engine().metrics(host.now() + 24h);
  CHECK(later.unsettled == 0);
  CHECK(later.finished >= 1);
  CHECK(later.handouts.at("notify") >= 1);
  CHECK(later.next_deadline.value() < later.now);  // the host is late
}

TEST_CASE("what is turned away unread is counted and told, by whom and why") {
  Watched watched;
  Host& host = watched.host;
  Request request{"POST", "/hooks/whatsapp", {}, "{}"};
  CHECK(host.engine().receive(request, host.now()).error().code == ErrorCode::unauthentic);
  request.url = "/hooks/nobody";
  CHECK(host.engine().receive(request, host.now()).error().reason == "unknown_path");
  const Metrics metrics = host.engine().metrics(host.now());
  CHECK(metrics.turned_away.at("unauthentic") == 1);
  CHECK(metrics.turned_away.at("not_found") == 1);
  CHECK(watched.count("turned_away") == 2);
  CHECK(watched.text().find("nobody") == std::string::npos);  // a path may hold a secret
}

TEST_CASE("whoever is told of a fault may fail: the engine is faulted, and nothing is thrown") {
  EngineOptions how = options();
  how.on_fault = [](const Error&) { throw 7; };
  MemoryStore memory;
  WatchedStore store{memory};
  Host host(store, std::move(how));
  host.configure();
  store.fail_commit(0, ErrorCode::unknown, false);
  CHECK(host.command(ConfirmTime{}).error().code == ErrorCode::unknown);
  CHECK(host.engine().faulted());
}

TEST_CASE("a name of any length is remembered short") {
  Watched watched;
  const std::string name(100'000, 'x');
  CHECK_FALSE(
      watched.host.engine().feed({name, AgentName(name), ConfirmTime{}}, watched.host.now()));
  CHECK(watched.text().size() < 10'000);
}

TEST_CASE("metrics as Prometheus reads them") {
  Metrics metrics;
  metrics.requests = 3;
  metrics.inputs["event"] = 2;
  metrics.now = morning();
  metrics.next_deadline = morning() - 2s;
  const std::string text = to_prometheus(metrics, "a \"b\"\nc\\");
  const std::string tenant = R"(tenant="a \"b\"\nc\\")";
  CHECK(text.find("# TYPE novelo_requests_total counter\nnovelo_requests_total{" + tenant +
                  "} 3\n") != std::string::npos);
  CHECK(text.find("novelo_inputs_total{" + tenant + ",kind=\"event\"} 2\n") != std::string::npos);
  CHECK(text.find("novelo_lateness_seconds{" + tenant + "} 2\n") != std::string::npos);
}

TEST_CASE("a trace leads from an effect to the input that made it, and from there to all it did") {
  Watched watched;
  Host& host = watched.host;
  host.sign_in("joao");
  const Outcome written = host.whatsapp(ana, "oi");
  const std::vector<Effect> unsettled = host.query().unsettled({}, 10).value();
  REQUIRE(!unsettled.empty());
  const EffectId offer = unsettled.front().id;
  host.settle_all();

  const std::vector<Trace> traces = host.query().trace_of(offer, 10).value();
  REQUIRE(traces.size() == 3);
  CHECK(traces[0].kind == InputKind::event);
  CHECK(traces[0].what == "message");
  CHECK(traces[0].conversation == written.conversation);
  CHECK(traces[1].kind == InputKind::handout);
  CHECK(traces[2].kind == InputKind::settlement);

  const std::vector<Trace> same = host.query().trace_of(traces[0].id, 10).value();
  REQUIRE(same.size() == 1);
  bool entry = false;
  bool effect = false;
  for (const Change& change : same[0].changes) {
    entry = entry || change.kind == ThingKind::entry;
    effect = effect || (change.kind == ThingKind::effect && change.id.value() == offer.value());
  }
  CHECK(entry);
  CHECK(effect);
  CHECK(host.query().trace_of("nobody", 10)->empty());
  CHECK(host.query().trace_of("nobody", 0).error().reason == "bad_limit");
}

TEST_CASE("what was refused can be traced too, and the ring has its ceiling") {
  MemoryStore store;
  EngineOptions how = options();
  how.limits.traces = 3;
  Host host(store, how);
  host.must(LoadConfiguration{configuration().dump()});
  const auto id = [](int i) { return "mine-" + std::to_string(i); };
  for (int i = 0; i < 5; ++i) {
    host.engine().feed({id(i), {}, CloseConversation{ConversationId(9), {}, {}, {}}}, host.now());
  }
  CHECK(host.query().trace_of(id(1), 10)->empty());
  const auto last = host.query().trace_of(id(4), 10).value();
  REQUIRE(last.size() == 1);
  CHECK(last[0].refused.value().reason == "unknown_conversation");
  CHECK(last[0].changes.empty());
}
