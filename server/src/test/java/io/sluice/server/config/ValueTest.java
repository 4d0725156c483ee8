package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How single values are written. */
class ValueTest {
  @ParameterizedTest
  @CsvSource({
    "250ms, 250, 250ms",
    "30s, 30000, 30s",
    "90s, 90000, 1m30s",
    "1m, 60000, 1m",
    "1h30m, 5400000, 1h30m",
    "1d, 86400000, 24h",
    "2d, 172800000, 2d",
    "1d1h, 90000000, 25h",
    "1h1ms, 3600001, 1h1ms",
    "0s, 0, 0s",
    "007s, 7000, 7s",
  })
  void duration(String text, long millis, String normal) throws InvalidValue {
    long nanos = TimeUnit.MILLISECONDS.toNanos(millis);

    assertThat(read(DurationText.in(0, Long.MAX_VALUE), text)).isEqualTo(nanos);
    assertThat(DurationText.format(nanos)).isEqualTo(normal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "s", "1 s", "-1s", "1.5s", "1us", "1s1s", "1ms1s", "1w", "١s"})
  void notADuration(String text) {
    refused(DurationText.in(0, Long.MAX_VALUE), text, "must be a duration such as");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "512, 512", "512MiB, 512", "24GiB, 24576", "24 GiB, 24576", "1TiB, 1048576"})
  void memory(String text, long mib) throws InvalidValue {
    assertThat(read(SizeText.mib(0, 1 << 24), text)).isEqualTo(mib);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1KiB", "1GB", "1G", "1.5GiB", "GiB", "1gib", "1  GiB"})
  void notAMemory(String text) {
    refused(SizeText.mib(0, 1 << 24), text, "must be MiB, or a size such as 24GiB,");
  }

  @ParameterizedTest
  @CsvSource({"9223372036854775807TiB", "9223372036854775808", "16TiB", "99999999999999999999TiB"})
  void memoryBeyondItsBound(String text) {
    refused(SizeText.mib(0, 100), text, "must be in [0, 100] but was " + text);
  }

  @ParameterizedTest
  @CsvSource({"5, 5", "+5, 5", "-5, -5", "010, 10", "9223372036854775807, 9223372036854775807"})
  void number(String text, long value) throws InvalidValue {
    assertThat(read(WholeNumber.in(Long.MIN_VALUE, Long.MAX_VALUE), text)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " 5", "0x10", "1_000", "1e3", "5.0", ".inf", "NaN", "--5", "٥"})
  void notANumber(String text) {
    refused(WholeNumber.in(0, 10), text, "must be a whole number but was");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:7400, true",
    "127.255.255.255:0, true",
    "localhost:1, true",
    "LOCALHOST:1, true",
    "[::1]:65535, true",
    "[0:0:0:0:0:0:0:1]:1, true",
    "[::ffff:127.0.0.1]:1, true",
    "0.0.0.0:1, false",
    "128.0.0.1:1, false",
    "[::]:1, false",
    "[fe80::1]:1, false",
    "127.0.0.1.example.com:1, false",
    "localhost.example.com:1, false",
    "host_1:1, false",
  })
  void address(String text, boolean loopback) throws InvalidValue {
    HostPort address = read(HostPort.type(), text);

    assertThat(address.isLoopback()).isEqualTo(loopback);
    assertThat(address).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        ":1",
        "a:",
        "a:b",
        "a:-1",
        "a:65536",
        "a:123456",
        "127.1:1",
        "256.0.0.1:1",
        "127.0.0.1.:1",
        "1.2.3:1",
        "::1:1",
        "[::1]",
        "[::1%lo]:1",
        "[1.2.3.4]:1",
        "[:::1]:1",
        "[g::]:1",
        "-a:1",
        "a b:1",
        "a..b:1"
      })
  void notAnAddress(String text) {
    refused(HostPort.type(), text, "must be HOST:PORT");
  }

  @Test
  void theNearestWordIsSuggested() {
    List<String> known = List.of("permits", "per", "burst");

    assertThat(Spelling.nearest("permit", known)).isEqualTo("permits");
    assertThat(Spelling.nearest("pre", known)).isEqualTo("per");
    assertThat(Spelling.nearest("brust", known)).isEqualTo("burst");
    assertThat(Spelling.nearest("limit", known)).isNull();
    assertThat(Spelling.nearest("x", known)).isNull();
    assertThat(Spelling.nearest("", known)).isNull();
    assertThat(Spelling.nearest("x".repeat(100_000), known)).isNull();
  }

  private static <T> T read(Type<T> type, String text) throws InvalidValue {
    return type.read(new Tree.Scalar(Source.DEFAULT, text, true));
  }

  private static void refused(Type<?> type, String text, String problem) {
    try {
      throw new AssertionError(text + " was read as " + read(type, text));
    } catch (InvalidValue e) {
      assertThat(e.problem()).startsWith(problem);
    }
  }
}
