// Reading and freeing what calls give back.
#include <nlohmann/json.hpp>

#include "guard.hpp"
#include "novelo/json.hpp"
#include "outcomes.hpp"
#include "views.hpp"

using namespace novelo;
using abi::Access;
using abi::enter;

namespace {

// Reads a box of its kind, beside others who do.
template <class Box, class Read>
novelo_status read_box(const typename Box::Handle* handle, Read read) noexcept {
  return abi::guarded(nullptr, [&]() -> Status {
    const auto entered = enter<Box>(handle, Access::shared);
    if (!entered) return fail(entered.error());
    return read(**entered);
  });
}

}  // namespace

novelo_status novelo_error_read(const novelo_error* error, const novelo_error_info** info) {
  return read_box<abi::ErrorBox>(error, [&](const abi::ErrorBox& box) -> Status {
    if (const auto there = abi::place_for(info, "info"); !there) return there;
    *info = &box.info;
    return {};
  });
}

novelo_status novelo_error_free(novelo_error* error) {
  return abi::free_box<abi::ErrorBox>(error);
}

novelo_status novelo_items_read(const novelo_items* list, const novelo_item** items,
                                size_t* count) {
  return read_box<abi::ItemsBox>(list, [&](const abi::ItemsBox& box) -> Status {
    if (const auto there = abi::place_for(items, "items"); !there) return there;
    if (const auto there = abi::place_for(count, "count"); !there) return there;
    *items = box.views.empty() ? nullptr : box.views.data();
    *count = box.views.size();
    return {};
  });
}

novelo_status novelo_items_free(novelo_items* list) {
  return abi::free_box<abi::ItemsBox>(list);
}

novelo_status novelo_answer_read(const novelo_answer* answer, const novelo_response** response) {
  return read_box<abi::AnswerBox>(answer, [&](const abi::AnswerBox& box) -> Status {
    if (const auto there = abi::place_for(response, "response"); !there) return there;
    *response = &box.view;
    return {};
  });
}

novelo_status novelo_answer_events(const novelo_answer* answer, novelo_items** events,
                                   novelo_error** error) {
  if (events != nullptr) *events = nullptr;
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(events, "events"); !there) return there;
    const auto entered = enter<abi::AnswerBox>(answer, Access::shared);
    if (!entered) return fail(entered.error());
    auto list = std::make_unique<abi::ItemsBox>();
    for (const EventOutcome& event : (*entered)->events) abi::add_event(*list, event);
    list->finish();
    return abi::give(std::move(list), events);
  });
}

novelo_status novelo_answer_free(novelo_answer* answer) {
  return abi::free_box<abi::AnswerBox>(answer);
}

novelo_status novelo_handouts_read(const novelo_handouts* handouts,
                                   const novelo_handout* const** array, size_t* count) {
  return read_box<abi::HandoutsBox>(handouts, [&](const abi::HandoutsBox& box) -> Status {
    if (const auto there = abi::place_for(array, "array"); !there) return there;
    if (const auto there = abi::place_for(count, "count"); !there) return there;
    *array = box.array.empty() ? nullptr : box.array.data();
    *count = box.array.size();
    return {};
  });
}

novelo_status novelo_handouts_free(novelo_handouts* handouts) {
  return abi::free_box<abi::HandoutsBox>(handouts);
}
