#include "novelo/rules/case.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <string>
#include <vector>

namespace novelo {
namespace {

LocalTime day(int year, int month, int day_of_month) {
  LocalTime local;
  local.year = year;
  local.month = month;
  local.day = day_of_month;
  return local;
}

const LocalTime today = day(2026, 3, 12);

std::string number(std::string_view format, std::uint64_t sequence) {
  const Result<ProtocolFormat> compiled = ProtocolFormat::compile(format);
  REQUIRE_MESSAGE(compiled.has_value(), std::string(format));
  return compiled->number(sequence, today);
}

TEST_CASE("[S1.1] protocol numbers are made by their format") {
  CHECK(number("{yyyy}{mm}{dd}{seq:6}", 42) == "20260312000042");
  CHECK(number("346926{yyyy}{mm}{dd}{seq:6}", 1) == "34692620260312000001");
  CHECK(number("CC-{yyyy}/{seq:4}", 7) == "CC-2026/0007");
  CHECK(number("{seq:1}", 9) == "9");
  CHECK(number("{seq:2}", 12345) == "12345");
  CHECK(number("{seq:18}", 18'446'744'073'709'551'615u) == "18446744073709551615");
  CHECK(ProtocolFormat{}.number(12, today) == "12");
}

TEST_CASE("the check digit is taken modulo 11 over all digits before it") {
  // 2*3 + 3*2 + 4*1 = 16; 16 mod 11 = 5; 11 - 5 = 6
  CHECK(number("{seq:3}{check}", 123) == "1236");
  CHECK(number("{seq:3}-{check}", 123) == "123-6");
  // A literal's digits count, its letters do not: 2*3 + 3*2 + 4*1 + 5*9 = 61; 61 mod 11 = 6
  CHECK(number("P9.{seq:3}{check}", 123) == "P9.1235");
  CHECK(number("{seq:3}{check}", 0) == "0000");
  CHECK(number("{seq:1}{check}", 5) == "51");  // 10 mod 11 = 10
  CHECK(number("{seq:1}{check}", 6) == "60");  // 12 mod 11 = 1 -> 10 -> 0
  // From the right, eight digits weigh 2 to 9 and the ninth 2 again.
  CHECK(number("{seq:9}{check}", 100'000'000) == "1000000009");
}

TEST_CASE("any one wrong digit changes the check digit unless the weights hide it") {
  CHECK(rc::check("check digit", [] {
    const auto sequence = *rc::gen::inRange<std::uint64_t>(0, 99'999'999);
    std::string plain = number("{seq:8}{check}", sequence);
    const auto place = *rc::gen::inRange<std::size_t>(0, 8);
    const char other = static_cast<char>('0' + (plain[place] - '0' + 1) % 10);
    plain[place] = other;
    const std::string again = number("{seq:8}{check}", std::stoull(plain.substr(0, 8)));
    // 10 and 11 both become 0, so that only a digit of 0 can be the same again.
    RC_ASSERT(again != plain || plain.back() == '0');
  }));
}

TEST_CASE("a format says where it is wrong") {
  const std::map<std::string, std::string> wrong = {{"", "byte 0"},
                                                    {"{yyyy}", "byte 6"},
                                                    {"{seq}", "byte 0"},
                                                    {"{seq:}", "byte 0"},
                                                    {"{seq:0}", "byte 0"},
                                                    {"{seq:06}", "byte 0"},
                                                    {"{seq:19}", "byte 0"},
                                                    {"{seq:-1}", "byte 0"},
                                                    {"{seq:999999999999999999999}", "byte 0"},
                                                    {"A{seq:4}{seq:4}", "byte 8"},
                                                    {"{check}{seq:4}", "byte 0"},
                                                    {"{seq:4}{hh}", "byte 7"},
                                                    {"{seq:4}{yyyy", "byte 7"},
                                                    {"{seq:4}}", "byte 7"},
                                                    {"{{seq:4}}", "byte 0"},
                                                    {"ab\n{seq:4}", "byte 2"},
                                                    {std::string(60, 'a') + "{seq:4}", "byte 64"}};
  for (const auto& entry : wrong) {
    const std::string& format = entry.first;
    const Result<ProtocolFormat> compiled = ProtocolFormat::compile(format);
    REQUIRE_MESSAGE(!compiled.has_value(), format);
    CHECK(compiled.error().code == ErrorCode::invalid);
    CHECK(compiled.error().reason == "bad_format");
    CHECK_MESSAGE(compiled.error().subject == entry.second, format);
  }
}

TEST_CASE("a sequence runs within a day, a year or for ever") {
  const auto period = [](std::string_view format) {
    return ProtocolFormat::compile(format)->period(today);
  };
  CHECK(period("{yyyy}{mm}{dd}{seq:6}") == "20260312");
  CHECK(period("{yyyy}{mm}{seq:6}") == "2026");
  CHECK(period("{yyyy}{seq:6}") == "2026");
  CHECK(period("{seq:6}") == "");
  CHECK(period("{mm}{dd}{seq:6}") == "");  // would come again next year
  CHECK(ProtocolFormat{}.period(today) == "");
}

TEST_CASE("[S1.1] numbers never come again") {
  const std::vector<std::string> formats = {"{yyyy}{mm}{dd}{seq:2}", "{seq:2}{yyyy}",
                                            "{dd}{seq:1}{mm}{check}", "{yyyy}{mm}{seq:3}{check}",
                                            "{seq:1}"};
  CHECK(rc::check("unique", [&] {
    const ProtocolFormat format = *ProtocolFormat::compile(*rc::gen::elementOf(formats));
    std::map<std::string, std::uint64_t> counters;
    std::map<std::string, int> seen;
    for (int step = 0; step < 200; ++step) {
      const LocalTime local =
          day(2026 + *rc::gen::inRange(0, 2), *rc::gen::inRange(1, 13), *rc::gen::inRange(1, 29));
      const std::string made = format.number(++counters[format.period(local)], local);
      RC_ASSERT(++seen[plain_protocol(made)] == 1);
    }
  }));
}

TEST_CASE("a number is looked up as people type it") {
  CHECK(plain_protocol(" 2026.0312-0000/42 ") == "20260312000042");
  CHECK(plain_protocol("CC-2026/0007") == "CC20260007");
  CHECK(plain_protocol(" . ") == "");
}

TEST_CASE("[S1.11] valid CPFs") {
  for (const char* text :
       {"11144477735", "52998224725", "22233366638", "12345678909", "31340280930", "15350946056",
        "39053344705", "00000000191", "01234567890", "98765432100"}) {
    CHECK_MESSAGE(parse_cpf(text) == std::string(text), text);
  }
  CHECK(parse_cpf("529.982.247-25") == std::string("52998224725"));
  CHECK(parse_cpf(" 529 982 247 / 25 ") == std::string("52998224725"));
}

TEST_CASE("[S1.11] what is no CPF") {
  for (const char* text :
       {"11144477736", "11144477725", "52998224752", "11111111111", "00000000000", "22222222222",
        "99999999999", "1114447773", "111.444.777-3X", "", "ATIVO", "111444777350", "x52998224725",
        "5299822472\xC2\xB2\x35", "...-"}) {
    const Result<std::string> found = parse_cpf(text);
    REQUIRE_MESSAGE(!found.has_value(), text);
    CHECK(found.error().code == ErrorCode::invalid);
    CHECK(found.error().reason == "bad_cpf");
  }
  CHECK(parse_cpf("1114447773").error().message == "A CPF has 11 digits, not 10.");
  CHECK(parse_cpf("11111111111").error().message == "Eleven equal digits are no CPF.");
  CHECK(parse_cpf("11144477736").error().message == "The check digits of the CPF do not hold.");
  CHECK_FALSE(parse_cpf(std::string(1'000'000, '1')).has_value());
}

TEST_CASE("[S1.11] exactly one pair of check digits goes with nine digits") {
  CHECK(rc::check("check digits", [] {
    const std::string nine = std::to_string(*rc::gen::inRange(100'000'000, 1'000'000'000));
    int valid = 0;
    for (int pair = 0; pair < 100; ++pair) {
      const std::string tail{static_cast<char>('0' + pair / 10),
                             static_cast<char>('0' + pair % 10)};
      if (parse_cpf(nine + tail)) ++valid;
    }
    RC_ASSERT(valid == (nine.find_first_not_of(nine[0]) == std::string::npos ? 0 : 1));
  }));
}

}  // namespace
}  // namespace novelo
