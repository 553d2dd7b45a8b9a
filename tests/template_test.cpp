#include "novelo/rules/template.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <string_view>

namespace novelo {
namespace {

const Value& example() {
  static const Value variables(Value::Map{
      {"contact", Value::Map{{"name", "Ana"}, {"nickname", ""}, {"age", 34}, {"vip", true}}},
      {"score", 9.5},
      {"tags", Value::List{"a", 1}},
      {"trap", "{contact.name} {{ }}"},
  });
  return variables;
}

std::string expanded(std::string_view text) {
  const auto made = TextTemplate::compile(text);
  REQUIRE_MESSAGE(made, text);
  return made->expand(example());
}

TEST_CASE("[S0.19] a template puts values where their paths stand") {
  CHECK(expanded("") == "");
  CHECK(expanded("Olá {contact.name}!") == "Olá Ana!");
  CHECK(expanded("{contact.name}{contact.name}") == "AnaAna");
  CHECK(expanded("{contact.age} {contact.vip} {score}") == "34 true 9.5");
  CHECK(expanded("{tags}") == "[\"a\",1]");
}

TEST_CASE("a path that leads nowhere gives its fallback, or nothing") {
  CHECK(expanded("Olá {contact.surname|cliente}!") == "Olá cliente!");
  CHECK(expanded("Olá {contact.nickname|cliente}!") == "Olá cliente!");
  CHECK(expanded("Olá {contact.name|cliente}!") == "Olá Ana!");
  CHECK(expanded("[{nobody}][{contact.name.first}][{nobody|}]") == "[][][]");
  CHECK(expanded("{nobody|às 10:30, sem falta}") == "às 10:30, sem falta");
}

TEST_CASE("[S2.9] what is missing is named: a path without a fallback that gives nothing") {
  const auto missing = [](std::string_view text) {
    return std::string(TextTemplate::compile(text)->missing(example()));
  };
  CHECK(missing("Olá!").empty());
  CHECK(missing("{contact.name} {contact.vip} {score} {tags}").empty());
  CHECK(missing("{contact.name} {contact.nickname} {nobody}") == "contact.nickname");
  CHECK(missing("{nobody|cliente}{nobody|}").empty());
  CHECK(missing("{nobody|x} {nobody}") == "nobody");

  const TextTemplate text = *TextTemplate::compile("{a|x} {a|y} {b} {b|z} {c|}");
  REQUIRE(text.fallback("a") != nullptr);
  CHECK(*text.fallback("a") == "x");
  CHECK(text.fallback("b") == nullptr);
  REQUIRE(text.fallback("c") != nullptr);
  CHECK(text.fallback("c")->empty());
  CHECK(text.fallback("d") == nullptr);
}

TEST_CASE("a value is never read as a template") {
  CHECK(expanded("{trap}") == "{contact.name} {{ }}");
  CHECK(expanded("{{contact.name}} {{}}") == "{contact.name} {}");
}

TEST_CASE("what is no template is refused where it is wrong") {
  const auto refused_at = [](std::string_view text) {
    const auto made = TextTemplate::compile(text);
    REQUIRE_FALSE_MESSAGE(made, text);
    CHECK(made.error().code == ErrorCode::invalid);
    CHECK(made.error().reason == "bad_template");
    return made.error().subject;
  };
  CHECK(refused_at("abc {") == "character 5");
  CHECK(refused_at("abc }") == "character 5");
  CHECK(refused_at("{a{b}}") == "character 1");
  CHECK(refused_at("{}") == "character 1");
  CHECK(refused_at("{ a }") == "character 1");
  CHECK(refused_at("{a..b}") == "character 1");
  CHECK(refused_at("{a.}") == "character 1");
  CHECK(refused_at("{1a}") == "character 1");
  CHECK(refused_at("{|x}") == "character 1");
  CHECK(refused_at("{a|b|c}") == "character 1");
  CHECK(refused_at("{a:upper}") == "character 1");
  CHECK(refused_at("{{ ok }} {a") == "character 10");
}

TEST_CASE("a template names its paths once, in order") {
  const auto made = TextTemplate::compile("{b.c} {a} {b.c|x} {{d}}");
  REQUIRE(made);
  CHECK(made->paths() == std::vector<std::string>{"b.c", "a"});
  CHECK_FALSE(made->constant());
  CHECK(TextTemplate::compile("{{d}}")->constant());
  CHECK(TextTemplate().expand(example()).empty());
}

TEST_CASE("a host may look values up itself") {
  const Value seven(7);
  const auto made = TextTemplate::compile("{any.path}!");
  CHECK(made->expand([&seven](std::string_view) -> const Value& { return seven; }) == "7!");
}

TEST_CASE("property: any text escaped is itself, any bytes are read or refused") {
  CHECK(rc::check([](const std::string& text) {
    std::string escaped;
    for (const char c : text) {
      escaped += c;
      if (c == '{' || c == '}') escaped += c;
    }
    const auto made = TextTemplate::compile(escaped);
    RC_ASSERT(made.has_value());
    RC_ASSERT(made->expand(example()) == text);
    const auto raw = TextTemplate::compile(text);
    if (raw) (void)raw->expand(example());
  }));
}

}  // namespace
}  // namespace novelo
