// Questions as JSON: an answer or an error that says why, the same when it is asked again, and
// nothing is changed by it.
#include <cstdint>

#include <nlohmann/json.hpp>

#include "fuzz/checks.hpp"
#include "fuzz/small_desk.hpp"
#include "novelo/json.hpp"
#include "novelo/json_query.hpp"
#include "support/clinic.hpp"

namespace novelo::fuzz {
namespace {

// A desk with something of everything to ask for.
SmallDesk& desk() {
  static SmallDesk desk;
  static bool filled = false;
  if (filled) return desk;
  filled = true;
  Engine& engine = desk.engine();
  std::uint64_t number = 0;
  const auto feed = [&](CommandBody body) {
    const auto result =
        engine.feed({"fill-" + std::to_string(++number), {}, std::move(body)}, desk.now());
    desk.carry_out();
    return result;
  };
  const auto conversations = Query(engine).conversations({}, 10).value();
  must(!conversations.empty(), "the desk has conversations");
  for (const ConversationRecord& conversation : conversations) {
    must(feed(OpenCase{conversation.id, CaseTypeName("appointment"), {}, {}}).has_value(),
         "a case is opened");
    must(feed(AddNote{conversation.id, "Prefere de manhã."}).has_value(), "a note is added");
    must(feed(CreateCallback{conversation.id, {}, {}, {}, desk.now() + std::chrono::hours(1)})
             .has_value(),
         "a callback is promised");
  }
  return desk;
}

void run(std::string_view text) {
  const Limits limits;
  const auto question = parse_json(text, limits.json_depth, limits.input_bytes);
  if (!question) return must_be_told(question.error());
  SmallDesk& asked = desk();
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
