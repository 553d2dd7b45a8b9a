// Configurations: read, checked and compiled, and taken into service by a desk at work. What is
// refused changes nothing and is refused for the reason that a plan tells; what is taken can be
// served by the next engine too.
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/checks.hpp"
#include "fuzz/small_desk.hpp"
#include "novelo/config/configuration.hpp"
#include "novelo/flow_engine.hpp"
#include "novelo/query.hpp"

namespace novelo::fuzz {
namespace {

constexpr std::size_t inputs_of_a_desk = 2000;
constexpr std::size_t reopened_every = 8;

void read_alone(const std::string& json) {
  const auto read = Configuration::parse(json);
  const auto again = Configuration::parse(json);
  must(read.has_value() == again.has_value(), "reading again says the same");
  if (!read) {
    must_be_told(read.error());
    must(read.error() == again.error(), "reading again fails in the same way");
    return;
  }
  must(read->flows == again->flows && read->flow_names == again->flow_names,
       "reading again gives the same");
  std::vector<FlowSource> sources;
  for (const std::string& flow : read->flows) sources.push_back({"flows", flow});
  const auto flows = FlowEngine::load(sources);
  if (!flows) must_be_told(flows.error());
}

void take_into_service(const std::string& json) {
  static std::uint64_t inputs = 0;
  static std::uint64_t taken = 0;
  SmallDesk& desk = desk_of_the_day(inputs_of_a_desk);
  desk.tick();
  Query query(desk.engine());
  const std::uint64_t version = query.configuration().value();
  const auto plan = query.plan(json);
  desk.store().forget();
  const auto loaded = desk.engine().feed(
      {"configuration-" + std::to_string(++inputs), {}, LoadConfiguration{json}}, desk.now());
  desk.check();
  must(plan.has_value() == loaded.has_value(), "a plan says whether a configuration is taken");
  if (!loaded) {
    must_be_told(loaded.error());
    must(plan.error() == loaded.error(), "a plan says why a configuration is refused");
    must(desk.store().written() == 0, "what is refused changes nothing");
    must(query.configuration().value() == version, "the version in service stays");
    return;
  }
  must(query.configuration().value() == version + 1, "a version follows the one before");
  must(query.configuration_document(version + 1).value() == json, "the document is kept");
  desk.carry_out();
  if (++taken % reopened_every == 0) desk.reopen();
}

}  // namespace
}  // namespace novelo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string json(novelo::fuzz::text_of({data, size}));
  novelo::fuzz::read_alone(json);
  novelo::fuzz::take_into_service(json);
  return 0;
}
