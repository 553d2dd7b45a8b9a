// Completions: who is told, on a runner's thread, what came of something that was handed in. What
// they are given is the library's and good for the call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "boxes.hpp"
#include "novelo.h"
#include "novelo/engine.hpp"

namespace novelo::abi {

struct Told {
  novelo_completion done = nullptr;
  void* user = nullptr;
};

void complete(const Told& told, const Status& result);
void complete_response(const Told& told, Result<Response> result);
void complete_outcomes(const Told& told, const std::vector<Result<Outcome>>& outcomes);
// One item. `text` is called here, and what it throws is told.
template <class Text>
void complete_text(const Told& told, Text text);

// The parts of it: makes something to be told, and tells that there was no memory for it.
void complete_items(const Told& told, const ItemsBox& items);
void complete_thrown(const Told& told);
template <class Make>
auto made_or_told(const Told& told, Make make) -> std::optional<decltype(make())> {
  try {
    return make();
  } catch (...) {
    complete_thrown(told);
    return std::nullopt;
  }
}

template <class Text>
void complete_text(const Told& told, Text text) {
  if (told.done == nullptr) return;
  const auto items = made_or_told(told, [&]() -> Result<std::unique_ptr<ItemsBox>> {
    Result<std::string> made = text();
    if (!made) return fail(made.error());
    auto box = std::make_unique<ItemsBox>();
    box->add(NOVELO_OK, std::move(*made));
    box->finish();
    return box;
  });
  if (!items) return;
  if (!*items) return complete(told, fail(items->error()));
  complete_items(told, ***items);
}

}  // namespace novelo::abi
