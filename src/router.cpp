#include "novelo/router.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

#include "model/enum_names.hpp"
#include "router/board.hpp"
#include "router/check.hpp"
#include "router/explain.hpp"
#include "router/standing.hpp"
#include "router/turn.hpp"

namespace novelo {
namespace {

constexpr EnumNames<OfferEnd, 4> offer_ends{{{OfferEnd::accepted, "accepted"},
                                             {OfferEnd::refused, "refused"},
                                             {OfferEnd::expired, "expired"},
                                             {OfferEnd::withdrawn, "withdrawn"}}};

constexpr EnumNames<WaitReason, 5> wait_reasons{
    {{WaitReason::agents_busy, "agents_busy"},
     {WaitReason::nobody_available, "nobody_available"},
     {WaitReason::nobody_eligible, "nobody_eligible"},
     {WaitReason::preferred_busy, "preferred_busy"},
     {WaitReason::preferred_offline, "preferred_offline"}}};

// Puts records on an empty board. What was said to the waiting is what is true of them now, for a
// decision leaves nothing unsaid.
void fill(routing::Board& board, std::span<const WorkRecord> works,
          std::span<const AgentRecord> agents) {
  for (const WorkRecord& record : works) {
    routing::WorkEntry& work = board.add(record);
    if (record.state == WorkState::queued || record.state == WorkState::offered) {
      board.intern(work);
    }
    board.link(work);
  }
  std::vector<WorkId> unused;
  for (const AgentRecord& record : agents) {
    const routing::AgentIndex index = *board.agent_index(record.name);
    board.agent(index).record = record;
    board.refresh(index, unused);
  }
  for (const WorkRecord& record : works) {
    if (record.state != WorkState::queued) continue;
    routing::WorkEntry& work = *board.find(record.id);
    work.told = board.reason(work);
  }
}

// Puts works and agents back as they were; adds the agents whose load or record may have changed.
void put_back(routing::Board& board, const RouterUndo& undo, std::set<routing::AgentIndex>& moved) {
  const auto move_agent = [&](const AgentName& name) {
    if (const auto index = board.agent_index(name)) moved.insert(*index);
  };
  for (const WorkId id : undo.works) {
    routing::WorkEntry* work = board.find(id);
    if (work == nullptr) continue;
    move_agent(work->record.agent);
    board.unlink(*work);
    board.forget(id);
  }
  for (const AgentName& name : undo.agents) {
    const auto index = board.agent_index(name);
    if (!index) continue;
    move_agent(name);
    board.agent(*index).record = AgentRecord{};
    board.agent(*index).record.name = name;
  }
  for (const AgentRecord& record : undo.agents_before) {
    if (const auto index = board.agent_index(record.name)) board.agent(*index).record = record;
  }
  for (const WorkRecord& record : undo.works_before) {
    if (board.find(record.id) != nullptr) continue;  // it is back already
    routing::WorkEntry& work = board.add(record);
    if (record.state == WorkState::queued || record.state == WorkState::offered) {
      board.intern(work);
    }
    board.link(work);
    move_agent(record.agent);
  }
}

tl::unexpected<Error> no_work(WorkId id) {
  return fail(routing::error(ErrorCode::not_found, "unknown_work", "There is no such live work.",
                             fmt::format("work {}", id.value())));
}

}  // namespace

std::string_view to_string(OfferEnd end) {
  return name_of(offer_ends, end);
}

std::string_view to_string(WaitReason reason) {
  return name_of(wait_reasons, reason);
}

class Router::State {
 public:
  explicit State(routing::Board with) : board(std::move(with)) {}

  routing::Board board;
  bool started = false;  // records or an input have come
};

Router::Router(std::unique_ptr<State> state) : state_(std::move(state)) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

Result<Router> Router::create(RouterConfig config, Limits limits) {
  if (auto status = routing::check_config(config); !status) return fail(status.error());
  return Router(std::make_unique<State>(routing::Board(config, limits)));
}

Status Router::restore(std::span<const WorkRecord> works, std::span<const AgentRecord> agents) {
  if (state_->started) {
    return fail(routing::error(ErrorCode::refused, "not_new",
                               "Records can be given back once, before the first input.", "router",
                               "Create another router."));
  }
  if (auto status = routing::check_records(state_->board, works, agents); !status) return status;
  fill(state_->board, works, agents);
  state_->started = true;
  return {};
}

Result<RouterDecision> Router::configure(RouterConfig config, IdCounter& ids, Timestamp now) {
  if (auto status = routing::check_time(now, "now"); !status) return fail(status.error());
  if (auto status = routing::check_config(config); !status) return fail(status.error());
  // The change is made on copies: it is rare, and a refusal must leave nothing behind.
  routing::Board live = state_->board;
  routing::Board next(config, live.limits());
  IdCounter counter = ids;
  routing::Turn turn(live, counter, now);
  turn.pass_time();
  if (auto status = routing::check_carry_over(live, next); !status) return fail(status.error());

  std::vector<WorkRecord> works;
  std::vector<AgentRecord> agents;
  std::vector<AgentName> agents_gone;
  for (const WorkId id : live.work_ids()) works.push_back(live.find(id)->record);
  for (routing::AgentIndex i = 0; i < live.agents(); ++i) {
    const AgentRecord& agent = live.agent(i).record;
    if (next.agent_index(agent.name)) {
      agents.push_back(agent);
    } else {
      agents_gone.push_back(agent.name);
    }
  }
  fill(next, works, agents);
  for (const WorkRecord& work : works) next.find(work.id)->told = live.find(work.id)->told;
  turn.move_to(next);
  RouterDecision decision = turn.finish();
  decision.agents_gone = std::move(agents_gone);
  state_->board = std::move(next);
  state_->started = true;
  ids = counter;
  return decision;
}

Status Router::check(RouterConfig config, const IdCounter& ids, Timestamp now) const {
  if (auto status = routing::check_time(now, "now"); !status) return status;
  if (auto status = routing::check_config(config); !status) return status;
  routing::Board live = state_->board;
  IdCounter counter = ids;
  routing::Turn turn(live, counter, now);
  turn.pass_time();
  return routing::check_carry_over(live, routing::Board(config, live.limits()));
}

Result<RouterDecision> Router::apply(const RouterInput& input, IdCounter& ids, Timestamp now) {
  if (auto status = routing::check_input(state_->board, input, ids, now); !status) {
    return fail(status.error());
  }
  state_->started = true;
  routing::Turn turn(state_->board, ids, now);
  turn.pass_time();
  turn.take(input);
  return turn.finish();
}

void Router::take_back(const RouterUndo& undo) {
  routing::Board& board = state_->board;
  std::set<routing::AgentIndex> moved;
  put_back(board, undo, moved);
  // What was said to the waiting is what was true of them then.
  std::vector<WorkId> recheck;
  for (const routing::AgentIndex agent : moved) board.refresh(agent, recheck);
  for (const WorkRecord& record : undo.works_before) recheck.push_back(record.id);
  for (const WorkId id : recheck) {
    routing::WorkEntry* work = board.find(id);
    if (work == nullptr || work->record.state != WorkState::queued) continue;
    work->told = board.reason(*work);
  }
}

std::optional<Timestamp> Router::next_deadline() const {
  const auto& dues = state_->board.dues();
  return dues.empty() ? std::nullopt : std::optional(dues.begin()->at);
}

const WorkRecord* Router::work(WorkId id) const {
  const routing::WorkEntry* work = std::as_const(state_->board).find(id);
  return work == nullptr ? nullptr : &work->record;
}

const AgentRecord* Router::agent(const AgentName& name) const {
  const auto index = state_->board.agent_index(name);
  return index ? &state_->board.agent(*index).record : nullptr;
}

std::vector<AgentRecord> Router::agents(const AgentName& after, std::size_t limit) const {
  const routing::Board& board = state_->board;
  std::vector<AgentRecord> found;
  for (routing::AgentIndex i = 0; i < board.agents() && found.size() < limit; ++i) {
    const AgentRecord& agent = board.agent(i).record;
    if (after.empty() || after < agent.name) found.push_back(agent);
  }
  return found;
}

std::vector<WorkId> Router::works_of(const AgentName& agent) const {
  const auto index = state_->board.agent_index(agent);
  return index ? state_->board.agent(*index).works : std::vector<WorkId>{};
}

bool Router::can_take(const AgentName& agent, WorkClass work_class) const {
  const auto index = state_->board.agent_index(agent);
  const bool known = to_string(work_class) != "unknown";
  return index && known && state_->board.open(*index, work_class);
}

Result<RouterPlace> Router::place(WorkId id) const {
  const routing::Board& board = state_->board;
  const routing::WorkEntry* work = board.find(id);
  if (work == nullptr) return no_work(id);
  if (work->record.state != WorkState::queued) {
    return fail(routing::error(ErrorCode::refused, "not_waiting", "The work is not waiting.",
                               fmt::format("work {}", id.value())));
  }
  const auto& waiting = board.queue_of(work->record).waiting;
  return RouterPlace{waiting.rank(board.place(work->record)), waiting.size()};
}

std::vector<RouterQueueState> Router::queues() const {
  return routing::standing(state_->board);
}

Result<std::vector<RouterWaiting>> Router::waiting(const QueueName& queue,
                                                   const RouterWaiting& after,
                                                   std::size_t limit) const {
  const auto index = state_->board.queue_index(queue);
  if (!index) {
    return fail(routing::error(ErrorCode::not_found, "unknown_queue", "There is no such queue.",
                               fmt::format("queue {}", queue.text())));
  }
  return routing::waiting_after(state_->board.queue(*index), after, limit);
}

Result<RouterExplanation> Router::explain(WorkId id) const {
  const routing::WorkEntry* work = std::as_const(state_->board).find(id);
  if (work == nullptr) return no_work(id);
  return routing::explain(state_->board, *work);
}

}  // namespace novelo
