#include "novelo/rules/identity.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

namespace novelo {
namespace {

const DialPlan curitiba{"55", "41"};
const DialPlan portugal{"351", ""};
const DialPlan none{};

Address phone(std::string value) {
  return {AddressKind::phone, std::move(value)};
}
Address email(std::string value) {
  return {AddressKind::email, std::move(value)};
}

// The plain number, or the error's reason.
std::string number(const std::string& text, const DialPlan& plan = curitiba) {
  const Result<Address> found = normalise(phone(text), plan);
  return found ? found->value : found.error().reason;
}

std::string mail(const std::string& text) {
  const Result<Address> found = normalise(email(text), none);
  return found ? found->value : found.error().reason;
}

std::vector<std::string> spellings(const Address& address) {
  std::vector<std::string> values;
  for (const Address& found : variants(address)) {
    CHECK(found.kind == address.kind);
    values.push_back(found.value);
  }
  return values;
}

using Texts = std::vector<std::string>;

TEST_CASE("[S0.27] four spellings of a number are one contact") {
  for (const char* text : {"41988887777", "041988887777", "01541988887777", "+5541988887777"}) {
    CHECK_MESSAGE(number(text) == "5541988887777", text);
  }
}

TEST_CASE("[S0.27] punctuation, local numbers and international prefixes") {
  for (const char* text :
       {"(41) 98888-7777", "0 41 98888.7777", "015 41 98888-7777", "+55 (41) 98888-7777",
        "+55 41 9 8888/7777", "988887777", "98888-7777", "005541988887777", "5541988887777",
        "+55 041 98888-7777", "+55 (0)41 98888-7777", "+55 0 15 41 98888-7777", "0988887777",
        "\t41988887777 "}) {
    CHECK_MESSAGE(number(text) == "5541988887777", text);
  }
  CHECK(number("4133334444") == "554133334444");
  CHECK(number("04133334444") == "554133334444");
  CHECK(number("0154133334444") == "554133334444");
  CHECK(number("33334444") == "554133334444");
  CHECK(number("554133334444") == "554133334444");
}

TEST_CASE("a ninth digit is neither added nor taken away") {
  CHECK(number("4188887777") == "554188887777");
  CHECK(number("554188887777") == "554188887777");
  CHECK(number("88887777") == "554188887777");
}

TEST_CASE("area 55 is not country 55") {
  CHECK(number("5533334444") == "555533334444");
  CHECK(number("55988887777") == "5555988887777");
  CHECK(number("55", curitiba) == "55");
}

TEST_CASE("foreign numbers that no Brazilian number could be have their country code") {
  CHECK(number("351912345678") == "351912345678");
  CHECK(number("14155552671") == "14155552671");
  CHECK(number("56912345678") == "56912345678");
  CHECK(number("5491122334455") == "5491122334455");
  CHECK(number("+351 912 345 678") == "351912345678");
  CHECK(number("00351912345678") == "351912345678");
  SUBCASE("which an empty plan keeps apart from local ones") {
    CHECK(number("51987654321") == "5551987654321");
    CHECK(number("51987654321", none) == "51987654321");
    CHECK(number("+51987654321") == "51987654321");
  }
}

TEST_CASE("service numbers and short codes are kept as digits") {
  CHECK(number("0800 123 4567") == "08001234567");
  CHECK(number("0800-701-1234") == "08007011234");
  CHECK(number("0300 123456") == "0300123456");
  CHECK(number("+55 0800 123 4567") == "08001234567");
  CHECK(number("190") == "190");
  CHECK(number("10315") == "10315");
  CHECK(number("29123", none) == "29123");
  CHECK(number("08001234567", none) == "08001234567");
}

TEST_CASE("other plans") {
  CHECK(number("912345678", portugal) == "351912345678");
  CHECK(number("912 345 678", portugal) == "351912345678");
  CHECK(number("351912345678", portugal) == "351912345678");
  CHECK(number("00351912345678", portugal) == "351912345678");
  CHECK(number("+5541988887777", portugal) == "5541988887777");
  CHECK(number("5541988887777", portugal) == "5541988887777");
  CHECK(number("612345678", {"34", ""}) == "34612345678");
  CHECK(number("(415) 555-2671", {"1", ""}) == "14155552671");
  CHECK(number("1-415-555-2671", {"1", ""}) == "14155552671");
  CHECK(number("555-2671", {"1", "415"}) == "14155552671");
  CHECK(number("011 55 41 98888 7777", {"1", ""}) == "5541988887777");
  CHECK(number("011 2233-4455", {"54", "11"}) == "541122334455");
  CHECK(number("9 11 2233-4455", {"54", ""}) == "5491122334455");
  CHECK(number("5512345678", {"52", ""}) == "525512345678");
  CHECK(number("5215512345678", {"52", ""}) == "5215512345678");
  SUBCASE("also of countries of which nothing is known") {
    CHECK(number("020 7946 0123", {"44", ""}) == "442079460123");
    CHECK(number("+44 (0)20 7946 0123", {"44", ""}) == "442079460123");
    CHECK(number("442079460123", {"44", ""}) == "442079460123");
    CHECK(number("7946 0123", {"44", "20"}) == "442079460123");
    CHECK(number("0512345678", {"39", ""}) == "390512345678");
    CHECK(number("21234567", {"599", ""}) == "59921234567");
  }
}

TEST_CASE("what cannot be a number is refused") {
  for (const char* text : {"",
                           " ",
                           "+",
                           "+0",
                           "0",
                           "7",
                           "anonymous",
                           "41 9888 X",
                           "++5541988887777",
                           "5541+988887777",
                           "+1234567890123456",
                           "0000000000",
                           "00",
                           "000000000000",
                           "+041988887777",
                           "419888877",
                           "0419888877",
                           "5541988887777;ext=1",
                           "41-98888-7777 r. 2",
                           "\xEF\xBC\x91\xEF\xBC\x92",
                           "41\n988887777",
                           "988887777\xFF",
                           "1234567"}) {
    CHECK_MESSAGE(number(text) == "bad_number", text);
  }
  CHECK(number("988887777", {"55", ""}) == "bad_number");  // a local number and no area
  CHECK(number("041988887777", none) == "bad_number");     // a national number and no country
  CHECK(number(std::string("4198888\0"
                           "7777",
                           12)) == "bad_number");
  CHECK(number(std::string(1'000'000, ' ') + "41988887777") == "bad_number");
  CHECK(number("88887777", {"55", "not digits"}) == "bad_number");
  CHECK(number("88887777", {"55", "41414141"}) == "bad_number");
}

TEST_CASE("any text gives a number or an error, and plain numbers stay under an empty plan") {
  CHECK(rc::check("normalise", [](const std::string& text) {
    const std::string digits =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789+0055 41-9()")));
    for (const std::string& written : {text, digits}) {
      for (const DialPlan& plan : {curitiba, portugal, none, DialPlan{"44", "20"}}) {
        const Result<Address> found = normalise(phone(written), plan);
        if (!found) continue;
        RC_ASSERT(found->value.size() <= 15u);
        RC_ASSERT(found->value.find_first_not_of("0123456789") == std::string::npos);
        RC_ASSERT(normalise(*found, none).value() == *found);
        RC_ASSERT(variants(*found).front() == *found);
      }
    }
  }));
}

TEST_CASE("every way to write a Brazilian number is the same number") {
  CHECK(rc::check("spellings", [] {
    const std::string area = *rc::gen::element<std::string>("11", "21", "41", "55", "61", "85");
    const int digits = *rc::gen::inRange(10'000'000, 99'999'999);
    const bool mobile = *rc::gen::arbitrary<bool>();
    std::string subscriber = std::to_string(digits);
    if (mobile) subscriber = "9" + subscriber;
    RC_PRE(mobile || subscriber[0] >= '2');
    const std::string wanted = "55" + area + subscriber;
    const DialPlan plan{"55", area};
    for (const char* before : {"", "0", "015", "021", "+55", "0055", "55"}) {
      RC_ASSERT(number(before + area + subscriber, plan) == wanted);
    }
    RC_ASSERT(number(subscriber, plan) == wanted);
  }));
}

TEST_CASE("[S2.24] Brazilian mobile numbers are found with and without the ninth digit") {
  CHECK(spellings(phone("554188887777")) == Texts{"554188887777", "5541988887777"});
  CHECK(spellings(phone("5541988887777")) == Texts{"5541988887777", "554188887777"});
  CHECK(spellings(phone("551199999999")) == Texts{"551199999999", "5511999999999"});
  CHECK(spellings(phone("5511999999999")) == Texts{"5511999999999", "551199999999"});
  SUBCASE("landlines, service numbers and short codes only as they are") {
    for (const char* text : {"554133334444", "554123334444", "554153334444", "08001234567",
                             "558001234567", "190", "5541933334444", "55", "5541", ""}) {
      CHECK_MESSAGE(spellings(phone(text)) == Texts{text}, text);
    }
  }
}

TEST_CASE("Argentina's 9 is left out, never put in; Mexico's 1 both ways") {
  CHECK(spellings(phone("5491122334455")) == Texts{"5491122334455", "541122334455"});
  CHECK(spellings(phone("541122334455")) == Texts{"541122334455"});
  CHECK(spellings(phone("5215512345678")) == Texts{"5215512345678", "525512345678"});
  CHECK(spellings(phone("525512345678")) == Texts{"525512345678", "5215512345678"});
  CHECK(spellings(phone("351912345678")) == Texts{"351912345678"});
}

TEST_CASE("Brazilian and Mexican variants find each other") {
  CHECK(rc::check("symmetry", [] {
    const std::string country = *rc::gen::element<std::string>("55", "52", "521");
    const std::string rest = *rc::gen::container<std::string>(
        *rc::gen::inRange<std::size_t>(8, 13), rc::gen::inRange('0', static_cast<char>('9' + 1)));
    const Address address = phone(country + rest);
    for (const Address& found : variants(address)) {
      const std::vector<Address> back = variants(found);
      RC_ASSERT(std::find(back.begin(), back.end(), address) != back.end());
    }
  }));
}

TEST_CASE("mail addresses are trimmed, with the domain in lower case") {
  CHECK(mail("ana@example.org") == "ana@example.org");
  CHECK(mail(" \tAna.Souza@Example.ORG\r\n") == "Ana.Souza@example.org");
  CHECK(mail("ana+novelo@example.org.") == "ana+novelo@example.org");
  CHECK(mail("\"ana souza\"@example.org") == "\"ana souza\"@example.org");
  CHECK(mail("\"a@b\"@example.org") == "\"a@b\"@example.org");
  CHECK(mail("jos\u00E9@S\u00C3OPAULO.example") == "jos\u00E9@s\u00E3opaulo.example");
  CHECK(mail("ana@sa\u0303o.example") == "ana@s\u00E3o.example");
  CHECK(mail("ana@[192.0.2.1]") == "ana@[192.0.2.1]");
  for (const char* text :
       {"", "@", "ana", "ana@", "@example.org", "ana@@example.org", "a b@example.org",
        "<ana@example.org>", "ana@example..org", "ana@example.org..", "ana@.org",
        "ana@exam ple.org", "a,b@example.org", "ana\n@example.org", "ana@exa\xFFmple.org",
        "\"@example.org", "\"a\"b\"@example.org", "ana@.", "ana@example.org\x01"}) {
    CHECK_MESSAGE(mail(text) == "bad_address", text);
  }
  CHECK(mail(std::string(65, 'a') + "@example.org") == "bad_address");
  CHECK(mail("a@" + std::string(256, 'a')) == "bad_address");
  CHECK(mail(std::string(1'000'000, '@')) == "bad_address");
}

TEST_CASE("a mail address is also looked up in lower case") {
  CHECK(spellings(email("Ana@example.org")) == Texts{"Ana@example.org", "ana@example.org"});
  CHECK(spellings(email("ana@example.org")) == Texts{"ana@example.org"});
}

TEST_CASE("other addresses stay as they came") {
  const Address visitor{AddressKind::visitor, "v-1 X"};
  CHECK(normalise(visitor, curitiba) == visitor);
  CHECK(variants(visitor) == std::vector<Address>{visitor});
  CHECK(normalise({AddressKind::page_user, ""}, none).error().reason == "bad_address");
  CHECK(normalise({AddressKind::visitor, "a\nb"}, none).error().reason == "bad_address");
  CHECK(normalise({AddressKind::visitor, std::string(513, 'a')}, none).error().code ==
        ErrorCode::invalid);
  CHECK(normalise({}, none).error().reason == "bad_address");
}

TEST_CASE("[S0.33] [S4.19] landlines, mobile and service numbers are told apart") {
  CHECK(line_kind(phone("554133334444")) == LineKind::landline);
  CHECK(line_kind(phone("5541988887777")) == LineKind::mobile);
  CHECK(line_kind(phone("554188887777")) == LineKind::mobile);
  CHECK(line_kind(phone("08001234567")) == LineKind::service);
  CHECK(line_kind(phone("558001234567")) == LineKind::service);
  CHECK(line_kind(phone("10315")) == LineKind::service);
  CHECK(line_kind(phone("351912345678")) == LineKind::mobile);
  CHECK(line_kind(phone("351212345678")) == LineKind::landline);
  CHECK(line_kind(phone("351800123456")) == LineKind::service);
  CHECK(line_kind(phone("34612345678")) == LineKind::mobile);
  CHECK(line_kind(phone("34912345678")) == LineKind::landline);
  CHECK(line_kind(phone("34900123456")) == LineKind::service);
  CHECK(line_kind(phone("5491122334455")) == LineKind::mobile);
  CHECK(line_kind(phone("541122334455")) == LineKind::unknown);
  CHECK(line_kind(phone("18005550199")) == LineKind::service);
  CHECK(line_kind(phone("14155552671")) == LineKind::unknown);
  CHECK(line_kind(phone("55")) == LineKind::service);
  CHECK(line_kind(phone("")) == LineKind::unknown);
  CHECK(line_kind(phone("text")) == LineKind::unknown);
  CHECK(line_kind(email("ana@example.org")) == LineKind::unknown);
}

TEST_CASE("[S2.3] a destination is country code, area code and number, digits only") {
  CHECK(parse_destination("5511999999999") == phone("5511999999999"));
  CHECK(parse_destination("12345678").has_value());
  CHECK(parse_destination("123456789012345").has_value());
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "The number is missing."},
      {"55 11999999999", "The number has spaces in it."},
      {"+5511999999999", "The number begins with a plus."},
      {"55-11999999999", "The number has something other than digits in it."},
      {"55119999\u0661", "The number has something other than digits in it."},
      {"011999999999", "The number begins with 0, as no country code does."},
      {"1234567", "The number has 7 digits; at least 8 are due."},
      {"1234567890123456", "The number has 16 digits; at most 15 may be."}};
  for (const auto& [typed, message] : wrong) {
    const Result<Address> found = parse_destination(typed);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == ErrorCode::invalid);
    CHECK(found.error().reason == "bad_number");
    CHECK(found.error().message == message);
  }
}

TEST_CASE("addresses are masked for logs") {
  CHECK(masked(phone("5541988887777")) == "phone:55*******7777");
  CHECK(masked(phone("190")) == "phone:***");
  CHECK(masked(phone("1234567")) == "phone:*******");
  CHECK(masked(email("ana@example.org")) == "email:a**@example.org");
  CHECK(masked(email("a@example.org")) == "email:*@example.org");
  CHECK(masked(email("\u00E9va@example.org")) == "email:***@example.org");
  CHECK(masked(email("not a mail")) == "email:**********");
  CHECK(masked({AddressKind::visitor, "visitor-123"}) == "visitor:vi*******23");
  CHECK(masked({}) == "none:");
  CHECK(rc::check("one line, and little of the number", [](const std::string& text) {
    for (const AddressKind kind : {AddressKind::phone, AddressKind::email, AddressKind::visitor}) {
      const std::string shown = masked({kind, text});
      RC_ASSERT(std::none_of(shown.begin(), shown.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
      }));
    }
  }));
}

}  // namespace
}  // namespace novelo
