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

TEST_CASE("[S0.32] a score with more around it is one still") {
  for (const char* text : {"10, muito bom atendimento",
                           "10 muito bom atendimento",
                           "10 com certeza",
                           "10 sem dúvida",
                           "nota 10 para a Inês",
                           "Nota dez, pessoal!",
                           "dou 10",
                           "dou-vos 10",
                           "dou um 10",
                           "10.0",
                           "10,0",
                           "10 pontos",
                           "nota: 10",
                           "nota - 10",
                           "Muito bom atendimento, 10",
                           "10. Adorei!",
                           "Tudo ótimo, 10",
                           "a minha nota é 10",
                           "merecem 10",
                           "Bom dia, 10",
                           "acho que 10",
                           "sim, 10",
                           "*10*",
                           "10, parabéns à equipa",
                           "Atendimento nota 10",
                           "10\nObrigada",
                           "10 - excelente"}) {
    CAPTURE(text);
    CHECK(score(text) == 10);
    CHECK(score(text, "pt-PT") == 10);
  }
  for (const char* text :
       {"le doy un 8", "le pongo un 8", "un 8", "gracias, 8", "8 puntos", "les doy 8",
        "8, muy buena atención", "mi nota es 8", "ocho", "8 sin duda"}) {
    CAPTURE(text);
    CHECK(score(text, "es") == 8);
  }
  for (const char* text :
       {"I give it a 9", "I'd give it a 9", "Thanks! 9", "definitely 9", "score: 9", "9 out of 10",
        "9/10, great service", "9 - very good", "It's a 9", "9 for sure", "nine points"}) {
    CAPTURE(text);
    CHECK(score(text, "en") == 9);
  }
  CHECK(score("No lo recomiendo, 2", "es") == 2);
  CHECK(score("Não gostei, 3") == 3);
  CHECK(score("2, péssimo atendimento") == 2);
  CHECK(score("5 estrelas", "pt-BR", 5) == 5);
  CHECK(score("4 ⭐", "en", 5) == 4);
}

TEST_CASE("[S0.32] a score that is denied, doubted or measured is none") {
  for (const char* text :
       {"não dou 10", "não é 10",     "não 5",      "nunca 10", "nem 5",    "10 não",
        "10, não",    "não, 5",       "menos de 5", "quase 10", "talvez 8", "10 e não 9",
        "8 ou 9",     "entre 7 e 8",  "5-10",       "10 10",    "-1",       "-5",
        "nota -5",    "+5",           "10%",        "10€",      "R$ 10",    "10 euros",
        "<10",        "#5",           "nº 5",       "10°",      "9º",       "9ª",
        "9a",         "10h",          "10:30",      "10,00",    "10.000",   "9/10/2026",
        "10?",        "10 está bom?", "5 estrelas", "5 ⭐",      "1000",     "10 mil"}) {
    CAPTURE(text);
    CHECK_FALSE(score(text));
    CHECK_FALSE(score(text, "pt-PT"));
  }
  for (const char* text :
       {"no le doy 10", "no es un 10", "ni 5", "casi 10", "menos de 5", "10 no"}) {
    CAPTURE(text);
    CHECK_FALSE(score(text, "es"));
  }
  for (const char* text : {"not a 10", "never 10", "I don't give a 10", "less than 5", "8 or 9",
                           "almost 10", "no, 5", "10th", "10 bucks", "$10"}) {
    CAPTURE(text);
    CHECK_FALSE(score(text, "en"));
  }
}

TEST_CASE("[S0.32] a number that counts, dates or asks for something is no score") {
  for (const char* text : {"sou 10",
                           "mesa 10",
                           "ligue 10",
                           "amanhã 10",
                           "amanhã, 10",
                           "cancelar 9",
                           "10 minutos",
                           "1 hora à espera!",
                           "9 anos",
                           "10 pessoas",
                           "quero remarcar para dia 10",
                           "Liguem-me às 9",
                           "10 de novembro",
                           "10 e meia",
                           "Rua das Flores, 10",
                           "Rua Boa Vista, 10",
                           "Boa Vista, 10",
                           "10, Rua das Flores",
                           "serviço 2",
                           "2, por favor",
                           "só 2",
                           "mais 2",
                           "me dá 2",
                           "10, preciso de ajuda",
                           "10, mas quero falar com alguém",
                           "10, a fatura está errada",
                           "10, bom dia, a fatura está errada",
                           "10, bom atendimento, quando chega a encomenda",
                           "nota 10 não chegou",
                           "10 para levar",
                           "10 para amanhã",
                           "gostaria de 2",
                           "protocolo 10"}) {
    CAPTURE(text);
    CHECK_FALSE(score(text));
    CHECK_FALSE(score(text, "pt-PT"));
  }
  for (const char* text :
       {"a las 10", "mesa para 2", "calle Mayor, 5", "10 y media", "el 9 de mayo", "2 por favor",
        "necesito 2", "10 personas", "quiero 2"}) {
    CAPTURE(text);
    CHECK_FALSE(score(text, "es"));
  }
  for (const char* text :
       {"at 10", "table for 2", "room 9", "10 am", "10 a.m.", "2 please", "I'd like 2", "give me 2",
        "call me at 9", "10 May", "I need 2", "the 9th"}) {
    CAPTURE(text);
    CHECK_FALSE(score(text, "en"));
  }
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
  for (const char* text : {"nota 9", "9/10", "dou 9", "9 de 10"}) {
    CHECK(novelo::read_numbers(text, "pt-BR")->sure);
  }
  for (const char* text : {"9", "nove", "sim, 9", "9, obrigada", "9, perfeito"}) {
    CHECK_FALSE(novelo::read_numbers(text, "pt-BR")->sure);
  }
}
