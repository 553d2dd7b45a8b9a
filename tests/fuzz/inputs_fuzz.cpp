// Inputs as JSON: what is read is written and read back as the same; and what a desk makes of it is
// an outcome or an error that says why. The same input again changes nothing.
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "fuzz/checks.hpp"
#include "fuzz/small_desk.hpp"
#include "novelo/json.hpp"

namespace novelo::fuzz {
namespace {

using nlohmann::json;

constexpr std::size_t inputs_of_a_desk = 1000;

// `read` is one of the readers of novelo/json.hpp.
template <class Read>
auto read_and_write(const json& given, Read read) {
  auto value = read(given);
  if (!value) {
    must_be_told(value.error());
    return value;
  }
  const json written = to_json(*value);
  const auto again = read(written);
  must(again.has_value(), "what is written can be read");
  must(to_json(*again) == written, "what is written and read is written as the same");
  must(!written.dump().empty(), "what is written can be dumped");
  return value;
}

// Another command each time: one that was taken is only repeated.
Input as_new(Input input) {
  static std::uint64_t commands = 0;
  constexpr std::size_t longest = 100;
  if (auto* const command = std::get_if<Command>(&input)) {
    if (!command->id.empty() && command->id.size() < longest) {
      command->id += "-" + std::to_string(++commands);
    }
  }
  return input;
}

void feed(const Input& input) {
  SmallDesk& desk = desk_of_the_day(inputs_of_a_desk);
  desk.tick();
  const auto results = desk.engine().feed(std::span(&input, 1), desk.now());
  desk.check();
  if (!results) return must_be_told(results.error());
  must(results->size() == 1, "an input has a result");
  const Result<Outcome>& result = results->front();
  must(!to_json(result).dump().empty(), "a result can be shown");
  if (!result) must_be_told(result.error());
  desk.carry_out();
  desk.settle_due();
  if (!result) return;
  desk.store().forget();
  const auto again = desk.engine().feed(std::span(&input, 1), desk.now());
  desk.check();
  if (std::holds_alternative<Command>(input)) {
    must(again && again->front() && again->front()->repeated, "a command again is repeated");
    Outcome first = *again->front();
    first.repeated = result->repeated;
    must(first == *result, "a command again has the first result");
  }
  must(desk.store().inserted(Table::entry) == 0, "an input again adds no entry");
}

void run(std::string_view text) {
  const Limits limits;
  const auto given = parse_json(text, limits.json_depth, limits.input_bytes);
  if (!given) return must_be_told(given.error());
  read_and_write(*given, [](const json& from) { return value_from_json(from); });
  read_and_write(*given, [](const json& from) { return request_from_json(from); });
  read_and_write(*given, [](const json& from) { return event_from_json(from); });
  read_and_write(*given, [](const json& from) { return settlement_from_json(from); });
  const auto input = read_and_write(*given, [](const json& from) { return input_from_json(from); });
  if (input) feed(as_new(*input));
}

}  // namespace
}  // namespace novelo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  novelo::fuzz::run(novelo::fuzz::text_of({data, size}));
  return 0;
}
