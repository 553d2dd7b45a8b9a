#include "flow/answer.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

namespace novelo::flow {
namespace {

const Locale pt{"pt-PT", Language::pt};
const Locale es{"es", Language::es};
const Locale en{"en", Language::en};
const Locale us{"en-US", Language::en};

std::string number(const char* text, const Locale& locale) {
  const auto value = parse_number(text, locale);
  return value ? value->to_text() : "-";
}

std::string date(const char* text, const Locale& locale) {
  const auto read = parse_date(text, locale);
  return !read ? "-" : read->unclear ? "?" : read->date;
}

std::string email(const char* text) {
  return parse_email(text).value_or("-");
}
std::string phone(const char* text) {
  return parse_phone(text, pt).value_or("-");
}

TEST_CASE("numbers as people write them") {
  CHECK(number("10", pt) == "10");
  CHECK(number(" 10! ", pt) == "10");
  CHECK(number("nota 10", pt) == "10");
  CHECK(number("dez", pt) == "10");
  CHECK(number("dou um 9", pt) == "9");
  CHECK(number("3,5", pt) == "3.5");
  CHECK(number("3.5", pt) == "3.5");
  CHECK(number("1.000", pt) == "1000");
  CHECK(number("1.234.567,5", pt) == "1234567.5");
  CHECK(number("1,234.5", en) == "1234.5");
  CHECK(number("1,000", en) == "1000");
  CHECK(number("-2", en) == "-2");
  CHECK(number("ten", en) == "10");
  CHECK(number("10 000", es) == "10000");
  CHECK(number("7 ou 8", pt) == "-");
  CHECK(number("1.2.3", pt) == "-");
  CHECK(number("1,2,3", pt) == "-");
  CHECK(number("dez mil", pt) == "10000");
  CHECK(number("trinta e cinco", pt) == "35");
  CHECK(number("treinta y cinco", es) == "35");
  CHECK(number("thirty-five", en) == "35");
  CHECK(number("trinta cinco", pt) == "-");
  CHECK(number("não sei", pt) == "-");
  CHECK(number("", pt) == "-");
  CHECK(number("99999999999999999999", pt) == "-");
}

TEST_CASE("dates as people write them") {
  CHECK(date("5/3/2026", pt) == "2026-03-05");
  CHECK(date("05-03-2026", es) == "2026-03-05");
  CHECK(date("2026-03-05", pt) == "2026-03-05");
  CHECK(date("05032026", pt) == "2026-03-05");
  CHECK(date("5 de março de 2026", pt) == "2026-03-05");
  CHECK(date("dia 1º de abril de 2026", pt) == "2026-04-01");
  CHECK(date("el 5 de marzo de 2026", es) == "2026-03-05");
  CHECK(date("March 5, 2026", en) == "2026-03-05");
  CHECK(date("5 Mar 2026", en) == "2026-03-05");
  CHECK(date("3/5/2026", us) == "2026-03-05");
  CHECK(date("3/5/2026", en) == "?");
  CHECK(date("25/12/2026", en) == "2026-12-25");
  CHECK(date("12/25/2026", en) == "2026-12-25");
  CHECK(date("29/02/2028", pt) == "2028-02-29");
  CHECK(date("29/02/2026", pt) == "-");
  CHECK(date("31/04/2026", pt) == "-");
  CHECK(date("5/3/26", pt) == "-");
  CHECK(date("amanhã", pt) == "-");
  CHECK(date("99999999", pt) == "-");
}

TEST_CASE("addresses and telephone numbers") {
  CHECK(email("ana@Example.COM") == "ana@example.com");
  CHECK(email("o meu e-mail é ana.silva+x@exemplo.pt, obrigada") == "ana.silva+x@exemplo.pt");
  CHECK(email("<mailto:ana@exemplo.pt>") == "ana@exemplo.pt");
  CHECK(email("ana@exemplo") == "-");
  CHECK(email("ana@@exemplo.pt") == "-");
  CHECK(email("a@b.pt c@d.pt") == "-");
  CHECK(email("ana@-x.pt") == "-");
  CHECK(email("ana@1.2.3.4") == "-");
  CHECK(phone("912 345 678") == "912345678");
  CHECK(phone("+351 912 345 678") == "+351912345678");
  CHECK(phone("00351912345678") == "+351912345678");
  CHECK(phone("o meu é (41) 98888-7777, obrigada") == "41988887777");
  CHECK(phone("nove um dois três quatro cinco seis sete oito") == "912345678");
  CHECK(phone("91 234 56 78 ou +351 911 111 111") == "-");
  CHECK(phone("1234567") == "-");
  CHECK(phone("1234567890123456") == "-");
  CHECK(phone("não tenho") == "-");
}

std::string yes_no(const char* text, const Locale& locale) {
  switch (read_yes_no(fold(text), locale.language)) {
    case YesNo::yes: return "yes";
    case YesNo::no: return "no";
    case YesNo::both: return "both";
    case YesNo::neither: return "-";
  }
  return "";
}

TEST_CASE("yes and no as people say them") {
  CHECK(yes_no("Sim, por favor", pt) == "yes");
  CHECK(yes_no("claro!", pt) == "yes");
  CHECK(yes_no("claro que não", pt) == "no");
  CHECK(yes_no("não quero", pt) == "no");
  CHECK(yes_no("nao, obrigada", pt) == "no");
  CHECK(yes_no("sim e não", pt) == "both");
  CHECK(yes_no("moro no Porto", pt) == "-");
  CHECK(yes_no("sí", es) == "yes");
  CHECK(yes_no("no, gracias", es) == "no");
  CHECK(yes_no("sure", en) == "yes");
  CHECK(yes_no("I don't", en) == "no");
  CHECK(yes_no("talvez", pt) == "-");
}

TEST_CASE("[S0.9] a recording is a variable and a recording again") {
  Media media;
  media.kind = MediaKind::voice;
  media.mime = "audio/wav";
  media.name = "a.wav";
  media.size = 1234;
  media.ref = "rec-1";
  media.transcript = "ligue-me";
  CHECK(to_media(to_value(media, std::chrono::seconds(9))) == media);
  CHECK(to_value(media, std::chrono::seconds(9))["seconds"] == Value(9));
  CHECK_FALSE(to_media(Value("rec-1")));
  CHECK_FALSE(to_media(Value()));
}

TEST_CASE("property: any bytes are an answer or none") {
  CHECK(rc::check([](const std::string& text) {
    for (const Locale& locale : {pt, es, en, us}) {
      (void)parse_number(text, locale);
      (void)parse_date(text, locale);
      (void)parse_phone(text, locale);
      (void)read_yes_no(fold(text), locale.language);
    }
    (void)parse_email(text);
  }));
  CHECK(rc::check([](const std::string& bytes) {
    std::string digits;
    for (const char c : bytes) digits += "0123456789.,/-+@ "[static_cast<unsigned char>(c) % 17];
    for (const Locale& locale : {pt, en}) {
      (void)parse_number(digits, locale);
      (void)parse_date(digits, locale);
      (void)parse_phone(digits, locale);
    }
    (void)parse_email(digits);
  }));
}

}  // namespace
}  // namespace novelo::flow
