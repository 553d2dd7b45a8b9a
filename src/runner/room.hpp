// How much of one thing (inputs, bytes) may wait in a runner's queue, of each tenant and of all.
//
// Each of n tenants has a share of its own, room/(2n); the other half is anybody's. Nobody can fill
// the queue for the others, and one who is alone has all of it.
#pragma once

#include <algorithm>
#include <cstddef>

namespace novelo {

class RunnerRoom {
 public:
  explicit RunnerRoom(std::size_t room) : room_(room) { share_among(1); }

  // Forgets what waits: the caller adds it anew.
  void share_among(std::size_t tenants) {
    const std::size_t n = std::max<std::size_t>(tenants, 1);
    share_ = room_ / 2 / n;
    if (share_ == 0 && n <= room_) share_ = 1;
    common_ = room_ - share_ * n;
    total_ = 0;
    beyond_ = 0;
  }

  // Whether a tenant of whom `own` waits may have `more`. Whoever has nothing waiting may have all
  // that is free: else what is larger than a share would never come in.
  bool takes(std::size_t own, std::size_t more) const {
    if (more > room_ || total_ > room_ - more) return false;
    if (own == 0 || own + more <= share_) return true;
    return beyond_ + over(own + more) - over(own) <= common_;
  }

  void add(std::size_t& own, std::size_t more) {
    beyond_ += over(own + more) - over(own);
    total_ += more;
    own += more;
  }
  void remove(std::size_t& own, std::size_t less) {
    beyond_ -= over(own) - over(own - less);
    total_ -= less;
    own -= less;
  }

  std::size_t room() const { return room_; }
  std::size_t total() const { return total_; }

 private:
  std::size_t over(std::size_t own) const { return own > share_ ? own - share_ : 0; }

  const std::size_t room_;
  std::size_t share_ = 0;
  std::size_t common_ = 0;  // that is nobody's share
  std::size_t total_ = 0;   // that waits
  std::size_t beyond_ = 0;  // of it, beyond the shares
};

}  // namespace novelo
