// One commit for what all engines of a round have to write.
#include "runner/body.hpp"

namespace novelo {

std::vector<Runner::Body::Part> Runner::Body::parts() {
  std::vector<Part> parts;
  for (const auto& member : touched_) {
    Engine::Body& engine = road(*member);
    if (engine.faulted()) continue;
    auto writes = guarded(engine, [&] { return engine.collect(); });
    if (!writes) {
      fault(*member, writes.error());
    } else if (!writes->empty()) {
      parts.push_back({member.get(), std::move(*writes)});
    }
  }
  return parts;
}

Status Runner::Body::write(std::span<const Part> parts) {
  try {
    std::vector<TenantWrites> writes;
    for (const Part& part : parts) writes.push_back({road(*part.member).fence(), part.writes});
    Status written = store_.commit_all(writes);
    if (written) ++counted_.commits;
    return written;
  } catch (const std::exception& exception) {
    return fail(thrown(exception.what()));
  } catch (...) {
    return fail(thrown("something unknown"));
  }
}

void Runner::Body::commit() {
  const std::vector<Part> all = parts();
  Status written = all.empty() ? Status() : write(all);
  if (!written && written.error().code == ErrorCode::unknown) {
    fault_everybody(written.error());
  } else if (!written && (all.size() == 1 || written.error().code == ErrorCode::internal)) {
    for (const Part& part : all) fault(*part.member, written.error());
  } else if (!written) {
    // Nothing of it is there. Whose fault it was shows when each comes alone; the others go on.
    for (const Part& part : all) {
      if (road(*part.member).faulted()) continue;
      written = write(std::span(&part, 1));
      if (written) continue;
      if (written.error().code == ErrorCode::unknown) fault_everybody(written.error());
      fault(*part.member, written.error());
    }
  }
  for (const Part& part : all) part.member->progress = true;
  for (const auto& member : touched_) {
    if (!road(*member).faulted()) road(*member).show();
    member->faulted = road(*member).faulted();
  }
  if (all.empty() || options_.maintain_pages == 0) return;
  call_host("the store", [&] { pages_ = store_.maintain(0).value_or(0); });
}

void Runner::Body::fault(Member& member, const Error& why) {
  road(member).fault(why);
  member.faulted = true;
}

// The store serves nobody any more, or nobody knows what it has.
void Runner::Body::fault_everybody(const Error& why) {
  for (const auto& member : members_) {
    fault(*member, why);
    join_round(member);
  }
}

}  // namespace novelo
