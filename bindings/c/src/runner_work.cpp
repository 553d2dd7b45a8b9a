// What is handed in to a runner.
#include <utility>

#include <nlohmann/json.hpp>

#include "completions.hpp"
#include "engine_options.hpp"
#include "inputs.hpp"
#include "metrics.hpp"
#include "novelo/json.hpp"
#include "novelo/json_query.hpp"
#include "requests.hpp"
#include "runner_calls.hpp"

using namespace novelo;
using abi::RunnerBox;
using abi::Told;

namespace {

// 0 is none, as it would be in a struct.
Result<Runner::Deadline> deadline_of(std::int64_t at) {
  if (at == 0 || at == NOVELO_NEVER) return Runner::Deadline();
  const auto time = abi::time_of(at, "deadline");
  if (!time) return fail(time.error());
  return Runner::Deadline(*time);
}

// Inputs of which some may be unreadable; what came of each gets its place.
Status submit(Runner& runner, const TenantName& tenant, std::vector<Result<Input>> inputs,
              Runner::Deadline deadline, Told told) {
  std::vector<Input> readable = abi::take_readable(inputs);
  const bool all = readable.size() == inputs.size();
  const auto places =
      all ? nullptr : std::make_shared<const std::vector<Result<Input>>>(std::move(inputs));
  return runner.submit(
      tenant, std::move(readable),
      [told, places](Result<Runner::Outcomes> result) {
        if (!result) return abi::complete(told, fail(result.error()));
        if (places == nullptr) return abi::complete_outcomes(told, *result);
        const auto outcomes = abi::made_or_told(
            told, [&] { return abi::in_their_places(*places, std::move(*result)); });
        if (outcomes) abi::complete_outcomes(told, *outcomes);
      },
      deadline);
}

// Runs a call about a tenant's inputs, which are read by the limits of its engine.
template <class Read>
novelo_status hand_in(novelo_runner* handle, const char* tenant, std::size_t tenant_size,
                      std::int64_t deadline, Told told, novelo_error** error, Read read) {
  return abi::on_runner(handle, error, [&](RunnerBox& box, Runner& runner) -> Status {
    const auto whose = abi::tenant_of(tenant, tenant_size);
    if (!whose) return fail(whose.error());
    const auto until = deadline_of(deadline);
    if (!until) return fail(until.error());
    const auto limits = box.limits.of(*whose);
    if (!limits) return fail(limits.error());
    auto inputs = read(**limits);
    if (!inputs) return fail(inputs.error());
    return submit(runner, *whose, std::move(*inputs), *until, told);
  });
}

using Inputs = std::vector<Result<Input>>;

Result<Inputs> inputs_of(const novelo_text* inputs, std::size_t count, const Limits& limits) {
  if (const auto there = abi::array_of(inputs, count, "inputs"); !there) return fail(there.error());
  if (const auto fits = abi::check_count(count, limits); !fits) return fail(fits.error());
  Inputs list;
  list.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto text = abi::text_of(inputs[i], "inputs");
    if (!text) return fail(text.error());
    list.push_back(abi::input_from_text(*text, limits));
  }
  return list;
}

}  // namespace

novelo_status novelo_runner_receive(novelo_runner* runner, const char* tenant, size_t tenant_size,
                                    const novelo_request* request, int64_t deadline,
                                    novelo_completion done, void* user, novelo_error** error) {
  return abi::on_runner(runner, error, [&](RunnerBox&, Runner& entered) -> Status {
    const auto whose = abi::tenant_of(tenant, tenant_size);
    if (!whose) return fail(whose.error());
    const auto until = deadline_of(deadline);
    if (!until) return fail(until.error());
    auto read = abi::request_of(request);
    if (!read) return fail(read.error());
    return entered.submit(
        *whose, std::move(*read),
        [told = Told{done, user}](Result<Response> result) {
          abi::complete_response(told, std::move(result));
        },
        *until);
  });
}

novelo_status novelo_runner_feed(novelo_runner* runner, const char* tenant, size_t tenant_size,
                                 const novelo_text* inputs, size_t count, int64_t deadline,
                                 novelo_completion done, void* user, novelo_error** error) {
  return hand_in(runner, tenant, tenant_size, deadline, {done, user}, error,
                 [&](const Limits& limits) { return inputs_of(inputs, count, limits); });
}

novelo_status novelo_runner_configure(novelo_runner* runner, const char* tenant, size_t tenant_size,
                                      const char* id, size_t id_size, const char* configuration,
                                      size_t configuration_size, int64_t deadline,
                                      novelo_completion done, void* user, novelo_error** error) {
  return hand_in(
      runner, tenant, tenant_size, deadline, {done, user}, error,
      [&](const Limits&) -> Result<Inputs> {
        const auto name = abi::text_of(id, id_size, "id");
        if (!name) return fail(name.error());
        const auto text = abi::text_of(configuration, configuration_size, "configuration");
        if (!text) return fail(text.error());
        Inputs list;
        list.emplace_back(Command{std::string(*name), {}, LoadConfiguration{std::string(*text)}});
        return list;
      });
}

novelo_status novelo_runner_settle(novelo_runner* runner, const char* tenant, size_t tenant_size,
                                   const novelo_settlement* settlements, size_t count,
                                   novelo_completion done, void* user, novelo_error** error) {
  return hand_in(runner, tenant, tenant_size, NOVELO_NEVER, {done, user}, error,
                 [&](const Limits& limits) -> Result<Inputs> {
                   if (const auto fits = abi::check_count(count, limits); !fits) {
                     return fail(fits.error());
                   }
                   return abi::settlements_of(settlements, count, limits);
                 });
}

novelo_status novelo_runner_query(novelo_runner* runner, const char* tenant, size_t tenant_size,
                                  const char* question, size_t size, novelo_completion done,
                                  void* user, novelo_error** error) {
  return abi::on_runner(runner, error, [&](RunnerBox& box, Runner& entered) -> Status {
    const auto whose = abi::tenant_of(tenant, tenant_size);
    if (!whose) return fail(whose.error());
    const auto text = abi::text_of(question, size, "question");
    if (!text) return fail(text.error());
    const auto limits = box.limits.of(*whose);
    if (!limits) return fail(limits.error());
    auto asked = parse_json(*text, (*limits)->json_depth, (*limits)->input_bytes);
    if (!asked) return fail(asked.error());
    const auto shared = std::make_shared<const nlohmann::json>(std::move(*asked));
    return entered.ask(*whose, [told = Told{done, user}, shared](const Result<Query>& query) {
      if (!query) return abi::complete(told, fail(query.error()));
      abi::complete_text(told, [&]() -> Result<std::string> {
        const auto answered = novelo::answer(*query, *shared);
        if (!answered) return fail(answered.error());
        return answered->dump();
      });
    });
  });
}

novelo_status novelo_runner_metrics(novelo_runner* runner, const char* tenant, size_t tenant_size,
                                    int32_t form, novelo_completion done, void* user,
                                    novelo_error** error) {
  return abi::on_runner(runner, error, [&](RunnerBox&, Runner& entered) -> Status {
    const auto whose = abi::tenant_of(tenant, tenant_size);
    if (!whose) return fail(whose.error());
    if (const auto known = abi::check_form(form); !known) return known;
    return entered.metrics(
        *whose, [told = Told{done, user}, form, tenant = *whose](const Result<Metrics>& metrics) {
          if (!metrics) return abi::complete(told, fail(metrics.error()));
          abi::complete_text(told, [&]() -> Result<std::string> {
            return abi::metrics_text(*metrics, tenant, form);
          });
        });
  });
}

novelo_status novelo_runner_engine_open(novelo_runner* runner, const novelo_engine_options* options,
                                        novelo_completion done, void* user, novelo_error** error) {
  return abi::on_runner(runner, error, [&](RunnerBox& box, Runner& entered) -> Status {
    auto given = abi::engine_of(options);
    if (!given) return fail(given.error());
    const TenantName tenant = given->options.tenant;
    const Limits limits = given->options.limits;
    const auto opening = std::make_shared<abi::TenantLimits::Entry>();
    const Told told{done, user};
    const auto opened = [&box, &entered, told, tenant, opening,
                         recording = given->recording](const Status& result) {
      const Status begun = result ? abi::check_begun(recording) : result;
      if (begun) return abi::complete(told, begun);
      box.limits.forget(tenant, *opening);
      if (result) (void)entered.close(tenant);
      abi::complete(told, begun);
    };
    // Before it is accepted: from then on there may be work for it.
    const auto before = box.limits.of(tenant);
    *opening = box.limits.put(tenant, limits);
    auto accepted = entered.open(std::move(given->adapters), std::move(given->options), opened);
    if (accepted) return {};
    if (before) {
      box.limits.put(tenant, **before);
    } else {
      box.limits.forget(tenant, *opening);
    }
    return accepted;
  });
}

novelo_status novelo_runner_engine_close(novelo_runner* runner, const char* tenant,
                                         size_t tenant_size, novelo_completion done, void* user,
                                         novelo_error** error) {
  return abi::on_runner(runner, error, [&](RunnerBox& box, Runner& entered) -> Status {
    const auto whose = abi::tenant_of(tenant, tenant_size);
    if (!whose) return fail(whose.error());
    const auto accepted = entered.close(
        *whose, [told = Told{done, user}](const Status& result) { abi::complete(told, result); });
    if (accepted) box.limits.forget(*whose);
    return accepted;
  });
}
