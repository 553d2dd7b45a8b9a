#include "kill/served_alone.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kill/desk.hpp"
#include "kill/traffic.hpp"
#include "novelo/json.hpp"
#include "novelo/query.hpp"
#include "support/clinic.hpp"

namespace novelo::kill {
namespace {

constexpr int most_steps = 400;
constexpr std::size_t most_handouts = 8;
constexpr std::size_t most_in_hand = 30;

class Server {
 public:
  Server(const ChildTask& task, Announcer& parent)
      : task_(&task),
        parent_(&parent),
        traffic_(task.seed, fmt::format("{}.{}", task.life, task.seed % 1000)),
        now_(parse_timestamp(task.now).value()),
        desk_(task, parent) {
    engine_.emplace(desk_.open_engine(now_));
  }

  void run() {
    if (Query(*engine_).configuration().value_or(0) == 0) feed({traffic_.configure()});
    feed({Command{fmt::format("sign-in-{}-{}", task_->life, task_->seed), clinic::joao,
                  SetPresence{clinic::joao, Presence::available, {}}}});
    look_around();
    for (int i = 0; i < most_steps; ++i) step();
  }

 private:
  void step() {
    now_ += std::chrono::milliseconds(200 + traffic_.below(3000));
    switch (traffic_.below(20)) {
      case 0: return pass_time();
      case 1: return reopen();
      case 2: return maintain();
      case 3: return look_around();
      case 4: return resolve();
      case 5:
        if (traffic_.one_in(8)) feed({traffic_.configure()});
        return;
      case 6:
      case 7:
      case 8:
      case 9: return feed(traffic_.commands(conversations_, now_));
      case 10:
      case 11:
      case 12: return hand_out();
      default: return receive(traffic_.arrival(now_));
    }
  }

  // A call's error that a rule did not cause is trouble.
  void expect(const Error& error, const char* what) {
    if (is_refusal(error)) return;
    give_up(*parent_, std::string(what) + ": " + to_string(error));
  }

  void receive(const Arrival& arrival) {
    std::uint64_t number = 0;
    const bool silent = task_->plant == "silent" && traffic_.one_in(10);
    if (!silent) {
      number = parent_->submit({{"request", to_json(arrival.request)},
                                {"texts", arrival.texts},
                                {"calls", arrival.calls}},
                               now_);
    }
    const auto answer = engine_->receive(arrival.request, now_);
    if (!answer) expect(answer.error(), "receive");
    if (silent) return;
    parent_->acked(number, {{"status", answer ? answer->status : 0}}, now_);
  }

  void feed(std::vector<Command> commands) {
    const std::uint64_t number = parent_->submit({{"commands", to_frame(commands)}}, now_);
    const std::vector<Input> inputs(commands.begin(), commands.end());
    const auto results = engine_->feed(inputs, now_);
    if (!results) give_up(*parent_, "feed: " + to_string(results.error()));
    for (const Result<Outcome>& result : *results) {
      if (!result) expect(result.error(), "feed");
    }
    parent_->acked(number, {{"results", to_frame(*results)}}, now_);
  }

  void hand_out() {
    auto handouts = engine_->poll(now_, 1 + traffic_.below(most_handouts));
    if (!handouts) give_up(*parent_, "poll: " + to_string(handouts.error()));
    if (handouts->empty()) return;
    parent_->handed_out(to_frame(*handouts), now_);
    for (Handout& out : *handouts) {
      if (out.kind == EffectKind::notify && out.body.at("type").to_text() == "offer") {
        offers_.push_back(out);
      }
      in_hand_.push_back(std::move(out));
    }
    while (!in_hand_.empty() && (in_hand_.size() > most_in_hand || !traffic_.one_in(4))) settle();
    if (!offers_.empty() && traffic_.one_in(2)) {
      feed({traffic_.accept(offers_.back())});
      offers_.pop_back();
    }
  }

  void settle() {
    const Handout out = std::move(in_hand_.front());
    in_hand_.erase(in_hand_.begin());
    const auto [settlement, last] = traffic_.settlement(out);
    const std::uint64_t number = parent_->submit({{"settle", std::to_string(out.id.value())},
                                                  {"settlement", to_json(settlement)},
                                                  {"final", last}},
                                                 now_);
    const auto result = engine_->settle(out.id, settlement, now_);
    if (!result) give_up(*parent_, "settle: " + to_string(result.error()));
    parent_->acked(number, {{"result", to_json(result)}}, now_);
  }

  void pass_time() {
    now_ += std::chrono::seconds(1 + traffic_.below(900));
    const Status passed = engine_->feed_time(now_);
    if (!passed) give_up(*parent_, "feed_time: " + to_string(passed.error()));
  }

  void resolve() {
    const auto held = Query(*engine_).held({}, 5);
    if (!held) give_up(*parent_, "held: " + to_string(held.error()));
    for (const HeldSend& send : *held) feed({traffic_.resolve(send.effect.id)});
  }

  void look_around() {
    const ConversationId from(traffic_.below(4000));
    auto found = Query(*engine_).conversations(traffic_.one_in(2) ? ConversationId() : from, 50);
    if (!found) give_up(*parent_, "conversations: " + to_string(found.error()));
    if (found->empty()) return;
    conversations_.clear();
    for (const ConversationRecord& conversation : *found) {
      conversations_.push_back(conversation.id);
    }
  }

  void reopen() {
    if (!traffic_.one_in(3)) return;
    engine_.reset();
    in_hand_.clear();
    offers_.clear();
    if (traffic_.one_in(2)) desk_.reopen();
    engine_.emplace(desk_.open_engine(now_));
  }

  void maintain() {
    const auto left = desk_.store().maintain(10 + traffic_.below(500));
    if (!left) give_up(*parent_, "maintain: " + to_string(left.error()));
  }

  const ChildTask* task_;
  Announcer* parent_;
  Traffic traffic_;
  Timestamp now_;
  Desk desk_;
  std::optional<Engine> engine_;
  std::vector<ConversationId> conversations_;
  std::vector<Handout> in_hand_;
  std::vector<Handout> offers_;
};

}  // namespace

int serve_alone(const ChildTask& task, Announcer& parent) {
  Server(task, parent).run();
  return 0;
}

}  // namespace novelo::kill
