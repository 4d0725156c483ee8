package io.sluice.engine.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A hundred thousand random steps on pools whose devices come, go, fill up and are cordoned. */
class DeviceModelTest {
  private static final int STEPS = 50_000;
  private static final int MAX_SHARERS = 3;

  @Test
  void grantsStayWithinEachDeviceWhateverHappensToTheInventory() {
    for (Placement placement : Placement.values()) {
      assertThat(new Run(placement, 11).run()).as("%s", placement).isGreaterThan(STEPS / 10);
    }
  }

  @Test
  void theSameSeedLeadsToTheSameRun() {
    assertThat(new Run(Placement.SPREAD, 12).trace(5_000))
        .isEqualTo(new Run(Placement.SPREAD, 12).trace(5_000))
        .isNotEqualTo(new Run(Placement.SPREAD, 13).trace(5_000));
  }

  private static final class Run {
    private final SplittableRandom random;
    private final EngineFixture engine;
    private final List<Device> devices = new ArrayList<>();
    private final Set<String> missing = new HashSet<>();
    private final List<EngineFixture.Call> waiting = new ArrayList<>();
    private int granted;

    Run(Placement placement, long seed) {
      random = new SplittableRandom(seed);
      for (int i = 0; i < 5; i++) {
        Map<String, String> labels = Map.of("zone", i % 2 == 0 ? "a" : "b");
        devices.add(new Device("GPU-" + i, i, "", 8 + 4 * i, labels));
      }
      Policy pool = new Policy.Devices("gpu", devices, placement, MAX_SHARERS, LeaseTerms.DEFAULT);
      engine =
          EngineFixture.of(
              Limit.of("cards", "gpu", pool),
              Limit.of("jobs", "**", EngineFixture.concurrency(12)));
    }

    int run() {
      for (int i = 0; i < STEPS; i++) {
        step();
        verify();
      }
      return granted;
    }

    List<String> trace(int steps) {
      List<String> trace = new ArrayList<>();
      for (int i = 0; i < steps; i++) {
        step();
        trace.add(engine.devices("cards").toString());
      }
      return trace;
    }

    private void step() {
      switch (random.nextInt(20)) {
        case 0 -> inventory();
        case 1 -> engine.cordon("cards", "GPU-" + random.nextInt(6), random.nextInt(3) == 0);
        case 2 -> engine.passNanos(random.nextLong(Duration.ofSeconds(4).toNanos()));
        case 3 -> {
          if (!waiting.isEmpty()) {
            engine.cancel(waiting.remove(random.nextInt(waiting.size())));
          }
        }
        case 4, 5, 6, 7, 8, 9 -> release();
        default -> acquire();
      }
    }

    private void inventory() {
      List<DeviceReading> readings = new ArrayList<>();
      for (Device device : devices) {
        if (random.nextInt(10) == 0) {
          if (!missing.remove(device.uuid())) {
            missing.add(device.uuid());
          }
        }
        if (!missing.contains(device.uuid())) {
          int used = random.nextInt(4) == 0 ? random.nextInt(30) : 0;
          readings.add(new DeviceReading(device, used, DeviceReading.UNKNOWN));
        }
      }
      engine.inventory("cards", readings.toArray(DeviceReading[]::new));
      assertThat(engine.devices("cards"))
          .filteredOn(DeviceUsage::lost)
          .extracting(usage -> usage.device().uuid())
          .containsExactlyInAnyOrderElementsOf(missing);
    }

    private void release() {
      List<Lease> leases = List.copyOf(engine.engine().store().leases());
      if (!leases.isEmpty()) {
        engine.release(leases.get(random.nextInt(leases.size())).id());
      }
    }

    private void acquire() {
      List<Demand> demands = new ArrayList<>();
      for (int i = random.nextInt(2); i >= 0; i--) {
        demands.add(Demand.of("gpu").withDevices(ask()));
      }
      long wait = random.nextInt(6) == 0 ? Duration.ofSeconds(1).toNanos() : 0;
      Map<String, Long> freeBefore = free();
      EngineFixture.Call call = engine.call(Acquire.builder(demands).maxWaitNanos(wait).build());
      if (call.isGranted()) {
        granted++;
        LeaseId id = call.grant().leaseId();
        for (var allotment : engine.engine().store().lease(id).allotments()) {
          long free = freeBefore.merge(allotment.deviceUuid(), -allotment.memoryMib(), Long::sum);
          assertThat(allotment.memoryMib() == 0 || free >= 0).as("%s", allotment).isTrue();
        }
      } else if (!call.isAnswered()) {
        waiting.add(call);
      }
      granted += (int) waiting.stream().filter(EngineFixture.Call::isGranted).count();
      waiting.removeIf(EngineFixture.Call::isAnswered);
    }

    private DeviceAsk ask() {
      return new DeviceAsk(
          1 + random.nextInt(2),
          random.nextInt(10),
          random.nextInt(3) == 0 ? 10 * random.nextInt(6) : 0,
          random.nextInt(8) == 0,
          random.nextInt(5) == 0,
          random.nextInt(6) == 0 ? Map.of("zone", random.nextBoolean() ? "a" : "b") : Map.of());
    }

    private Map<String, Long> free() {
      Map<String, Long> free = new HashMap<>();
      engine.devices("cards").forEach(usage -> free.put(usage.device().uuid(), usage.freeMib()));
      return free;
    }

    private void verify() {
      engine.check();
      for (DeviceUsage usage : engine.devices("cards")) {
        assertThat(usage.grantedMib()).isBetween(0L, usage.device().memoryMib());
        assertThat(usage.sharers()).isBetween(0, MAX_SHARERS);
      }
    }
  }
}
