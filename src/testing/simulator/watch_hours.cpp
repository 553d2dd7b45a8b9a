#include "testing/simulator/watch_hours.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "novelo/rules/calendar.hpp"

namespace novelo::testing {
namespace {

using namespace std::chrono_literals;

// By the clock on the wall, as docs/configuration.md has it.
bool is_open_at(const OpeningHours& hours, Timestamp at) {
  const auto local = to_local(at, hours.zone);
  if (!local) return true;
  const std::string date = fmt::format("{:04}-{:02}-{:02}", local->year, local->month, local->day);
  const int minute = local->hour * 60 + local->minute;
  bool dated = false;
  bool open = false;
  for (const OpeningHours::Span& span : hours.spans) {
    if (span.date.empty() || span.date != date) continue;
    dated = true;
    open = open || (span.from_minute <= minute && minute < span.to_minute);
  }
  if (dated) return open;
  const auto& holidays = hours.holidays;
  if (std::find(holidays.begin(), holidays.end(), date) != holidays.end()) return false;
  if (hours.spans.empty()) return true;
  return std::any_of(hours.spans.begin(), hours.spans.end(), [&](const OpeningHours::Span& span) {
    return span.date.empty() && span.weekday == local->weekday && span.from_minute <= minute &&
           minute < span.to_minute;
  });
}

bool opens_every_week(const OpeningHours& hours) {
  return std::any_of(hours.spans.begin(), hours.spans.end(),
                     [](const OpeningHours::Span& span) { return span.date.empty(); });
}

}  // namespace

void HoursWatch::see(const Callback* before, const Callback* after) {
  if (after == nullptr || after->state != CallbackState::open || !after->not_before) return;
  if (before == nullptr || before->not_before != after->not_before) planned_.push_back(*after);
}

void HoursWatch::see(const WorkRecord* before, const WorkRecord* after) {
  if (after == nullptr || after->kind != WorkKind::callback) return;
  if (after->state != WorkState::offered) return;
  if (before != nullptr && before->offer == after->offer) return;
  offered_.push_back(CallbackId(after->subject));
}

void HoursWatch::see(const EngineClock*, const EngineClock* after) {
  if (after != nullptr) now_ = after->now;
}

const OpeningHours* HoursWatch::hours_of(const Callback& callback) const {
  const Configuration* config = mirror_->configuration();
  const EntryPointConfig* line =
      config == nullptr ? nullptr : config->entry_point(callback.entry_point);
  return line != nullptr && line->hours ? &*line->hours : nullptr;
}

void HoursWatch::check_offer(CallbackId id) {
  const Callback* callback = mirror_->find(id);
  const OpeningHours* hours = callback == nullptr ? nullptr : hours_of(*callback);
  findings_->check(hours == nullptr || is_open_at(*hours, now_), "I27",
                   "callback {} is offered while its line is closed", id.value());
}

// Its time is the one that was planned, or, where the line is closed then, the next opening.
void HoursWatch::check_plan(const Callback& callback) {
  const OpeningHours* hours = hours_of(callback);
  const Timestamp at = *callback.not_before;
  if (hours == nullptr || at <= now_) return;
  const Duration retry = mirror_->configuration()->callbacks.retry;
  const Timestamp agreed = std::max(now_, callback.agreed_for.value_or(now_));
  const auto id = callback.id.value();
  if (!opens_every_week(*hours)) return;  // it is looked at again, opening or not
  // Whoever is on the line is called a moment later, whatever the hours are by then.
  if (at == now_ + on_the_line_) return;
  findings_->check(is_open_at(*hours, at), "I27", "callback {} is to be tried at {}, out of hours",
                   id, to_string(at));
  if (at == now_ + retry || at == agreed) return;
  findings_->check(!is_open_at(*hours, at - 1s), "I27",
                   "callback {} is to be tried at {}, which is no opening", id, to_string(at));
  const Timestamp first =
      callback.attempts.empty() ? agreed : std::max(agreed, now_ + retry + on_the_line_);
  for (Timestamp time = first; time < at; time += 20min) {
    findings_->check(!is_open_at(*hours, time), "I27",
                     "callback {} is to be tried at {}, and the line is open at {}", id,
                     to_string(at), to_string(time));
  }
}

void HoursWatch::committed() {
  for (const CallbackId id : offered_) check_offer(id);
  for (const Callback& callback : planned_) check_plan(callback);
  offered_.clear();
  planned_.clear();
}

}  // namespace novelo::testing
