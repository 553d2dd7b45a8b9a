// Questions.
#include <nlohmann/json.hpp>

#include "guard.hpp"
#include "inputs.hpp"
#include "novelo/json.hpp"
#include "novelo/json_query.hpp"
#include "novelo/query.hpp"
#include "views.hpp"

using namespace novelo;
using abi::EnteredEngine;

novelo_status novelo_query(novelo_engine* engine, const char* question, size_t size,
                           novelo_items** answer, novelo_error** error) {
  if (answer != nullptr) *answer = nullptr;
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(answer, "answer"); !there) return there;
    const auto text = abi::text_of(question, size, "question");
    if (!text) return fail(text.error());
    const auto entered = EnteredEngine::enter(engine);
    if (!entered) return fail(entered.error());
    const Limits& limits = entered->box().limits;
    const auto asked = parse_json(*text, limits.json_depth, limits.input_bytes);
    if (!asked) return fail(asked.error());
    const auto told = novelo::answer(Query(**entered), *asked);
    if (!told) return fail(told.error());
    auto items = std::make_unique<abi::ItemsBox>();
    items->add(NOVELO_OK, told->dump());
    items->finish();
    return abi::give(std::move(items), answer);
  });
}
