#include "completions.hpp"

#include <utility>

#include "outcomes.hpp"
#include "views.hpp"

namespace novelo::abi {
namespace {

novelo_completed success() {
  novelo_completed result{};
  result.struct_size = sizeof(result);
  return result;
}

void tell(const Told& told, const novelo_error_info& error) {
  novelo_completed result = success();
  result.status = error.code;
  result.error = &error;
  told.done(&result, told.user);
}

// Of a literal.
template <std::size_t Size>
novelo_text view_of(const char (&text)[Size]) {
  return {text, Size - 1};
}

}  // namespace

void complete(const Told& told, const Status& result) {
  if (told.done == nullptr) return;
  if (!result) return tell(told, info_of(result.error()));
  const novelo_completed done = success();
  told.done(&done, told.user);
}

void complete_thrown(const Told& told) {
  novelo_error_info error{};  // nothing here takes memory
  error.struct_size = sizeof(error);
  error.code = NOVELO_INTERNAL;
  error.reason = view_of("memory");
  error.message = view_of("There was no memory to tell what came of it, which may have been done.");
  error.subject = view_of("");
  error.remedy = view_of("Hand it in again, with the same ids.");
  tell(told, error);
}

void complete_response(const Told& told, Result<Response> result) {
  if (told.done == nullptr) return;
  if (!result) return tell(told, info_of(result.error()));
  const auto answer = made_or_told(told, [&] {
    return std::make_unique<AnswerBox>(std::move(*result), std::vector<EventOutcome>());
  });
  if (!answer) return;
  novelo_completed done = success();
  done.response = &(*answer)->view;
  told.done(&done, told.user);
}

void complete_items(const Told& told, const ItemsBox& items) {
  novelo_completed done = success();
  done.items = items.views.empty() ? nullptr : items.views.data();
  done.item_count = items.views.size();
  told.done(&done, told.user);
}

void complete_outcomes(const Told& told, const std::vector<Result<Outcome>>& outcomes) {
  if (told.done == nullptr) return;
  const auto items = made_or_told(told, [&] {
    auto box = std::make_unique<ItemsBox>();
    for (const auto& outcome : outcomes) add_outcome(*box, outcome);
    box->finish();
    return box;
  });
  if (items) complete_items(told, **items);
}

}  // namespace novelo::abi
