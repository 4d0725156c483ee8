package io.sluice.engine.sim;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.LeaseId;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

/** What happens to the engine beside its clients; each with the same probability. */
enum AdminAction {
  CHANGE_POLICY(AdminAction::changePolicy),
  CHANGE_POLICY_TOO(AdminAction::changePolicy),
  REVOKE(AdminAction::revoke),
  EXPLAIN((sim, random) -> sim.server().explain(sim.world().acquire("admin", "", 0))),
  CLOCK_BACK((sim, random) -> sim.server().clockBack(random.nextLong(60_000_000_000L)));

  private static final AdminAction[] ALL = values();

  private final BiConsumer<Simulation, SplittableRandom> action;

  AdminAction(BiConsumer<Simulation, SplittableRandom> action) {
    this.action = action;
  }

  static void runAny(Simulation sim, SplittableRandom random) {
    ALL[random.nextInt(ALL.length)].action.accept(sim, random);
  }

  private static void changePolicy(Simulation sim, SplittableRandom random) {
    List<ActiveLimit> limits = sim.server().limits();
    ActiveLimit limit = limits.get(random.nextInt(limits.size()));
    Policy policy = sim.world().changed(limit.limit());
    if (policy != null) {
      sim.server().replacePolicy(limit, policy);
    }
  }

  private static void revoke(Simulation sim, SplittableRandom random) {
    List<LeaseId> leases = sim.server().history().knownLeases();
    LeaseId id = leases.isEmpty() ? new LeaseId(0, 0) : leases.get(random.nextInt(leases.size()));
    sim.server().revoke(id);
  }
}
