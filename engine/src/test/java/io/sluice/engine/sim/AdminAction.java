package io.sluice.engine.sim;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Pause;
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
  REVOKE_TOO(AdminAction::revoke),
  REVOKE_AGAIN(AdminAction::revoke),
  EXPLAIN((sim, random) -> sim.server().explain(sim.world().acquire("admin", "", 0))),
  CLOCK_BACK((sim, random) -> sim.server().clockBack(random.nextLong(60_000_000_000L))),
  TIME_OF_DAY(
      (sim, random) -> sim.server().wallClock(sim.world().epochMillis(sim.scheduler().now()))),
  PUT_LIMIT((sim, random) -> sim.server().putLimit(sim.world().limit())),
  DELETE_LIMIT((sim, random) -> sim.server().deleteLimit(sim.world().limit().name())),
  RESET_LIMIT((sim, random) -> sim.server().resetLimit(sim.world().spent())),
  RESET_LIMIT_TOO((sim, random) -> sim.server().resetLimit(sim.world().spent())),
  PAUSE(
      (sim, random) ->
          sim.server().pause(new Pause(sim.world().pattern(), "", random.nextInt(4) == 0))),
  END_PAUSE((sim, random) -> sim.server().resume(sim.world().pattern())),
  END_PAUSE_TOO((sim, random) -> sim.server().resume(sim.world().pattern())),
  PURGE((sim, random) -> sim.server().purge(sim.world().purge())),
  INVENTORY((sim, random) -> sim.server().inventory(sim.world().readings())),
  INVENTORY_TOO((sim, random) -> sim.server().inventory(sim.world().readings())),
  INVENTORY_AGAIN((sim, random) -> sim.server().inventory(sim.world().readings())),
  INVENTORY_AT_LAST((sim, random) -> sim.server().inventory(sim.world().readings())),
  CORDON((sim, random) -> sim.server().cordon(sim.world().deviceUuids(), true)),
  UNCORDON((sim, random) -> sim.server().cordon(sim.world().deviceUuids(), false)),
  UNCORDON_TOO((sim, random) -> sim.server().cordon(sim.world().deviceUuids(), false)),
  DISCONNECT((sim, random) -> sim.server().disconnected(sim.world().clientId())),
  CONNECT((sim, random) -> sim.server().connected(sim.world().clientId()));

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
    List<LeaseId> leases = sim.server().history().liveLeases();
    LeaseId id = leases.isEmpty() ? new LeaseId(0, 0) : leases.get(random.nextInt(leases.size()));
    sim.server().revoke(id, random.nextInt(4) != 0 ? 0 : random.nextLong(10_000_000_000L));
  }
}
