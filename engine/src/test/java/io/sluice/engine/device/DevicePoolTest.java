package io.sluice.engine.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DevicePoolTest {
  private static final List<Device> TWO = List.of(device(0, 1_000), device(1, 2_000));

  @Test
  void binpackTakesTheLeastFreeThatFitsAndSpreadTheMost() {
    assertThat(names(pool(Placement.BINPACK), DeviceAsk.ofMemory(500))).containsExactly("GPU-0");
    assertThat(names(pool(Placement.SPREAD), DeviceAsk.ofMemory(500))).containsExactly("GPU-1");
    assertThat(names(pool(Placement.BINPACK), DeviceAsk.ofMemory(1_500))).containsExactly("GPU-1");
  }

  @Test
  void memoryIsVectorNotSum() {
    DevicePool pool = new DevicePool(List.of(device(0, 10), device(1, 10)), Placement.BINPACK, 4);
    assertThat(pool.plan(List.of(DeviceAsk.ofMemory(20)))).isNull();
    assertThat(pool.plan(List.of(new DeviceAsk(2, 10, false)))).hasSize(2);
    assertThat(pool.plan(List.of(new DeviceAsk(3, 1, false)))).isNull();
  }

  @Test
  void exclusiveSharesWithNobody() {
    DevicePool pool = new DevicePool(List.of(device(0, 1_000)), Placement.BINPACK, 4);
    DeviceAsk exclusive = new DeviceAsk(1, 0, true);
    Holding shared = hold(pool, new DeviceAsk(1, 0, false));
    assertThat(pool.explain(List.of(exclusive))).isEqualTo("GPU-0 is shared by 1, exclusive asked");
    pool.release(shared);
    Holding alone = hold(pool, exclusive);
    assertThat(alone.memoryMib()).isEqualTo(1_000);
    assertThat(pool.usedShares()).isEqualTo(4);
    assertThat(pool.explain(List.of(new DeviceAsk(1, 0, false))))
        .isEqualTo("GPU-0 is held exclusively");
    pool.release(alone);
    assertThat(pool.usedShares()).isZero();
    assertThat(pool.explain(List.of(exclusive))).isEmpty();
  }

  @Test
  void explainsTheFirstFailingReasonOfEachDevice() {
    DevicePool pool = pool(Placement.SPREAD);
    hold(pool, DeviceAsk.ofMemory(1_900));
    hold(pool, new DeviceAsk(1, 0, false));
    hold(pool, new DeviceAsk(1, 0, false));
    assertThat(pool.explain(List.of(DeviceAsk.ofMemory(500))))
        .isEqualTo("GPU-0 is shared by 2 already, GPU-1 has 100 MiB free of 2000, 500 asked");
  }

  @Test
  void loweredSharersKeepWhoIsThere() {
    DevicePool pool = new DevicePool(List.of(device(0, 1_000)), Placement.BINPACK, 4);
    List<Holding> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      held.add(hold(pool, DeviceAsk.ofMemory(10)));
    }
    pool.configure(Placement.SPREAD, 1);
    assertThat(pool.usedShares()).isEqualTo(3);
    assertThat(pool.freeShares()).isEqualTo(-2);
    assertThat(pool.plan(List.of(DeviceAsk.ofMemory(1)))).isNull();
    held.forEach(pool::release);
    assertThat(pool.plan(List.of(DeviceAsk.ofMemory(1)))).hasSize(1);
  }

  @Test
  void oneAskIsPlacedAsBruteForceSays() {
    for (long seed = 0; seed < 2_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int count = 1 + random.nextInt(4);
      int maxSharers = 1 + random.nextInt(3);
      Placement placement = random.nextBoolean() ? Placement.BINPACK : Placement.SPREAD;
      List<Device> devices = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        devices.add(device(i, 1 + random.nextInt(4)));
      }
      DevicePool pool = new DevicePool(devices, placement, maxSharers);
      Model model = new Model(devices, placement, maxSharers);
      List<List<Holding>> held = new ArrayList<>();
      for (int step = 0; step < 60; step++) {
        String where = "seed " + seed + " step " + step;
        if (random.nextInt(3) == 0 && !held.isEmpty()) {
          List<Holding> back = held.remove(random.nextInt(held.size()));
          back.forEach(pool::release);
          model.release(back);
        } else {
          DeviceAsk ask =
              new DeviceAsk(1 + random.nextInt(2), random.nextInt(4), random.nextInt(4) == 0);
          List<Holding> plan = pool.plan(List.of(ask));
          List<Integer> expected = model.place(ask);
          assertThat(plan == null ? null : plan.stream().map(h -> h.device().index()).toList())
              .as(where)
              .isEqualTo(expected);
          if (plan != null) {
            plan.forEach(pool::hold);
            model.hold(plan, ask);
            held.add(plan);
          }
        }
        for (DeviceUsage usage : pool.usage()) {
          int i = usage.device().index();
          assertThat(usage.grantedMib()).as(where).isBetween(0L, usage.device().memoryMib());
          assertThat(usage.grantedMib()).as(where).isEqualTo(model.taken(i));
          assertThat(usage.sharers()).as(where).isEqualTo(model.on.get(i).size());
          assertThat(usage.sharers()).as(where).isLessThanOrEqualTo(maxSharers);
        }
      }
    }
  }

  @Test
  void knowsWhatCouldNeverFit() {
    assertThat(DevicePool.couldEverFit(TWO, 2, List.of(DeviceAsk.ofMemory(2_000)))).isTrue();
    assertThat(DevicePool.couldEverFit(TWO, 2, List.of(DeviceAsk.ofMemory(2_001)))).isFalse();
    assertThat(DevicePool.couldEverFit(TWO, 2, List.of(new DeviceAsk(3, 0, false)))).isFalse();
    assertThat(DevicePool.couldEverFit(List.of(), 2, List.of(DeviceAsk.ofMemory(0)))).isFalse();
  }

  @Test
  void devicesAndAsksOutOfBoundsAreRefusedByName() {
    refuses(() -> new Device("", 0, "", 1), "device.uuid must be 1..128 bytes of UTF-8 but was 0");
    refuses(() -> new Device("x", -1, "", 1), "device.index must be in [0, 1023] but was -1");
    refuses(() -> new Device("x", 0, "", -1), "device.memory_mib must be in [0, 16777216]");
    refuses(() -> new DeviceAsk(0, 0, false), "devices.count must be in [1, 64] but was 0");
    refuses(() -> new DeviceAsk(65, 0, false), "devices.count must be in [1, 64] but was 65");
    refuses(() -> DeviceAsk.ofMemory(-1), "devices.memory_mib must be in [0, 16777216] but was -1");
  }

  private static void refuses(Runnable code, String message) {
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(code::run)
        .withMessageStartingWith(message);
  }

  private static DevicePool pool(Placement placement) {
    return new DevicePool(TWO, placement, 2);
  }

  private static Holding hold(DevicePool pool, DeviceAsk ask) {
    List<Holding> plan = pool.plan(List.of(ask));
    assertThat(plan).hasSize(1);
    pool.hold(plan.get(0));
    return plan.get(0);
  }

  private static List<String> names(DevicePool pool, DeviceAsk ask) {
    return pool.plan(List.of(ask)).stream().map(holding -> holding.device().uuid()).toList();
  }

  private static Device device(int index, long memoryMib) {
    return new Device("GPU-" + index, index, "", memoryMib);
  }

  /** What is on each device, and every device tried in turn. */
  private static final class Model {
    private final List<Device> devices;
    private final Placement placement;
    private final int maxSharers;
    private final List<List<DeviceAsk>> on = new ArrayList<>();

    Model(List<Device> devices, Placement placement, int maxSharers) {
      this.devices = devices;
      this.placement = placement;
      this.maxSharers = maxSharers;
      devices.forEach(device -> on.add(new ArrayList<>()));
    }

    @Nullable List<Integer> place(DeviceAsk ask) {
      List<Integer> fitting = new ArrayList<>();
      for (int i = 0; i < devices.size(); i++) {
        if (fits(i, ask)) {
          fitting.add(i);
        }
      }
      if (fitting.size() < ask.count()) {
        return null;
      }
      int sign = placement == Placement.BINPACK ? 1 : -1;
      fitting.sort(
          Comparator.<Integer>comparingLong(i -> sign * free(i))
              .thenComparingInt(i -> -sign * on.get(i).size()));
      return fitting.subList(0, ask.count());
    }

    boolean fits(int i, DeviceAsk ask) {
      boolean exclusive = on.get(i).stream().anyMatch(DeviceAsk::exclusive);
      return free(i) >= ask.memoryMib()
          && !exclusive
          && on.get(i).size() < maxSharers
          && (!ask.exclusive() || on.get(i).isEmpty());
    }

    long free(int i) {
      return devices.get(i).memoryMib() - taken(i);
    }

    long taken(int i) {
      long whole = devices.get(i).memoryMib();
      return on.get(i).stream().mapToLong(a -> a.exclusive() ? whole : a.memoryMib()).sum();
    }

    void hold(List<Holding> plan, DeviceAsk ask) {
      plan.forEach(holding -> on.get(holding.device().index()).add(ask));
    }

    void release(List<Holding> plan) {
      for (Holding holding : plan) {
        List<DeviceAsk> asks = on.get(holding.device().index());
        // Asks of the same memory and exclusivity are the same to the device.
        for (int i = 0; i < asks.size(); i++) {
          boolean same =
              asks.get(i).exclusive()
                  ? holding.memoryMib() == holding.device().memoryMib()
                  : asks.get(i).memoryMib() == holding.memoryMib();
          if (same) {
            asks.remove(i);
            break;
          }
        }
      }
    }
  }
}
