// Questions as JSON: an answer or an error that says why, the same when it is asked again, and
// nothing is changed by it.
#include <cstdint>

#include <nlohmann/json.hpp>

#include "fuzz/checks.hpp"
#include "fuzz/small_desk.hpp"
#include "novelo/json.hpp"
#include "novelo/json_query.hpp"

namespace novelo::fuzz {
namespace {

void run(std::string_view text) {
  const Limits limits;
  const auto question = parse_json(text, limits.json_depth, limits.input_bytes);
  if (!question) return must_be_told(question.error());
  static SmallDesk asked;
  asked.store().forget();
  const Query query(asked.engine());
  const auto answered = answer(query, *question);
  const auto again = answer(query, *question);
  asked.check();
  must(asked.store().written() == 0, "a question changes nothing");
  must(answered.has_value() == again.has_value(), "a question again is answered the same");
  if (!answered) return must_be_told(answered.error());
  must(*answered == *again, "an answer again is the same");
  must(!answered->dump().empty(), "an answer can be shown");
}

}  // namespace
}  // namespace novelo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  novelo::fuzz::run(novelo::fuzz::text_of({data, size}));
  return 0;
}
