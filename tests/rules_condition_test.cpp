#include "novelo/rules/condition.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace novelo {
namespace {

const Value& variables() {
  static const Value made(Value::Map{
      {"fields",
       Value::Map{{"kind", "exam"}, {"count", 3}, {"price", 2.5}, {"empty", ""}, {"urgent", true}}},
      {"tags", Value::List{"vip", 7}},
  });
  return made;
}

bool holds_for(const char* path, ConditionOp op, Value value = {}) {
  return holds(Condition{path, op, std::move(value)}, variables());
}

TEST_CASE("[S0.17] a condition tests what stands at its path") {
  CHECK(holds_for("fields.kind", ConditionOp::eq, "exam"));
  CHECK(!holds_for("fields.kind", ConditionOp::eq, "Exam"));
  CHECK(holds_for("fields.kind", ConditionOp::ne, "surgery"));
  CHECK(holds_for("fields.kind", ConditionOp::in, Value::List{"surgery", "exam"}));
  CHECK(!holds_for("fields.kind", ConditionOp::in, Value::List{"surgery"}));
  CHECK(holds_for("fields.urgent", ConditionOp::eq, true));
  CHECK(holds_for("fields.kind", ConditionOp::contains, "xa"));
  CHECK(holds_for("tags", ConditionOp::contains, "vip"));
  CHECK(holds_for("tags", ConditionOp::contains, 7.0));
  CHECK(!holds_for("tags", ConditionOp::contains, "gold"));
  CHECK(holds_for("fields.empty", ConditionOp::exists));
  CHECK(!holds_for("fields.nothing", ConditionOp::exists));
  CHECK(holds_for("fields.nothing", ConditionOp::missing));
  CHECK(!holds_for("fields.kind", ConditionOp::missing));
}

TEST_CASE("numbers compare by size, texts by their bytes") {
  CHECK(holds_for("fields.count", ConditionOp::eq, 3.0));
  CHECK(holds_for("fields.count", ConditionOp::lt, 3.5));
  CHECK(!holds_for("fields.count", ConditionOp::lt, 3));
  CHECK(holds_for("fields.count", ConditionOp::le, 3));
  CHECK(holds_for("fields.count", ConditionOp::gt, 2.5));
  CHECK(holds_for("fields.price", ConditionOp::ge, 2.5));
  CHECK(holds_for("fields.price", ConditionOp::lt, 3));
  CHECK(holds_for("fields.kind", ConditionOp::lt, "surgery"));
  CHECK(!holds_for("fields.kind", ConditionOp::gt, "exam"));
}

TEST_CASE("values of different kinds are in no order") {
  for (const ConditionOp op : {ConditionOp::eq, ConditionOp::lt, ConditionOp::le, ConditionOp::gt,
                               ConditionOp::ge, ConditionOp::contains}) {
    CHECK(!holds_for("fields.count", op, "3"));
    CHECK(!holds_for("fields.nothing", op, 3));
    CHECK(!holds_for("fields.urgent", op, 1));
  }
  CHECK(holds_for("fields.count", ConditionOp::ne, "3"));
  CHECK(holds_for("fields.nothing", ConditionOp::ne, 3));
}

TEST_CASE("whole numbers and fractions compare exactly at the edges") {
  constexpr std::int64_t big = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t small = std::numeric_limits<std::int64_t>::min();
  constexpr double two_to_63 = 9223372036854775808.0;
  CHECK(holds(ConditionOp::lt, big, two_to_63));
  CHECK(!holds(ConditionOp::eq, big, two_to_63));
  CHECK(holds(ConditionOp::gt, two_to_63, big));
  CHECK(holds(ConditionOp::eq, small, -two_to_63));
  CHECK(holds(ConditionOp::gt, std::int64_t{9007199254740993}, 9007199254740992.0));
  CHECK(holds(ConditionOp::lt, -4, -3.5));
  CHECK(holds(ConditionOp::gt, -3, -3.5));
  CHECK(holds(ConditionOp::lt, 1, std::numeric_limits<double>::infinity()));
  CHECK(holds(ConditionOp::gt, 1, -std::numeric_limits<double>::infinity()));
  const double nothing = std::nan("");
  for (int op = 1; op <= 10; ++op) {
    const auto test = static_cast<ConditionOp>(op);
    CHECK(holds(test, 1, nothing) == (test == ConditionOp::ne || test == ConditionOp::exists));
  }
}

TEST_CASE("exactly one of less, equal and greater holds between numbers") {
  CHECK(rc::check([](std::int64_t whole, double real, bool close) {
    if (close) real = static_cast<double>(whole);
    const Value left(whole);
    const Value right(real);
    const int held = (holds(ConditionOp::lt, left, right) ? 1 : 0) +
                     (holds(ConditionOp::eq, left, right) ? 1 : 0) +
                     (holds(ConditionOp::gt, left, right) ? 1 : 0);
    RC_ASSERT(held == (std::isnan(real) ? 0 : 1));
    RC_ASSERT(holds(ConditionOp::lt, left, right) == holds(ConditionOp::gt, right, left));
  }));
}

TEST_CASE("a condition that can never hold is refused") {
  const auto subject = [](const char* path, ConditionOp op, Value value) {
    const Status status = check(Condition{path, op, std::move(value)});
    return status ? std::string() : status.error().subject;
  };
  CHECK(subject("a.b", ConditionOp::eq, "x").empty());
  CHECK(subject("a", ConditionOp::in, Value::List{1, "x", true}).empty());
  CHECK(subject("a", ConditionOp::exists, {}).empty());
  CHECK(subject("", ConditionOp::exists, {}) == "path");
  CHECK(subject("a..b", ConditionOp::exists, {}) == "path");
  CHECK(subject("a.", ConditionOp::exists, {}) == "path");
  CHECK(subject("1a", ConditionOp::exists, {}) == "path");
  CHECK(subject("a b", ConditionOp::exists, {}) == "path");
  CHECK(subject("a", ConditionOp{}, {}) == "op");
  CHECK(subject("a", ConditionOp::exists, true) == "value");
  CHECK(subject("a", ConditionOp::eq, {}) == "value");
  CHECK(subject("a", ConditionOp::eq, Value::List{1}) == "value");
  CHECK(subject("a", ConditionOp::lt, true) == "value");
  CHECK(subject("a", ConditionOp::in, "x") == "value");
  CHECK(subject("a", ConditionOp::in, Value::List{}) == "value");
  CHECK(subject("a", ConditionOp::in, Value::List{Value::List{1}}) == "value");
}

TEST_CASE("every word of a test is read back") {
  for (int op = 1; op <= 10; ++op) {
    const auto test = static_cast<ConditionOp>(op);
    CHECK(parse_condition_op(to_string(test)) == test);
    CHECK(takes_value(test) == (test != ConditionOp::exists && test != ConditionOp::missing));
  }
  CHECK(!parse_condition_op("like"));
  CHECK(!parse_condition_op(""));
}

}  // namespace
}  // namespace novelo
