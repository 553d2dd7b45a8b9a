// The simulator itself: equal runs are equal, and what is broken is found, repeated and made short.
#include "novelo/testing/simulator.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "novelo/adapters/sms.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/journey.hpp"
#include "support/clinic.hpp"
#include "support/payloads.hpp"
#include "support/temp_folder.hpp"

using namespace novelo;
using namespace novelo::testing;

namespace {

SimulationOptions options_of(std::uint64_t seed, std::size_t steps = 200) {
  SimulationOptions options;
  options.seed = seed;
  options.steps = steps;
  options.adapters = clinic::adapters();
  return options;
}

Simulation run_of(const SimulationOptions& options) {
  const auto run = simulate(options);
  if (!run) FAIL(to_string(run.error()));
  return *run;
}

// Says the connection's first secret to everybody that it sends to.
class LeakyAdapter final : public ChannelAdapter {
 public:
  std::string_view name() const override { return inner_.name(); }
  Capabilities capabilities(const Connection& connection) const override {
    return inner_.capabilities(connection);
  }
  Status check(const Connection& connection) const override { return inner_.check(connection); }
  Status verify(const Request& request, const Connection& connection) const override {
    return inner_.verify(request, connection);
  }
  Result<Decoded> decode(const Request& request, const Connection& connection) const override {
    return inner_.decode(request, connection);
  }
  Result<Encoded> encode(const Outbound& outbound, const Connection& connection) const override {
    auto encoded = inner_.encode(outbound, connection);
    if (encoded) encoded->request.body += connection.secrets.begin()->second.front().reveal();
    return encoded;
  }
  SendOutcome read_reply(const Outbound& outbound, const TransportReply& reply,
                         const Connection& connection) const override {
    return inner_.read_reply(outbound, reply, connection);
  }

 private:
  SmsAdapter inner_;
};

}  // namespace

TEST_CASE("[B2] the same seed gives the same run, row by row; another one another") {
  std::set<std::uint64_t> digests;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    const Simulation once = run_of(options_of(seed));
    const Simulation again = run_of(options_of(seed));
    CHECK(once.digest == again.digest);
    CHECK(once.inputs == again.inputs);
    CHECK_FALSE(once.violation);
    digests.insert(once.digest);
  }
  CHECK(digests.size() == 4);
}

TEST_CASE("whatever comes cut, altered or forged beside what was told breaks nothing") {
  SimulationOptions options = options_of(3);
  options.weather = Weather{};
  const Simulation fair = run_of(options);
  options.weather->broken = 100;
  const Simulation broken = run_of(options);
  CHECK_FALSE(fair.violation);
  CHECK_FALSE(broken.violation);
  CHECK(broken.inputs > fair.inputs + options.steps / 4);
}

TEST_CASE("[B3] an adapter that tells a secret is found, and the run is made short") {
  const LeakyAdapter leaky;
  SimulationOptions options = options_of(5);
  std::replace_if(
      options.adapters.begin(), options.adapters.end(),
      [](const ChannelAdapter* adapter) { return adapter->name() == "sms"; }, &leaky);
  const Simulation run = run_of(options);
  REQUIRE(run.violation);
  CHECK(run.violation->invariant == "I38");
  const auto steps = shrink(options, 60);
  REQUIRE(steps);
  CHECK(steps->size() < options.steps / 2);
  SimulationOptions shorter = options;
  shorter.only = *steps;
  const Simulation again = run_of(shorter);
  REQUIRE(again.violation);
  CHECK(again.violation->invariant == run.violation->invariant);
}

TEST_CASE("[B4] a run is written as a journey, which plays to the same rows") {
  const testing_support::TempFolder folder;
  SimulationOptions options = options_of(7, 60);
  options.tenants = 1;
  options.record = folder.file("run.json");
  CHECK_FALSE(run_of(options).violation);
  const auto journey = Journey::load(options.record);
  REQUIRE(journey);
  MemoryStore store;
  const auto played =
      play(*journey, clinic::adapters(), [&] { return Result<Store*>(&store); }, {});
  REQUIRE(played);
  CHECK(played->passed());
  CHECK(played->steps.size() > 60);
}

TEST_CASE("a configuration of one's own is simulated, and one that is none is refused") {
  SimulationOptions options = options_of(11);
  nlohmann::json document = clinic::configuration_with_mail();
  options.configuration = document.dump();
  const Simulation run = run_of(options);
  CHECK_FALSE(run.violation);
  CHECK(run.inputs > options.steps);
  document["queues"].clear();
  options.configuration = document.dump();
  const auto refused = simulate(options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid);
  options = options_of(1, 0);
  REQUIRE_FALSE(simulate(options));
  CHECK(simulate(options).error().subject == "steps");
}

TEST_CASE(
    "every invariant has a number and a sentence of its own, and stands among the guarantees") {
  std::set<std::string_view> numbers;
  const std::string page = testing_support::read_source("docs/guarantees.md");
  for (const Invariant& one : invariants()) {
    INFO(one.number);
    CHECK(page.find("| " + std::string(one.number) + " |") != std::string::npos);
    CHECK(numbers.insert(one.number).second);
    CHECK_FALSE(one.says.empty());
  }
  CHECK(numbers.size() >= 30);
}
