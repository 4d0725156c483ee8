package io.sluice.engine.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.model.InvalidArgumentException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the windows of a calendar end, and that none is opened twice. */
class CalendarWindowTest {
  private static final long HOUR_MILLIS = 3_600_000;

  @ParameterizedTest
  @CsvSource({
    // The day that has no midnight ends at its first moment all the same.
    "DAY, America/Santiago, 2026-09-05T12:00:00Z, 2026-09-06T04:00:00Z",
    "DAY, America/Santiago, 2026-09-06T12:00:00Z, 2026-09-07T03:00:00Z",
    "DAY, America/Santiago, 2027-04-04T02:30:00Z, 2027-04-04T04:00:00Z",
    "DAY, America/Havana, 2027-03-14T04:59:59Z, 2027-03-14T05:00:00Z",
    "DAY, America/Havana, 2027-03-14T05:00:00Z, 2027-03-15T04:00:00Z",
    "DAY, Asia/Beirut, 2027-03-27T12:00:00Z, 2027-03-27T22:00:00Z",
    "DAY, Asia/Beirut, 2027-03-27T22:00:00Z, 2027-03-28T21:00:00Z",
    "DAY, Atlantic/Azores, 2027-03-28T00:30:00Z, 2027-03-28T01:00:00Z",
    "DAY, Atlantic/Azores, 2027-10-31T00:30:00Z, 2027-11-01T01:00:00Z",
    "DAY, Africa/Cairo, 2027-04-29T12:00:00Z, 2027-04-29T22:00:00Z",
    "DAY, Africa/Cairo, 2027-04-29T22:00:00Z, 2027-04-30T21:00:00Z",
    "DAY, Europe/Berlin, 2027-03-28T12:00:00Z, 2027-03-28T22:00:00Z",
    "DAY, Europe/Berlin, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
    "DAY, Asia/Kathmandu, 2026-01-01T18:14:59Z, 2026-01-01T18:15:00Z",
    "DAY, UTC, 2028-02-28T23:59:59.999Z, 2028-02-29T00:00:00Z",
    "DAY, UTC, 2028-02-29T00:00:00Z, 2028-03-01T00:00:00Z",
    "MONTH, UTC, 2028-02-10T00:00:00Z, 2028-03-01T00:00:00Z",
    "MONTH, America/Santiago, 2026-08-31T12:00:00Z, 2026-09-01T04:00:00Z",
    "MONTH, Asia/Kathmandu, 2026-12-31T18:15:00Z, 2027-01-31T18:15:00Z",
    "WEEK, Europe/Berlin, 2026-10-25T12:00:00Z, 2026-10-25T23:00:00Z",
    "WEEK, UTC, 2026-11-23T00:00:00Z, 2026-11-30T00:00:00Z",
    "HOUR, Asia/Kathmandu, 2026-01-01T00:14:59Z, 2026-01-01T00:15:00Z",
    "HOUR, Australia/Lord_Howe, 2027-04-03T14:30:00Z, 2027-04-03T15:00:00Z",
    "HOUR, Australia/Lord_Howe, 2027-04-03T15:00:00Z, 2027-04-03T15:30:00Z",
    "MINUTE, UTC, 2016-12-31T23:59:59Z, 2017-01-01T00:00:00Z"
  })
  void endsWhereTheZoneSays(CalendarUnit unit, String zone, Instant at, Instant end) {
    WindowRule.Calendar rule = new WindowRule.Calendar(unit, ZoneId.of(zone));
    assertThat(Instant.ofEpochMilli(rule.endMillis(at.toEpochMilli()))).isEqualTo(end);
  }

  /**
   * With a wall clock that walks up to three hours to either side, one reset for each local day.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "America/Santiago",
        "America/Havana",
        "Asia/Beirut",
        "Atlantic/Azores",
        "Africa/Cairo",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Europe/Berlin",
        "UTC"
      })
  void oneResetForEachLocalDayAndNeverTwoWithClockThatWalks(String name) {
    ZoneId zone = ZoneId.of(name);
    SplittableRandom random = new SplittableRandom(name.length());
    long start = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    long end = Instant.parse("2029-01-01T00:00:00Z").toEpochMilli();
    WallClock wall = new WallClock(0);
    wall.tell(start, 0);
    Window window = new WindowRule.Calendar(CalendarUnit.DAY, zone).open(1, wall, 0);
    LocalDate latest = date(start, zone);
    assertThat(window.remaining(0)).isEqualTo(1);
    window.take(1);
    for (long hour = start; hour < end; hour += HOUR_MILLIS) {
      for (int walk = 0; walk < 4; walk++) {
        long millis = Math.max(0, hour + random.nextLong(-3 * HOUR_MILLIS, 3 * HOUR_MILLIS + 1));
        long now = (hour - start) * 1_000_000 + walk;
        wall.tell(millis, now);
        boolean newDay = date(millis, zone).isAfter(latest);
        assertThat(window.remaining(now))
            .as("at %s", Instant.ofEpochMilli(millis))
            .isEqualTo(newDay ? 1 : 0);
        if (newDay) {
          latest = date(millis, zone);
          window.take(1);
        }
      }
    }
  }

  @Test
  void clockThatGoesForwardOverSeveralWindowsOpensOne() {
    WallClock wall = new WallClock(0);
    wall.tell(Instant.parse("2026-05-01T12:00:00Z").toEpochMilli(), 0);
    Window window = new WindowRule.Calendar(CalendarUnit.DAY, ZoneId.of("UTC")).open(3, wall, 0);
    window.take(3);
    wall.tell(Instant.parse("2026-05-09T12:00:00Z").toEpochMilli(), 1);
    assertThat(window.remaining(1)).isEqualTo(3);
    assertThat(window.waitNanos(4, 1)).isEqualTo(Duration.ofHours(12).toNanos());
  }

  @Test
  void whoIsBehindOthersWaitsForAsManyWindowsAsTheyTake() {
    WallClock wall = new WallClock(0);
    wall.tell(Instant.parse("2027-03-27T12:00:00Z").toEpochMilli(), 0);
    Window days =
        new WindowRule.Calendar(CalendarUnit.DAY, ZoneId.of("Europe/Berlin")).open(3, wall, 0);
    days.take(2);
    assertThat(days.waitNanos(1, 0)).isZero();
    assertThat(days.waitNanos(4, 0)).isEqualTo(Duration.ofHours(11).toNanos());
    assertThat(days.waitNanos(5, 0))
        .as("the day between has 23 hours")
        .isEqualTo(Duration.ofHours(11 + 23).toNanos());
    assertThat(days.waitNanos(1 + 3 * 200, 0))
        .as("many windows on, as long as the last that was looked up")
        .isEqualTo(Duration.ofHours(11 + 23 + 24 * 198).toNanos());
    assertThat(days.waitNanos(1L << 44, 0)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void anotherZoneOrUnitKeepsWhatWasTakenUntilItsOwnEnd() {
    WallClock wall = new WallClock(0);
    wall.tell(Instant.parse("2026-05-01T12:00:00Z").toEpochMilli(), 0);
    Window window = new WindowRule.Calendar(CalendarUnit.DAY, ZoneId.of("UTC")).open(3, wall, 0);
    window.take(3);
    window.change(4, new WindowRule.Calendar(CalendarUnit.HOUR, ZoneId.of("UTC")), 0);
    assertThat(window.remaining(0)).isEqualTo(1);
    assertThat(window.emptyInNanos(0)).isEqualTo(Duration.ofHours(1).toNanos());
    assertThat(window.remaining(Duration.ofHours(1).toNanos())).isEqualTo(4);
  }

  @Test
  void bucketThatStandsInForForgottenOneDoesNotOpenTheSpentWindowAgain() {
    WallClock wall = new WallClock(0);
    WindowRule.Calendar days = new WindowRule.Calendar(CalendarUnit.DAY, ZoneId.of("UTC"));
    wall.tell(Instant.parse("2026-05-02T00:10:00Z").toEpochMilli(), 0);
    wall.tell(Instant.parse("2026-05-01T23:50:00Z").toEpochMilli(), 1);
    Window window = days.open(3, wall, 1);
    window.take(3);
    long midnight = Duration.ofMinutes(10).toNanos() + 1;
    assertThat(window.remaining(midnight)).as("it is the window of the second day").isZero();
    assertThat(window.remaining(midnight + Duration.ofDays(1).toNanos())).isEqualTo(3);
  }

  @Test
  void wallClockTellsWhetherItChangedAndRefusesNonsense() {
    WallClock wall = new WallClock(5);
    assertThat(wall.tell(1_000, 5)).isTrue();
    assertThat(wall.tell(2_000, 1_000_000_005)).as("as the monotonic clock made it").isFalse();
    assertThat(wall.tell(2_001, 1_000_000_005)).as("within what milliseconds can say").isFalse();
    assertThat(wall.tell(1_998, 1_000_000_005)).isTrue();
    assertThat(wall.millis(1_001_000_005)).isEqualTo(1_999);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> wall.tell(-1, 5))
        .withMessageStartingWith("wall clock milliseconds must be in [0, 9000000000000]");
  }

  private static LocalDate date(long millis, ZoneId zone) {
    return Instant.ofEpochMilli(millis).atZone(zone).toLocalDate();
  }
}
