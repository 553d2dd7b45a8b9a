#include "flow/amount.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "flow/match.hpp"

namespace novelo::flow {
namespace {

std::string amount(std::string_view text, Language language) {
  const auto number = read_amount(fold(text), language, 5);
  return number ? std::to_string(*number) : "-";
}

struct Row {
  const char* said;
  const char* read;
};

void check_rows(Language language, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CHECK_MESSAGE(amount(row.said, language) == row.read, std::string(row.said));
  }
}

TEST_CASE("numbers in Portuguese words") {
  check_rows(Language::pt, {{"trinta e cinco", "35"},
                            {"tenho trinta e cinco anos", "35"},
                            {"vinte e um", "21"},
                            {"vinte e uma", "21"},
                            {"cento e vinte", "120"},
                            {"cento e trinta e cinco", "135"},
                            {"duzentos e um", "201"},
                            {"cem", "100"},
                            {"mil", "1000"},
                            {"dois mil", "2000"},
                            {"2 mil", "2000"},
                            {"dez mil", "10000"},
                            {"mil e quinhentos", "1500"},
                            {"mil novecentos e oitenta e quatro", "1984"},
                            {"dois mil trezentos e quarenta e cinco", "2345"},
                            {"trinta e cinco mil e duzentos", "35200"},
                            {"um milhão e duzentos mil", "1200000"},
                            {"dez por cento", "10"},
                            {"dezanove", "19"},
                            {"zero", "0"},
                            {"a segunda", "2"},
                            {"meia", "6"}});
}

TEST_CASE("numbers in Spanish words") {
  check_rows(Language::es, {{"treinta y cinco", "35"},
                            {"tengo treinta y cinco años", "35"},
                            {"veintiuno", "21"},
                            {"veintidós", "22"},
                            {"ciento veinte", "120"},
                            {"quinientas", "500"},
                            {"dos mil", "2000"},
                            {"mil y uno", "1001"},
                            {"mil novecientos ochenta y cuatro", "1984"},
                            {"un millón", "1000000"},
                            {"diez por ciento", "10"}});
}

TEST_CASE("numbers in English words") {
  check_rows(Language::en, {{"thirty five", "35"},
                            {"thirty-five", "35"},
                            {"I am thirty-five, thanks", "35"},
                            {"a hundred", "100"},
                            {"one hundred and twenty", "120"},
                            {"two hundred thirty one", "231"},
                            {"two thousand and six", "2006"},
                            {"three hundred thousand", "300000"},
                            {"a million", "1000000"}});
}

TEST_CASE("what is no number, several, or understood only in part, is none") {
  check_rows(Language::pt, {{"trinta cinco", "-"},
                            {"cinco e seis", "-"},
                            {"dez e dois", "-"},
                            {"vinte e trinta", "-"},
                            {"sete ou oito", "-"},
                            {"um dois três", "-"},
                            {"um nove", "-"},
                            {"três vírgula cinco", "-"},
                            {"dez e meia", "-"},
                            {"meia dúzia", "-"},
                            {"menos dois", "-"},
                            {"dois bilhões", "-"},
                            {"mil mil", "-"},
                            {"milhão", "-"},
                            {"cem por 5", "-"},
                            {"terceiro e quinto", "-"},
                            {"2 5", "-"},
                            {"5 99999999999", "-"},
                            {"uma frase muito longa com o número cinco", "-"},
                            {"não sei", "-"},
                            {"", "-"}});
  check_rows(Language::es,
             {{"treinta cinco", "-"}, {"ciento y veinte", "-"}, {"diez y seis", "-"}});
  check_rows(Language::en,
             {{"thirty and five", "-"}, {"nineteen eighty four", "-"}, {"twenty first", "-"}});
  check_rows(Language::none, {{"35", "35"}, {"3 5", "-"}, {"cinco", "-"}});
}

TEST_CASE("a part of a number chooses no option") {
  const auto read = [](Language language, std::vector<std::string> titles, std::string_view said) {
    std::vector<OptionKeys> keys;
    for (const std::string& title : titles) keys.push_back({make_key(title, language), {}});
    std::vector<const OptionKeys*> shown;
    for (const OptionKeys& key : keys) shown.push_back(&key);
    const Match match = match_option(said, language, shown);
    return match.kind == Match::Kind::one ? titles[match.options.front()] : std::string("-");
  };
  const std::vector<std::string> times{"Um", "Dois", "Três", "Quatro", "Cinco"};
  CHECK(read(Language::pt, times, "cinco") == "Cinco");
  CHECK(read(Language::pt, times, "trinta e cinco") == "-");
  CHECK(read(Language::pt, times, "trinta e um") == "-");
  CHECK(read(Language::pt, times, "opção vinte e cinco") == "-");
  CHECK(read(Language::pt, times, "cinco mil") == "-");
  CHECK(read(Language::pt, {"Cinco dias", "Trinta dias"}, "trinta e cinco dias") == "-");
  CHECK(read(Language::pt, {"Cinco dias", "Trinta dias"}, "quero cinco dias") == "Cinco dias");
  CHECK(read(Language::pt, {"Trinta e cinco", "Cinco"}, "trinta e cinco") == "Trinta e cinco");
  CHECK(read(Language::es, {"Cinco", "Seis"}, "treinta y cinco") == "-");
  CHECK(read(Language::en, {"One", "Two", "Three", "Four", "Five"}, "thirty-five") == "-");
  CHECK(read(Language::en, {"One", "Two", "Three", "Four", "Five"}, "number five") == "Five");
}

TEST_CASE("property: any words are an amount or none") {
  const std::vector<std::string> words{"mil",  "e",   "cento",   "um",  "trinta",  "5",
                                       "and",  "a",   "hundred", "por", "million", "one",
                                       "meia", "000", "cinco",   "y"};
  CHECK(rc::check([&] {
    std::vector<std::string> said;
    const int count = *rc::gen::inRange(0, 20);
    for (int i = 0; i < count; ++i) said.push_back(*rc::gen::elementOf(words));
    for (const Language language : {Language::pt, Language::es, Language::en, Language::none}) {
      const auto number = read_amount(join(said), language, 20);
      if (number) RC_ASSERT(*number >= 0 && *number < 1'000'000'000);
      for (std::size_t i = 0; i < said.size(); ++i) (void)splits_number(said, i, i + 1, language);
    }
  }));
}

}  // namespace
}  // namespace novelo::flow
