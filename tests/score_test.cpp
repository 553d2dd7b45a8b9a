// Which number of a survey's scale somebody wrote.
#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "engine/score.hpp"

namespace {

std::optional<int> score(const std::string& text, const char* locale = "pt-BR", int high = 10) {
  const auto said = novelo::read_numbers(text, locale);
  return said ? novelo::score_on(*said, 0, high) : std::nullopt;
}

}  // namespace

TEST_CASE("[S0.32] a score is read as people write it") {
  for (const char* text :
       {"9", " 9 ", "9!", "Nota 9", "nota: 9", "NOTA 9.", "9/10", "9 de 10", "9 em 10", "nove",
        "Nota nove", "9 obrigada", "Nota 9, muito obrigada!", "Dou nota 9"}) {
    CAPTURE(text);
    CHECK(score(text) == 9);
  }
  CHECK(score("10") == 10);
  CHECK(score("dez") == 10);
  CHECK(score("10/10") == 10);
  CHECK(score("0") == 0);
  CHECK(score("Não recomendo, 2") == 2);
  CHECK(score("nine out of ten, thank you", "en") == 9);
  CHECK(score("un diez", "es") == 10);
  CHECK(score("5/5", "en", 5) == 5);
}

TEST_CASE("[S0.32] what is no score is a message") {
  for (const char* text :
       {"", "às 10", "dia 9", "mesa para 2", "preciso de 2", "8,5", "8.5", "11", "-", "obrigada",
        "rua 9, casa 10", "ligue às 9 ou às 10", "um momento", "uma pergunta", "9 8 7",
        "Nota 9, mas a sala estava fria e demorou bastante para me atenderem"}) {
    CAPTURE(text);
    CHECK_FALSE(score(text));
  }
  CHECK_FALSE(score("no one answered", "en"));
  CHECK_FALSE(score(std::string(100'000, '9')));
  CHECK_FALSE(score("\xff\xfe 9 \x80 x"));
}

TEST_CASE("[S0.32] a mere number is told from one that is said to be a score") {
  CHECK(novelo::read_numbers("9", "pt-BR")->plain);
  CHECK(novelo::read_numbers("nove", "pt-BR")->plain);
  CHECK_FALSE(novelo::read_numbers("nota 9", "pt-BR")->plain);
  CHECK_FALSE(novelo::read_numbers("9/10", "pt-BR")->plain);
}
