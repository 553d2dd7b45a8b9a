#include "metrics.hpp"

#include <nlohmann/json.hpp>

#include "guard.hpp"
#include "novelo/json.hpp"
#include "views.hpp"

using namespace novelo;

namespace novelo::abi {

Status check_form(std::int32_t form) {
  if (form == NOVELO_METRICS_JSON || form == NOVELO_METRICS_PROMETHEUS) return {};
  return fail(invalid("unknown_form", "There is no such form of metrics.", "form",
                      "Give NOVELO_METRICS_JSON or NOVELO_METRICS_PROMETHEUS."));
}

std::string metrics_text(const Metrics& metrics, const TenantName& tenant, std::int32_t form) {
  if (form == NOVELO_METRICS_PROMETHEUS) return to_prometheus(metrics, tenant.text());
  return to_json(metrics).dump();
}

}  // namespace novelo::abi

novelo_status novelo_metrics(novelo_engine* engine, int64_t now, int32_t form,
                             novelo_items** metrics, novelo_error** error) {
  if (metrics != nullptr) *metrics = nullptr;
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(metrics, "metrics"); !there) return there;
    if (const auto known = abi::check_form(form); !known) return known;
    const auto time = abi::time_of(now);
    if (!time) return fail(time.error());
    const auto entered = abi::EnteredEngine::enter(engine);
    if (!entered) return fail(entered.error());
    auto items = std::make_unique<abi::ItemsBox>();
    items->add(NOVELO_OK,
               abi::metrics_text((*entered)->metrics(*time), entered->box().tenant, form));
    items->finish();
    return abi::give(std::move(items), metrics);
  });
}
