// Small forms that people and configurations write: templates, times, durations, numbers to call,
// protocol numbers, URLs. What is read is written in one form, which reads as the same.
//
//   [which 1] then the text
#include <array>
#include <cstdint>
#include <string>

#include "fuzz/checks.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"
#include "novelo/model/transport.hpp"
#include "novelo/rules/calendar.hpp"
#include "novelo/rules/case.hpp"
#include "novelo/rules/condition.hpp"
#include "novelo/rules/identity.hpp"
#include "novelo/rules/template.hpp"

namespace novelo::fuzz {
namespace {

Value variables(const std::string& text) {
  return Value(Value::Map{{"contact", Value(Value::Map{{"name", Value(text)}})},
                          {"n", Value(std::int64_t{3})},
                          {"list", Value(Value::List{Value(text), Value(1.5)})}});
}

void run_template(const std::string& text) {
  const auto compiled = TextTemplate::compile(text);
  if (!compiled) return must_be_told(compiled.error());
  must(*compiled == *TextTemplate::compile(text), "compiling again gives the same");
  // What is put in is never read as a template.
  const Value values = variables("{contact.name|" + text + "}");
  const std::string expanded = compiled->expand(values);
  must(expanded == compiled->expand(values), "expanding again gives the same");
  for (const std::string& path : compiled->paths()) must(is_variable_path(path), "paths are paths");
  if (compiled->constant()) must(compiled->paths().empty(), "a constant text reads nothing");
  compiled->missing(values);
}

void run_time(const std::string& text) {
  if (const auto at = parse_timestamp(text)) {
    must(parse_timestamp(to_string(*at)) == at, "a time is written as it was read");
    const auto local = to_local(*at, "America/Sao_Paulo");
    if (local) spoken_date_time(*local, "pt-BR");
  }
  if (const auto duration = parse_duration(text)) {
    must(parse_duration(to_string(*duration)) == duration, "a duration is written as it was read");
  }
  const Status zone = check_zone(text);
  if (!zone) must_be_told(zone.error());
}

void run_address(const std::string& text) {
  static constexpr std::array<AddressKind, 4> kinds{AddressKind::phone, AddressKind::email,
                                                    AddressKind::whatsapp, AddressKind::external};
  const DialPlan plan{"55", "41"};
  for (const AddressKind kind : kinds) {
    const auto plain = normalise({kind, text}, plan);
    if (!plain) {
      must_be_told(plain.error());
      continue;
    }
    must(normalise(*plain, {}) == plain, "what is plain stays as it is");
    must(!variants(*plain).empty(), "an address is one of its own spellings");
    line_kind(*plain);
    must(!masked(*plain).empty(), "an address can be shown");
  }
  const auto destination = parse_destination(text);
  if (!destination) must_be_told(destination.error());
}

void run_case(const std::string& text) {
  if (const auto format = ProtocolFormat::compile(text)) {
    const auto local = to_local(Timestamp(std::chrono::hours(24 * 365 * 56)), "UTC");
    must(format->number(7, *local) != format->number(8, *local), "protocol numbers differ");
  }
  const std::string plain = plain_protocol(text);
  must(plain_protocol(plain) == plain, "a plain protocol number stays as it is");
  if (const auto cpf = parse_cpf(text)) must(parse_cpf(*cpf) == cpf, "a CPF stays as it is");
}

void run_url(const std::string& text) {
  Request request;
  request.url = text;
  must(request.path().size() <= text.size(), "a path is part of its URL");
  request.query("effect");
  request.query(text);
  request.headers = {{text, "1"}};
  must(request.header(text) == "1", "a header is found by its name");
}

void run(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  const std::string text(text_of(bytes.subspan(1)));
  switch (bytes.front() % 5) {
    case 0: return run_template(text);
    case 1: return run_time(text);
    case 2: return run_address(text);
    case 3: return run_case(text);
    default: return run_url(text);
  }
}

}  // namespace
}  // namespace novelo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  novelo::fuzz::run({data, size});
  return 0;
}
