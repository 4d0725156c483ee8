package io.sluice.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.model.DeviceAsk;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Several asks together: found if and only if there is a placement, within the bound. */
class PlacementSearchTest {
  private static final int SEEDS = 20_000;

  @Test
  void findsPlacementsThatTakingTheFirstFitMisses() {
    // 4 goes to the device of 4 only if 6 was placed first, whatever the order of the asks.
    DevicePool pool = new DevicePool(List.of(device(0, 4), device(1, 6)), Placement.SPREAD, 1);
    assertThat(uuids(pool, List.of(DeviceAsk.ofMemory(4), DeviceAsk.ofMemory(6))))
        .containsExactly("GPU-0", "GPU-1");
    // The exclusive ask takes GPU-0 first and has to give it up again.
    Device labelled = new Device("GPU-0", 0, "", 10, Map.of("zone", "a"));
    DevicePool taken = new DevicePool(List.of(labelled, device(1, 20)), Placement.BINPACK, 4);
    DeviceAsk inZone = DeviceAsk.ofMemory(5).withSelector(Map.of("zone", "a"));
    assertThat(uuids(taken, List.of(new DeviceAsk(1, 5, true), inZone)))
        .containsExactly("GPU-1", "GPU-0");
  }

  @Test
  void agreesWithBruteForceOnSmallPoolsInAnyState() {
    int found = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RandomPool made = new RandomPool(random);
      List<DeviceAsk> asks = asks(random, 1 + random.nextInt(4));
      List<DeviceUsage> before = made.pool.usage();
      List<Holding> plan = made.pool.plan(asks);
      assertThat(made.pool.usage()).as("seed %d: planning changes nothing", seed).isEqualTo(before);
      assertThat(plan != null)
          .as("seed %d: %s on %s", seed, asks, before)
          .isEqualTo(bruteForce(before, made.maxSharers, asks));
      if (plan == null) {
        assertThat(made.pool.explain(asks)).as("seed %d", seed).isNotEmpty();
        continue;
      }
      found++;
      assertThat(uuids(made.pool, asks)).as("seed %d: the same again", seed).isEqualTo(uuids(plan));
      plan.forEach(made.pool::hold);
      checkShares(asks, plan, seed);
      checkBounds(made.pool.usage(), made.maxSharers, seed);
      Collections.reverse(plan);
      plan.forEach(made.pool::release);
      assertThat(made.pool.usage()).as("seed %d: all given back", seed).isEqualTo(before);
    }
    assertThat(found).as("seeds with a placement").isBetween(SEEDS / 5, SEEDS * 4 / 5);
  }

  @Test
  void couldEverFitAgreesWithAnEmptyPoolOfEitherPlacement() {
    for (long seed = 0; seed < SEEDS / 4; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Device> devices = devices(random);
      int maxSharers = 1 + random.nextInt(4);
      List<DeviceAsk> asks = asks(random, 1 + random.nextInt(4));
      boolean could = DevicePool.couldEverFit(devices, maxSharers, asks);
      for (Placement placement : Placement.values()) {
        assertThat(new DevicePool(devices, placement, maxSharers).plan(asks) != null)
            .as("seed %d %s", seed, placement)
            .isEqualTo(could);
      }
    }
  }

  @Test
  void givesUpOnWhatIsTooInvolvedAlikeForEitherPlacement() {
    // 16 asks of odd sizes that miss by 1 MiB in sum: no order of trying shows it soon.
    List<Device> devices = IntStream.range(0, 8).mapToObj(i -> device(i, 1_000 + i)).toList();
    List<DeviceAsk> asks =
        IntStream.range(0, 16).mapToObj(i -> DeviceAsk.ofMemory(490 + i * 2)).toList();
    PlacementSearch search =
        new PlacementSearch(devices.stream().map(Slot::new).toList(), 2, Placement.BINPACK, asks);
    boolean found = search.find() != null;
    assertThat(found).isFalse();
    assertThat(search.gaveUp()).as("the example is involved").isTrue();
    boolean could = DevicePool.couldEverFit(devices, 2, asks);
    for (Placement placement : Placement.values()) {
      DevicePool pool = new DevicePool(devices, placement, 2);
      assertThat(pool.plan(asks) != null).as("%s", placement).isEqualTo(could);
      assertThat(pool.explain(asks)).contains("was not found within 65536 steps");
    }
  }

  @Test
  void looksAtTheLargestPoolWithoutGivingUp() {
    List<Device> devices = IntStream.range(0, 1024).mapToObj(i -> device(i, 80_000 + i)).toList();
    List<DeviceAsk> asks = Collections.nCopies(16, new DeviceAsk(64, 40_000, false));
    List<Holding> plan = new DevicePool(devices, Placement.SPREAD, 1).plan(asks);
    assertThat(plan).hasSize(1024);
    assertThat(plan.stream().map(h -> h.device().uuid()).distinct()).hasSize(1024);
  }

  private static void checkShares(List<DeviceAsk> asks, List<Holding> plan, long seed) {
    for (int i = 0; i < asks.size(); i++) {
      int index = i;
      DeviceAsk ask = asks.get(i);
      List<Holding> own = plan.stream().filter(h -> h.askIndex() == index).toList();
      assertThat(own.stream().map(h -> h.device().uuid()))
          .as("seed %d: distinct devices", seed)
          .hasSize(ask.sameDevice() ? 1 : ask.count())
          .doesNotHaveDuplicates();
      for (Holding holding : own) {
        int shares = ask.sameDevice() ? ask.count() : 1;
        assertThat(holding.slots()).isEqualTo(shares);
        assertThat(holding.memoryMib()).isGreaterThanOrEqualTo(shares * ask.memoryMib());
        assertThat(holding.computePercent()).isGreaterThanOrEqualTo(shares * ask.computePercent());
      }
    }
  }

  private static void checkBounds(List<DeviceUsage> usages, int maxSharers, long seed) {
    for (DeviceUsage usage : usages) {
      assertThat(usage.grantedMib()).isLessThanOrEqualTo(usage.device().memoryMib());
      assertThat(usage.grantedPercent()).isBetween(0, 100);
      assertThat(usage.sharers()).isBetween(0, maxSharers);
    }
  }

  /** Tries every set of devices for every ask, with an accounting of its own. */
  private static boolean bruteForce(
      List<DeviceUsage> usages, int maxSharers, List<DeviceAsk> asks) {
    long[] free = usages.stream().mapToLong(DeviceUsage::freeMib).toArray();
    int[] percent = usages.stream().mapToInt(DeviceUsage::grantedPercent).toArray();
    int[] sharers = usages.stream().mapToInt(DeviceUsage::sharers).toArray();
    boolean[] closed = new boolean[usages.size()];
    for (int i = 0; i < closed.length; i++) {
      DeviceUsage usage = usages.get(i);
      closed[i] = usage.exclusive() || usage.cordoned() || usage.lost();
    }
    return tryAll(usages, maxSharers, asks, 0, free, percent, sharers, closed);
  }

  private static boolean tryAll(
      List<DeviceUsage> usages,
      int maxSharers,
      List<DeviceAsk> asks,
      int next,
      long[] free,
      int[] percent,
      int[] sharers,
      boolean[] closed) {
    if (next == asks.size()) {
      return true;
    }
    DeviceAsk ask = asks.get(next);
    int factor = ask.sameDevice() ? ask.count() : 1;
    int wanted = ask.sameDevice() ? 1 : ask.count();
    for (int set = 0; set < 1 << free.length; set++) {
      if (Integer.bitCount(set) != wanted) {
        continue;
      }
      long[] free2 = free.clone();
      int[] percent2 = percent.clone();
      int[] sharers2 = sharers.clone();
      boolean[] closed2 = closed.clone();
      boolean fits = true;
      for (int i = 0; i < free.length; i++) {
        if ((set >> i & 1) == 0) {
          continue;
        }
        Device device = usages.get(i).device();
        String zone = ask.selector().get("zone");
        fits &= zone == null || zone.equals(device.attributes().get("zone"));
        fits &= !closed[i] && !(ask.exclusive() && sharers[i] > 0);
        fits &= ask.memoryMib() == 0 || factor * ask.memoryMib() <= free[i];
        free2[i] -= factor * ask.memoryMib();
        percent2[i] += factor * ask.computePercent();
        sharers2[i] += factor;
        closed2[i] |= ask.exclusive();
        fits &= percent2[i] <= 100 && sharers2[i] <= maxSharers;
      }
      if (fits && tryAll(usages, maxSharers, asks, next + 1, free2, percent2, sharers2, closed2)) {
        return true;
      }
    }
    return false;
  }

  private static List<DeviceAsk> asks(SplittableRandom random, int count) {
    List<DeviceAsk> asks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      asks.add(ask(random));
    }
    return asks;
  }

  private static DeviceAsk ask(SplittableRandom random) {
    return new DeviceAsk(
        1 + random.nextInt(2),
        random.nextInt(6),
        random.nextInt(3) == 0 ? 10 * random.nextInt(7) : 0,
        random.nextInt(6) == 0,
        random.nextInt(4) == 0,
        random.nextInt(5) == 0 ? Map.of("zone", random.nextBoolean() ? "a" : "b") : Map.of());
  }

  private static List<Device> devices(SplittableRandom random) {
    List<Device> devices = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      Map<String, String> labels = Map.of("zone", random.nextBoolean() ? "a" : "b");
      devices.add(new Device("GPU-" + i, i, "", 2 + random.nextInt(9), labels));
    }
    return devices;
  }

  private static Device device(int index, long memoryMib) {
    return new Device("GPU-" + index, index, "", memoryMib);
  }

  private static List<String> uuids(DevicePool pool, List<DeviceAsk> asks) {
    return uuids(pool.plan(asks));
  }

  private static List<String> uuids(List<Holding> plan) {
    return plan.stream().map(holding -> holding.device().uuid()).toList();
  }

  /** A small pool with grants, readings, cordons and losses behind it. */
  private static final class RandomPool {
    final DevicePool pool;
    final int maxSharers;

    RandomPool(SplittableRandom random) {
      List<Device> devices = devices(random);
      maxSharers = 1 + random.nextInt(4);
      Placement placement = random.nextBoolean() ? Placement.BINPACK : Placement.SPREAD;
      pool = new DevicePool(devices, placement, maxSharers);
      for (int i = random.nextInt(3); i > 0; i--) {
        List<Holding> plan = pool.plan(List.of(ask(random)));
        if (plan != null) {
          plan.forEach(pool::hold);
        }
      }
      List<DeviceReading> readings = new ArrayList<>();
      for (Device device : devices) {
        if (random.nextInt(12) > 0) {
          int used = random.nextInt(3) == 0 ? random.nextInt(12) : DeviceReading.UNKNOWN;
          readings.add(new DeviceReading(device, used, DeviceReading.UNKNOWN));
        }
        pool.cordon(device.uuid(), random.nextInt(12) == 0);
      }
      pool.update(readings, 0, lost -> {});
    }
  }
}
