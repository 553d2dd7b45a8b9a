#include "novelo/base/value.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

using namespace novelo;

TEST_CASE("a value knows its kind") {
  CHECK(Value().is_null());
  CHECK(*Value(true).as_bool());
  CHECK(*Value(7).as_int() == 7);
  CHECK(*Value(2.5).as_double() == 2.5);
  CHECK(*Value("olá").as_text() == "olá");
  CHECK(Value(7).as_double() == nullptr);
  CHECK(Value(1) != Value(1.0));
  CHECK(Value("") != Value());
}

TEST_CASE("members are found by key and by path, or are null") {
  const Value value(Value::Map{
      {"case", Value::Map{{"type", "exam"}, {"deep", Value::Map{{"er", 3}}}, {"", "blank"}}}});
  CHECK(*value["case"]["type"].as_text() == "exam");
  CHECK(*value.at_path("case.deep.er").as_int() == 3);
  CHECK(*value.at_path("case.").as_text() == "blank");
  CHECK(value.at_path("case.missing.er").is_null());
  CHECK(value.at_path("case.type.er").is_null());
  CHECK(value.at_path("").is_null());
  CHECK(value.at_path("...").is_null());
  CHECK(Value("text")["key"].is_null());
}

TEST_CASE("texts are for people, lists and maps are JSON") {
  CHECK(Value().to_text() == "");
  CHECK(Value(true).to_text() == "true");
  CHECK(Value(-12).to_text() == "-12");
  CHECK(Value(std::numeric_limits<std::int64_t>::min()).to_text() == "-9223372036854775808");
  CHECK(Value(2.5).to_text() == "2.5");
  CHECK(Value(3.0).to_text() == "3");
  CHECK(Value(0.1).to_text() == "0.1");
  CHECK(Value("a \"b\"").to_text() == "a \"b\"");
  CHECK(Value(Value::List{1, 2.5, 3.0, "x", Value(), false}).to_text() ==
        R"([1,2.5,3.0,"x",null,false])");
  CHECK(Value(Value::Map{{"b", 1}, {"a", Value::List{}}}).to_text() == R"({"a":[],"b":1})");
  CHECK(Value(Value::List{std::nan(""), std::numeric_limits<double>::infinity()}).to_text() ==
        "[null,null]");
}

TEST_CASE("the JSON of a value is JSON") {
  std::string every_byte;
  for (char c = 1; c < 127; ++c) every_byte += c;
  every_byte += '\0';
  every_byte += "ç€😀";
  const Value value(Value::Map{{every_byte, Value::List{every_byte, 1e300, -0.5, 1e-7}}});
  const auto json = nlohmann::json::parse(value.to_text());
  REQUIRE(json.contains(every_byte));
  CHECK(json[every_byte][0] == every_byte);
  CHECK(json[every_byte][1] == 1e300);
  CHECK(json[every_byte][3] == 1e-7);
}
