#include "codec/binary.hpp"

namespace novelo::codec {

namespace {
enum ValueKind : std::uint64_t {
  null = 0,
  no = 1,
  yes = 2,
  integer = 3,
  real = 4,
  text = 5,
  list = 6,
  map = 7
};
}  // namespace

void Writer::write_object(const Value& value) {
  if (++depth_ > deepest_value) ok_ = false;
  if (!ok_) {
    --depth_;
    return;
  }
  if (const auto* flag = value.as_bool()) {
    varint(*flag ? yes : no);
  } else if (const auto* number = value.as_int()) {
    varint(integer);
    zigzag(*number);
  } else if (const auto* fraction = value.as_double()) {
    varint(real);
    write(*fraction);
  } else if (const auto* words = value.as_text()) {
    varint(text);
    write_object(*words);
  } else if (const auto* items = value.as_list()) {
    varint(list);
    write_object(*items);
  } else if (const auto* members = value.as_map()) {
    varint(map);
    write_object(*members);
  } else {
    varint(null);
  }
  --depth_;
}

void Reader::read_object(Value& value) {
  if (++depth_ > deepest_value) ok_ = false;
  if (!ok_) return;
  switch (varint()) {
    case null: value = Value(); break;
    case no: value = Value(false); break;
    case yes: value = Value(true); break;
    case integer: value = Value(zigzag()); break;
    case real: value = Value(std::bit_cast<double>(varint())); break;
    case text: value = Value(span()); break;
    case list: {
      Value::List items;
      read_object(items);
      value = Value(std::move(items));
      break;
    }
    case map: {
      Value::Map members;
      read_object(members);
      value = Value(std::move(members));
      break;
    }
    default: ok_ = false;
  }
  --depth_;
}

}  // namespace novelo::codec
