package io.sluice.engine.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.device.Placement;
import io.sluice.engine.device.PoolMemory;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** GPU permits through the engine: grants, inventories, loss, cordons. */
class DevicesTest {
  private static final Device A = new Device("GPU-a", 0, "A100", 24_000);
  private static final Device B = new Device("GPU-b", 1, "H100", 24_000);
  private static final Duration LONG = Duration.ofMinutes(10);

  /** PARITY 3.5. */
  @Test
  void twoHeldSlotsMakeTheThirdWait() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("gpu", "gpu", new Policy.Slots(2, LeaseTerms.DEFAULT)));
    LeaseId first = engine.lease("gpu");
    engine.lease("gpu");
    EngineFixture.Call third = engine.waiter("gpu", LONG);
    assertThat(engine.available("gpu")).isZero();
    assertThat(third.isAnswered()).isFalse();
    engine.release(first);
    assertThat(third.isGranted()).isTrue();
    engine.check();
  }

  /** PARITY 3.7. */
  @Test
  void twoLargeAsksShareNoCard() {
    EngineFixture one = EngineFixture.of(pool(4, A));
    LeaseId first = leaseOf(ask(one, 16_000));
    EngineFixture.Call second = waiter(one, DeviceAsk.ofMemory(16_000));
    assertThat(second.isAnswered()).isFalse();
    one.release(first);
    assertThat(second.grant().allotments())
        .containsExactly(new Allotment("gpu", "GPU-a", 0, 16_000, 0));

    EngineFixture two = EngineFixture.of(pool(4, A, B));
    assertThat(uuids(ask(two, 16_000))).containsExactly("GPU-a");
    assertThat(uuids(ask(two, 16_000))).containsExactly("GPU-b");
    two.check();
  }

  /** PARITY 3.17. */
  @Test
  void fiftyClientsWithTwentyAsksEachNeverHoldMoreThanThereIs() {
    EngineFixture engine = EngineFixture.of(pool(2, A, B));
    SplittableRandom random = new SplittableRandom(3);
    List<EngineFixture.Call> calls = new ArrayList<>();
    for (int ask = 0; ask < 20; ask++) {
      for (int client = 0; client < 50; client++) {
        calls.add(
            engine.call(
                Acquire.builder(Demand.of("gpu").withDevices(DeviceAsk.ofMemory(12_000)))
                    .clientId("client-" + client)
                    .maxWaitNanos(LONG.toNanos())
                    .build()));
      }
    }
    int served = 0;
    while (served < calls.size()) {
      List<EngineFixture.Call> held =
          calls.stream().filter(EngineFixture.Call::isGranted).skip(served).toList();
      assertThat(held).hasSize(Math.min(4, calls.size() - served));
      engine.check();
      engine.passNanos(random.nextInt(1_000_000));
      engine.release(held.get(0).grant().leaseId());
      calls.remove(held.get(0));
      calls.add(0, held.get(0));
      served++;
    }
    assertThat(engine.active("cards").counters().snapshot().usedHighWater()).isEqualTo(4);
    assertThat(engine.used("cards")).isZero();
  }

  @Test
  void computeIsSharedUpToAHundredPercent() {
    EngineFixture engine = EngineFixture.of(pool(8, A));
    DeviceAsk half = DeviceAsk.ofMemory(10).withComputePercent(50);
    Decision.Granted granted = engine.granted(ask(engine, half));
    assertThat(granted.allotments()).containsExactly(new Allotment("gpu", "GPU-a", 0, 10, 50));
    ask(engine, half.withComputePercent(49));
    assertThat(engine.denied(ask(engine, half.withComputePercent(2))).message())
        .isEqualTo(
            "limit cards has 6 permits left, 1 asked: GPU-a has 1 % of its compute free, 2 asked");
    assertThat(engine.granted(ask(engine, half.withComputePercent(1)))).isNotNull();
    assertThat(engine.granted(ask(engine, half.withComputePercent(0)))).isNotNull();
    engine.check();
  }

  @Test
  void sameDevicePutsAllSharesOnOne() {
    EngineFixture engine = EngineFixture.of(pool(4, A, B));
    DeviceAsk three = new DeviceAsk(3, 7_000, false).withComputePercent(20).onSameDevice();
    assertThat(engine.granted(ask(engine, three)).allotments())
        .containsExactly(new Allotment("gpu", "GPU-a", 0, 21_000, 60));
    assertThat(engine.devices("cards").get(0).sharers()).isEqualTo(3);
    assertThat(engine.denied(ask(engine, new DeviceAsk(5, 0, false).onSameDevice())).reason())
        .isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(engine.denied(ask(engine, three.withComputePercent(34))).reason())
        .isEqualTo(DenialReason.EXCEEDS_LIMIT);
    engine.check();
  }

  @Test
  void selectorsChooseByAnyAttribute() {
    Device mig = new Device("MIG-1", 1, "H100", 9_000, Map.of("mig_profile", "1g.10gb"));
    EngineFixture engine = EngineFixture.of(pool(4, A, B, mig));
    assertThat(uuids(ask(engine, selecting("model", "A100")))).containsExactly("GPU-a");
    assertThat(uuids(ask(engine, selecting("uuid", "GPU-b")))).containsExactly("GPU-b");
    assertThat(uuids(ask(engine, selecting("index", "0")))).containsExactly("GPU-a");
    assertThat(uuids(ask(engine, selecting("mig_profile", "1g.10gb")))).containsExactly("MIG-1");
    DeviceAsk both = selecting("model", "H100").withSelector(Map.of("model", "H100", "index", "0"));
    Decision.Denied denied = engine.denied(ask(engine, both));
    assertThat(denied.reason()).as("no such device").isEqualTo(DenialReason.EXCEEDS_LIMIT);
    engine.cordon("cards", "GPU-a", true);
    assertThat(engine.denied(ask(engine, selecting("model", "A100"))).message())
        .endsWith("GPU-a is cordoned, GPU-b is not model=A100, MIG-1 is not model=A100");
  }

  @Test
  void whatNeverFitsIsRefusedWithTheReasonOfEachDevice() {
    EngineFixture engine = EngineFixture.of(pool(4, A, B));
    leaseOf(ask(engine, new DeviceAsk(2, 1_000, true)));
    engine.cordon("cards", "GPU-b", true);

    assertThat(never(engine, selecting("model", "B200")))
        .isEqualTo("GPU-a is not model=B200, GPU-b is not model=B200");
    assertThat(never(engine, selecting("model", "A100").withMemoryMib(30_000)))
        .isEqualTo("GPU-a has 24000 MiB free of 24000, 30000 asked, GPU-b is not model=A100");
    assertThat(never(engine, new DeviceAsk(3, 0, false))).isEqualTo("2 of 3 devices fit");
    assertThat(never(engine, new DeviceAsk(5, 0, false).onSameDevice()))
        .isEqualTo("GPU-a has fewer than 5 share slots, GPU-b has fewer than 5 share slots");
    assertThat(never(engine, new DeviceAsk(2, 0, false).onSameDevice().withComputePercent(51)))
        .isEqualTo(
            "GPU-a has 100 % of its compute free, 102 asked,"
                + " GPU-b has 100 % of its compute free, 102 asked");
  }

  @Test
  void demandsThatNeverFitTogetherAreRefusedAsSuch() {
    EngineFixture engine = EngineFixture.of(pool(4, A));
    Demand half = Demand.of("gpu").withDevices(DeviceAsk.ofMemory(13_000));

    assertThat(engine.denied(engine.ask(half, half)).message())
        .endsWith("were all its devices free, the 2 asks fit alone, not together");
  }

  @Test
  void moreDevicesThanOneDemandMayAskForAreRefused() {
    EngineFixture engine = EngineFixture.of(pool(64, A, B));

    assertThat(engine.denied(engine.ask(Demand.of("gpu", 65))).message())
        .endsWith("at most 64 devices in one demand");
  }

  @Test
  void whoWaitsForOneModelIsPassedOnOthers() {
    EngineFixture engine = EngineFixture.of(pool(1, A, B));
    LeaseId onA = leaseOf(ask(engine, selecting("model", "A100")));
    EngineFixture.Call forA = waiter(engine, selecting("model", "A100"));
    EngineFixture.Call forB = waiter(engine, selecting("model", "H100"));
    assertThat(forB.isGranted()).as("takes nothing that the head could use").isTrue();
    EngineFixture.Call any = waiter(engine, DeviceAsk.ofMemory(1));
    engine.release(forB.grant().leaseId());
    assertThat(any.isGranted()).as("on the other model").isTrue();
    EngineFixture.Call anyToo = waiter(engine, DeviceAsk.ofMemory(1));
    engine.release(onA);
    assertThat(forA.isGranted()).isTrue();
    assertThat(anyToo.isAnswered()).isFalse();
    engine.check();
  }

  @Test
  void fragmentationIsNamed() {
    EngineFixture engine = EngineFixture.of(pool(4, A, B));
    ask(engine, 14_000);
    ask(engine, 14_000);
    assertThat(engine.denied(ask(engine, 12_000)).message())
        .endsWith(
            "fragmented: 20000 MiB free in total, at most 10000 on one device: GPU-a has 10000 MiB"
                + " free of 24000, 12000 asked, GPU-b has 10000 MiB free of 24000, 12000 asked");
    assertThat(engine.denied(ask(engine, new DeviceAsk(2, 12_000, false))).message())
        .as("the sum would not do either")
        .endsWith(
            "0 of 2 devices fit, GPU-a has 10000 MiB free of 24000, 12000 asked, GPU-b has 10000"
                + " MiB free of 24000, 12000 asked");
    PoolMemory memory = PoolMemory.of(engine.devices("cards"));
    assertThat(memory).isEqualTo(new PoolMemory(20_000, 10_000, 0));
    assertThat(memory.fragmentationPercent()).isEqualTo(50);
    engine.cordon("cards", "GPU-b", true);
    assertThat(PoolMemory.of(engine.devices("cards")))
        .isEqualTo(new PoolMemory(10_000, 10_000, 10_000));
  }

  @Test
  void asksThatFitAloneButNotTogetherAreToldSo() {
    EngineFixture engine = EngineFixture.of(pool(4, A, B));
    LeaseId held = leaseOf(ask(engine, 12_000));
    Demand large = Demand.of("gpu").withDevices(DeviceAsk.ofMemory(20_000));
    Demand small = Demand.of("gpu").withDevices(DeviceAsk.ofMemory(13_000));
    Decision.Denied denied = engine.denied(engine.ask(large, small));
    assertThat(denied.reason()).isEqualTo(DenialReason.DEVICES);
    assertThat(denied.message()).endsWith(": the 2 asks fit alone, not together");
    LeaseId other = leaseOf(ask(engine, 13_000));
    assertThat(engine.denied(engine.ask(large, small)).message())
        .contains("20000 asked")
        .contains("; ")
        .contains("GPU-b has 11000 MiB free of 24000, 13000 asked");
    engine.release(other);
    engine.release(held);
    assertThat(engine.granted(engine.ask(large, small)).allotments())
        .as("in the order of the demands")
        .extracting(Allotment::memoryMib)
        .containsExactly(20_000L, 13_000L);
    engine.check();
  }

  @Test
  void cordonKeepsHoldersAndNewGrantsOff() {
    EngineFixture engine = EngineFixture.of(pool(2, A));
    LeaseId holder = leaseOf(ask(engine, 1_000));
    assertThat(engine.cordon("cards", "GPU-a", true)).isTrue();
    assertThat(engine.available("cards")).isZero();
    assertThat(engine.used("cards")).isEqualTo(1);
    EngineFixture.Call waiter = waiter(engine, DeviceAsk.ofMemory(1_000));
    assertThat(waiter.isAnswered()).as("waits, though cordoned").isFalse();
    assertThat(engine.renew(holder, Duration.ofSeconds(30)).status())
        .isEqualTo(RenewStatus.RENEWED);
    assertThat(engine.release(holder)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(engine.devices("cards").get(0).sharers()).as("drained").isZero();
    assertThat(waiter.isAnswered()).isFalse();
    assertThat(engine.cordon("cards", "GPU-a", false)).isTrue();
    assertThat(waiter.isGranted()).as("in the same step").isTrue();
    assertThat(engine.cordon("cards", "GPU-x", true)).isFalse();
    assertThat(engine.cordon("none", "GPU-a", true)).isFalse();
    engine.check();
  }

  @Test
  void lossRevokesNamingTheDeviceAndReturnIsUsableAgain() {
    EngineFixture engine = EngineFixture.of(pool(1, A, B));
    LeaseId onA = leaseOf(ask(engine, selecting("uuid", "GPU-a")));
    LeaseId onB = leaseOf(ask(engine, selecting("uuid", "GPU-b")));
    engine.inventory("cards", DeviceReading.of(B));
    assertThat(engine.denied(ask(engine, 1)).message())
        .endsWith("GPU-a is lost, GPU-b is shared by 1 already");
    EngineFixture.Call forA = waiter(engine, selecting("uuid", "GPU-a"));
    assertThat(engine.engine().store().lease(onA).state()).isEqualTo(LeaseState.REVOKED);
    assertThat(engine.engine().store().lease(onA).message())
        .isEqualTo("device GPU-a of limit cards is lost");
    assertThat(engine.renew(onA, Duration.ofSeconds(9)).status()).isEqualTo(RenewStatus.LOST);
    assertThat(engine.renew(onB, Duration.ofSeconds(9)).status()).isEqualTo(RenewStatus.RENEWED);
    assertThat(forA.isAnswered()).as("it may come back").isFalse();
    engine.check();

    engine.inventory("cards", DeviceReading.of(A), DeviceReading.of(B));
    assertThat(forA.isGranted()).isTrue();
    assertThat(engine.active("cards").counters().snapshot().leases()).isEqualTo(2);
    engine.check();
  }

  @Test
  void lossOfOneDeviceGivesTheOthersOfALeaseToWaiters() {
    Policy jobs = EngineFixture.concurrency(1);
    EngineFixture engine = EngineFixture.of(pool(1, A, B), Limit.of("jobs", "jobs", jobs));
    Demand both = Demand.of("gpu").withDevices(new DeviceAsk(2, 10, false));
    engine.granted(engine.ask(both, Demand.of("jobs")));
    EngineFixture.Call forB = waiter(engine, selecting("uuid", "GPU-b"));
    EngineFixture.Call forJob = engine.waiter("jobs", LONG);
    engine.inventory("cards", DeviceReading.of(B));
    assertThat(forB.isGranted()).isTrue();
    assertThat(forJob.isGranted()).as("other limits of the lease are free, too").isTrue();
    engine.check();
  }

  @Test
  void aLostDeviceIsForgottenAfterAnHourUnlessCordoned() {
    EngineFixture engine = EngineFixture.of(pool(1, A, B));
    engine.inventory("cards", DeviceReading.of(B));
    EngineFixture.Call forA =
        engine.call(
            Acquire.builder(Demand.of("gpu").withDevices(selecting("model", "A100")))
                .maxWaitNanos(Duration.ofHours(3).toNanos())
                .build());
    engine.pass(Duration.ofMinutes(59));
    engine.inventory("cards", DeviceReading.of(B));
    assertThat(engine.devices("cards")).hasSize(2);
    engine.cordon("cards", "GPU-a", true);
    engine.pass(Duration.ofMinutes(61));
    engine.inventory("cards", DeviceReading.of(B));
    assertThat(engine.devices("cards")).hasSize(2);
    assertThat(forA.isAnswered()).isFalse();
    engine.cordon("cards", "GPU-a", false);
    engine.inventory("cards", DeviceReading.of(B));
    assertThat(engine.devices("cards")).extracting(DeviceUsage::device).containsExactly(B);
    assertThat(forA.denial().reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(engine.active("cards").limit().policy().capacity()).isEqualTo(1);
  }

  @Test
  void newDevicesServeWaiters() {
    EngineFixture engine = EngineFixture.of(pool(1, A));
    ask(engine, 10);
    EngineFixture.Call waiter = waiter(engine, DeviceAsk.ofMemory(10));
    engine.inventory("cards", DeviceReading.of(B), DeviceReading.of(A));
    assertThat(waiter.grant().allotments().get(0).deviceUuid()).isEqualTo("GPU-b");
    assertThat(engine.active("cards").limit().policy().capacity()).isEqualTo(2);
    assertThat(engine.devices("cards"))
        .as("in the order first seen")
        .extracting(DeviceUsage::device)
        .containsExactly(A, B);
  }

  @Test
  void unmanagedProcessesShrinkWhatIsFreeAndRevokeNobody() {
    EngineFixture engine = EngineFixture.of(pool(4, A));
    LeaseId holder = leaseOf(ask(engine, 16_000));
    engine.inventory("cards", new DeviceReading(A, 16_000, 50));
    assertThat(engine.devices("cards").get(0).unmanagedMib()).as("all of it granted").isZero();
    engine.inventory("cards", new DeviceReading(A, 21_000, 50));
    assertThat(engine.devices("cards").get(0).freeMib()).isEqualTo(3_000);
    assertThat(engine.denied(ask(engine, 4_000)).message())
        .endsWith("GPU-a has 3000 MiB free of 24000, 4000 asked");
    ask(engine, 3_000);
    engine.inventory("cards", new DeviceReading(A, 24_000, 99));
    engine.inventory("cards", new DeviceReading(A, 23_999, 99));
    LeaseId third = leaseOf(ask(engine, 0));
    engine.inventory("cards", new DeviceReading(A, 24_500, 99));
    assertThat(engine.devices("cards").get(0).freeMib()).isEqualTo(-500);
    assertThat(engine.devices("cards").get(0).utilizationPercent()).isEqualTo(99);
    assertThat(engine.denied(ask(engine, 1)).message()).contains("-500 MiB free of 24000");
    assertThat(engine.renew(holder, Duration.ofSeconds(5)).status()).isEqualTo(RenewStatus.RENEWED);
    assertThat(engine.release(third)).isEqualTo(ReleaseStatus.RELEASED);
    EngineFixture.Call waiter = waiter(engine, DeviceAsk.ofMemory(1));
    engine.inventory("cards", new DeviceReading(A, 19_000, 0));
    assertThat(waiter.isGranted()).as("woken by the reading").isTrue();
    engine.check();
  }

  @Test
  void aProcessThatIsJustEndingIsNotTakenForAnUnmanagedOne() {
    EngineFixture engine = EngineFixture.of(pool(4, A));
    LeaseId holder = leaseOf(ask(engine, 16_000));
    engine.inventory("cards", new DeviceReading(A, 16_000, 50));
    engine.release(holder);
    engine.inventory("cards", new DeviceReading(A, 16_000, 50));
    assertThat(engine.devices("cards").get(0).unmanagedMib()).isZero();
    engine.inventory("cards", new DeviceReading(A, 16_000, 50));
    assertThat(engine.devices("cards").get(0).unmanagedMib()).as("it stayed").isEqualTo(16_000);
    engine.inventory("cards", DeviceReading.of(A));
    assertThat(engine.devices("cards").get(0).unmanagedMib()).as("not told").isZero();
  }

  @Test
  void anExclusiveGrantTakesAllThatIsFree() {
    EngineFixture engine = EngineFixture.of(pool(4, A));
    engine.inventory("cards", new DeviceReading(A, 4_000, 0));
    LeaseId alone = leaseOf(ask(engine, new DeviceAsk(1, 10_000, true)));
    assertThat(engine.engine().store().lease(alone).allotments())
        .containsExactly(new Allotment("gpu", "GPU-a", 0, 20_000, 100));
    engine.inventory("cards", new DeviceReading(A, 0, 0));
    engine.release(alone);
    assertThat(engine.devices("cards").get(0).freeMib()).isEqualTo(24_000);
    engine.check();
  }

  @Test
  void deviceOfUnknownMemoryGivesSharesWithoutMemory() {
    Device jetson = new Device("GPU-j", 0, "Orin", 0);
    EngineFixture engine = EngineFixture.of(pool(2, jetson));
    assertThat(uuids(ask(engine, 0))).containsExactly("GPU-j");
    assertThat(engine.denied(ask(engine, 1)).reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
  }

  @Test
  void aRefusedDeviceAskTakesNothingOfOtherLimits() {
    Limit rate = Limit.of("rate", "**", EngineFixture.rate(10, Duration.ofSeconds(1), 10));
    EngineFixture engine = EngineFixture.of(pool(1, A), rate);
    ask(engine, 10);
    engine.denied(ask(engine, 10));
    assertThat(engine.available("rate")).isEqualTo(9);
    engine.check();
  }

  @Test
  void badInventoriesChangeNothing() {
    EngineFixture engine =
        EngineFixture.of(pool(1, A), Limit.of("j", "j", new Policy.Slots(1, LeaseTerms.DEFAULT)));
    LeaseId holder = leaseOf(ask(engine, 10));
    refuses(
        () -> engine.inventory("cards", DeviceReading.of(B), DeviceReading.of(B)),
        "devices must have each uuid once but have GPU-b twice");
    refuses(
        () ->
            engine
                .engine()
                .inventory("cards", Collections.nCopies(1_025, DeviceReading.of(B)), engine.now()),
        "devices must be at most 1024 in a pool but were 1025");
    refuses(
        () -> engine.inventory("j", DeviceReading.of(A)), "limit must be one on a pool but was j");
    refuses(
        () -> engine.inventory("x", DeviceReading.of(A)), "limit must be one on a pool but was x");
    refuses(
        () -> new DeviceReading(A, -2, 0), "device.used_mib must be in [-1, 16777216] but was -2");
    refuses(
        () -> new DeviceReading(A, 0, 101),
        "device.utilization_percent must be in [-1, 100] but was 101");
    assertThat(engine.renew(holder, Duration.ofSeconds(5)).status()).isEqualTo(RenewStatus.RENEWED);
    assertThat(engine.devices("cards")).hasSize(1);
  }

  @Test
  void theOldestLostDevicesAreForgottenWhenThePoolIsFull() {
    EngineFixture engine = EngineFixture.of(pool(1, A, B));
    engine.inventory("cards", DeviceReading.of(B));
    List<DeviceReading> others = new ArrayList<>();
    for (int i = 0; i < Device.MAX_IN_POOL; i++) {
      others.add(DeviceReading.of(new Device("GPU-" + i, i % 1024, "", 10)));
    }
    engine.passNanos(1);
    engine.engine().inventory("cards", others.subList(0, 1_023), engine.now());
    assertThat(engine.devices("cards")).hasSize(1_024);
    assertThat(engine.devices("cards").get(0).device()).as("lost later").isEqualTo(B);
    engine.engine().inventory("cards", others, engine.now());
    assertThat(engine.devices("cards")).hasSize(1_024).noneMatch(DeviceUsage::lost);
  }

  private static void refuses(Runnable code, String message) {
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(code::run)
        .withMessage(message);
  }

  private static Limit pool(int maxSharers, Device... devices) {
    return Limit.of(
        "cards",
        "gpu",
        new Policy.Devices(
            "gpu", List.of(devices), Placement.BINPACK, maxSharers, LeaseTerms.DEFAULT));
  }

  private static String never(EngineFixture engine, DeviceAsk ask) {
    Decision.Denied denied = engine.denied(ask(engine, ask));
    assertThat(denied.reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(denied.waitNanos()).isEqualTo(Blocker.NEVER);
    assertThat(denied.message())
        .contains(", which can never give that: were all its devices free, ");
    return denied.message().split("devices free, ", 2)[1];
  }

  private static DeviceAsk selecting(String name, String value) {
    return new DeviceAsk(1, 1, false).withSelector(Map.of(name, value));
  }

  private static Decision ask(EngineFixture engine, long memoryMib) {
    return ask(engine, DeviceAsk.ofMemory(memoryMib));
  }

  private static Decision ask(EngineFixture engine, DeviceAsk ask) {
    return engine.ask(Demand.of("gpu").withDevices(ask));
  }

  private static EngineFixture.Call waiter(EngineFixture engine, DeviceAsk ask) {
    return engine.call(
        Acquire.builder(Demand.of("gpu").withDevices(ask)).maxWaitNanos(LONG.toNanos()).build());
  }

  private static LeaseId leaseOf(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Granted.class);
    return ((Decision.Granted) decision).leaseId();
  }

  private static List<String> uuids(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Granted.class);
    return ((Decision.Granted) decision).allotments().stream().map(Allotment::deviceUuid).toList();
  }
}
